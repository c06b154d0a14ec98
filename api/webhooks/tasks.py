"""Telling subscribers, in a queue of its own: a receiver that hangs keeps nobody else waiting."""

import logging
from datetime import timedelta

from celery import shared_task
from django.conf import settings
from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from api.models import Change, Delivery, Subscription

from .deliver import deliver_due
from .events import fan_out

log = logging.getLogger(__name__)


@shared_task
def tell_subscribers() -> None:
    """Make deliveries of what happened, and have those sent that are due. Runs each second; may run twice at once."""
    now = timezone.now()
    news = Change.objects.filter(sequence__gt=OuterRef("heard_sequence"))
    for pk in Subscription.objects.filter(Exists(news), active=True).values_list("pk", flat=True):
        try:
            fan_out(pk)
        except Exception:
            log.exception("deliveries for subscription %s could not be made", pk)
    free = Q(busy_until=None) | Q(busy_until__lt=now)
    waiting = Subscription.objects.filter(
        free, Exists(Delivery.objects.due(now).filter(subscription=OuterRef("pk"))), active=True
    )
    for pk in waiting.values_list("pk", flat=True):
        deliver.apply_async((pk,), expires=30, retry=False)


@shared_task
def deliver(subscription_id: int) -> None:
    """Send what is due for one subscription."""
    deliver_due(subscription_id)


@shared_task
def forget_old_deliveries() -> None:
    """Delete deliveries that are done with."""
    old = timezone.now() - timedelta(days=settings.WEBHOOK_LOG_DAYS)
    Delivery.objects.filter(created_at__lt=old).exclude(status=Delivery.Status.PENDING).delete()
