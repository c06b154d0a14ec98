"""How stories flow: how long they stay at each stage, what is stuck, why they come back. Counted by PostgreSQL.

A *passage* is one stay of one story at one stage: Wagtail's task state.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.aggregates import StringAgg
from django.db.models import (
    Aggregate,
    BigIntegerField,
    BooleanField,
    CharField,
    Count,
    DateTimeField,
    Exists,
    ExpressionWrapper,
    F,
    FloatField,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
)
from django.db.models.functions import Cast, Coalesce, Extract, Length, Substr
from wagtail.models import Page, TaskState, get_default_page_content_type

from cms.models import Article
from workflows.models import Desk, ReviewStage, SignOff, SignOffRule

FINISHED = (TaskState.STATUS_APPROVED, TaskState.STATUS_REJECTED)


class Percentile(Aggregate):
    """`percentile_cont`: the value below which `fraction` of the rows lie, between rows by interpolation."""

    template = "percentile_cont(%(fraction)s) WITHIN GROUP (ORDER BY %(expressions)s)"
    output_field = FloatField()

    def __init__(self, expression: Any, *, fraction: float, **extra: Any) -> None:
        super().__init__(expression, fraction=fraction, **extra)


@dataclass(frozen=True)
class Pace:
    """How long finished passages took at a stage, or until a desk of it had spoken, in hours."""

    stage: str
    desk: str
    """Empty for the stage as a whole."""
    allowed: int
    count: int
    median: float | None
    nine_of_ten: float | None
    """Nine of ten took no longer; None, as the median, where none has finished."""
    late: int
    """How many took longer than the stage allows."""
    waiting: int | None
    """How many are there now; None for a desk, which may not be asked about every story."""


@dataclass(frozen=True)
class Comeback:
    """How often a desk sent stories back for one reason."""

    stage: str
    desk: str
    reason: str
    """In the reader's language; empty if nobody said."""
    count: int


def passages(articles: QuerySet[Article], at: datetime) -> QuerySet[TaskState]:
    """Every stay of these stories at a stage, with what the report shows of it; a stage that was skipped is none.

    `article_id`, `story`, `section`, `stage_name`, `desk_names`; `hours` until it ended, or until `at`; `late`, whether
    that is longer than the stage allows.
    """
    story = Article.objects.filter(pk=OuterRef("article_id"))
    section_path = Substr(OuterRef("article_path"), 1, Length(OuterRef("article_path")) - Page.steplen)
    desks = SignOffRule.objects.filter(stage=OuterRef("task_id")).order_by().values("stage")
    return (
        TaskState.objects.filter(
            task__in=ReviewStage.objects.values("pk"),
            workflow_state__base_content_type=get_default_page_content_type(),
            workflow_state__object_id__in=keys_of(articles),
        )
        .exclude(status=TaskState.STATUS_SKIPPED)
        .annotate(article_id=Cast("workflow_state__object_id", BigIntegerField()))
        .annotate(article_path=Subquery(story.values("path")), story=Subquery(story.values("draft_title")))
        .annotate(
            section=Subquery(Page.objects.filter(path=section_path).values("title")),
            stage_name=F("task__name"),
            desk_names=Subquery(desks.values(names=StringAgg("desk__name", ", ", order_by="desk__name"))),
            hours=_hours(F("started_at"), Coalesce(F("finished_at"), Value(at, output_field=DateTimeField()))),
        )
        .annotate(
            late=ExpressionWrapper(Q(hours__gt=F("task__reviewstage__review_hours")), output_field=BooleanField())
        )
        .order_by("-started_at", "-pk")
    )


def keys_of(articles: QuerySet[Article]) -> QuerySet[Any, Any]:
    """The primary keys of stories as Wagtail's workflow states have them: as text."""
    return articles.order_by().values(key=Cast("pk", CharField()))


