"""What one person has to do, on the home page of the admin. The number of queries does not depend on the stories."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import (
    Case,
    CharField,
    Count,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    When,
    Window,
)
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Cast, Coalesce
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.admin.ui.components import Component
from wagtail.models import PageLogEntry, WorkflowState
from wagtail.permissions import policy_registry

from cms.models import Article, Section
from workflows import deadlines, emergencies, planning
from workflows.models import Commission, EmergencyRelease, ReviewStage, SignOff, SignOffRule
from workflows.placing import open_assignments, open_reviews, ready_for_release

PILE_LENGTH = 10
"""Stories shown of a pile; its head says how many there are, and its foot leads to the board."""

_PICTURES = Q(latest_body__contains='"type": "image"') | Q(latest_body__contains='"type": "gallery"')


@dataclass
class Row:
    """One story, or one plan without a page."""

    title: str
    section: str
    url: str
    detail: str = ""
    due_at: datetime | None = None
    late: bool = False
    claim_url: str = ""
    make_page_url: str = ""


@dataclass
class Pile:
    key: str
    title: str
    rows: list[Row] = field(default_factory=list)
    count: int = 0
    more_url: str = ""
    urgent: bool = False

    @property
    def hidden_count(self) -> int:
        return self.count - len(self.rows)


class MyDeskPanel(Component):
    """The panel on the home page."""

    name = "my_desk"
    template_name = "workflows/my_desk.html"
    order = 100

    class Media:
        css = {"all": ["workflows/planning.css"]}

    def get_context_data(self, parent_context: Mapping[str, Any]) -> dict[str, Any]:
        request = parent_context["request"]
        return {
            "piles": build_my_desk(request.user, timezone.now()),
            "now": timezone.now(),
            "may_write": planning.sections_to_write(request.user).exists(),
            "request": request,
            "csrf_token": parent_context["csrf_token"],
        }


def build_my_desk(user: Any, now: datetime) -> list[Pile]:
    """What asks for this person, the most urgent pile first; empty piles are left out."""
    stories = _stories(user)
    publishable = policy_registry.get_by_type(Article).instances_user_has_permission_for(user, "publish")
    released_here = stories.filter(pk__in=publishable.values("pk"))
    rules = _rules_of(user)
    asked = _asked(stories, rules, user)
    mine = stories.filter(pk__in=open_assignments().filter(assignee=user).values("article"))
    sent_back = open_reviews().filter(status=WorkflowState.STATUS_NEEDS_CHANGES)
    returned = stories.filter(
        Q(pk__in=sent_back.filter(requested_by=user).values("story"))
        | Q(pk__in=sent_back.values("story"), holder_id=user.pk)
    )
    texts = deadlines.find_unwritten().filter(due_at__lt=now, article__isnull=False)
    late_texts = texts.filter(Q(writer=user) | Q(article__owner=user)).values("article_id")
    late = stories.filter(
        Q(pk__in=mine.values("pk"), due_at__lt=now)
        | Q(pk__in=asked.values("pk"), due_at__lt=now)
        | Q(pk__in=late_texts)
    )
    soonest = F("due_at").asc(nulls_last=True)
    unclaimed_first = Case(When(holder_id=None, then=0), default=1)
    board = reverse("workflows:board")
    first_desk = rules[0].desk.slug if rules else ""
    piles = [
        (Pile("late", _("Late"), more_url=f"{board}?late=1"), late.order_by(soonest, "pk")),
        (
            Pile("assigned", _("Assigned to me"), more_url=f"{board}?mine=1"),
            mine.exclude(pk__in=sent_back.values("story")).order_by(soonest, "pk"),
        ),
        (
            Pile("sent-back", _("Sent back to me"), more_url=f"{board}?mine=1"),
            returned.order_by(soonest, "since", "pk"),
        ),
        (
            Pile("waiting", _("Waiting for my desk"), more_url=f"{board}?desk={first_desk}"),
            _not_written_by(user, asked)
            .filter(Q(holder_id=None) | ~Q(holder_id=user.pk))
            .order_by(unclaimed_first, soonest, "pk"),
        ),
    ]
    if not rules:
        piles.pop()
    piles += [
        (
            Pile("failed", _("Should have gone out and has not"), more_url=board, urgent=True),
            released_here.exclude(standing=None).exclude(standing__release_error="").order_by("pk"),
        ),
        (
            Pile("ready", _("Ready for release"), more_url=board),
            ready_for_release(released_here).order_by(soonest, "pk"),
        ),
        (
            Pile("in-review", _("Mine in review"), more_url=f"{board}?mine=1"),
            _in_review(user, stories).order_by(soonest, "pk"),
        ),
    ]
    found = [(pile, list(_counted(rows)[:PILE_LENGTH])) for pile, rows in piles]
    _fill(found, now=now)
    every = {pile.key: pile for pile, _rows in found}
    asks = [_emergencies(user, publishable, now), every.pop("failed")]
    own = every.pop("in-review")
    return [pile for pile in (*asks, *every.values(), _plans(user, now), own, _owed(user, now)) if pile.count]


def waiting_for(user: Any) -> QuerySet[Any]:
    """The stories at a stage that wants this person's signature, with `stage_id` and `due_at`; in no order."""
    return _not_written_by(user, _asked(_stories(user), _rules_of(user), user))


