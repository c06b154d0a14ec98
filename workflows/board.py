"""The board: every story in hand, in the column of where it stands. A few queries, whatever the number of stories."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery, TextField
from django.db.models.functions import Cast
from django.http import QueryDict
from django.urls import reverse
from wagtail.models import Revision, TaskState, WorkflowState
from wagtail.permissions import policy_registry

from cms.models import Article, ArticleAuthor, Section, Takedown
from workflows.models import (
    Assignment,
    Clearance,
    Desk,
    ReviewStage,
    SignOff,
    SignOffRule,
    Standing,
)

COLUMN_LENGTH = 50
"""Cards shown of a column; its head says how many there are."""


@dataclass(frozen=True)
class Filters:
    """What the reader of the board wants to see; kept in the address of the page."""

    desk: str = ""
    section: str = ""
    kind: str = ""
    mine: bool = False
    late: bool = False
    words: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filters":
        return cls(
            desk=query.get("desk", ""),
            section=query.get("section", ""),
            kind=query.get("kind", "") if query.get("kind", "") in Article.Kind.values else "",
            mine=query.get("mine") == "1",
            late=query.get("late") == "1",
            words=query.get("q", "").strip(),
        )


@dataclass
class Card:
    article_id: int
    title: str
    section: str
    byline: str
    word_count: int
    flags: list[str]
    assignee: str
    due_at: datetime | None
    late: bool
    signed: str
    note: str
    note_is_warning: bool
    at: datetime | None
    edit_url: str
    action_url: str
    action_label: str


@dataclass
class Column:
    key: str
    title: str
    hint: str
    cards: list[Card] = field(default_factory=list)
    count: int = 0
    warning: str = ""


def build_board(user: Any, filters: Filters, now: datetime) -> list[Column]:
    """The columns from left to right, each with its first cards, the most urgent first."""
    stories = _stories(user, filters, now)
    stages = list(
        ReviewStage.objects.filter(active=True, workflow_tasks__workflow__active=True)
        .order_by("workflow_tasks__sort_order", "workflow_tasks__pk")
        .distinct()
    )
    if filters.desk:
        asked = set(SignOffRule.objects.filter(desk__slug=filters.desk).values_list("stage_id", flat=True))
        stages = [stage for stage in stages if stage.pk in asked]
    staffed = set(Desk.objects.filter(group__user__is_active=True).values_list("pk", flat=True))
    rules: dict[int, list[SignOffRule]] = {}
    for rule in SignOffRule.objects.select_related("desk"):
        rules.setdefault(rule.stage_id, []).append(rule)

    in_review = stories.filter(review_status=WorkflowState.STATUS_IN_PROGRESS)
    columns = []
    for stage in stages:
        at_stage = in_review.filter(stage_id=stage.pk).order_by(F("due_at").asc(nulls_last=True), "pk")
        column = _column(f"stage-{stage.pk}", stage.name, f"within {stage.review_hours} h", at_stage, now, "review")
        empty = [rule.desk.name for rule in rules.get(stage.pk, []) if rule.desk_id not in staffed]
        if empty:
            column.warning = f"Nobody works at the {', '.join(empty)}: stories here wait for ever."
        columns.append(column)
    _add_signatures(columns, rules)
    if not filters.desk:
        back = stories.filter(review_status=WorkflowState.STATUS_NEEDS_CHANGES).order_by("since", "pk")
        columns.insert(0, _column("sent-back", "Sent back", "for the writer", back, now, "edit"))
        drafts = stories.filter(
            Q(live=False) | Q(has_unpublished_changes=True),
            review_status=None,
            cleared=None,
            scheduled_at=None,
            withdrawn=False,
        )
        columns.insert(0, _column("drafts", "Drafts", "not submitted", drafts.order_by("-changed_at"), now, "edit"))
        columns += _released(stories, now)
    return columns


def _released(stories: QuerySet[Any], now: datetime) -> list[Column]:
    idle = stories.filter(Q(review_status=None) | Q(review_status=WorkflowState.STATUS_NEEDS_CHANGES))
    ready = idle.filter(cleared__isnull=False, scheduled_at=None, has_unpublished_changes=True).order_by("pk")
    scheduled = stories.filter(scheduled_at__isnull=False).order_by("scheduled_at", "pk")
    embargoed = stories.filter(live=True, embargo_until__gt=now).order_by("embargo_until", "pk")
    published = stories.filter(live=True, last_published_at__gte=now - timedelta(hours=24)).exclude(
        embargo_until__gt=now
    )
    uncleared = stories.filter(live=True, live_uncleared=True).order_by("-last_published_at")
    columns = [
        _column("ready", "Ready", "for a publisher", ready, now, "release"),
        _column("scheduled", "Scheduled", "goes out by itself", scheduled, now, "release"),
        _column("embargoed", "Embargoed", "released, not shown yet", embargoed, now, "edit"),
        _column(
            "published", "Published", "in the last 24 hours", published.order_by("-last_published_at"), now, "edit"
        ),
    ]
    stopped = _column("uncleared", "Held back", "live without review", uncleared, now, "edit")
    if stopped.count:
        stopped.warning = "Published past the review: readers do not get these versions."
        columns.append(stopped)
    return columns


def _stories(user: Any, filters: Filters, now: datetime) -> QuerySet[Any]:
    policy = policy_registry.get_by_type(Article)
    current = WorkflowState.objects.filter(
        object_id=_text(OuterRef("pk")),
        status__in=[WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES],
    )
    open_assignment = Assignment.objects.filter(article_id=OuterRef("pk"), ended_at=None)
    cleared = Clearance.objects.filter(
        article_id=OuterRef("pk"), content_hash=OuterRef("standing__content_hash"), voided_at=None
    )
    live_cleared = Clearance.objects.filter(
        article_id=OuterRef("pk"), content_hash=OuterRef("standing__live_hash"), voided_at=None
    )
    returned = SignOff.objects.filter(article_id=OuterRef("pk"), verdict=SignOff.Verdict.SENT_BACK).order_by("-at")
    withdrawn = Takedown.objects.filter(article_id=OuterRef("pk"), at__gte=OuterRef("standing__changed_at"))
    scheduled = Revision.objects.filter(object_id=_text(OuterRef("pk")), approved_go_live_at__isnull=False).filter(
        content_type__model="article"
    )
    stories = (
        Article.objects.filter(pk__in=policy.explorable_instances(user).values("pk"))
        .select_related("standing", "standing__changed_by")
        .annotate(
            review_status=Subquery(current.values("status")[:1]),
            stage_id=Subquery(current.values("current_task_state__task_id")[:1]),
            task_state_id=Subquery(current.values("current_task_state_id")[:1]),
            since=Subquery(open_assignment.values("since")[:1]),
            due_at=Subquery(open_assignment.values("due_at")[:1]),
            assignee_id=Subquery(open_assignment.values("assignee_id")[:1]),
            cleared=Subquery(cleared.values("pk")[:1]),
            scheduled_at=Subquery(scheduled.values("approved_go_live_at")[:1]),
            changed_at=F("standing__changed_at"),
            reason=Subquery(returned.values("comment")[:1]),
            live_uncleared=~Q(standing__live_hash="") & ~Exists(live_cleared),
            withdrawn=Exists(withdrawn),
        )
        .defer("body")
    )
    if filters.section:
        section = Section.objects.filter(slug=filters.section).first()
        stories = stories.descendant_of(section) if section else stories.none()
    if filters.kind:
        stories = stories.filter(kind=filters.kind)
    if filters.words:
        stories = stories.filter(Q(draft_title__icontains=filters.words) | Q(title__icontains=filters.words))
    if filters.mine:
        mine = Q(assignee_id=user.pk) | Q(owner_id=user.pk) | Q(byline__author__user=user)
        stories = stories.filter(mine).distinct()
    if filters.late:
        stories = stories.filter(due_at__lt=now)
    return stories


def _text(expression: Any) -> Any:
    """A primary key as Wagtail's generic relations keep it."""
    return Cast(expression, TextField())


