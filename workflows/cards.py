"""What the cards of the board say, and what the reader of the board may do with each. One query reads every story."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import (
    BooleanField,
    CharField,
    Count,
    Exists,
    F,
    Func,
    JSONField,
    OuterRef,
    Subquery,
    TextField,
    Value,
)
from django.db.models.functions import Cast
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.models import EditingSession
from wagtail.models import Comment, PageLogEntry, WorkflowState

from cms.models import Article, ArticleAuthor, Author
from workflows import emergencies, stages
from workflows.house import House
from workflows.models import EmergencyRelease, SetAside, SignOff, Standing
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
    Move,
    Situation,
    find_moves,
    stage_key,
)
from workflows.placing import content_type_of, open_assignments, open_commissions, open_reviews, schedules

SOON = timedelta(minutes=45)
"""What is due within this is marked before it is late."""

OPEN_WITHIN = timedelta(minutes=1)
"""An editor whose browser has been heard of within this has the story open; browsers call every ten seconds."""

_PICTURE_BLOCK = '"type": ?"(image|gallery)"'
"""What the stored body of a story with pictures contains; inside a text the quotation marks would be escaped."""

_LIVE = (HELD_BACK, OWED, EMBARGOED, PUBLISHED)
"""The columns whose cards speak of what is live, not of the latest version."""

FLAGS = {
    "breaking": gettext_lazy("breaking"),
    "sensitive": gettext_lazy("sensitive"),
    "sponsored": gettext_lazy("sponsored"),
}


@dataclass
class Due:
    """A time that a card names."""

    at: datetime
    label: str
    late: bool
    soon: bool
    words: str = field(repr=False)
    """What is left, or by how much it is late. It grows old by itself, so it is no part of the board's version."""


@dataclass
class Vote:
    """What one desk has said at the stage where the story is."""

    desk: str
    given: int
    required: int
    carried: bool

    @property
    def complete(self) -> bool:
        return self.given >= self.required


@dataclass
class Card:
    key: str
    article_id: int | None
    title: str
    section: str
    url: str
    kind: str = ""
    byline: str = ""
    word_count: int | None = None
    length: int | None = None
    """Words that were asked for."""
    flags: list[tuple[str, str]] = field(default_factory=list)
    """Name and words of each that is set."""
    assignee: str = ""
    assigned_to_me: bool = False
    claimable: bool = False
    dues: list[Due] = field(default_factory=list)
    votes: list[Vote] = field(default_factory=list)
    comment_count: int = 0
    open_by: list[str] = field(default_factory=list)
    note: str = ""
    note_is_warning: bool = False
    failed: bool = False
    """Whether it should have gone out by itself and has not."""
    at: datetime | None = None
    action_url: str = ""
    action_label: str = ""
    content_hash: str = ""
    task_state_id: int | None = None
    situation: Situation = field(default_factory=lambda: Situation(PLANNED), repr=False)
    moves: list[Move] = field(default_factory=list)
    refusals: dict[str, str] = field(default_factory=dict)
    """Column key to why the card cannot be put there."""
    json: str = field(default="", repr=False)
    """Moves and refusals as the page's script reads them."""

    @property
    def late(self) -> bool:
        return any(due.late for due in self.dues)

    @property
    def soon(self) -> bool:
        return not self.late and any(due.soon for due in self.dues)

    @property
    def too_long(self) -> bool:
        return bool(self.length and self.word_count and self.word_count > self.length * 1.1)

    @property
    def given(self) -> int:
        return sum(min(vote.given, vote.required) for vote in self.votes)

    @property
    def required(self) -> int:
        return sum(vote.required for vote in self.votes)

    @property
    def carried(self) -> bool:
        return any(vote.carried for vote in self.votes)

    @property
    def draggable(self) -> bool:
        return any(move.target and not move.reason for move in self.moves)


