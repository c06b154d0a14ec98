"""Work that no request waits for: pictures, references, and what is owed."""

import logging
from datetime import timedelta

from celery import current_app, shared_task
from django.db import OperationalError, transaction
from django.db.models import F, Q
from django.utils import timezone
from wagtail.models import ReferenceIndex

from cms import images
from cms.celery import queue_of
from cms.models import Article, NewsImage, OwedTask

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5
RETRY_AFTER = timedelta(seconds=20)
"""After so long a worker takes up owed work that nobody has begun."""
LONGEST_PAUSE = timedelta(hours=1)
MAX_PAYMENTS = 12
"""Attempts at owed work, over about six hours; then it waits for an administrator."""
_LEASE = timedelta(minutes=11)  # longer than a task may run: CELERY_TASK_TIME_LIMIT
_AT_ONCE = 500


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def prepare_image(image_id: int) -> None:
    """Make colour, blurhash and renditions of a picture that has none."""
    image = NewsImage.objects.filter(pk=image_id, prepared_at=None).first()
    if image is None:
        return
    try:
        with transaction.atomic():
            images.prepare(image)
    except OperationalError:
        raise
    except Exception as error:
        log.exception("picture %s could not be prepared", image_id)
        NewsImage.objects.filter(pk=image_id).update(
            prepare_error=str(error) or type(error).__name__, prepare_attempt_count=image.prepare_attempt_count + 1
        )


@shared_task
def prepare_missed_images() -> None:
    """Prepare what was uploaded while no worker or broker was there."""
    missed = NewsImage.objects.filter(
        prepared_at=None,
        prepare_attempt_count__lt=MAX_ATTEMPTS,
        created_at__lt=timezone.now() - timedelta(minutes=1),
    )
    for image_id in missed.values_list("pk", flat=True)[:100]:
        prepare_image(image_id)


@shared_task
def index_references(article_id: int) -> None:
    """Note which pictures, authors, topics and stories a live story refers to."""
    article = Article.objects.filter(pk=article_id).first()
    if article:
        with transaction.atomic():
            ReferenceIndex.create_or_update_for_object(article)


@shared_task
def pay(owed_id: int) -> None:
    """Do what is owed. A failure is noted with it and tried again after a growing pause."""
    now = timezone.now()
    free = OwedTask.objects.filter(Q(attempt_count=0) | Q(next_attempt_at__lte=now), pk=owed_id)
    if not free.update(next_attempt_at=now + _LEASE, attempt_count=F("attempt_count") + 1):
        return
    owed = OwedTask.objects.get(pk=owed_id)
    try:
        current_app.tasks[owed.task](*owed.args)
    except Exception as error:
        log.exception("%s was tried and is still owed", owed)
        pause = min(timedelta(seconds=5) * 2**owed.attempt_count, LONGEST_PAUSE)
        owed.next_attempt_at = now + pause if owed.attempt_count < MAX_PAYMENTS else None
        owed.error = str(error) or type(error).__name__
        owed.save(update_fields=["next_attempt_at", "error"])
    else:
        owed.delete()


@shared_task
def pay_owed() -> None:
    """Hand over what is owed and was not begun, or not ended: a broker or a worker was away."""
    for owed in OwedTask.objects.due(timezone.now())[:_AT_ONCE]:
        pay.apply_async((owed.pk,), queue=queue_of(owed.task), expires=50, retry=False)
