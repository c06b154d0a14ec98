"""The time of a release once a publisher has set it. It is for one version, which is cleared; an edit makes another."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page, Revision

from cms.exceptions import Refused
from cms.models import Article
from workflows import actions, progress
from workflows.clearance import is_cleared, revision_hash
from workflows.models import Standing


@dataclass(frozen=True)
class Schedule:
    """What goes out by itself, and what does not."""

    revision: Revision
    at: datetime
    content_hash: str
    newer: bool
    """Whether a version was saved afterwards that says something else; it does not go out at this time."""
    newer_is_ready: bool
    """Whether that one is cleared, so that a publisher may let it take the time."""


def find(article: Article) -> Schedule | None:
    """The schedule of a story; None if nothing goes out by itself."""
    revision = article.scheduled_revision
    if revision is None or revision.approved_go_live_at is None:
        return None
    latest = progress.standing_of(article).content_hash
    scheduled = revision_hash(revision)
    newer = latest != scheduled
    return Schedule(revision, revision.approved_go_live_at, scheduled, newer, newer and is_cleared(article.pk, latest))


def wanted_time(article: Article, at: datetime) -> datetime | None:
    """The time that a publisher set for this story, also while it is held; None if it was not set or has passed."""
    revision = article.scheduled_revision or article.get_latest_revision()
    wanted = parse_datetime(revision.content.get("go_live_at") or "") if revision else None
    return wanted if wanted and wanted > at else None


@transaction.atomic
def move(article: Article, *, at: datetime, by: Any) -> None:
    """Let the scheduled version go out at another time. Its clearance stays, whatever was saved since.

    Raises:
        Refused: nothing is scheduled, `at` has passed or is after the expiry, or `by` does not publish here.
        PublicationRefused: the scheduled version may no longer go out, or not at that time.
    """
    article, scheduled = _scheduled(article, by)
    if at <= timezone.now():
        raise Refused(_("This time has passed. Release the story now, or choose a later time."))
    version = scheduled.as_object()
    if version.expire_at and version.expire_at <= at:
        raise Refused(_("The story would expire before it is published. Change its expiry first."))
    actions.refuse_uncleared(article, scheduled, at=at)
    before = scheduled.approved_go_live_at
    _set_time(article, scheduled, wanted=at, approved=at)
    _log("move_release", article, scheduled, by, {"from_time": before, "to_time": at})


@transaction.atomic
def hold(article: Article, *, by: Any) -> None:
    """Stop the clock of a scheduled release. The version stays cleared and remembers its time, to be released again.

    Raises:
        Refused: nothing is scheduled, or `by` does not publish in this section.
    """
    article, scheduled = _scheduled(article, by)
    before = scheduled.approved_go_live_at
    _set_time(article, scheduled, wanted=before, approved=None)
    _log("hold", article, scheduled, by, {"from_time": before})


@transaction.atomic
def cancel(article: Article, *, by: Any) -> None:
    """Give up the time of a scheduled release. The version stays cleared.

    Raises:
        Refused: nothing is scheduled, or `by` does not publish in this section.
    """
    _cancel(*_scheduled(article, by), by)


@transaction.atomic
def give_up(article: Article, *, by: Any) -> None:
    """Cancel the release of a version that is given up as a whole; `by` need not publish here.

    Raises:
        Refused: nothing is scheduled.
    """
    _cancel(*_scheduled(article, None), by)


def _cancel(article: Article, scheduled: Revision, by: Any) -> None:
    before = scheduled.approved_go_live_at
    _set_time(article, scheduled, wanted=None, approved=None)
    _log("cancel_release", article, scheduled, by, {"from_time": before})


def _scheduled(article: Article, by: Any) -> tuple[Article, Revision]:
    article = actions.locked(article)
    if by is not None and not article.permissions_for_user(by).has_publish_right():
        raise Refused(_("You do not publish in this section."))
    if article.scheduled_revision is None:
        raise Refused(_("Nothing is scheduled for this story."))
    return article, article.scheduled_revision


def _set_time(article: Article, scheduled: Revision, *, wanted: datetime | None, approved: datetime | None) -> None:
    # Not by `save`: it is no new version, and may be an older one than the latest.
    scheduled.content["go_live_at"] = wanted.isoformat() if wanted else None
    Revision.objects.filter(pk=scheduled.pk).update(content=scheduled.content, approved_go_live_at=approved)
    Page.objects.filter(pk=article.pk).update(go_live_at=wanted)
    Standing.objects.filter(article_id=article.pk).update(
        release_error="", release_attempt_count=0, release_retry_at=None
    )


def _log(verb: str, article: Article, scheduled: Revision, by: Any, times: dict[str, datetime | None]) -> None:
    data = {name: moment.isoformat() if moment else "" for name, moment in times.items()}
    log(
        article,
        f"workflows.{verb}",
        user=by,
        revision=scheduled,
        data={"hash": revision_hash(scheduled), **data},
    )