def _rules_of(user: Any) -> list[SignOffRule]:
    return list(SignOffRule.objects.filter(desk__group__user=user).select_related("desk"))


def _stories(user: Any) -> QuerySet[Any]:
    reachable = policy_registry.get_by_type(Article).explorable_instances(user)
    held = open_assignments().filter(article=OuterRef("pk"))
    commissioned = Commission.objects.filter(article=OuterRef("pk"), dropped_at=None)
    # By the text of the key, for which Wagtail has an index.
    in_review = open_reviews().filter(
        object_id=Cast(OuterRef("pk"), CharField()), status=WorkflowState.STATUS_IN_PROGRESS
    )
    returned = SignOff.objects.filter(article=OuterRef("pk"), verdict=SignOff.Verdict.SENT_BACK).order_by("-at")
    return (
        Article.objects.filter(pk__in=reachable.values("pk"))
        .annotate(
            holder_id=Subquery(held.values("assignee_id")[:1]),
            since=Subquery(held.values("since")[:1]),
            # While it is written, it is due when its plan says.
            due_at=Coalesce(Subquery(held.values("due_at")[:1]), Subquery(commissioned.values("due_at")[:1])),
            stage_id=Subquery(in_review.values("current_task_state__task_id")[:1]),
            reason=Subquery(returned.values("comment")[:1]),
        )
        .select_related("standing")
        .defer("body")
    )


def _in_review(user: Any, stories: QuerySet[Any]) -> QuerySet[Any]:
    """What this person wrote or submitted, and somebody else is to read."""
    in_review = open_reviews().filter(status=WorkflowState.STATUS_IN_PROGRESS)
    own = Q(owner_id=user.pk) | Q(pk__in=in_review.filter(requested_by=user).values("story"))
    others = stories.filter(Q(holder_id=None) | ~Q(holder_id=user.pk))
    return others.filter(own, pk__in=in_review.values("story"))


def _asked(stories: QuerySet[Any], rules: Iterable[SignOffRule], user: Any) -> QuerySet[Any]:
    """The stories at a stage that still wants a signature of one of these desks for the latest version."""
    in_review = open_reviews().filter(status=WorkflowState.STATUS_IN_PROGRESS)
    stages = {rule.stage_id for rule in rules}
    stories = stories.filter(pk__in=in_review.filter(current_task_state__task__in=stages).values("story")).annotate(
        latest_body=KeyTextTransform("body", "latest_revision__content")
    )
    wanted = Q(pk__in=[])
    for rule in rules:
        given = f"given_by_{rule.desk_id}"
        if given not in stories.query.annotations:
            stories = stories.annotate(**{given: _signature_count(rule.desk_id)})
        applies = Q(stage_id=rule.stage_id, **{f"{given}__lt": rule.required})
        if rule.condition == SignOffRule.Condition.SENSITIVE:
            applies &= Q(latest_revision__content__sensitive=True)
        elif rule.condition == SignOffRule.Condition.WITH_PICTURE:
            applies &= _PICTURES | ~Q(latest_revision__content__lead_image=None)
        wanted |= applies
    return stories.filter(wanted)


def _signature_count(desk_id: int) -> Any:
    """How many of a desk have signed the latest version at the stage where it is; whoever wrote it does not count."""
    given = SignOff.objects.valid().filter(
        article=OuterRef("pk"),
        content_hash=OuterRef("standing__content_hash"),
        stage_id=OuterRef("stage_id"),
        desk_id=desk_id,
    )
    others = given.exclude(by_id=Coalesce(OuterRef("standing__changed_by_id"), 0, output_field=IntegerField())).exclude(
        article__standing__also_changed_by__contains=[F("by_id")]
    )
    released = EmergencyRelease.objects.unreviewed().by(OuterRef("by_id"))
    others = others.exclude(Exists(released.filter(article=OuterRef("article"), content_hash=OuterRef("content_hash"))))
    counted = others.order_by().values("desk_id").annotate(number=Count("pk")).values("number")
    return Coalesce(Subquery(counted), 0)


def _not_written_by(user: Any, stories: QuerySet[Any]) -> QuerySet[Any]:
    """Without what this person changed last, submitted, released or has signed: they may not sign it."""
    submitted = PageLogEntry.objects.filter(
        page_id=OuterRef("pk"), action__in=["wagtail.workflow.start", "wagtail.workflow.resume"]
    ).order_by("-timestamp", "-pk")
    signed = SignOff.objects.valid().filter(
        by=user,
        article=OuterRef("pk"),
        content_hash=OuterRef("standing__content_hash"),
        stage_id=OuterRef("stage_id"),
    )
    released = (
        EmergencyRelease.objects.unreviewed()
        .by(user)
        .filter(article=OuterRef("pk"), content_hash=OuterRef("standing__content_hash"))
    )
    return (
        stories.annotate(submitter_id=Subquery(submitted.values("user_id")[:1]))
        .exclude(Q(standing__changed_by=user) | Q(standing__also_changed_by__contains=[user.pk]))
        .filter(Q(submitter_id=None) | ~Q(submitter_id=user.pk))
        .exclude(Exists(signed))
        .exclude(Exists(released))
    )


