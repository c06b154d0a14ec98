"""From what happens to deliveries: public events from the sequence of changes, stages from the review."""

import json
from datetime import datetime
from typing import Any
from uuid import uuid4

from django.db import transaction
from django.utils import timezone

from api.models import Change, Delivery, EventType, PublishedArticle, Subscription
from api.representation.build import dump, moment
from cms.models import Article, Section
from workflows.signals import Stop

_BATCH = 500
_SHOWS_STORY = {EventType.PUBLISHED, EventType.UPDATED, EventType.WITHDRAWN}


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
            # A subscription that was set back meets deliveries that it has.
            Delivery.objects.bulk_create(_deliveries(subscription, changes), ignore_conflicts=True)
            subscription.heard_sequence = changes[-1].sequence
            subscription.save(update_fields=["heard_sequence"])
        total += len(changes)


def tell_of_stage(article: Article, *, before: Stop, after: Stop, at: datetime) -> int:
    """Make deliveries of a step of the review for who asked to hear of stages; how many there are.

    Must be called in the transaction of the step. They name the story by its id, and nobody.
    """
    subscriptions = list(Subscription.objects.filter(active=True, events__contains=[EventType.STAGE_CHANGED]))
    if not subscriptions:
        return 0
    slugs = set(Section.objects.ancestor_of(article).values_list("slug", flat=True))
    data = {"id": str(article.public_id), "before": before._asdict(), "after": after._asdict(), "at": moment(at)}
    payload = dump({"type": EventType.STAGE_CHANGED, "timestamp": moment(at), "data": data})
    made = Delivery.objects.bulk_create(
        Delivery(
            subscription=subscription,
            message_id=_new_id(),
            event=EventType.STAGE_CHANGED,
            public_id=article.public_id,
            payload=payload,
        )
        for subscription in subscriptions
        if not subscription.sections or slugs & set(subscription.sections)
    )
    return len(made)


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


def build_body(delivery: Delivery, at: datetime) -> str:
    """What is sent at `at`: a public event with the story as readers see it then, or null if they do not."""
    if delivery.event not in _SHOWS_STORY:
        return delivery.payload
    event = json.loads(delivery.payload)
    event["data"]["article"] = None
    if delivery.public_id and delivery.event != EventType.WITHDRAWN:
        visible = PublishedArticle.objects.visible(at).filter(public_id=delivery.public_id)
        summary = visible.values_list("summary", flat=True).first()
        event["data"]["article"] = json.loads(summary) if summary else None
    return dump(event)


def _deliveries(subscription: Subscription, changes: list[Change]) -> list[Delivery]:
    wanted = set(subscription.events)
    sections = set(subscription.sections)
    deliveries = []
    for change in changes:
        event = f"article.{change.event}"
        if wanted and event not in wanted:
            continue
        # Changes of before there were sections in them concern everybody.
        if sections and "sections" in change.data and not sections & set(change.data["sections"]):
            continue
        deliveries.append(
            Delivery(
                subscription=subscription,
                message_id=_new_id(),
                event=event,
                sequence=change.sequence,
                public_id=change.public_id,
                payload=dump({"type": event, "timestamp": moment(change.at), "data": _data(change)}),
            )
        )
    return deliveries


def _data(change: Change) -> dict[str, Any]:
    """What happened to which story, without its text.

    A receiver drops an event whose `sequence` is lower than one that it has for the same `id`.
    """
    return {
        "id": str(change.public_id),
        "sequence": change.sequence,
        "version": change.data.get("version") if change.event != Change.Event.WITHDRAWN else None,
        "reason": change.data.get("reason"),
    }


def _new_id() -> str:
    return f"msg_{uuid4().hex}"
