"""Promises, in any order of events: readers get content that was cleared and may be seen now, or nothing.

Hypothesis makes up what people, programs and the clock do. What may be shown is kept here by simple means: who has
rightfully signed which headline. Each version has a headline of its own, which its standfirst and body repeat.

    HYPOTHESIS_PROFILE=long    many more steps, other ones each time
"""

import json
import os
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any, ClassVar

import pytest
from django.contrib.auth.models import Group, Permission
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.test import Client
from django.urls import reverse
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import APIToken, PageViewRestriction, TaskState

from api.tasks import reconcile_due, reconcile_strays
from cms.actions import correct, kill, take_down
from cms.models import Article, Section, User
from tests.editing import address, form_data
from tests.newsroom import Newsroom
from workflows import actions, emergencies, schedules
from workflows.models import Clearance, EmergencyRelease, ReviewStage
from workflows.tasks import release_due

SIX = datetime(2030, 5, 4, 6, 0, tzinfo=UTC)
STORIES = 3
DESK_OF = {
    "editor": "Desk edit",
    "second_editor": "Desk edit",
    "copy": "Copy and facts",
    "second_copy": "Copy and facts",
}
SIGNERS = sorted([*DESK_OF, "boss", "reporter", "publisher"])
WRITERS = ["reporter", "editor", "copy", "boss"]

settings.register_profile(
    "default", max_examples=12, stateful_step_count=40, derandomize=True, database=None, phases=[Phase.generate]
)
settings.register_profile("long", max_examples=200, stateful_step_count=80, derandomize=False, print_blob=True)
PROFILE = settings(
    settings.get_profile(os.environ.get("HYPOTHESIS_PROFILE", "default")),
    deadline=None,
    suppress_health_check=list(HealthCheck),
)

stories = st.integers(min_value=0, max_value=STORIES - 1)


@dataclass
class Story:
    """One story, and what this test knows of it without asking the newsroom."""

    pk: int
    public_id: Any
    headline_of: dict[str, str] = field(default_factory=dict)
    embargo_of: dict[str, datetime | None] = field(default_factory=dict)
    signed: dict[str, set[str]] = field(default_factory=dict)
    """Headline to the stages that somebody signed for it who had the right to."""
    seconded: set[str] = field(default_factory=set)
    cleared: set[str] = field(default_factory=set)
    """Headlines that may be shown; none after the story was withdrawn."""
    changed_by: str = ""
    submitted_by: str = ""
    was_live: bool = False


