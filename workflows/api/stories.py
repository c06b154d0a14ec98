"""Stories as programs of the newsroom get them."""

from typing import Any

from django.conf import settings
from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from wagtail.models import WorkflowState

from cms.models import Article
from cms.text import body_paragraphs
from workflows import assignments, progress, schedules
from workflows.board import Column, build_board
from workflows.cards import Card, Names, build_card, read, read_signatures
from workflows.checks import Finding
from workflows.clearance import is_cleared
from workflows.house import read_house
from workflows.models import Desk, SignOff
from workflows.moves import PLANNED, Verb, stage_key
from workflows.my_desk import waiting_for
from workflows.panel import ReviewPanel
from workflows.placing import Filters

from .offers import find_refusals


def build_story(article: Article, user: Any) -> dict[str, Any]:
    """Where a story stands, and what this person may do with it."""
    review = ReviewPanel(article, user)
    version, standing, visit = review.version, review.standing, review.task_state
    section = article.get_parent()
    held = assignments.open_assignment(article)
    schedule = schedules.find(article)
    refusals = find_refusals(article, user, review)
    return {
        "id": str(article.public_id),
        "title": version.title,
        "section": {"slug": section.slug, "name": section.title},
        "kind": version.kind,
        "language": version.language,
        "state": _state(article, review, schedule),
        "is_live": article.live,
        "content_hash": standing.content_hash,
        "changed_at": standing.changed_at,
        "changed_by": _person(standing.changed_by),
        "word_count": standing.word_count,
        "stage": visit.task.name if visit else None,
        "visit": visit.pk if visit else None,
        "assignee": _person(held.assignee) if held else None,
        "due_at": held.due_at if held else None,
        "stages": [_stage(one, review) for one in review.every_stage],
        "missing_desks": review.missing_desks,
        "checks": [_check(finding) for finding in review.findings],
        "schedule": {
            "at": schedule.at,
            "content_hash": schedule.content_hash,
            "is_latest": not schedule.newer,
        }
        if schedule
        else None,
        "embargo_until": version.embargo_until,
        "allowed_actions": [action for action, reason in refusals.items() if not reason],
        "refused_actions": [{"action": action, "reason": reason} for action, reason in refusals.items() if reason],
        "review_url": settings.BASE_URL + reverse("workflows:review", args=[article.pk]),
    }


def build_content(article: Article) -> dict[str, Any]:
    """What a signature of the latest version signs."""
    version = progress.latest_version(article)
    return {
        "content_hash": progress.standing_of(article).content_hash,
        "content": version.public_content(),
        "text": "\n\n".join(body_paragraphs(version.body.get_prep_value())),
    }


def build_list(user: Any, filters: Filters, column: str, limit: int) -> dict[str, Any]:
    """The board as lists: its columns, and up to `limit` stories of each, those that are due first."""
    board = build_board(user, filters, timezone.now())
    # Plans are no stories yet.
    columns = [one for one in board.columns if one.key != PLANNED and column in ("", one.key)]
    cards = [(one.key, card) for one in columns for card in one.cards[:limit]]
    return {"items": _listed(cards), "columns": [_column(one) for one in columns]}


def build_waiting(user: Any, limit: int) -> dict[str, Any]:
    """What wants this person's signature, what is due first."""
    now = timezone.now()
    waiting = waiting_for(user).order_by(F("due_at").asc(nulls_last=True), "pk")
    placed = list(waiting.values_list("pk", "stage_id")[:limit])
    house = read_house(user)
    rows = read([pk for pk, _stage_id in placed], now)
    names, signed = Names(rows.values()), read_signatures(rows)
    cards = []
    for pk, stage_id in placed:
        if pk in rows:  # unless it was deleted a moment ago
            key = stage_key(stage_id)
            cards.append((key, build_card(rows[pk], key, house, names, signed.get(pk, []), now)))
    return {"items": _listed(cards), "count": waiting.count()}


def build_me(user: Any, token: Any) -> dict[str, Any]:
    desks = Desk.objects.filter(group__user=user).order_by("name")
    return {
        "username": user.get_username(),
        "name": str(user),
        "token": token.name,
        "desks": [{"slug": desk.slug, "name": desk.name} for desk in desks],
    }


def _state(article: Article, review: ReviewPanel, schedule: schedules.Schedule | None) -> str:
    state = article.current_workflow_state
    if review.task_state:
        return "in-review"
    if state and state.status == WorkflowState.STATUS_NEEDS_CHANGES:
        return "sent-back"
    if schedule and not schedule.newer:
        return "scheduled"
    if article.live and review.standing.content_hash == review.standing.live_hash:
        return "published"
    return "cleared" if is_cleared(article.pk, review.standing.content_hash) else "draft"


def _person(person: Any) -> dict[str, str] | None:
    return {"username": person.get_username(), "name": str(person)} if person else None


def _stage(one: progress.StageProgress, review: ReviewPanel) -> dict[str, Any]:
    return {
        "name": one.stage.name,
        "state": review.state_of(one),
        "desks": [
            {"slug": desk.slug, "name": desk.name, "signed": given, "needed": required}
            for desk, given, required in one.desks
        ],
        "signatures": [_signature(given) for given in one.sign_offs],
    }


def _signature(given: SignOff) -> dict[str, Any]:
    return {
        "desk": given.desk.name,
        "by": given.signer,
        "at": given.at,
        "comment": given.comment,
        "carried": given.carried_from_id is not None,
    }


def _check(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "message": finding.message,
        "place": finding.place,
        "blocking": finding.blocking,
        "waived": finding.waiver is not None,
    }


def _column(column: Column) -> dict[str, Any]:
    return {
        "key": column.key,
        "title": column.title,
        "count": column.count,
        "late_count": column.late_count,
        "warning": column.warning,
    }


def _listed(cards: list[tuple[str, Card]]) -> list[dict[str, Any]]:
    ids = dict(Article.objects.filter(pk__in=[card.article_id for _key, card in cards]).values_list("pk", "public_id"))
    return [_card(key, card, ids[card.article_id]) for key, card in cards if card.article_id in ids]


def _card(key: str, card: Card, public_id: Any) -> dict[str, Any]:
    return {
        "id": str(public_id),
        "title": card.title,
        "section": card.section,
        "kind": card.kind,
        "column": key,
        "byline": card.byline,
        "word_count": card.word_count,
        "flags": [flag for flag, _words in card.flags],
        "assignee": card.assignee,
        "due": [{"at": due.at, "name": due.label, "late": due.late} for due in card.dues],
        "desks": [{"name": vote.desk, "signed": vote.given, "needed": vote.required} for vote in card.votes],
        "note": card.note,
        "content_hash": card.content_hash,
        "visit": card.task_state_id if key.startswith("stage-") else None,
        # The board offers to assign whatever is at a stage, and asks when somebody chooses it.
        "allowed_actions": [move.verb.value for move in card.moves if not move.reason and move.verb is not Verb.ASSIGN],
    }
