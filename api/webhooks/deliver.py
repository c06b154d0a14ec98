"""One attempt to tell a subscriber, and what follows from its answer."""

import random
from collections.abc import Iterable
from datetime import timedelta
from time import monotonic

import requests
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from requests_hardened.ip_filter import InvalidIPAddress
from standardwebhooks import Webhook

from api.models import Attempt, Delivery, Subscription
from api.models.webhooks import new_secret
from cms.outgoing import open_session

from .events import build_body

PAUSES = (
    *(timedelta(seconds=5), timedelta(minutes=5), timedelta(minutes=30)),
    *(timedelta(hours=2), timedelta(hours=5), timedelta(hours=10)),
    *(timedelta(hours=14), timedelta(hours=20), timedelta(hours=21)),
)
"""Before the second attempt, the third...; together three days, as Standard Webhooks recommends."""
LEASE = timedelta(minutes=2)
"""After so long another worker takes over from one that has died."""
LONGEST_RUN = timedelta(minutes=1)
ANSWER_LENGTH = 2000
_GONE = 410


def deliver_due(subscription_id: int) -> int:
    """Send what is due for one subscription, one after the other; how many attempts were made.

    Stops at the first that gets no answer, and after a while, so that no receiver keeps a worker. Returns 0 if somebody
    else is at it. If this process dies, what it had in hand is sent again with the same `webhook-id`.
    """
    if not _take_up(subscription_id):
        return 0
    started, count = monotonic(), 0
    try:
        while monotonic() - started < LONGEST_RUN.total_seconds():
            due = Delivery.objects.due(timezone.now()).filter(subscription=subscription_id)
            delivery = due.select_related("subscription").first()
            if delivery is None:
                break
            attempt = _send(delivery)
            _note(delivery, attempt)
            count += 1
            if attempt.status_code is None:
                break
    finally:
        Subscription.objects.filter(pk=subscription_id).update(busy_until=None)
    return count


def sign(subscription: Subscription, message_id: str, body: str) -> dict[str, str]:
    """The headers that let a receiver know who sent it: standardwebhooks.com, section Signature scheme."""
    now = timezone.now()
    signatures = [Webhook(secret).sign(message_id, now, body) for secret in subscription.secrets_at(now)]
    return {
        "content-type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(int(now.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def _take_up(subscription_id: int) -> bool:
    now = timezone.now()
    free = Subscription.objects.filter(Q(busy_until=None) | Q(busy_until__lt=now), pk=subscription_id, active=True)
    return bool(free.update(busy_until=now + LEASE))


def _send(delivery: Delivery) -> Attempt:
    subscription = delivery.subscription
    attempt = Attempt(delivery=delivery, at=timezone.now())
    body = build_body(delivery, attempt.at)
    headers = sign(subscription, delivery.message_id, body)
    started = monotonic()
    try:
        with (
            open_session(private_addresses=settings.WEBHOOK_PRIVATE_ADDRESSES) as session,
            session.post(subscription.url, data=body.encode(), headers=headers, stream=True) as response,
        ):
            attempt.status_code = response.status_code
            beginning = next(response.iter_content(ANSWER_LENGTH), b"")
            attempt.answer = beginning.decode(errors="replace").replace("\x00", "")
    except InvalidIPAddress:
        attempt.error = "The address is in a private network, so nothing was sent."
    except (requests.RequestException, OSError, ValueError) as error:
        attempt.error = f"No answer ({type(error).__name__})."
    attempt.seconds = round(monotonic() - started, 3)
    return attempt


@transaction.atomic
def _note(delivery: Delivery, attempt: Attempt) -> None:
    """Keep the attempt, and decide what becomes of the delivery."""
    attempt.save()
    now = timezone.now()
    delivery.attempt_count += 1
    code = attempt.status_code or 0
    if 200 <= code < 300:
        delivery.status, delivery.delivered_at = Delivery.Status.DELIVERED, now
    elif delivery.attempt_count > len(PAUSES):
        delivery.status = Delivery.Status.FAILED
    else:
        pause = PAUSES[delivery.attempt_count - 1]
        # Receivers that were away together should not all be asked in the same second.
        delivery.next_attempt_at = now + pause * random.uniform(1, 1.1)  # noqa: S311
    delivery.save(update_fields=["status", "attempt_count", "delivered_at", "next_attempt_at"])
    if code == _GONE:
        Subscription.objects.filter(pk=delivery.subscription_id).update(
            active=False, stopped_because="The receiver answered 410: it wants no more."
        )


def replay(delivery_ids: Iterable[int]) -> int:
    """Send deliveries again from the start of their attempts, with the ids they had; how many there are."""
    return Delivery.objects.filter(pk__in=list(delivery_ids)).update(
        status=Delivery.Status.PENDING, attempt_count=0, next_attempt_at=timezone.now(), delivered_at=None
    )


@transaction.atomic
def rotate_secret(subscription: Subscription) -> Subscription:
    """Give a subscription a new secret; the old one signs beside it for a day, so that the receiver can change over."""
    Subscription.objects.select_for_update().filter(pk=subscription.pk).update(
        former_secret=F("secret"),
        former_secret_until=timezone.now() + timedelta(hours=settings.WEBHOOK_ROTATION_HOURS),
        secret=new_secret(),
    )
    subscription.refresh_from_db()
    return subscription