def read(pks: Collection[int], now: datetime) -> dict[int, Any]:
    """The stories with all that a card says of them, but for names and signatures. One query."""
    of_story = {"object_id": Cast(OuterRef("pk"), CharField())}
    review = open_reviews().filter(**of_story)
    assignment = open_assignments().filter(article=OuterRef("pk"))
    commission = open_commissions().filter(article=OuterRef("pk"))
    submissions = PageLogEntry.objects.filter(
        page=OuterRef("pk"), action__in=["wagtail.workflow.start", "wagtail.workflow.resume"]
    )
    returned = SignOff.objects.filter(article=OuterRef("pk"), verdict=SignOff.Verdict.SENT_BACK).order_by("-at")
    emergency = emergencies.waiting(now).filter(article=OuterRef("pk"))
    released = EmergencyRelease.objects.unreviewed().filter(
        article=OuterRef("pk"), content_hash=OuterRef("standing__content_hash")
    )
    comments = Comment.objects.filter(page=OuterRef("pk"), resolved_at=None).order_by().values("page")
    sessions = EditingSession.objects.filter(
        content_type=content_type_of(Article), last_seen_at__gte=now - OPEN_WITHIN, **of_story
    )
    latest, body = F("latest_revision__content"), Cast(Value("body"), TextField())
    blocks = _operator("->>", latest, body, TextField())
    rows = (
        Article.objects.filter(pk__in=pks)
        .select_related("standing")
        .annotate(
            # Without the body, which is nearly all of it.
            draft=_operator("-", latest, body, JSONField()),
            has_block_with_picture=_operator("~", blocks, Value(_PICTURE_BLOCK), BooleanField()),
            live_byline=ArraySubquery(
                ArticleAuthor.objects.filter(article=OuterRef("pk")).order_by("sort_order").values("author_id")
            ),
            review_status=Subquery(review.values("status")[:1]),
            task_state_id=Subquery(review.values("current_task_state_id")[:1]),
            submitted_by=Subquery(submissions.order_by("-timestamp", "-pk").values("user_id")[:1]),
            since=Subquery(assignment.values("since")[:1]),
            stage_due_at=Subquery(assignment.values("due_at")[:1]),
            assignee_id=Subquery(assignment.values("assignee_id")[:1]),
            text_due_at=Subquery(commission.values("due_at")[:1]),
            planned_for=Subquery(commission.values("publish_at")[:1]),
            length=Subquery(commission.values("word_count")[:1]),
            emergency_asked_at=Subquery(emergency.values("asked_at")[:1]),
            emergency_asked_by_id=Subquery(emergency.values("asked_by_id")[:1]),
            review_owed_at=Subquery(
                emergencies.owed().filter(article=OuterRef("pk")).order_by("review_due_at").values("review_due_at")[:1]
            ),
            released_by=ArraySubquery(released.values("asked_by_id")),
            seconded_by=ArraySubquery(released.values("seconded_by_id")),
            scheduled_at=Subquery(schedules().filter(**of_story).values("approved_go_live_at")[:1]),
            scheduled_revision_id=Subquery(schedules().filter(**of_story).values("pk")[:1]),
            reason=Subquery(returned.values("comment")[:1]),
            comment_count=Subquery(comments.annotate(count=Count("pk")).values("count")),
            open_by=ArraySubquery(sessions.order_by("user_id").values("user_id").distinct()),
            set_aside=Exists(SetAside.objects.filter(article=OuterRef("pk"), restored_at=None)),
        )
        .defer("body", "standfirst", "search_description", "usage_terms")
    )
    return {row.pk: row for row in rows}


def _operator(sign: str, left: Any, right: Any, output_field: Any) -> Func:
    """An operator of PostgreSQL that Django has no name for."""
    return Func(left, right, template="(%(expressions)s)", arg_joiner=f" {sign} ", output_field=output_field)


class Names:
    """Of authors and people that cards speak of. Two queries."""

    def __init__(self, rows: Collection[Any]) -> None:
        authors = {pk for row in rows for pk in (*row.live_byline, *_draft_byline(row))}
        self.authors = dict(Author.objects.filter(pk__in=authors).values_list("pk", "name"))
        people = {pk for row in rows for pk in (row.assignee_id, row.emergency_asked_by_id, *row.open_by) if pk}
        self.people = {person.pk: str(person) for person in get_user_model().objects.filter(pk__in=people)}

    def byline(self, ids: Iterable[int]) -> str:
        return ", ".join(self.authors[pk] for pk in ids if pk in self.authors)


def _draft_byline(row: Any) -> list[int]:
    """Authors of the latest version; a version that was never published has them in itself only."""
    if row.draft is None:
        return list(row.live_byline)
    lines = sorted(row.draft.get("byline", ()), key=lambda line: line.get("sort_order") or 0)
    return [line["author"] for line in lines]


def read_signatures(rows: Mapping[int, Any]) -> dict[int, list[SignOff]]:
    """The signatures that each story's latest version has."""
    found: dict[int, list[SignOff]] = {}
    valid = SignOff.objects.valid().filter(article__in=rows, content_hash=F("article__standing__content_hash"))
    for sign_off in valid.select_related("guest"):
        found.setdefault(sign_off.article_id, []).append(sign_off)
    return found


