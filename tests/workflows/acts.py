"""What the people of a newsroom may want to do, each by every way that there is to it. docs/roles.md says who may."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms import actions as cms_actions
from cms.exceptions import Refused
from cms.models import Article, Section, User
from tests.editing import form_data, opened
from tests.newsroom import Newsroom
from workflows import actions, emergencies, fixes, guests, planning, schedules, waivers
from workflows.models import Absence, Commission, EmergencyRelease, GuestReview, ReviewStage, SetAside, Waiver

FORM = "form in the admin"


@dataclass(frozen=True)
class Try:
    """One person who tries one act."""

    newsroom: Newsroom
    client: Client
    person: User
    article: Article

    def get(self, name: str, *arguments: Any) -> bool:
        """Whether a page opens."""
        return self.client.get(reverse(name, args=arguments)).status_code == 200

    def post(self, name: str, *arguments: Any, **data: Any) -> None:
        self.client.post(reverse(name, args=arguments), data)

    def desk_page(self, page: str, data: dict[str, Any]) -> None:
        self.client.post(reverse(f"workflows:{page}", args=[self.article.pk]), data)

    def edit_form(self, **data: str) -> None:
        """Post Wagtail's editing form with another standfirst."""
        fields = form_data(self.article, standfirst="Changed in the form.") | opened(self.article) | data
        self.client.post(reverse("wagtailadmin_pages:edit", args=[self.article.pk]), fields)

    @property
    def hash(self) -> str:
        return self.newsroom.hash_of(self.article)

    @property
    def seen(self) -> dict[str, Any]:
        return {"content_hash": self.hash, "task_state_id": self.newsroom.task_state(self.article).pk}

    @property
    def now(self) -> Article:
        return self.newsroom.fresh(self.article)


@dataclass(frozen=True)
class Act:
    what: str
    where: str
    story: Callable[[Newsroom], Article]
    attempt: Callable[[Try], Any]
    done: Callable[[Try, Any], bool]
    """Whether it happened, given what `attempt` returned."""

    @property
    def on_a_story(self) -> bool:
        return self.where != FORM and self.done is not _away_noted


# The stories that are acted on. Somebody else wrote them.


def draft(newsroom: Newsroom) -> Article:
    return newsroom.draft(by=newsroom.boss)


def at_desk_edit(newsroom: Newsroom) -> Article:
    return newsroom.submit(draft(newsroom), by=newsroom.boss)


def at_copy(newsroom: Newsroom) -> Article:
    return newsroom.sign(at_desk_edit(newsroom), by=newsroom.editor)


def at_legal(newsroom: Newsroom) -> Article:
    article = newsroom.submit(newsroom.draft(by=newsroom.boss, sensitive=True), by=newsroom.boss)
    return newsroom.sign(newsroom.sign(article, by=newsroom.editor), by=newsroom.copy)


def cleared(newsroom: Newsroom) -> Article:
    return newsroom.clear_at_once(draft(newsroom))


def scheduled(newsroom: Newsroom) -> Article:
    return newsroom.release(cleared(newsroom), at=timezone.now() + timedelta(days=1))


def live(newsroom: Newsroom) -> Article:
    return newsroom.release(cleared(newsroom))


def live_with_draft(newsroom: Newsroom) -> Article:
    return newsroom.edit(live(newsroom), by=newsroom.boss, title="A larger draft")


def without_text(newsroom: Newsroom) -> Article:
    return newsroom.edit(draft(newsroom), by=newsroom.boss, body=[])


# Whether it happened.


def opens(one: Try, answer: Any) -> bool:
    return bool(answer)


def changed(one: Try, answer: Any) -> bool:
    return bool(one.now.get_latest_revision_as_object().standfirst == "Changed in the form.")


def sent_back(one: Try, answer: Any) -> bool:
    return bool(one.article.sign_offs.filter(by=one.person, verdict="sent_back").exists())


def is_live(one: Try, answer: Any) -> bool:
    return bool(one.now.live)


def is_gone(one: Try, answer: Any) -> bool:
    return not one.now.live


def is_scheduled(one: Try, answer: Any) -> bool:
    return bool(one.now.approved_schedule)


def is_not_scheduled(one: Try, answer: Any) -> bool:
    return not one.now.approved_schedule


def page_of_verb(what: str, story: Any, page: str, data: Callable[[Try], dict[str, Any]], done: Any) -> Act:
    """An act on a page of the desk."""
    return Act(what, "page of the desk", story, lambda one: one.desk_page(page, data(one)), done)


def verb(what: str, story: Any, attempt: Callable[[Try], Any], done: Any) -> Act:
    """The same in Python, as a script would do it."""
    return Act(what, "Python", story, attempt, done)


def _edit_own(one: Try) -> None:
    Article.objects.filter(pk=one.article.pk).update(owner=one.person)
    one.edit_form()


