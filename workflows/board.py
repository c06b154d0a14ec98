"""The board: every story in hand, in the column of where it stands. A few queries, whatever the number of stories.

`placing` finds what stands where, `cards` reads what is said of it; both are bounded by what is shown, not by what
there is.
"""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Count, F, Q, Window
from django.urls import reverse
from django.utils.translation import gettext as _

from workflows import planning
from workflows.cards import Card, Names, build_card, build_dues, read, read_signatures
from workflows.house import House, read_house
from workflows.models import ReviewStage
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
    why_not_there,
)
from workflows.placing import COLUMN_LENGTH, Filters, open_commissions, place


@dataclass
class Column:
    key: str
    title: str
    hint: str
    cards: list[Card] = field(default_factory=list)
    count: int = 0
    late_count: int = 0
    warning: str = ""
    urgent: bool = False

    @property
    def next_length(self) -> int:
        """How many cards to ask for to see more."""
        return len(self.cards) + COLUMN_LENGTH

    @property
    def has_more(self) -> bool:
        return self.count > len(self.cards)


@dataclass
class Board:
    columns: list[Column]
    house: House

    @property
    def late_count(self) -> int:
        return sum(column.late_count for column in self.columns)

    @property
    def failed_count(self) -> int:
        """Scheduled releases among those shown that have not happened and are tried again."""
        return sum(card.failed for column in self.columns if column.key == SCHEDULED for card in column.cards)

    def version(self) -> str:
        """A digest that changes when anything that is shown changes, but for the minutes that are left."""
        return hashlib.sha256(repr(self.columns).encode()).hexdigest()[:32]

    def column(self, key: str) -> Column | None:
        return next((column for column in self.columns if column.key == key), None)


def build_board(user: Any, filters: Filters, now: datetime) -> Board:
    """The columns from left to right, each with its first cards, the most urgent first."""
    house = read_house(user)
    shown = [stage for stage in house.stages if not filters.desk or filters.desk in house.desk_slugs_of(stage)]
    stands = place(house, filters, shown, now)
    rows = read({pk for placed in stands.values() for pk, _total, _late in placed}, now)
    names = Names(rows.values())
    signed = read_signatures(rows)
    columns = {column.key: column for column in _heads(shown, house)}
    for key, placed in stands.items():
        column = columns[key]
        for pk, total, late in placed:
            column.count, column.late_count = total, late
            if pk in rows:  # unless it was deleted a moment ago
                column.cards.append(build_card(rows[pk], column.key, house, names, signed.get(pk, []), now))
    plans = columns[PLANNED]
    plans.cards, plans.count, plans.late_count = _planned(house, filters, now)
    built = Board([column for column in columns.values() if _is_shown(column, filters)], house)
    _add_refusals(built)
    return built


def _is_shown(column: Column, filters: Filters) -> bool:
    """What should not happen has a column only while it does."""
    return filters.asks_for(column.key) and bool(column.count or column.key not in (OWED, HELD_BACK))


def _heads(shown: Iterable[ReviewStage], house: House) -> list[Column]:
    """The columns without their cards; what burns stands first."""
    heads = [
        Column(HELD_BACK, _("Held back"), _("live without review"), urgent=True),
        Column(OWED, _("Owed review"), _("released in an emergency"), urgent=True),
        Column(PLANNED, _("Planned"), _("no page yet")),
        Column(DRAFTS, _("Drafts"), _("not submitted")),
        Column(SENT_BACK, _("Sent back"), _("for the writer")),
    ]
    heads[0].warning = _("Published past the review: readers do not get these versions.")
    for stage in shown:
        head = Column(stage_key(stage.pk), stage.name, _("within %(hours)s h") % {"hours": stage.review_hours})
        empty = house.empty_desks_of(stage)
        if empty:
            head.warning = _("Nobody works at the %(desks)s: stories here wait for ever.") % {"desks": ", ".join(empty)}
        heads.append(head)
    return [
        *heads,
        Column(READY, _("Ready"), _("for a publisher")),
        Column(SCHEDULED, _("Scheduled"), _("goes out by itself")),
        Column(EMBARGOED, _("Embargoed"), _("released, not shown yet")),
        Column(PUBLISHED, _("Published"), _("in the last 24 hours")),
    ]


def _planned(house: House, filters: Filters, now: datetime) -> tuple[list[Card], int, int]:
    """Plans without a page, those due first; how many there are; how many of them are late."""
    user = house.user
    sections = house.sections_within(filters.section) if filters.section else house.sections
    plans = open_commissions().filter(article=None, section__in=sections)
    if filters.desk:
        plans = plans.filter(desk__slug=filters.desk)
    if filters.kind:
        plans = plans.filter(kind=filters.kind)
    if filters.words:
        plans = plans.filter(Q(title__icontains=filters.words) | Q(slug__icontains=filters.words))
    if filters.mine:
        plans = plans.filter(Q(writer=user) | Q(created_by=user))
    if filters.late:
        plans = plans.filter(due_at__lt=now)
    plans = plans.select_related("section", "writer").annotate(
        total=Window(Count("pk")), late=Window(Count("pk", filter=Q(due_at__lt=now)))
    )
    found = list(plans.order_by(F("due_at").asc(nulls_last=True), "pk")[: filters.length_of(PLANNED)])
    planned_in = {plan.section_id for plan in found}
    editable = {one.pk for one in house.sections if one.pk in planned_in and planning.may_plan(one, user)}
    cards = [
        Card(
            key=f"{PLANNED}-{plan.pk}",
            article_id=None,
            title=plan.title,
            section=plan.section.draft_title,
            url=reverse("plans:edit" if plan.section_id in editable else "plans:show", args=[plan.pk]),
            kind=plan.get_kind_display(),
            length=plan.word_count,
            assignee=str(plan.writer or ""),
            assigned_to_me=plan.writer_id == user.pk,
            dues=build_dues([(plan.due_at, _("text due"))], now),
            at=plan.publish_at,
        )
        for plan in found
    ]
    return cards, found[0].total if found else 0, found[0].late if found else 0


def _add_refusals(board: Board) -> None:
    """Say for each card and each column where it cannot go why not."""
    for column in board.columns:
        for card in column.cards:
            reached = {move.target: move.reason for move in card.moves if move.target}
            for other in board.columns:
                if other.key == column.key:
                    continue
                reason = reached.get(other.key)
                if reason is None:
                    reason = why_not_there(card.situation, other.key)
                if reason:
                    card.refusals[other.key] = reason