def build_card(row: Any, key: str, house: House, names: Names, signed: list[SignOff], now: datetime) -> Card:
    is_live = key in _LIVE
    said = {} if is_live or row.draft is None else row.draft
    standing: Standing | None = getattr(row, "standing", None)
    kind = said.get("kind", row.kind)
    failed = _has_failed(standing, key)
    note, warning = _note(row, standing, key, failed=failed, names=names)
    card = Card(
        key=f"{key}-{row.pk}",
        article_id=row.pk,
        title=row.title if is_live else row.draft_title or row.title,
        section=house.section_names.get(row.path[: -row.steplen], ""),
        url=reverse("wagtailadmin_pages:edit", args=[row.pk]),
        kind=str(Article.Kind(kind).label) if kind in Article.Kind.values else "",
        byline=names.byline(row.live_byline if is_live else _draft_byline(row)),
        word_count=standing.word_count if standing else None,
        length=row.length,
        flags=[(flag, str(words)) for flag, words in FLAGS.items() if said.get(flag, getattr(row, flag))],
        assignee="" if is_live else names.people.get(row.assignee_id, ""),
        assigned_to_me=not is_live and row.assignee_id == house.user.pk,
        dues=build_dues(_due_moments(row, key), now),
        comment_count=row.comment_count or 0,
        open_by=[names.people[pk] for pk in row.open_by if pk in names.people],
        note=note,
        note_is_warning=warning,
        failed=failed,
        at=_shown_moment(row, key),
        content_hash=standing.content_hash if standing else "",
        task_state_id=row.task_state_id,
    )
    if key.startswith("stage-") or key == OWED:
        card.action_url, card.action_label = reverse("workflows:review", args=[row.pk]), _("Review")
    elif key == READY:
        card.action_url, card.action_label = reverse("workflows:release", args=[row.pk]), _("Release")
    elif key == SCHEDULED:
        card.action_url, card.action_label = reverse("workflows:schedule", args=[row.pk]), _("Hold or move")
    _add_review(card, row, key, house, signed, said)
    return card


def _add_review(card: Card, row: Any, key: str, house: House, signed: list[SignOff], said: Mapping[str, Any]) -> None:
    """What the desks have said, and what the reader of the board may do about it."""
    standing: Standing | None = getattr(row, "standing", None)
    story = stages.Story(
        sensitive=said.get("sensitive", row.sensitive),
        has_picture=bool(said.get("lead_image", row.lead_image_id) or row.has_block_with_picture),
        kind=said.get("kind", row.kind),
        section_paths=tuple(row.path[:length] for length in range(row.steplen, len(row.path), row.steplen)),
    )
    may_edit, may_release = _rights(row, house.user)
    if key in (READY, SCHEDULED) and not may_release:
        card.action_url = ""
    if row.emergency_asked_at and key not in _LIVE and may_release and house.user.has_perm(emergencies.RIGHT):
        card.action_url, card.action_label = reverse("workflows:emergency", args=[row.pk]), _("Agree or refuse")
    situation = Situation(key, may_edit=may_edit, may_release=may_release)
    if key.startswith("stage-"):
        stage = next(stage for stage in house.stages if stage_key(stage.pk) == key)
        rules = house.rules_at(stage, story)
        writers = standing.writers if standing else set()
        released_by = {*row.released_by, *row.seconded_by}
        barred = {*writers, *released_by, row.submitted_by}
        here = [one for one in signed if one.stage_id == stage.pk and one.responsible_id not in barred]
        signatures = [stages.Signature(one.desk_id, one.responsible_id) for one in here]
        needed = stages.still_needed(rules, signatures)
        card.votes = [
            Vote(
                desk=house.desks[rule.desk_id].name,
                given=rule.required - needed.get(rule.desk_id, 0),
                required=rule.required,
                carried=any(one.desk_id == rule.desk_id and one.carried_from_id for one in here),
            )
            for rule in rules
        ]
        mine = house.my_desks_at(stage.pk)
        reason = stages.why_not_sign(
            user_id=house.user.pk,
            user_desk_ids=mine,
            changed_by=writers,
            released_by=released_by,
            submitted_by=row.submitted_by,
            needed=needed,
            signatures=signatures,
        )
        card.claimable = not card.assignee and not reason
        asked = {rule.desk_id for rule in rules}
        situation = Situation(
            key,
            follows=house.key_after(stage.pk, story),
            why_not_sign=reason,
            why_not_send_back="" if asked & set(mine) else _("This stage does not wait for a desk of yours."),
            why_not_claim=_why_not_claim(card, reason),
        )
    elif key in (DRAFTS, SENT_BACK):
        situation = replace(situation, enters_at=house.key_after(None, story))
    elif said.get("embargo_until"):
        situation = replace(situation, under_embargo=True)
    card.moves = find_moves(situation)
    card.situation = situation


