"""Noting, in the transaction that makes answers untrue, that caches must forget them."""

from collections.abc import Iterable

from django.conf import settings
from django.utils import timezone

from api.models import Purge
from cms.celery import enqueue

from .keys import ALL, widen
from .targets import name_of

MOST_KEYS = 2_000
"""Of more it is quicker to forget everything."""


def forget(keys: Iterable[str]) -> None:
    """Have every cache forget the answers with one of these keys, as soon as the current transaction has committed.

    Does nothing where no cache is configured.
    """
    wanted = sorted(widen(keys))
    if not wanted or not settings.PURGE_TARGETS:
        return
    from .tasks import send_purges

    now = timezone.now()
    names = [name_of(url) for url in settings.PURGE_TARGETS]
    kept = wanted if len(wanted) <= MOST_KEYS else [ALL]
    Purge.objects.bulk_create(Purge(target=name, keys=kept, created_at=now, next_attempt_at=now) for name in names)
    for name in names:
        enqueue(send_purges, name)