class Whatever(RuleBasedStateMachine):
    """A newsroom in which anything may happen next."""

    room: ClassVar[Newsroom]
    people: ClassVar[dict[str, User]]
    clock: ClassVar[Any]
    steps: ClassVar[int]
    shown: ClassVar[int]

    def __init__(self) -> None:
        super().__init__()
        self.clock.move_to(SIX)
        self.example = transaction.atomic()
        self.example.__enter__()
        self.numbers = count(1)
        self.known_clearances: set[int] = set()
        self.private: set[int] = set()
        self.stages_on = set(DESK_OF.values())
        self.clients: dict[str, Client] = {}
        self.stories = [self.write() for _ in range(STORIES)]

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self.example.__exit__(None, None, None)

    # What everybody knows ---------------------------------------------------------------------------------------------

    def write(self) -> Story:
        headline = self.next_headline()
        article = self.room.draft(headline, text=f"<p>{headline}</p>")
        story = Story(article.pk, article.public_id, changed_by="reporter")
        self.save(story, "reporter", headline)
        return story

    def next_headline(self) -> str:
        return f"Headline number {next(self.numbers)}"

    def article(self, story: Story) -> Article | None:
        return Article.objects.filter(pk=story.pk).first()

    def client_of(self, person: str) -> Client:
        if person not in self.clients:
            self.clients[person] = Client()
            self.clients[person].force_login(self.people[person])
        return self.clients[person]

    def save(self, story: Story, person: str, headline: str, *, in_place: bool = False, **fields: Any) -> None:
        article = self.article(story)
        if article is None:
            return
        latest = article.get_latest_revision()
        version = latest.as_object()
        for name, value in fields.items():
            setattr(version, name, value)
        version.title, version.standfirst = headline, f"Standfirst of {headline}"
        version.body = [("paragraph", f"<p>{headline}</p>")]
        own = latest if in_place and latest.user_id == self.people[person].pk else None
        version.save_revision(user=self.people[person], overwrite_revision=own)
        self.note(story, person, headline, version.embargo_until)

    def note(self, story: Story, person: str, headline: str, embargo_until: datetime | None) -> None:
        """A version was saved; its hash is the one thing that is taken from the newsroom."""
        article = self.article(story)
        assert article
        story.headline_of[self.room.hash_of(article)] = headline
        story.embargo_of[headline] = embargo_until
        story.changed_by = person

    def headline(self, story: Story) -> str:
        article = self.article(story)
        return article.get_latest_revision().as_object().title if article else ""

    def may_fail(self, act: Callable[[], Any]) -> Any:
        """What `act` returns; False if it was refused. Whatever it raises besides is a failing test."""
        try:
            with transaction.atomic():
                result = act()
        except (PermissionDenied, ValidationError):
            return False
        return True if result is None else result

    # What people do ---------------------------------------------------------------------------------------------------

    @rule(number=stories, person=st.sampled_from(WRITERS), in_place=st.booleans())
    def somebody_writes(self, number: int, person: str, in_place: bool) -> None:
        self.save(self.stories[number], person, self.next_headline(), in_place=in_place)

    @rule(number=stories, hours=st.integers(min_value=1, max_value=4))
    def somebody_sets_an_embargo(self, number: int, hours: int) -> None:
        at = self.clock().replace(tzinfo=UTC) + timedelta(hours=hours)
        self.save(self.stories[number], "reporter", self.next_headline(), embargo_until=at, expire_at=None)

    @rule(number=stories, hours=st.integers(min_value=1, max_value=4))
    def somebody_sets_an_expiry(self, number: int, hours: int) -> None:
        at = self.clock().replace(tzinfo=UTC) + timedelta(hours=hours)
        self.save(self.stories[number], "reporter", self.next_headline(), expire_at=at, embargo_until=None)

    @rule(number=stories, person=st.sampled_from(["reporter", "editor", "boss"]))
    def somebody_submits(self, number: int, person: str) -> None:
        story, article = self.stories[number], self.article(self.stories[number])
        if article and self.may_fail(lambda: actions.submit(article, by=self.people[person])):
            story.submitted_by = person

    @rule(number=stories, person=st.sampled_from(SIGNERS), stale=st.booleans())
    def somebody_signs(self, number: int, person: str, stale: bool) -> None:
        story = self.stories[number]
        hashes = list(story.headline_of)
        self.sign(story, person, hashes[0] if stale else None)

    def sign(self, story: Story, person: str, hash_: str | None = None) -> None:
        article = self.article(story)
        state = article.current_workflow_task_state if article else None
        if article is None or state is None:
            return
        current = self.room.hash_of(article)
        stage, headline = state.task.name, self.headline(story)
        seen = {"task_state_id": state.pk, "content_hash": hash_ or current}
        if self.may_fail(lambda: actions.sign_off(article, by=self.people[person], **seen)):
            assert seen["content_hash"] == current, "what was not read was signed"
            assert person not in (story.changed_by, story.submitted_by), f"{person} signed their own story"
            assert DESK_OF.get(person) == stage, f"{person} signed for a desk of others"
            story.signed.setdefault(headline, set()).add(stage)

    @rule(number=stories, person=st.sampled_from(SIGNERS))
    def somebody_sends_it_back(self, number: int, person: str) -> None:
        article = self.article(self.stories[number])
        state = article.current_workflow_task_state if article else None
        if article and state:
            seen = {"task_state_id": state.pk, "content_hash": self.room.hash_of(article)}
            self.may_fail(lambda: actions.send_back(article, by=self.people[person], reason="Too long.", **seen))

    @rule(number=stories)
    def somebody_cancels_the_review(self, number: int) -> None:
        article = self.article(self.stories[number])
        if article and article.current_workflow_state:
            self.client_of("reporter").post(
                address("edit", article.pk), {"action-cancel-workflow": "1", "title": "Not saved"}
            )

    @rule(number=stories)
    def the_next_desk_does_its_work(self, number: int) -> None:
        story, article = self.stories[number], self.article(self.stories[number])
        if article is None:
            return
        if article.current_workflow_task_state is None or article.current_workflow_state.status == "needs_changes":
            self.somebody_submits(number, "reporter")
        for person in sorted(DESK_OF):
            self.sign(story, person)

    @rule(number=stories)
    def a_story_goes_the_whole_way(self, number: int) -> None:
        self.the_next_desk_does_its_work(number)
        self.the_next_desk_does_its_work(number)
        self.a_publisher_releases_it(number)

    @rule(number=stories)
    def a_publisher_releases_it(self, number: int) -> None:
        self.release(self.stories[number])

    @rule(number=stories, hours=st.integers(min_value=1, max_value=3))
    def a_publisher_schedules_it(self, number: int, hours: int) -> None:
        self.release(self.stories[number], at=self.clock().replace(tzinfo=UTC) + timedelta(hours=hours))

    def release(self, story: Story, at: datetime | None = None) -> None:
        article = self.article(story)
        if article is None:
            return
        hash_, by, headline = self.room.hash_of(article), self.people["publisher"], self.headline(story)
        released = self.may_fail(lambda: actions.release(article, content_hash=hash_, by=by, at=at))
        embargo_until = story.embargo_of.get(headline)
        section = Article.objects.get(pk=story.pk).get_parent()
        if released and at is None and not embargo_until and section.pk not in self.private:
            assert self.served(story) == headline, "released, and readers do not get it"

    @rule(number=stories, verb=st.sampled_from(["hold", "cancel", "move"]))
    def a_publisher_changes_the_time(self, number: int, verb: str) -> None:
        article = self.article(self.stories[number])
        if article:
            time = {"at": self.clock().replace(tzinfo=UTC) + timedelta(hours=1)} if verb == "move" else {}
            self.may_fail(lambda: getattr(schedules, verb)(article, by=self.people["publisher"], **time))

    @rule(
        number=stories, first=st.sampled_from(["publisher", "reporter"]), second=st.sampled_from(["publisher", "boss"])
    )
    def two_people_release_without_review(self, number: int, first: str, second: str) -> None:
        story, article = self.stories[number], self.article(self.stories[number])
        if article is None:
            return
        hash_, headline = self.room.hash_of(article), self.headline(story)
        by = self.people[first]
        asked = self.may_fail(lambda: emergencies.ask(article, content_hash=hash_, reason="It is on fire.", by=by))
        if not isinstance(asked, EmergencyRelease):
            return
        agreed = self.may_fail(lambda: emergencies.agree(asked, content_hash=hash_, by=self.people[second]))
        if agreed:
            assert first != second
            assert second not in (story.changed_by, story.submitted_by)
            story.seconded.add(headline)

    @rule(number=stories)
    def a_publisher_corrects_it(self, number: int) -> None:
        article = self.article(self.stories[number])
        if article:
            self.may_fail(lambda: correct(article, text="It was Tuesday.", by=self.people["publisher"]))

    @rule(number=stories, way=st.sampled_from(["kill", "take down", "unpublish", "bulk unpublish", "v3 unpublish"]))
    def a_publisher_withdraws_it(self, number: int, way: str) -> None:
        story, article = self.stories[number], self.article(self.stories[number])
        if article is None:
            return
        by, was_live = self.people["publisher"], article.live
        if way == "kill":
            done = self.may_fail(lambda: kill(article, reason="It was wrong.", by=by))
        elif way == "take down":
            done = self.may_fail(lambda: take_down(article, by=by))
        elif way == "unpublish":
            self.client_of("publisher").post(address("unpublish", article.pk))
            done = was_live
        elif way == "bulk unpublish":
            self.client_of("publisher").post(self.bulk("unpublish", article))
            done = was_live
        else:
            self.v3(f"{article.pk}/actions/unpublish/")
            done = was_live
        if done:
            self.withdrawn(story)

    def withdrawn(self, story: Story) -> None:
        story.cleared, story.signed, story.was_live = set(), {}, False
        assert not Clearance.objects.filter(article=story.pk, voided_at=None).exists(), "withdrawn, and still cleared"
        assert self.served(story) is None, "withdrawn, and still served"
        article = self.article(story)
        assert article is None or (article.current_workflow_state is None and not article.approved_schedule)

    @rule(number=stories, person=st.sampled_from(["reporter", "boss"]))
    def somebody_deletes_it(self, number: int, person: str) -> None:
        article = self.article(self.stories[number])
        if article:
            self.client_of(person).post(address("delete", article.pk))
            if self.article(self.stories[number]) is None:
                self.withdrawn(self.stories[number])
                self.stories[number] = self.write()

    @rule(number=stories, there=st.booleans())
    def somebody_moves_it(self, number: int, there: bool) -> None:
        article = self.article(self.stories[number])
        destination = self.room.other_section if there else self.room.section
        if article:
            self.client_of("boss").post(address("move_confirm", article.pk, destination.pk))

    # Ways round the review -------------------------------------------------------------------------------------------

    @rule(number=stories, person=st.sampled_from(["boss", "publisher"]))
    def the_form_publishes(self, number: int, person: str) -> None:
        story, article = self.stories[number], self.article(self.stories[number])
        if article is None:
            return
        headline = self.next_headline()
        changed = {"title": headline, "standfirst": f"Standfirst of {headline}", "action-publish": "1"}
        self.client_of(person).post(
            address("edit", article.pk), form_data(article, text=f"<p>{headline}</p>") | changed
        )
        if self.headline(story) == headline:
            self.note(story, person, headline, None)

    @rule(number=stories, which=st.integers(min_value=0, max_value=50), user=st.sampled_from(["", "boss", "publisher"]))
    def a_shell_publishes_some_revision(self, number: int, which: int, user: str) -> None:
        article = self.article(self.stories[number])
        if article:
            revisions = list(article.revisions.order_by("pk"))
            revision = revisions[which % len(revisions)]
            self.may_fail(lambda: revision.publish(user=self.people.get(user)))

    @rule(number=stories)
    def wagtails_action_publishes(self, number: int) -> None:
        article = self.article(self.stories[number])
        if article:
            action = PublishPageRevisionAction(article.get_latest_revision())
            self.may_fail(lambda: action.execute(skip_permission_checks=True))

    @rule(number=stories)
    def a_script_saves_it_as_live(self, number: int) -> None:
        article = self.article(self.stories[number])
        if article:
            article.live, article.title = True, self.next_headline()
            article.save()
            reconcile_strays()

    @rule(number=stories)
    def bulk_publishing(self, number: int) -> None:
        article = self.article(self.stories[number])
        if article:
            self.client_of("boss").post(self.bulk("publish", article), {"include_descendants": "on"})

    @rule(number=stories, person=st.sampled_from(["boss", "publisher"]))
    def a_program_publishes(self, number: int, person: str) -> None:
        article = self.article(self.stories[number])
        if article:
            self.v3(f"{article.pk}/actions/publish/", person=person)

    @rule(number=stories, action=st.sampled_from(["approve", "reject"]), other=stories)
    def wagtails_workflow_form_is_posted(self, number: int, action: str, other: int) -> None:
        article, elsewhere = self.article(self.stories[number]), self.article(self.stories[other])
        state = elsewhere.current_workflow_task_state if elsewhere else None
        if article and state:
            self.client_of("boss").post(address("workflow_action", article.pk, action, state.pk), {"comment": ""})
            assert TaskState.objects.get(pk=state.pk).status == TaskState.STATUS_IN_PROGRESS

    def bulk(self, action: str, article: Article) -> str:
        return reverse("wagtail_bulk_action", args=["wagtailcore", "page", action]) + f"?id={article.pk}"

    def v3(self, path: str, *, person: str = "publisher") -> None:
        _token, key = APIToken.create_token(user=self.people[person], name="A program")
        headers = {"Authorization": f"Bearer {key}"}
        self.client_of(person).post(
            f"/api/v3/pages/{path}", json.dumps({}), content_type="application/json", headers=headers
        )

    # What the newsroom and the clock do ------------------------------------------------------------------------------

    @rule(name=st.sampled_from(sorted(set(DESK_OF.values()))))
    def a_stage_is_disabled(self, name: str) -> None:
        stage = ReviewStage.objects.get(name=name)
        self.client_of("boss").post(reverse("wagtailadmin_workflows:disable_task", args=[stage.pk]))
        self.stages_on.discard(name)

    @precondition(lambda self: len(self.stages_on) < 2)
    @rule()
    def the_stages_are_enabled(self) -> None:
        for stage in ReviewStage.objects.filter(active=False):
            self.client_of("boss").post(reverse("wagtailadmin_workflows:enable_task", args=[stage.pk]))
        self.stages_on = set(DESK_OF.values())

    @rule(harbour=st.booleans())
    def a_section_becomes_private_or_public(self, harbour: bool) -> None:
        section: Section = self.room.section if harbour else self.room.other_section
        restriction = PageViewRestriction.objects.filter(page=section.page_ptr).first()
        if restriction:
            restriction.delete()
            self.private.discard(section.pk)
        else:
            PageViewRestriction.objects.create(page=section.page_ptr, restriction_type=PageViewRestriction.LOGIN)
            self.private.add(section.pk)

    @rule(minutes=st.integers(min_value=1, max_value=150), sweeps=st.booleans())
    def time_goes_by(self, minutes: int, sweeps: bool) -> None:
        self.clock.tick(timedelta(minutes=minutes))
        if sweeps:
            release_due()
            reconcile_due()

    # What must hold --------------------------------------------------------------------------------------------------

    def served(self, story: Story) -> str | None:
        answer = self.client_of("reporter").get(f"/api/v1/articles/{story.public_id}/")
        if answer.status_code == 200:
            return str(answer.json()["title"])
        assert answer.status_code in (404, 410), answer.content
        return None

    def note_clearances(self, story: Story) -> None:
        for clearance in Clearance.objects.filter(article=story.pk, voided_at=None).exclude(
            pk__in=self.known_clearances
        ):
            self.known_clearances.add(clearance.pk)
            headline = story.headline_of[clearance.content_hash]
            if clearance.kind == Clearance.Kind.EMERGENCY:
                assert headline in story.seconded, f"{headline} was let go by nobody"
            else:
                assert self.stages_on, "cleared where nobody is asked"
                missing = self.stages_on - story.signed.get(headline, set())
                assert not missing, f"{headline} is cleared without {missing}"
            story.cleared.add(headline)

    @invariant()
    def readers_get_what_was_cleared_and_may_be_seen_now_or_nothing(self) -> None:
        now = self.clock().replace(tzinfo=UTC)
        expected = set()
        for story in self.stories:
            article = self.article(story)
            assert article
            if story.was_live and not article.live:
                self.withdrawn(story)
            story.was_live = article.live
            self.note_clearances(story)
            answer = self.client_of("reporter").get(f"/api/v1/articles/{story.public_id}/")
            type(self).steps += 1
            if answer.status_code != 200:
                continue
            read = answer.json()
            headline = read["title"]
            expected.add(headline)
            type(self).shown += 1
            assert headline in story.cleared, f"{headline} was not cleared"
            assert read["standfirst"] == f"Standfirst of {headline}"
            assert headline + "<" in read["body"]["html"]
            embargo_until = story.embargo_of[headline]
            assert embargo_until is None or embargo_until <= now, "shown before the end of its embargo"
            assert article.get_parent().pk not in self.private, "shown from a private section"
            assert article.expire_at is None or article.expire_at > now, "shown after it expired"
        listed = self.client_of("reporter").get("/api/v1/articles/?limit=100").json()["items"]
        assert {item["title"] for item in listed} == expected