def _why_not_claim(card: Card, why_not_sign: str) -> str:
    if card.assigned_to_me:
        return _("You have it already.")
    if card.assignee:
        return _("%(who)s has it. Ask them to hand it over.") % {"who": card.assignee}
    return why_not_sign


def _rights(row: Article, user: Any) -> tuple[bool, bool]:
    """Whether this person may edit the story, and whether they may release it."""
    tester = row.permissions_for_user(user)
    rights = set() if user.is_superuser else tester.permissions
    # Not `can_edit`, which looks for the review of each story anew.
    may_edit = user.is_superuser or "change" in rights or ("add" in rights and row.owner_id == user.pk)
    return may_edit, tester.has_publish_right()


def _has_failed(standing: Standing | None, key: str) -> bool:
    return bool(standing and standing.release_error and key in (READY, SCHEDULED, EMBARGOED, PUBLISHED))


def _note(row: Any, standing: Standing | None, key: str, *, failed: bool, names: Names) -> tuple[str, bool]:
    if row.emergency_asked_at and key not in _LIVE:
        who = names.people.get(row.emergency_asked_by_id, "")
        until = date_format(timezone.localtime(row.emergency_asked_at + emergencies.lasts()), "TIME_FORMAT")
        words = _("%(who)s asks for a second publisher to release it without full review, until %(until)s")
        return words % {"who": who, "until": until}, True
    if standing and failed:
        return _("Failed, retrying: %(why)s") % {"why": standing.release_error}, True
    if key == SENT_BACK and row.reason:
        return row.reason, False
    if key == HELD_BACK:
        return _("Not signed by every desk"), True
    if key == SCHEDULED and row.scheduled_revision_id != row.latest_revision_id:
        if row.review_status:
            return _("a newer version is in review: it does not go out then"), True
        return _("a newer version was saved: it does not go out then"), True
    if key == OWED and row.review_status == WorkflowState.STATUS_NEEDS_CHANGES:
        return _("sent back: %(why)s") % {"why": row.reason}, True
    if key == OWED and not row.review_status:
        return _("in no review: submit it, or release the version that is ready"), True
    if key == PUBLISHED and row.review_status:
        return _("a new version is in review"), False
    if row.set_aside:
        return _("a fix of the live story; a larger draft is set aside"), False
    return "", False


def _shown_moment(row: Any, key: str) -> datetime | None:
    moments = {
        READY: row.planned_for,
        SCHEDULED: row.scheduled_at,
        EMBARGOED: row.embargo_until,
        PUBLISHED: row.last_published_at,
    }
    moment: datetime | None = moments.get(key)
    return moment


def _due_moments(row: Any, key: str) -> list[tuple[datetime | None, str]]:
    if key == OWED:
        return [(row.review_owed_at, _("review"))]
    if key == READY:
        return [(row.planned_for, _("planned for"))]
    if key == DRAFTS:
        return [(row.text_due_at, _("story"))]
    if key == SENT_BACK or key.startswith("stage-"):
        return [(row.stage_due_at, _("stage")), (row.text_due_at, _("story"))]
    return []


def build_dues(moments: Iterable[tuple[datetime | None, str]], now: datetime) -> list[Due]:
    return [
        Due(
            at=at,
            label=label,
            late=at < now,
            soon=now <= at < now + SOON,
            words=(_("%(time)s late") if at < now else _("%(time)s left")) % {"time": span(abs(at - now))},
        )
        for at, label in moments
        if at
    ]


def span(length: timedelta) -> str:
    """A length of time in few letters: "25 min", "2 h 10 min", "3 d"."""
    minutes = int(length.total_seconds() // 60)
    if minutes < 60:
        return _("%(minutes)s min") % {"minutes": minutes}
    if minutes < 48 * 60:
        hours, rest = divmod(minutes, 60)
        if not rest:
            return _("%(hours)s h") % {"hours": hours}
        return _("%(hours)s h %(minutes)s min") % {"hours": hours, "minutes": rest}
    return _("%(days)s d") % {"days": minutes // (24 * 60)}
