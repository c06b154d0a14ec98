"""From the sequence of changes to deliveries."""

import json
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from api.models import Change, Delivery, EventType, PublishedArticle, Subscription
from api.representation.build import dump, moment

_BATCH = 500
_TYPES = {
    Change.Event.PUBLISHED: EventType.PUBLISHED,
    Change.Event.UPDATED: EventType.UPDATED,
    Change.Event.WITHDRAWN: EventType.WITHDRAWN,
}


def fan_out(subscription_id: int) -> int:
    """Make deliveries of every change that a subscription has not heard of; how many changes there were.

    Nothing is lost or told twice when this stops half-way or runs twice: what was heard is noted in the transaction
    that makes the deliveries.
    """
    total = 0
    while True:
        with transaction.atomic():
            subscription = Subscription.objects.select_for_update().filter(pk=subscription_id, active=True).first()
            if subscription is None:
                return total
            changes = list(
                Change.objects.filter(sequence__gt=subscription.heard_sequence).order_by("sequence")[:_BATCH]
            )
            if not changes:
                return total
            Delivery.objects.bulk_create(_deliveries(subscription, changes))
            subscription.heard_sequence = changes[-1].sequence
            subscription.save(update_fields=["heard_sequence"])
        total += len(changes)


def make_test(subscription: Subscription) -> Delivery:
    """A delivery that says nothing but that it arrived."""
    now = timezone.now()
    return Delivery.objects.create(
        subscription=subscription,
        message_id=_new_id(),
        event="test",
        public_id=None,
        payload=dump({"type": "test", "timestamp": moment(now), "data": {"subscription": subscription.name}}),
    )


def _deliveries(subscription: Subscription, changes: list[Change]) -> list[Delivery]:
    wanted = set(subscription.events)
    found = PublishedArticle.objects.filter(public_id__in={change.public_id for change in changes})
    rows = {row.public_id: row for row in found.only("public_id", "summary", "section_slugs", "version")}
    deliveries = []
    for change in changes:
        event = _TYPES[Change.Event(change.event)]
        row = rows.get(change.public_id)
        if wanted and event not in wanted:
            continue
        # Where a withdrawn story was is not known any more; whoever did not have it can ignore it.
        if subscription.sections and row and not set(subscription.sections) & set(row.section_slugs):
            continue
        deliveries.append(
            Delivery(
                subscription=subscription,
                message_id=_new_id(),
                event=event,
                sequence=change.sequence,
                public_id=change.public_id,
                payload=dump({"type": event, "timestamp": moment(change.at), "data": _data(change, row)}),
            )
        )
    return deliveries


def _data(change: Change, row: PublishedArticle | None) -> dict[str, Any]:
    """What happened to which story, with its summary as it is now unless it is gone.

    A receiver drops an event whose `sequence` is lower than one that it has for the same `id`.
    """
    shown = row is not None and change.event != Change.Event.WITHDRAWN
    return {
        "id": str(change.public_id),
        "sequence": change.sequence,
        "version": row.version if row and shown else None,
        "reason": change.data.get("reason"),
        "article": json.loads(row.summary) if row and shown else None,
    }


def _new_id() -> str:
    return f"msg_{uuid4().hex}"
