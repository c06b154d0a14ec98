"""Telling caches, in a queue of its own."""

from celery import shared_task
from django.utils import timezone

from api.models import Purge
from cms.celery import queue_of

from .send import send_due


@shared_task
def send_purges(target: str) -> None:
    """Tell one cache what it must forget now."""
    send_due(target)


@shared_task
def send_owed_purges() -> None:
    """Have each cache told what is due: the second time, after a failure, after a crash. Runs each second."""
    for name in Purge.objects.due(timezone.now()).order_by().values_list("target", flat=True).distinct():
        send_purges.apply_async((name,), queue=queue_of(send_purges.name), expires=5, retry=False)