@pytest.fixture
def newsroom_of_all(newsroom: Newsroom, freezer: Any, settings: Any) -> Iterator[None]:
    settings.ROOT_URLCONF = "tests.workflows.v3_urls"
    newsroom.other_reporter.groups.set([Group.objects.get(name="Desk editors")])
    newsroom.pictures.groups.set([Group.objects.get(name="Copy editors")])
    newsroom.boss.groups.set([Group.objects.get(name="Desk editors")])
    with suppress(Permission.DoesNotExist):
        newsroom.publisher.user_permissions.add(Permission.objects.get(codename="add_emergencyrelease"))
    Whatever.room, Whatever.clock, Whatever.steps, Whatever.shown = newsroom, freezer, 0, 0
    Whatever.people = newsroom.people | {"second_editor": newsroom.other_reporter, "second_copy": newsroom.pictures}
    yield
    del Whatever.room


@pytest.mark.django_db
def test_readers_get_what_was_cleared_or_nothing_whatever_happens(newsroom_of_all: None):
    run_state_machine_as_test(Whatever, settings=PROFILE)
    checks, shown = Whatever.steps, Whatever.shown
    print(f"{checks // STORIES} steps; a story was asked for {checks} times and shown {shown} times")  # noqa: T201
    assert shown > checks // 50, "hardly anything was ever published, so this tried little"