def paces(rows: QuerySet[TaskState], *, desk: Desk | None = None) -> list[Pace]:
    """One row for each stage in the order of the review, followed by one for each of its desks that has spoken."""
    stages = ReviewStage.objects.annotate(place=Min("workflow_tasks__sort_order")).order_by(
        F("place").asc(nulls_last=True), "pk"
    )
    at_stage = {
        row["task_id"]: row
        for row in _summed(rows.filter(status__in=FINISHED), "task_id", late=Q(late=True)).iterator()
    }
    waiting = dict(
        rows.filter(status=TaskState.STATUS_IN_PROGRESS).order_by().values_list("task_id").annotate(Count("pk"))
    )
    later = SignOff.objects.filter(task_state=OuterRef("task_state"), desk=OuterRef("desk"), carried_from=None)
    last_words = (
        SignOff.objects.filter(task_state__in=rows.order_by().values("pk"), carried_from=None)
        .exclude(Exists(later.filter(Q(at__gt=OuterRef("at")) | Q(at=OuterRef("at"), pk__gt=OuterRef("pk")))))
        .annotate(hours=_hours(F("task_state__started_at"), F("at")))
    )
    if desk:
        last_words = last_words.filter(desk=desk)
    at_desk: dict[int, list[dict[str, Any]]] = {}
    for row in _summed(last_words, "stage_id", "desk__name", late=Q(hours__gt=F("stage__review_hours"))):
        at_desk.setdefault(row["stage_id"], []).append(row)
    result = []
    for stage in stages:
        of_desks = sorted(at_desk.get(stage.pk, []), key=lambda row: str(row["desk__name"]))
        if stage.pk in at_stage or stage.pk in waiting or of_desks:
            whole = at_stage.get(stage.pk, _NOTHING)
            result.append(_pace(stage, "", whole, waiting=waiting.get(stage.pk, 0)))
            result += [_pace(stage, row["desk__name"], row, waiting=None) for row in of_desks]
    return result


def stuck(rows: QuerySet[TaskState]) -> QuerySet[TaskState]:
    """The stories that are at a stage for longer than it allows, the longest first."""
    return rows.filter(status=TaskState.STATUS_IN_PROGRESS, late=True).order_by("started_at", "pk")


def comebacks(rows: QuerySet[TaskState], *, desk: Desk | None = None) -> list[Comeback]:
    """How often stories were sent back, by stage, desk and reason, the most frequent first."""
    returned = SignOff.objects.filter(task_state__in=rows.order_by().values("pk"), verdict=SignOff.Verdict.SENT_BACK)
    if desk:
        returned = returned.filter(desk=desk)
    counted = returned.order_by().values_list("stage__name", "desk__name", "reason").annotate(Count("pk"))
    reasons = dict(SignOff.Reason.choices)
    return [
        Comeback(stage, desk_name, str(reasons.get(reason, "")), count)
        for stage, desk_name, reason, count in sorted(counted, key=lambda row: (-row[3], row[:3]))
    ]


_NOTHING: dict[str, Any] = {"count": 0, "median": None, "nine_of_ten": None, "late_count": 0}


def _hours(start: Any, end: Any) -> ExpressionWrapper:
    return ExpressionWrapper(Extract(end - start, "epoch") / Value(3600.0), output_field=FloatField())


def _summed(rows: QuerySet[Any], *by: str, late: Q) -> QuerySet[Any, dict[str, Any]]:
    return (
        rows.order_by()
        .values(*by)
        .annotate(
            count=Count("pk"),
            median=Percentile("hours", fraction=0.5),
            nine_of_ten=Percentile("hours", fraction=0.9),
            late_count=Count("pk", filter=late),
        )
    )


def _pace(stage: ReviewStage, desk: str, row: dict[str, Any], *, waiting: int | None) -> Pace:
    return Pace(
        stage=stage.name,
        desk=desk,
        allowed=stage.review_hours,
        count=row["count"],
        median=row["median"],
        nine_of_ten=row["nine_of_ten"],
        late=row["late_count"],
        waiting=waiting,
    )