def _column(key: str, title: str, hint: str, stories: QuerySet[Any], now: datetime, action: str) -> Column:
    rows = list(stories[:COLUMN_LENGTH])
    count = len(rows) if len(rows) < COLUMN_LENGTH else stories.count()
    bylines = _bylines(rows)
    sections = _sections(rows)
    people = _people(rows)
    column = Column(key, title, hint, count=count)
    for row in rows:
        standing: Standing | None = getattr(row, "standing", None)
        note, warning = _note(row, standing, key)
        column.cards.append(
            Card(
                article_id=row.pk,
                title=row.draft_title or row.title,
                section=sections.get(row.path[: -row.steplen], ""),
                byline=", ".join(bylines.get(row.pk, [])),
                word_count=standing.word_count if standing else 0,
                flags=[name for name in ("breaking", "sensitive", "sponsored") if getattr(row, name)],
                assignee=people.get(row.assignee_id, ""),
                due_at=row.due_at,
                late=bool(row.due_at and row.due_at < now),
                signed="",
                note=note,
                note_is_warning=warning,
                at=_shown_moment(row, key),
                edit_url=reverse("wagtailadmin_pages:edit", args=[row.pk]),
                action_url=reverse(f"workflows:{action}", args=[row.pk]) if action != "edit" else "",
                action_label={"review": "Review", "release": "Release"}.get(action, ""),
            )
        )
    return column


