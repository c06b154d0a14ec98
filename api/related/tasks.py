"""Related links, computed after publication; a reader's request only reads."""

import logging
import time

from celery import shared_task
from django.conf import settings
from django.db import OperationalError, connection
from django.db.models import F

from api.models import RankingDue
from api.related import clicks, links, vectors

log = logging.getLogger(__name__)

_SWEEP_LOCK = 0x52656C61
_SWEEP_SECONDS = 50
MAX_ATTEMPTS = 5


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def rerank(article_id: int) -> None:
    """Replace the related links of one article, or do nothing once it is no longer on the shelf."""
    links.relate(article_id)


@shared_task
def rerank_missed() -> None:
    """Relate every story whose links are due: after an import, a recount, or while no worker was there.

    One worker at a time, for up to 50 seconds; the next run goes on.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s)", [_SWEEP_LOCK])
        if not cursor.fetchone()[0]:
            return
    try:
        relate_all_due(seconds=_SWEEP_SECONDS)
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s)", [_SWEEP_LOCK])


def relate_all_due(*, seconds: float) -> int:
    """Relate stories whose links are due, for up to `seconds`; how many were done."""
    until = time.monotonic() + seconds
    if vectors.has_grown():
        for _ in vectors.build(vectors.begin(), seconds=seconds):
            pass
    done = 0
    while time.monotonic() < until and (batch := relate_batch()):
        done += batch
    return done


def relate_batch() -> int:
    """Relate up to fifty stories whose links are due, newest first; how many were tried."""
    due = RankingDue.objects.filter(attempt_count__lt=MAX_ATTEMPTS).order_by("-pk")
    batch = list(due.values_list("article__article_id", flat=True)[:50])
    for article_id in batch:
        try:
            links.relate(article_id)
        except OperationalError:
            raise
        except Exception:
            log.exception("story %s could not be related", article_id, extra={"story": article_id})
            RankingDue.objects.filter(article__article_id=article_id).update(attempt_count=F("attempt_count") + 1)
    return len(batch)


@shared_task
def store_clicks() -> None:
    """Write down how often readers followed related links, where that is counted."""
    if settings.COUNT_RELATED_CLICKS:
        clicks.store()