def _create(one: Try) -> None:
    fields = form_data(one.article, title="A new story", slug="a-new-story")
    address = reverse("wagtailadmin_pages:add", args=["cms", "article", one.newsroom.section.pk])
    one.client.post(address, fields)


def _create_section(one: Try) -> None:
    address = reverse("wagtailadmin_pages:add", args=["cms", "section", one.newsroom.section.get_parent().pk])
    one.client.post(address, {"title": "Weather", "slug": "weather", "description": "", "comments-TOTAL_FORMS": "0"})


def _bulk_publish(one: Try) -> None:
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    one.client.post(f"{address}?id={one.article.pk}", {"confirm": "yes"})


def _withdraw(page: str) -> Callable[[Try], None]:
    def attempt(one: Try) -> None:
        one.desk_page(page, {"reason": "It was wrong.", "note": "", "confirmation": one.article.slug})

    return attempt


def _invite(one: Try) -> None:
    guests.invite(one.now, name="Perpetua Lind", content_hash=one.hash, lasts=timedelta(hours=4), by=one.person)


def _waive_on_the_page(one: Try) -> None:
    address = reverse("workflows:waive", args=[one.article.pk])
    one.client.post(f"{address}?code=body_empty&target=body", {"reason": "A picture story."})


def waived(one: Try, answer: Any) -> bool:
    return bool(Waiver.objects.filter(by=one.person).exists())


def _plan(one: Try) -> None:
    planning.plan_story(one.now, by=one.person, desk=None, word_count=400, due_at=None, publish_at=None)


def _away(one: Try) -> None:
    one.post("workflows:absences", user=one.newsroom.boss.pk, starts_on="2030-01-07", ends_on="2030-01-09")


def _away_noted(one: Try, answer: Any) -> bool:
    return bool(Absence.objects.filter(user=one.newsroom.boss).exists())


def _admin_page(what: str, name: str, *arguments: Any) -> Act:
    return Act(what, FORM, draft, lambda one: one.get(name, *arguments), opens)


def _edit_stage(one: Try) -> bool:
    return one.get("wagtailadmin_workflows:edit_task", ReviewStage.objects.get(name="Desk edit").pk)


def _sign(story: Any, stage: str) -> list[Act]:
    what = f"Sign at “{stage}”"

    def signed(one: Try, answer: Any) -> bool:
        given = one.article.sign_offs.filter(by=one.person, stage__name=stage, verdict="approved")
        return bool(given.exists())

    return [
        page_of_verb(what, story, "review", lambda one: {**one.seen, "verdict": "approve"}, signed),
        verb(what, story, lambda one: actions.sign_off(one.now, by=one.person, **one.seen), signed),
    ]


