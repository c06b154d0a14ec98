"""What is due: who is told before, at and after it, and who when nobody did it."""

import logging
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet, TextField
from django.db.models.functions import Cast
from django.urls import reverse
from wagtail.models import Page, WorkflowState

from cms.models import Article, Takedown
from workflows import progress, reach
from workflows.models import Assignment, Clearance, Commission, Desk, Notice, NoticePreference
from workflows.notifications import messages

log = logging.getLogger(__name__)

LOOKED_BACK = timedelta(days=2)
"""What has been late for longer is told of no more, for example when the clock comes back after a week."""


class Step(Enum):
    """How near a due time is; each is the name of the words that tell of it."""

    SOON = "due_soon"
    NOW = "due_now"
    LATE = "late"
    ESCALATED = "escalated"


def steps_at(due_at: datetime, at: datetime) -> list[Step]:
    """What is to be told at `at` of something due at `due_at`: one step to those who do it, and maybe one to the head.

    A step that passed while nobody looked is not made up for: what is late is not told of as due soon.
    """
    if at < due_at - timedelta(minutes=settings.DUE_SOON_MINUTES):
        return []
    if at < due_at:
        return [Step.SOON]
    steps = [Step.NOW if at < due_at + timedelta(minutes=settings.LATE_AFTER_MINUTES) else Step.LATE]
    if at >= due_at + timedelta(minutes=settings.ESCALATE_AFTER_MINUTES):
        steps.append(Step.ESCALATED)
    return steps


@dataclass(frozen=True)
class _Item:
    """One thing with a due time: a stage of a review, or the text of a commission."""

    key: str
    due_at: datetime
    article: Article | None
    doer: Any
    work: Assignment | Commission

    def key_of(self, step: Step) -> str:
        """What one telling is about; a changed due time is another."""
        return f"{step.value}-{self.key}-{self.due_at:%Y%m%dT%H%M%S%f}"


def tell_of_deadlines(at: datetime) -> int:
    """Tell of every due time that came nearer than a step says; returns how many tellings there were.

    May run any number of times and twice at once. Each telling is a transaction of its own, and one that fails delays
    no other. The number of queries does not depend on how many stories were told of before.
    """
    items = [*_stages_due(at), *_texts_due(at)]
    wanted = [(item, step) for item in items for step in steps_at(item.due_at, at)]
    known: dict[str, set[int | None]] = {}
    keys = [item.key_of(step) for item, step in wanted]
    for key, person_id in Notice.objects.filter(key__in=keys).values_list("key", "person_id"):
        known.setdefault(key, set()).add(person_id)
    deaf = set(
        NoticePreference.objects.filter(kind=Notice.Kind.DUE, mail=False, inbox=False, digest=False).values_list(
            "user_id", flat=True
        )
    )
    count = 0
    for item, step in wanted:
        told = known.get(item.key_of(step), set())
        doer_id = item.doer.pk if item.doer and step is not Step.ESCALATED else None
        # Handed over, it is told again, to whoever has it now.
        if (told and doer_id is None) or (doer_id is not None and (doer_id in told or doer_id in deaf)):
            continue
        try:
            with transaction.atomic():
                _tell(item, step)
        except Exception:
            log.exception("the deadline %s could not be told of", item.key_of(step))
        else:
            count += 1
    return count


def _stages_due(at: datetime) -> Iterator[_Item]:
    due = Assignment.objects.filter(ended_at=None, due_at__range=_window(at))
    for assignment in due.select_related("article", "stage", "assignee").order_by("due_at", "pk"):
        assert assignment.due_at is not None
        key = f"{assignment.article_id}-{assignment.stage_id or 'text'}"
        yield _Item(key, assignment.due_at, assignment.article, assignment.assignee, assignment)


def _texts_due(at: datetime) -> Iterator[_Item]:
    for commission in find_unwritten().filter(due_at__range=_window(at)).order_by("due_at", "pk"):
        assert commission.due_at is not None
        yield _Item(f"commission-{commission.pk}", commission.due_at, commission.article, commission.writer, commission)


