"""The clock of the newsroom, and its mail."""

import logging
from collections.abc import Iterable
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Revision
from wagtail.signal_handlers import disable_reference_index_auto_update

from cms.celery import owe
from cms.tasks import index_references
from workflows import assignments, deadlines, emergencies
from workflows.api import idempotency
from workflows.models import Standing
from workflows.notifications import delivery, digest, messages

log = logging.getLogger(__name__)

MAX_RETRY_SECONDS = 300
NOTICES_AT_ONCE = 500


@shared_task
def release_due() -> None:
    """Publish every story whose time has come, each in a transaction of its own, and withdraw what has expired.

    A story that cannot be published keeps its schedule, is tried again after a growing pause, and says why on the
    board; it delays no other. Two workers that run this at once share the stories between them.
    """
    now = timezone.now()
    due = Revision.page_revisions.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at", "pk")
    waiting = Standing.objects.filter(release_retry_at__gt=now).values_list("article_id", flat=True)
    due = due.exclude(object_id__in=[str(pk) for pk in waiting])
    for revision_id, article_id in due.values_list("pk", "object_id"):
        try:
            _release(revision_id, int(article_id))
        except Exception as error:
            log.exception("story %s could not be released on time", article_id, extra={"story": int(article_id)})
            note_failure(int(article_id), error)
    expired = Page.objects.live().filter(expire_at__lte=now).exclude(pk__in=list(waiting))
    for page_id in expired.values_list("pk", flat=True):
        try:
            _expire(page_id)
        except Exception as error:
            log.exception("page %s has expired and could not be unpublished", page_id, extra={"story": page_id})
            note_failure(page_id, error)


@transaction.atomic
def _release(revision_id: int, article_id: int) -> None:
    if not Page.objects.select_for_update(skip_locked=True).filter(pk=article_id).exists():
        return  # An editor or another worker holds it; the next run is a second away.
    revision = Revision.objects.filter(pk=revision_id, approved_go_live_at__lte=timezone.now()).first()
    if revision is None:
        return
    # Who refers to whom is not needed to go out, and takes a fifth of the time while others wait for their second.
    with disable_reference_index_auto_update():
        revision.publish(user=revision.user, skip_permission_checks=True)
    owe(index_references, article_id)
    forget_failures([article_id])


@transaction.atomic
def _expire(page_id: int) -> None:
    if not Page.objects.select_for_update(skip_locked=True).filter(pk=page_id).exists():
        return
    page = Page.objects.get(pk=page_id).specific
    if page.live and page.expire_at and page.expire_at <= timezone.now():
        page.unpublish(set_expired=True)
        forget_failures([page_id])


def note_failure(article_id: int, error: Exception) -> None:
    """Keep why a story did not go out, come out of its embargo or expire on time; the board shows it until it has."""
    standing = Standing.objects.filter(article_id=article_id).first()
    if standing:
        standing.release_attempt_count += 1
        pause = min(2**standing.release_attempt_count, MAX_RETRY_SECONDS)
        standing.release_retry_at = timezone.now() + timedelta(seconds=pause)
        standing.release_error = str(error) or type(error).__name__
        standing.save(update_fields=["release_attempt_count", "release_retry_at", "release_error"])


def forget_failures(article_ids: Iterable[int]) -> None:
    """What was owed to these stories by the clock has been done."""
    Standing.objects.filter(article_id__in=article_ids).exclude(release_error="").update(
        release_error="", release_attempt_count=0, release_retry_at=None
    )


@shared_task
def send_notice(notice_id: int) -> None:
    """Make an attempt at one notice, unless it was sent; a failure is noted with it and tried again after a pause."""
    delivery.deliver(notice_id, at=timezone.now())


@shared_task
def send_owed_notices() -> None:
    """Hand over what was not sent at once: the broker, the worker, the mail server or the chat was away."""
    messages.send(delivery.find_owed(timezone.now())[:NOTICES_AT_ONCE])


@shared_task
def give_back_of_absent() -> None:
    """Give what is assigned to people who are away today to their desks."""
    assignments.give_back_of_absent()


@shared_task
def send_deadlines() -> None:
    """Tell of what is due soon, due, late, and late for so long that the head of the desk should know."""
    deadlines.tell_of_deadlines(timezone.now())
    emergencies.tell_of_owed(timezone.now())


@shared_task
def send_digests() -> None:
    """Once a day, tell each person what waits for them."""
    digest.send_digests(timezone.now())


@shared_task
def forget_kept_answers() -> int:
    """Delete what programs were answered so long ago that they cannot ask for it again."""
    return idempotency.forget_kept_answers()


@shared_task
def forget_old_notices() -> None:
    """Delete notices after the days for which they are kept."""
    delivery.forget_older_than(timezone.now() - timedelta(days=settings.NOTICE_DAYS))
