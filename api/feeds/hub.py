"""Telling a WebSub hub which feeds have changed: w3.org/TR/websub, section 7.

Publishers tell their hub in a way of its own choosing; what nearly all understand is that of PubSubHubbub 0.4: a form
with `hub.mode=publish` and a `hub.url` for each feed.
"""

import logging
from datetime import timedelta
from itertools import takewhile

import requests
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from api.models import Change, Hub
from cms.outgoing import open_session

FORMS = ("rss", "atom", "json")
EVERYTHING = "all"
SETTLING = timedelta(seconds=3)
"""A hub fetches a feed as soon as it is told, and caches in front must have forgotten the old one by then."""
LEASE = timedelta(minutes=2)
FIRST_PAUSE, LONGEST_PAUSE = timedelta(seconds=5), timedelta(hours=1)
_BATCH = 1_000

log = logging.getLogger(__name__)


def tell_hub() -> bool:
    """Tell the hub of what has changed since it was told last, and of what it did not take; whether it was asked.

    Feeds that changed several times are named once. If this stops half-way they are named again.
    """
    if not settings.WEBSUB_HUB_URL:
        return False
    hub, _ = Hub.objects.get_or_create(url=settings.WEBSUB_HUB_URL)
    if not (hub.owed or _find_settled(hub)) or not _take_up(hub):
        return False
    try:
        owed = _collect(hub)
        if not owed or hub.next_attempt_at > timezone.now():
            return False
        _note(hub, is_told=_tell(hub.url, owed))
        return True
    finally:
        Hub.objects.filter(pk=hub.pk).update(busy_until=None)


def find_feed_urls(names: list[str]) -> list[str]:
    """The addresses of these feeds, in every form."""
    return [settings.BASE_URL + reverse("feed", args=[name, form]) for name in names for form in FORMS]


def _take_up(hub: Hub) -> bool:
    now = timezone.now()
    free = Hub.objects.filter(Q(busy_until=None) | Q(busy_until__lt=now), pk=hub.pk)
    return bool(free.update(busy_until=now + LEASE))


@transaction.atomic
def _collect(hub: Hub) -> list[str]:
    """Note the feeds of every change that the hub has not heard of among those owed, and return all of them."""
    hub.refresh_from_db()
    owed = set(hub.owed)
    while changes := _find_settled(hub):
        for change in changes:
            owed |= {EVERYTHING, *change.data.get("sections", ())}
        hub.heard_sequence = changes[-1].sequence
    hub.owed = sorted(owed)
    hub.save(update_fields=["owed", "heard_sequence"])
    return hub.owed


def _find_settled(hub: Hub) -> list[Change]:
    """The next changes that the hub has not heard of, in order, up to the first that is too young."""
    settled = timezone.now() - SETTLING
    changes = Change.objects.filter(sequence__gt=hub.heard_sequence).order_by("sequence")[:_BATCH]
    return list(takewhile(lambda change: change.at <= settled, changes))


def _tell(url: str, names: list[str]) -> bool:
    form = [("hub.mode", "publish"), *(("hub.url", feed_url) for feed_url in find_feed_urls(names))]
    try:
        with (
            # Whoever runs the newsroom chose it, and may run it in the house.
            open_session(private_addresses=True) as session,
            session.post(url, data=form, stream=True) as response,
        ):
            if 200 <= response.status_code < 300:
                return True
            reason = str(response.status_code)
    except (requests.RequestException, OSError, ValueError) as error:
        reason = type(error).__name__
    log.warning("the WebSub hub was not told of %s feeds: %s", len(names), reason)
    return False


def _note(hub: Hub, *, is_told: bool) -> None:
    now = timezone.now()
    if is_told:
        hub.owed, hub.attempt_count, hub.next_attempt_at, hub.told_at = [], 0, now, now
    else:
        hub.attempt_count += 1
        hub.next_attempt_at = now + pause_after(hub.attempt_count)
    hub.save(update_fields=["owed", "attempt_count", "next_attempt_at", "told_at"])


def pause_after(attempt_count: int) -> timedelta:
    """How long to wait after so many failures: twice as long each time, up to an hour."""
    return min(FIRST_PAUSE * 2 ** min(attempt_count - 1, 20), LONGEST_PAUSE)
