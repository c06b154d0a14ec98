"""The calendar: what is planned, scheduled, under embargo and published, day by day, from a few queries."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import Any
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Count, F, IntegerField, OuterRef, Q, QuerySet, Subquery, TextField, Window
from django.db.models.functions import Cast, Coalesce, Greatest, RowNumber, TruncDate
from django.http import QueryDict
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Revision
from wagtail.permissions import policy_registry

from cms.exceptions import Refused
from cms.models import Article, Section
from workflows import planning, schedules
from workflows.exceptions import StoryMovedOn
from workflows.models import Commission

DAY_LENGTH = 12
"""Entries shown of a day in a week; its head says how many there are."""
SINGLE_DAY_LENGTH = 200
"""The same when one day has the page for itself."""


class Kind(StrEnum):
    """Why a story stands in the calendar."""

    DUE = "due"
    PLANNED = "planned"
    SCHEDULED = "scheduled"
    EMBARGOED = "embargoed"
    PUBLISHED = "published"


_LABELS = {
    Kind.DUE: gettext_lazy("Text due"),
    Kind.PLANNED: gettext_lazy("Planned"),
    Kind.SCHEDULED: gettext_lazy("Scheduled"),
    Kind.EMBARGOED: gettext_lazy("Embargo ends"),
    Kind.PUBLISHED: gettext_lazy("Published"),
}


@dataclass(frozen=True)
class Filters:
    """What the reader of the calendar wants to see; kept in the address of the page."""

    desk: str = ""
    section: str = ""
    kind: str = ""

    @classmethod
    def from_query(cls, query: QueryDict) -> "Filters":
        kind = query.get("kind", "")
        # PostgreSQL takes no text with a NUL in it.
        desk, section = (query.get(name, "").replace("\x00", "") for name in ("desk", "section"))
        return cls(desk, section, kind if kind in Article.Kind.values else "")


@dataclass
class Entry:
    """One story at one moment."""

    kind: Kind
    pk: int
    """Of the commission if it is planned or due, else of the story."""
    at: datetime
    title: str
    section: str
    detail: str
    url: str
    why_fixed: str = ""
    """Why it cannot be moved from here; empty if it can."""

    @property
    def label(self) -> str:
        return str(_LABELS[self.kind])

    @property
    def move_url(self) -> str:
        return reverse("workflows:calendar_move", args=[self.kind.value, self.pk])


@dataclass
class Day:
    on: date
    entries: list[Entry] = field(default_factory=list)
    count: int = 0
    address: str = ""
    """Of the page that shows this day alone."""

    @property
    def hidden_count(self) -> int:
        return self.count - len(self.entries)

    @property
    def hours(self) -> list[tuple[int, list[Entry]]]:
        """The entries of each hour from 0 to 23, in the current time zone."""
        by_hour: dict[int, list[Entry]] = {hour: [] for hour in range(24)}
        for entry in self.entries:
            by_hour[timezone.localtime(entry.at).hour].append(entry)
        return list(by_hour.items())


def build_calendar(user: Any, filters: Filters, *, first: date, day_count: int, now: datetime) -> list[Day]:
    """`day_count` days from `first` on, in the current time zone, each with its first entries in order of time."""
    zone = timezone.get_current_timezone()
    days = {first + timedelta(days=number): Day(first + timedelta(days=number)) for number in range(day_count)}
    span = (at_time(first, time(), zone), at_time(first + timedelta(days=day_count), time(), zone))
    length = DAY_LENGTH if day_count > 1 else SINGLE_DAY_LENGTH

    plans = _first_of_each_day(_plans(user, filters), span, length)
    stories = {
        kind: _first_of_each_day(rows, span, length) for kind, rows in _stories(user, filters, span, now).items()
    }
    sections = _section_titles(story for rows in stories.values() for story in rows)
    plannable = set(planning.sections_to_plan(user).values_list("pk", flat=True)) if plans else set()
    releasable = _releasable(user, stories[Kind.SCHEDULED])
    for plan in plans:
        day = days[plan.day]
        day.entries.append(_plan_entry(plan, plannable))
        _count(day, plan)
    for kind, rows in stories.items():
        for story in rows:
            day = days[story.day]
            day.entries.append(_story_entry(story, kind, sections, releasable))
            _count(day, story)
    for day in days.values():
        day.entries.sort(key=lambda entry: (entry.at, entry.kind, entry.pk))
        del day.entries[length:]
    return list(days.values())


@transaction.atomic
def move(kind: str, pk: int, *, at: datetime, by: Any, seen_at: datetime | None = None) -> None:
    """Give what stands in the calendar another time; a scheduled story stays cleared.

    `seen_at` is the time that `by` was looking at.

    Raises:
        Http404: there is no such thing in the sections where `by` works.
        StoryMovedOn: it has another time by now, has gone out, or is no longer scheduled.
        Refused: it cannot be moved from here, `at` has passed, or `by` does not plan or publish in the section.
    """
    if kind in (Kind.PLANNED, Kind.DUE):
        planning.move(_plan(pk, by), at=at, by=by, seen_at=seen_at)
        return
    article = _story(pk, by)
    if kind != Kind.SCHEDULED:
        raise Refused(why_fixed(kind))
    schedule = schedules.find(article)
    if schedule is None or (seen_at and schedule.at != seen_at):
        raise StoryMovedOn(_("Somebody moved this release in the meantime, or it has gone out. Look at it again."))
    schedules.move(article, at=at, by=by)


def find_entry(kind: str, pk: int, *, user: Any) -> Entry:
    """One entry as it is now.

    Raises:
        Http404: there is no such thing in the sections where `user` works.
    """
    if kind in (Kind.PLANNED, Kind.DUE):
        plan = _plan(pk, user)
        plan.at = plan.publish_at or plan.due_at
        entry = _plan_entry(plan, set(planning.sections_to_plan(user).values_list("pk", flat=True)))
        if entry.at is None:
            entry.why_fixed = _("This plan has no time.")
        return entry
    story = _story(pk, user)
    schedule = schedules.find(story)
    moments = {
        Kind.SCHEDULED: schedule.at if schedule else None,
        Kind.EMBARGOED: story.embargo_until,
        Kind.PUBLISHED: story.published_at(),
    }
    story.at = moments.get(Kind(kind))
    entry = _story_entry(story, Kind(kind), _section_titles([story]), _releasable(user, [story]))
    if entry.at is None:
        entry.why_fixed = _("It is no longer scheduled.")
    return entry


def why_fixed(kind: str) -> str:
    """Why nothing of this kind can be moved from the calendar; empty if it can."""
    return {
        Kind.EMBARGOED: _("The embargo is part of what the desks signed: to change it, edit the story."),
        Kind.PUBLISHED: _("It is published: readers have seen it at this time."),
    }.get(Kind(kind), "")


def at_time(on: date, at: time, zone: Any) -> datetime:
    """A moment by date and clock; where the clock is put forward over it, the moment after that."""
    moment = datetime.combine(on, at, tzinfo=zone)
    return moment.astimezone(ZoneInfo("UTC"))


# ----------------------------------------------------------------------------------------------------------------------


def _plans(user: Any, filters: Filters) -> QuerySet[Any]:
    waiting = Q(article=None) | Q(article__live=False)
    scheduled = Revision.page_revisions.filter(approved_go_live_at__isnull=False).annotate(
        article_id=Cast("object_id", IntegerField())
    )
    plans = (
        Commission.objects.filter(waiting, dropped_at=None, section__in=planning.visible_sections(user))
        .exclude(article_id__in=scheduled.values("article_id"))
        .annotate(at=Coalesce("publish_at", "due_at"))
        .select_related("section", "writer", "desk", "article")
    )
    if filters.desk:
        plans = plans.filter(desk__slug=filters.desk)
    if filters.kind:
        plans = plans.filter(kind=filters.kind)
    if filters.section:
        section = Section.objects.filter(slug=filters.section).first()
        plans = plans.filter(section__path__startswith=section.path) if section else plans.none()
    return plans


def _stories(user: Any, filters: Filters, span: tuple[datetime, datetime], now: datetime) -> dict[Kind, QuerySet[Any]]:
    explorable = policy_registry.get_by_type(Article).explorable_instances(user)
    stories = Article.objects.filter(pk__in=explorable.values("pk")).defer("body")
    if filters.desk:
        stories = stories.filter(commission__desk__slug=filters.desk)
    if filters.kind:
        stories = stories.filter(kind=filters.kind)
    if filters.section:
        section = Section.objects.filter(slug=filters.section).first()
        stories = stories.descendant_of(section) if section else stories.none()
    # Found from the few rows that are scheduled, not by asking each story of an archive.
    scheduled = Revision.page_revisions.filter(
        content_type__model="article", approved_go_live_at__gte=span[0], approved_go_live_at__lt=span[1]
    )
    of_story = scheduled.filter(object_id=Cast(OuterRef("pk"), TextField())).values("approved_go_live_at")
    ids = scheduled.annotate(article_id=Cast("object_id", IntegerField())).values("article_id")
    shown = stories.filter(live=True, first_published_at__lt=span[1])
    return {
        Kind.SCHEDULED: stories.filter(pk__in=ids).annotate(at=Subquery(of_story[:1])),
        Kind.EMBARGOED: stories.filter(live=True, embargo_until__gt=now).annotate(at=F("embargo_until")),
        Kind.PUBLISHED: shown.exclude(embargo_until__gt=now).annotate(
            at=Greatest("first_published_at", "embargo_until")
        ),
    }


def _first_of_each_day(rows: QuerySet[Any], span: tuple[datetime, datetime], length: int) -> list[Any]:
    """The first rows by `at` of each day of the span, each with `day` and, as `of_day`, how many that day has."""
    each_day = [F("day")]
    numbered = (
        rows.filter(at__gte=span[0], at__lt=span[1])
        .annotate(day=TruncDate("at", tzinfo=timezone.get_current_timezone()))
        .annotate(
            place=Window(RowNumber(), partition_by=each_day, order_by=[F("at"), F("pk")]),
            of_day=Window(Count("pk"), partition_by=each_day),
        )
    )
    return list(numbered.filter(place__lte=length))


def _count(day: Day, row: Any) -> None:
    if row.place == 1:
        day.count += row.of_day


def _plan_entry(plan: Any, plannable: set[int]) -> Entry:
    kind = Kind.PLANNED if plan.publish_at else Kind.DUE
    who = str(plan.writer or plan.desk or _("nobody yet"))
    words = _("%s words") % plan.word_count if plan.word_count else ""
    address = reverse("plans:edit" if plan.section_id in plannable else "plans:show", args=[plan.pk])
    if plan.article:
        address = reverse("wagtailadmin_pages:edit", args=[plan.article.pk])
    return Entry(
        kind=kind,
        pk=plan.pk,
        at=plan.at,
        title=plan.article.draft_title if plan.article else plan.title,
        section=plan.section.title,
        detail=", ".join(filter(None, (who, words))),
        url=address,
        why_fixed="" if plan.section_id in plannable else _("You do not plan stories in this section."),
    )


def _story_entry(story: Any, kind: Kind, sections: dict[str, str], releasable: set[int]) -> Entry:
    reason = why_fixed(kind)
    if kind == Kind.SCHEDULED and story.pk not in releasable:
        reason = _("You do not publish in this section.")
    return Entry(
        kind=kind,
        pk=story.pk,
        at=story.at,
        title=story.draft_title or story.title,
        section=sections.get(story.path[: -story.steplen], ""),
        detail="",
        url=reverse("wagtailadmin_pages:edit", args=[story.pk]),
        why_fixed=reason,
    )


def _section_titles(stories: Iterable[Article]) -> dict[str, str]:
    paths = {story.path[: -story.steplen] for story in stories}
    return dict(Section.objects.filter(path__in=paths).values_list("path", "draft_title")) if paths else {}


def _releasable(user: Any, stories: Iterable[Article]) -> set[int]:
    ids = [story.pk for story in stories]
    if not ids:
        return set()
    policy = policy_registry.get_by_type(Article)
    publishable = policy.instances_user_has_permission_for(user, "publish")
    return set(publishable.filter(pk__in=ids).values_list("pk", flat=True))


def _plan(pk: int, user: Any) -> Any:
    plans = Commission.objects.select_related("section", "writer", "desk", "article")
    return get_object_or_404(plans, pk=pk, section__in=planning.visible_sections(user))


def _story(pk: int, user: Any) -> Any:
    explorable = policy_registry.get_by_type(Article).explorable_instances(user)
    return get_object_or_404(Article.objects.filter(pk__in=explorable.values("pk")), pk=pk)
