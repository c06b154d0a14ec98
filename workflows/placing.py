"""What stands in which column of the board. One query ranks every column, however many stories there are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.db.models import (
    CharField,
    Count,
    DateTimeField,
    Exists,
    F,
    IntegerField,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    Window,
)
from django.db.models.functions import Cast, Least, RowNumber
from django.http import QueryDict
from wagtail.models import Page, Revision, WorkflowState
from wagtail.permissions import policy_registry

from cms.models import Article, ArticleAuthor, Takedown
from workflows import emergencies
from workflows.house import House
from workflows.models import (
    Assignment,
    Clearance,
    Commission,
    ReviewStage,
    Standing,
)
from workflows.moves import (
    DRAFTS,
    EMBARGOED,
    HELD_BACK,
    OWED,
    PLANNED,
    PUBLISHED,
    READY,
    SCHEDULED,
    SENT_BACK,
    stage_key,
)

COLUMN_LENGTH = 50
"""Cards shown of a column at first, and added by each "show more"."""

LONGEST_COLUMN = 1000


@dataclass(frozen=True)
class Filters:
    """What the reader of the board wants to see; kept in the address of the page."""

    desk: str = ""
    section: str = ""
    kind: str = ""
    mine: bool = False
    late: bool = False
    words: str = ""
    lengths: Mapping[str, int] = field(default_factory=dict)
    """Column key to the number of cards to show, where that is more than `COLUMN_LENGTH`."""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filters":
        return cls(
            # PostgreSQL takes no text with a NUL in it.
            desk=query.get("desk", "").replace("\x00", ""),
            section=query.get("section", "").replace("\x00", ""),
            kind=query.get("kind", "") if query.get("kind", "") in Article.Kind.values else "",
            mine=query.get("mine") == "1",
            late=query.get("late") == "1",
            words=query.get("q", "").replace("\x00", "").strip(),
            lengths=_lengths(query.getlist("show")),
        )

    def asks_for(self, key: str) -> bool:
        """With a desk chosen, only what waits for that desk."""
        return not self.desk or key == PLANNED or key.startswith("stage-")

    def length_of(self, key: str) -> int:
        return self.lengths.get(key, COLUMN_LENGTH)


def _lengths(values: Iterable[str]) -> dict[str, int]:
    """`show=stage-3:100` as {"stage-3": 100}; what is no number is left out."""
    lengths = {}
    for value in values:
        key, _colon, number = value.rpartition(":")
        if key and len(number) < 10 and number.isascii() and number.isdigit():
            lengths[key] = min(max(int(number), COLUMN_LENGTH), LONGEST_COLUMN)
    return lengths


def place(
    house: House, filters: Filters, stages: Iterable[ReviewStage], now: datetime
) -> dict[str, list[tuple[int, int, int]]]:
    """Column key to (primary key, stories in the column, how many of them are late), the most urgent first."""
    places = _places_of(stories_for(house, filters), stages, filters, now)
    return _rank([one for one in places if filters.asks_for(one.key)], filters, now)


@dataclass(frozen=True)
class _Places:
    key: str
    stories: QuerySet[Any]
    order: tuple[Any, ...]


def stories_for(house: House, filters: Filters) -> QuerySet[Any]:
    """What this person may see and asked for, with when it is due."""
    user = house.user
    reachable = policy_registry.get_by_type(Article).explorable_instances(user)
    stories = Article.objects.filter(pk__in=reachable.values("pk"))
    if filters.section:
        inside = Q(pk=None)
        for section in house.sections_within(filters.section):
            inside |= Q(path__startswith=section.path)
        stories = stories.filter(inside)
    if filters.kind:
        stories = stories.filter(latest_revision__content__kind=filters.kind)
    if filters.words:
        stories = stories.filter(Q(draft_title__icontains=filters.words) | Q(title__icontains=filters.words))
    if filters.mine:
        stories = stories.filter(
            Q(owner_id=user.pk)
            | Q(pk__in=open_assignments().filter(assignee_id=user.pk).values("article"))
            | Q(pk__in=ArticleAuthor.objects.filter(author__user=user).values("article"))
            | Q(commission__writer=user)
        )
    return stories


def _places_of(stories: QuerySet[Any], shown: Iterable[ReviewStage], filters: Filters, now: datetime) -> list[_Places]:
    """The stories of each column, and how they are ordered there."""
    in_review = open_reviews().filter(status=WorkflowState.STATUS_IN_PROGRESS)
    sent_back = open_reviews().filter(status=WorkflowState.STATUS_NEEDS_CHANGES)
    stage_due = Subquery(open_assignments().filter(article=OuterRef("pk")).values("due_at")[:1])
    text_due = Subquery(open_commissions().filter(article=OuterRef("pk")).values("due_at")[:1])
    planned_for = Subquery(open_commissions().filter(article=OuterRef("pk")).values("publish_at")[:1])
    review_owed = Subquery(
        emergencies.owed().filter(article=OuterRef("pk")).order_by("review_due_at").values("review_due_at")[:1]
    )
    never = Value(None, output_field=DateTimeField())

    def due(*moments: Any) -> QuerySet[Any]:
        found = stories.annotate(due=Least(*moments) if len(moments) > 1 else moments[0])
        return found.filter(due__lt=now) if filters.late else found

    soonest = F("due").asc(nulls_last=True)
    waiting = due(stage_due, text_due)
    written = waiting.filter(pk__in=sent_back.values("story"))
    drafts = due(text_due).filter(
        Q(live=False) | Q(has_unpublished_changes=True),
        ~Exists(_withdrawn()),
        ~Exists(_cleared("content_hash")),
    )
    drafts = drafts.exclude(pk__in=open_reviews().values("story")).exclude(pk__in=schedules().values("story"))
    ready = ready_for_release(due(planned_for))
    scheduled = due(never).filter(pk__in=schedules().values("story"))
    scheduled = scheduled.annotate(
        goes_at=Subquery(schedules().filter(story=OuterRef("pk")).values("approved_go_live_at")[:1])
    )
    # What should have come out of its embargo or expired, however long ago it was published.
    failing = Standing.objects.exclude(release_error="").values("article")
    live = due(never).filter(live=True).annotate(failed=Exists(failing.filter(article=OuterRef("pk"))))
    uncleared = Standing.objects.exclude(live_hash="").filter(
        ~Exists(
            Clearance.objects.filter(article=OuterRef("article"), content_hash=OuterRef("live_hash"), voided_at=None)
        )
    )
    return [
        _Places(HELD_BACK, live.filter(pk__in=uncleared.values("article")), (F("last_published_at").desc(),)),
        _Places(OWED, due(review_owed).filter(pk__in=emergencies.owed().values("article")), (soonest,)),
        _Places(DRAFTS, drafts, (soonest, F("standing__changed_at").desc(nulls_last=True))),
        _Places(SENT_BACK, written, (soonest,)),
        *(
            _Places(
                stage_key(stage.pk),
                waiting.filter(pk__in=in_review.filter(current_task_state__task=stage.pk).values("story")),
                (soonest,),
            )
            for stage in shown
        ),
        _Places(READY, ready, (soonest,)),
        _Places(SCHEDULED, scheduled, (F("goes_at").asc(),)),
        _Places(EMBARGOED, live.filter(embargo_until__gt=now), (F("embargo_until").asc(),)),
        _Places(
            PUBLISHED,
            live.filter(Q(last_published_at__gte=now - timedelta(hours=24)) | Q(pk__in=failing)).exclude(
                embargo_until__gt=now
            ),
            (F("failed").desc(), F("last_published_at").desc()),
        ),
    ]


def _rank(places: Iterable[_Places], filters: Filters, now: datetime) -> dict[str, list[tuple[int, int, int]]]:
    """Column key to (primary key, stories in the column, how many of them are late), in order. One query."""
    parts = []
    for place in places:
        order = (*place.order, F("pk").asc())
        late = Window(Count("pk", filter=Q(due__lt=now)))
        ranked = place.stories.annotate(
            place=Value(place.key, output_field=CharField()),
            rank=Window(RowNumber(), order_by=order),
            total=Window(Count("pk")),
            late=late,
        )
        parts.append(
            ranked.order_by(*order).values_list("place", "rank", "pk", "total", "late")[: filters.length_of(place.key)]
        )
    found: dict[str, list[tuple[int, int, int]]] = {}
    if not parts:
        return found
    union = parts[0].union(*parts[1:], all=True)
    for key, _rank, pk, total, late in sorted(union, key=lambda row: (row[0], row[1])):
        found.setdefault(key, []).append((pk, total, late))
    return found


def ready_for_release(stories: QuerySet[Any]) -> QuerySet[Any]:
    """Those whose latest version every desk has signed, and nobody has released or scheduled."""
    in_review = open_reviews().filter(status=WorkflowState.STATUS_IN_PROGRESS)
    ready = stories.filter(Exists(_cleared("content_hash")), has_unpublished_changes=True)
    ready = ready.exclude(pk__in=in_review.values("story")).exclude(pk__in=schedules().values("story"))
    # Saved again without a change: there is nothing to release.
    return ready.exclude(live=True, standing__content_hash=F("standing__live_hash"))


def open_reviews() -> QuerySet[Any]:
    """The reviews of stories that are going on or were sent back, with the story's primary key as `story`."""
    # This is the condition of Wagtail's unique index, which finds them without reading those that are over.
    return WorkflowState.objects.filter(
        base_content_type=content_type_of(Page),
        content_type=content_type_of(Article),
        status__in=(WorkflowState.STATUS_IN_PROGRESS, WorkflowState.STATUS_NEEDS_CHANGES),
    ).annotate(story=Cast("object_id", IntegerField()))


def schedules() -> QuerySet[Any]:
    """The versions that go out by themselves, with the story's primary key as `story`."""
    return Revision.objects.filter(approved_go_live_at__isnull=False, content_type=content_type_of(Article)).annotate(
        story=Cast("object_id", IntegerField())
    )


def content_type_of(model: Any) -> ContentType:
    return ContentType.objects.get_for_model(model, for_concrete_model=False)


def open_assignments() -> QuerySet[Assignment]:
    return Assignment.objects.filter(ended_at=None)


def open_commissions() -> QuerySet[Commission]:
    return Commission.objects.filter(dropped_at=None)


def _cleared(hash_field: str) -> QuerySet[Clearance]:
    return Clearance.objects.filter(
        article=OuterRef("pk"), content_hash=OuterRef(f"standing__{hash_field}"), voided_at=None
    )


def _withdrawn() -> QuerySet[Takedown]:
    """Takedowns since the last change: what was withdrawn is no draft until somebody takes it up again."""
    return Takedown.objects.filter(article=OuterRef("pk"), at__gte=OuterRef("standing__changed_at"))