def find_unwritten() -> QuerySet[Commission]:
    """Commissions of which the text is still owed: not submitted, signed, published or withdrawn, and not dropped."""
    in_review = WorkflowState.objects.filter(
        object_id=Cast(OuterRef("article_id"), TextField()),
        base_content_type__app_label="wagtailcore",
        status=WorkflowState.STATUS_IN_PROGRESS,
    )
    cleared = Clearance.objects.filter(
        article_id=OuterRef("article_id"), content_hash=OuterRef("article__standing__content_hash"), voided_at=None
    )
    withdrawn = Takedown.objects.filter(article_id=OuterRef("article_id"))
    untouched = Q(article__first_published_at=None) & ~Exists(in_review) & ~Exists(cleared) & ~Exists(withdrawn)
    return (
        Commission.objects.filter(Q(article=None) | untouched, dropped_at=None)
        .select_related("article", "writer", "desk__head", "created_by")
        .order_by("due_at", "pk")
    )


def _window(at: datetime) -> tuple[datetime, datetime]:
    latest = max(settings.LATE_AFTER_MINUTES, settings.ESCALATE_AFTER_MINUTES)
    return at - timedelta(minutes=latest) - LOOKED_BACK, at + timedelta(minutes=settings.DUE_SOON_MINUTES)


def _tell(item: _Item, step: Step) -> None:
    escalated = step is Step.ESCALATED
    people: list[Any] = []
    desks: list[Desk] = []
    if item.doer and not escalated:
        people = [item.doer]
    else:
        asked = _desks_of(item)
        headed = [desk for desk in asked if escalated and desk.head and reach.may_find(desk.head, _page_of(item))]
        heads = [desk.head for desk in headed]
        desks = [desk for desk in asked if desk not in headed]
        people = [*heads, *_members(desks, item)]
        if not asked and isinstance(item.work, Commission) and item.work.created_by:
            people.append(item.work.created_by)
    commission = item.work if isinstance(item.work, Commission) else None
    messages.tell(
        Notice.Kind.ESCALATION if escalated else Notice.Kind.DUE,
        item.article,
        key=item.key_of(step),
        people=people,
        desks=desks,
        template=step.value,
        context={
            "due_at": item.due_at,
            "doer": item.doer,
            "stage": item.work.stage if isinstance(item.work, Assignment) else None,
            "commission": commission,
            "name": _name(item),
        },
        url=_url(item),
    )


def _name(item: _Item) -> str:
    if item.article:
        return str(item.article.draft_title or item.article.title)
    return str(item.work)


def _url(item: _Item) -> str:
    if item.article is None:
        return reverse("plans:index")
    if isinstance(item.work, Assignment) and item.work.stage_id:
        return reverse("workflows:review", args=[item.article.pk])
    return reverse("wagtailadmin_pages:edit", args=[item.article.pk])


def desks_asked(article: Article, stage_id: int | None) -> set[int]:
    """Ids of the desks that a story waits for at a stage; empty if it is not in review, or not at that stage."""
    state = article.current_workflow_state
    if state is None or stage_id is None:
        return set()
    version, hash_ = progress.latest_version(article), progress.standing_of(article).content_hash
    every = progress.review_progress(version, state.workflow_id, hash_)
    return {desk_id for one in every if one.stage.pk == stage_id for desk_id in one.needed}


def _desks_of(item: _Item) -> list[Desk]:
    """The desks whose turn it is: those of the stage that have not signed yet; of a text the one that asked for it."""
    if isinstance(item.work, Commission):
        return [item.work.desk] if item.work.desk else []
    asked = desks_asked(item.work.article, item.work.stage_id)
    return list(Desk.objects.filter(pk__in=asked).select_related("head"))


def _members(desks: Iterable[Desk], item: _Item) -> Iterable[Any]:
    """Who can do it: members of the desks, without those who wrote the story and so cannot sign it."""
    members = messages.members_of(desks, _page_of(item))
    if isinstance(item.work, Assignment):
        article = item.work.article
        members = members.exclude(pk__in=progress.barred_from_signing(article))
    return members


def _page_of(item: _Item) -> Page:
    """The story; of one that nobody has begun the section."""
    if item.article is None:
        assert isinstance(item.work, Commission)
        return item.work.section
    return item.article