def _counted(rows: QuerySet[Any]) -> QuerySet[Any]:
    return rows.annotate(total=Window(Count("pk")))


def _fill(found: list[tuple[Pile, list[Any]]], *, now: datetime) -> None:
    every = [story for _pile, rows in found for story in rows]
    paths = {story.path[: -story.steplen] for story in every}
    sections = dict(Section.objects.filter(path__in=paths).values_list("path", "draft_title"))
    stages = dict(ReviewStage.objects.filter(pk__in={story.stage_id for story in every}).values_list("pk", "name"))
    people = get_user_model().objects.in_bulk({story.holder_id for story in every} - {None})
    for pile, rows in found:
        pile.count = rows[0].total if rows else 0
        for story in rows:
            holder = people.get(story.holder_id)
            details = [stages.get(story.stage_id, "")]
            if pile.key == "sent-back":
                details = [story.reason]
            elif pile.key == "failed":
                details = [story.standing.release_error]
            elif pile.key in ("waiting", "late", "in-review"):
                details.append(str(holder) if holder else _("nobody has it"))
            view = "workflows:review" if story.stage_id else "wagtailadmin_pages:edit"
            if pile.key in ("ready", "failed"):
                view = "workflows:release"
            pile.rows.append(
                Row(
                    title=story.draft_title or story.title,
                    section=sections.get(story.path[: -story.steplen], ""),
                    url=reverse(view, args=[story.pk]),
                    detail=" · ".join(filter(None, details)),
                    due_at=story.due_at,
                    late=bool(story.due_at and story.due_at < now),
                    claim_url="" if holder or pile.key != "waiting" else reverse("workflows:claim", args=[story.pk]),
                )
            )


def _plans(user: Any, now: datetime) -> Pile:
    """What was commissioned from this person and has no page yet."""
    wanted = Commission.objects.filter(writer=user, article=None, dropped_at=None).select_related("section")
    rows = list(_counted(wanted.order_by(F("due_at").asc(nulls_last=True), "pk"))[:PILE_LENGTH])
    pile = Pile("plans", _("Commissioned from me"), more_url=f"{reverse('plans:index')}?writer={user.pk}")
    pile.count = rows[0].total if rows else 0
    pile.rows = [
        Row(
            title=plan.title,
            section=plan.section.title,
            url=reverse("plans:show", args=[plan.pk]),
            detail=_("%s words") % plan.word_count if plan.word_count else "",
            due_at=plan.due_at,
            late=bool(plan.due_at and plan.due_at < now),
            make_page_url=reverse("plans:make_page", args=[plan.pk]),
        )
        for plan in rows
    ]
    return pile


def _emergencies(user: Any, publishable: QuerySet[Any], now: datetime) -> Pile:
    """Releases without full review to which this person can agree; what is left of each is minutes."""
    title = _("Asks for a second publisher")
    pile = Pile("emergencies", title, more_url=reverse("workflows:board"), urgent=True)
    if not user.has_perm(emergencies.RIGHT):
        return pile
    asked = emergencies.waiting(now).filter(article__in=publishable.values("pk")).exclude(asked_by=user)
    rows = list(_counted(asked.select_related("article", "asked_by"))[:PILE_LENGTH])
    pile.count = rows[0].total if rows else 0
    pile.rows = [
        Row(
            title=request.article.draft_title or request.article.title,
            section="",
            url=reverse("workflows:emergency", args=[request.article_id]),
            detail=f"{request.asked_by}: {request.reason}",
            due_at=emergencies.expires_at(request),
        )
        for request in rows
    ]
    return pile


def _owed(user: Any, now: datetime) -> Pile:
    """Reviews that are owed after a release without one, where this person publishes."""
    pile = Pile("owed", _("Released without full review"), more_url=reverse("workflows:board"))
    if not user.has_perm(emergencies.RIGHT):
        return pile
    publishable = policy_registry.get_by_type(Article).instances_user_has_permission_for(user, "publish")
    owed = emergencies.owed().filter(article__in=publishable.values("pk")).select_related("article")
    rows = list(_counted(owed)[:PILE_LENGTH])
    pile.count = rows[0].total if rows else 0
    pile.rows = [
        Row(
            title=release.article.draft_title,
            section="",
            url=reverse("workflows:review", args=[release.article_id]),
            detail=release.reason,
            due_at=release.review_due_at,
            late=bool(release.review_due_at and release.review_due_at < now),
        )
        for release in rows
    ]
    return pile