ACTS = [
    Act(
        "Find a story on the board",
        "page of the desk",
        draft,
        lambda one: one.article.title in one.client.get(reverse("workflows:board")).content.decode(),
        opens,
    ),
    Act("Read a draft", "page of the desk", draft, lambda one: one.get("workflows:review", one.article.pk), opens),
    Act(
        "Write a story",
        "Wagtail's form",
        draft,
        _create,
        lambda one, answer: Article.objects.filter(slug="a-new-story").exists(),
    ),
    Act("Edit a draft of one's own", "Wagtail's form", draft, _edit_own, changed),
    Act("Edit a draft of somebody else", "Wagtail's form", draft, lambda one: one.edit_form(), changed),
    Act("Edit a story that waits at “Desk edit”", "Wagtail's form", at_desk_edit, lambda one: one.edit_form(), changed),
    Act("Edit a live story", "Wagtail's form", live, lambda one: one.edit_form(), changed),
    Act(
        "Delete a draft of somebody else",
        "Wagtail's form",
        draft,
        lambda one: one.post("wagtailadmin_pages:delete", one.article.pk),
        lambda one, answer: not Article.objects.filter(pk=one.article.pk).exists(),
    ),
    page_of_verb(
        "Submit a draft of somebody else",
        draft,
        "submit",
        lambda one: {},
        lambda one, answer: one.newsroom.stage(one.article) == "Desk edit",
    ),
    *_sign(at_desk_edit, "Desk edit"),
    *_sign(at_copy, "Copy and facts"),
    *_sign(at_legal, "Legal and pictures"),
    page_of_verb(
        "Send back from “Desk edit”",
        at_desk_edit,
        "review",
        lambda one: {**one.seen, "verdict": "send_back", "comment": "No."},
        sent_back,
    ),
    verb(
        "Send back from “Desk edit”",
        at_desk_edit,
        lambda one: actions.send_back(one.now, by=one.person, reason="No.", **one.seen),
        sent_back,
    ),
    page_of_verb(
        "Release a cleared story", cleared, "release", lambda one: {"content_hash": one.hash, "at": ""}, is_live
    ),
    verb(
        "Release a cleared story",
        cleared,
        lambda one: actions.release(one.now, content_hash=one.hash, by=one.person),
        is_live,
    ),
    Act("Publish a cleared story", "Wagtail's bulk action", cleared, _bulk_publish, is_live),
    page_of_verb(
        "Schedule a cleared story",
        cleared,
        "release",
        lambda one: {"content_hash": one.hash, "at": "2030-01-07 06:00"},
        is_scheduled,
    ),
    page_of_verb("Hold a scheduled story", scheduled, "schedule", lambda one: {"act": "hold"}, is_not_scheduled),
    verb("Hold a scheduled story", scheduled, lambda one: schedules.hold(one.now, by=one.person), is_not_scheduled),
    page_of_verb(
        "Correct a live story",
        live,
        "correct",
        lambda one: {"text": "It was Monday.", "sure": "on"},
        lambda one, answer: one.article.corrections.exists(),
    ),
    verb(
        "Correct a live story",
        live,
        lambda one: cms_actions.correct(one.now, text="It was Monday.", by=one.person),
        lambda one, answer: one.article.corrections.exists(),
    ),
    Act("Kill a live story", "page of the desk", live, _withdraw("kill"), is_gone),
    verb("Kill a live story", live, lambda one: cms_actions.kill(one.now, reason="Wrong.", by=one.person), is_gone),
    Act("Take a live story down", "page of the desk", live, _withdraw("take_down"), is_gone),
    verb("Take a live story down", live, lambda one: cms_actions.take_down(one.now, by=one.person), is_gone),
    Act(
        "Unpublish a live story",
        "Wagtail's form",
        live,
        lambda one: one.post("wagtailadmin_pages:unpublish", one.article.pk),
        is_gone,
    ),
    page_of_verb(
        "Set a draft aside to fix the live version",
        live_with_draft,
        "fix",
        lambda one: {"content_hash": one.hash},
        lambda one, answer: SetAside.objects.filter(by=one.person).exists(),
    ),
    verb(
        "Set a draft aside to fix the live version",
        live_with_draft,
        lambda one: fixes.set_aside(one.now, content_hash=one.hash, by=one.person),
        lambda one, answer: SetAside.objects.filter(by=one.person).exists(),
    ),
    page_of_verb(
        "Ask for a release without full review",
        draft,
        "emergency",
        lambda one: {"content_hash": one.hash, "reason": "The dam breaks.", "sure": "on"},
        lambda one, answer: EmergencyRelease.objects.filter(asked_by=one.person).exists(),
    ),
    verb(
        "Ask for a release without full review",
        draft,
        lambda one: emergencies.ask(one.now, content_hash=one.hash, reason="The dam breaks.", by=one.person),
        lambda one, answer: EmergencyRelease.objects.filter(asked_by=one.person).exists(),
    ),
    Act("Set a finding of a check aside", "page of the desk", without_text, _waive_on_the_page, waived),
    verb(
        "Set a finding of a check aside",
        without_text,
        lambda one: waivers.waive(one.now, code="body_empty", target="body", reason="A picture story.", by=one.person),
        waived,
    ),
    page_of_verb(
        "Invite a guest",
        draft,
        "guests",
        lambda one: {"content_hash": one.hash, "name": "Perpetua Lind", "hours": "4"},
        lambda one, answer: GuestReview.objects.filter(invited_by=one.person).exists(),
    ),
    verb(
        "Invite a guest", draft, _invite, lambda one, answer: GuestReview.objects.filter(invited_by=one.person).exists()
    ),
    Act("Plan a story", FORM, draft, lambda one: one.get("plans:add"), opens),
    verb("Plan a story", draft, _plan, lambda one, answer: Commission.objects.filter(created_by=one.person).exists()),
    Act(
        "Note that somebody else is away",
        "page of the desk",
        draft,
        _away,
        _away_noted,
    ),
    Act(
        "Make a section",
        "Wagtail's form",
        draft,
        _create_section,
        lambda one, answer: Section.objects.filter(slug="weather").exists(),
    ),
    _admin_page("Add an author", "wagtailsnippets_cms_author:add"),
    _admin_page("Add a topic", "wagtailsnippets_cms_topic:add"),
    _admin_page("Upload a picture", "wagtailimages:add"),
    _admin_page("Read how stories flow", "workflows:flow"),
    _admin_page("See what could not be delivered", "workflows:undelivered"),
    _admin_page("Add a desk", "desk:add"),
    _admin_page("Add a rule of a stage", "signoffrule:add"),
    Act("Change a stage", FORM, draft, _edit_stage, opens),
    _admin_page("Add a login", "wagtailusers_users:add"),
    _admin_page("Add a role", "wagtailusers_groups:add"),
]


def carry_out(act: Act, one: Try) -> bool:
    """Try it; whether it happened. A refusal is an answer, anything else that goes wrong is not."""
    try:
        answer = act.attempt(one)
    except Refused:
        answer = None
    return act.done(one, answer)
