"""The clock of the newsroom, and its mail."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import transaction
from django.utils import timezone
from wagtail.models import Page, Revision
from wagtail.signal_handlers import disable_reference_index_auto_update

from cms.celery import enqueue
from cms.models import Article
from cms.tasks import index_references
from workflows.models import Notice, Standing
from workflows.notifications import email

log = logging.getLogger(__name__)

MAX_RETRY_SECONDS = 300
MAX_MAIL_ATTEMPTS = 8


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
            log.exception("story %s could not be released on time", article_id)
            _note_failure(int(article_id), error)
    for article_id in Article.objects.live().filter(expire_at__lte=now).values_list("pk", flat=True):
        try:
            _expire(article_id)
        except Exception:
            log.exception("story %s has expired and could not be unpublished", article_id)


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
    enqueue(index_references, article_id)
    Standing.objects.filter(article_id=article_id).update(
        release_error="", release_attempt_count=0, release_retry_at=None
    )


@transaction.atomic
def _expire(article_id: int) -> None:
    if not Page.objects.select_for_update(skip_locked=True).filter(pk=article_id).exists():
        return
    article = Article.objects.get(pk=article_id)
    if article.live and article.expire_at and article.expire_at <= timezone.now():
        article.unpublish(set_expired=True)


def _note_failure(article_id: int, error: Exception) -> None:
    standing = Standing.objects.filter(article_id=article_id).first()
    if standing:
        standing.release_attempt_count += 1
        pause = min(2**standing.release_attempt_count, MAX_RETRY_SECONDS)
        standing.release_retry_at = timezone.now() + timedelta(seconds=pause)
        standing.release_error = str(error) or type(error).__name__
        standing.save(update_fields=["release_attempt_count", "release_retry_at", "release_error"])


@shared_task
def send_notice(notice_id: int) -> None:
    """Mail one notice unless it was mailed; a failure is noted and tried again by `send_owed_notices`."""
    with transaction.atomic():
        notice = Notice.objects.select_for_update(skip_locked=True).filter(pk=notice_id, sent_at=None).first()
        if notice is None:
            return
        notice.attempt_count += 1
        try:
            email.send(notice)
            notice.sent_at, notice.error = timezone.now(), ""
        except OSError as error:
            log.warning("notice %s could not be mailed: %s", notice_id, error)
            notice.error = str(error)
        notice.save(update_fields=["attempt_count", "sent_at", "error"])


@shared_task
def send_owed_notices() -> None:
    """Mail what was not mailed at once: the broker, the worker or the mail server was away."""
    owed = Notice.objects.filter(
        sent_at=None,
        attempt_count__lt=MAX_MAIL_ATTEMPTS,
        created_at__lt=timezone.now() - timedelta(seconds=30),
    )
    for notice_id in owed.values_list("pk", flat=True)[:200]:
        send_notice(notice_id)
