"""Telling caches what to forget, until each has confirmed it."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta

import requests
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from api.models import Purge

from .keys import ALL
from .lifetimes import longest_seconds
from .outbox import MOST_KEYS
from .targets import NotForgotten, name_of, target_at

log = logging.getLogger(__name__)

ECHOES = (timedelta(seconds=1), timedelta(seconds=10))
"""A cache is told again after these: what it was fetching the first time may have been made before the change."""
LONGEST_PAUSE_SECONDS = 60
_AT_ONCE = 1_000


def send_due(name: str) -> int:
    """Tell one cache what it must forget now; how many requests to forget were dealt with.

    Rows stay locked until the cache has answered, so that one worker tells it, and remain if that worker dies.
    A cache that fails is left alone for growing pauses. What is older than any answer may be kept is given up.
    """
    total = 0
    while True:
        with transaction.atomic():
            now = timezone.now()
            ours = Purge.objects.filter(target=name)
            if ours.failing().filter(next_attempt_at__gt=now).exists():
                return total
            due = list(ours.due(now).select_for_update(skip_locked=True)[:_AT_ONCE])
            if not due:
                return total
            error = _tell(name, due)
            if error:
                _try_later(due, error, now)
                return total
            _note(due, now)
        total += len(due)


def _tell(name: str, due: Sequence[Purge]) -> str:
    """Why it failed; empty when the cache has confirmed."""
    url = next((url for url in settings.PURGE_TARGETS if name_of(url) == name), None)
    if url is None:
        return ""  # The cache is not in use any more.
    keys = sorted({key for purge in due for key in purge.keys})
    try:
        target_at(url).forget(keys if len(keys) <= MOST_KEYS else [ALL])
    except NotForgotten as error:
        return str(error)
    except (requests.RequestException, OSError, ValueError) as error:
        # Their words may hold the address with its secret.
        return f"No answer ({type(error).__name__})."
    return ""


def _note(due: Sequence[Purge], now: datetime) -> None:
    done = [purge.pk for purge in due if purge.sent_count >= len(ECHOES)]
    Purge.objects.filter(pk__in=done).delete()
    again = [purge for purge in due if purge.sent_count < len(ECHOES)]
    for purge in again:
        purge.next_attempt_at = now + ECHOES[purge.sent_count]
        purge.sent_count += 1
        purge.failure_count, purge.error = 0, ""
    Purge.objects.bulk_update(again, ["next_attempt_at", "sent_count", "failure_count", "error"])


def _try_later(due: Sequence[Purge], error: str, now: datetime) -> None:
    given_up = [purge for purge in due if now - purge.created_at > timedelta(seconds=longest_seconds())]
    if given_up:
        Purge.objects.filter(pk__in=[purge.pk for purge in given_up]).delete()
    waiting = [purge for purge in due if purge not in given_up]
    failures = 1 + max((purge.failure_count for purge in waiting), default=0)
    for purge in waiting:
        purge.failure_count, purge.error = failures, error[:300]
        purge.next_attempt_at = now + timedelta(seconds=min(2 ** (failures - 1), LONGEST_PAUSE_SECONDS))
    Purge.objects.bulk_update(waiting, ["next_attempt_at", "failure_count", "error"])
    # The first time it is worth a line; afterwards the report of caches says the same.
    if failures == 1 or given_up:
        log.warning(
            "%s was not told to forget %s changes (%s given up): %s", due[0].target, len(due), len(given_up), error
        )