def _note(row: Any, standing: Standing | None, key: str) -> tuple[str, bool]:
    if standing and standing.release_error:
        return f"Failed, retrying: {standing.release_error}", True
    if key == "sent-back" and row.reason:
        return row.reason, False
    if key == "uncleared":
        return "Not signed by every desk", True
    if key == "published" and row.review_status:
        return "a new version is in review", False
    return "", False


def _shown_moment(row: Any, key: str) -> datetime | None:
    moments = {
        "scheduled": row.scheduled_at,
        "embargoed": row.embargo_until,
        "published": row.last_published_at,
        "drafts": row.changed_at,
        "sent-back": row.since,
    }
    moment: datetime | None = moments.get(key)
    return moment


def _bylines(rows: Iterable[Article]) -> dict[int, list[str]]:
    names: dict[int, list[str]] = {}
    lines = ArticleAuthor.objects.filter(article__in=[row.pk for row in rows]).select_related("author")
    for line in lines.order_by("article_id", "sort_order"):
        names.setdefault(line.article_id, []).append(line.author.name)
    return names


def _sections(rows: Iterable[Article]) -> dict[str, str]:
    paths = {row.path[: -row.steplen] for row in rows}
    return dict(Section.objects.filter(path__in=paths).values_list("path", "draft_title"))


def _people(rows: Iterable[Any]) -> dict[int, str]:
    ids = {row.assignee_id for row in rows if row.assignee_id}
    return {person.pk: str(person) for person in get_user_model().objects.filter(pk__in=ids)} if ids else {}


def _add_signatures(columns: list[Column], rules: dict[int, list[SignOffRule]]) -> None:
    """Note on each card how many have signed the latest version at its stage."""
    cards = {card.article_id: card for column in columns for card in column.cards}
    if not cards:
        return
    stage_of = {
        int(object_id): task_id
        for object_id, task_id in TaskState.objects.filter(
            workflow_state__object_id__in=[str(pk) for pk in cards], status=TaskState.STATUS_IN_PROGRESS
        ).values_list("workflow_state__object_id", "task_id")
    }
    signed: dict[int, list[str]] = {}
    sign_offs = (
        SignOff.objects.valid()
        .filter(article__in=cards, content_hash=F("article__standing__content_hash"))
        .select_related("desk")
    )
    for sign_off in sign_offs:
        if stage_of.get(sign_off.article_id) == sign_off.stage_id:
            signed.setdefault(sign_off.article_id, []).append(sign_off.desk.name)
    for pk, names in signed.items():
        cards[pk].signed = f"signed: {', '.join(sorted(names))}"
