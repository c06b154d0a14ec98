"""Work on pictures that no request waits for."""

import logging
from datetime import timedelta

from celery import shared_task
from django.db import OperationalError, transaction
from django.utils import timezone
from wagtail.models import ReferenceIndex

from cms import images
from cms.models import Article, NewsImage

log = logging.getLogger(__name__)

MAX_ATTEMPTS = 5


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


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def index_references(article_id: int) -> None:
    """Note which pictures, authors, topics and stories a live story refers to."""
    article = Article.objects.filter(pk=article_id).first()
    if article:
        with transaction.atomic():
            ReferenceIndex.create_or_update_for_object(article)
