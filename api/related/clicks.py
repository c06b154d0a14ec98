"""How often readers follow related links: counted in Redis, written down each minute, nothing kept of them."""

from datetime import date
from uuid import UUID

import redis
from django.conf import settings
from django.db import connection
from django.utils import timezone

_KEY = "related:clicks"
_TAKEN = "related:clicks:taken"


def _redis() -> "redis.Redis":
    return redis.Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1)


def count(article_id: UUID, target_id: UUID) -> None:
    """Note that a reader went from one story to another; a Redis that is away loses the click and nothing else."""
    field = f"{timezone.localdate().isoformat()} {article_id} {target_id}"
    try:
        with _redis() as client:
            client.hincrby(_KEY, field, 1)
    except redis.RedisError:
        return


def store() -> int:
    """Add what was counted to the table; how many links had clicks.

    What is being written is set aside under a name of its own, so that a run that dies is made good by the next one.
    """
    with _redis() as client:
        if not client.exists(_TAKEN):
            if not client.exists(_KEY):
                return 0
            client.rename(_KEY, _TAKEN)
        counted = client.hgetall(_TAKEN)
        rows = [(*_parse(field.decode()), int(times)) for field, times in counted.items()]
        with connection.cursor() as cursor:
            cursor.executemany(
                'INSERT INTO api_relatedclicks ("on", article_id, target_id, count) VALUES (%s, %s, %s, %s) '
                'ON CONFLICT (article_id, target_id, "on") DO UPDATE '
                "SET count = api_relatedclicks.count + EXCLUDED.count",
                rows,
            )
        client.delete(_TAKEN)
    return len(rows)


def _parse(field: str) -> tuple[date, UUID, UUID]:
    on, article_id, target_id = field.split(" ")
    return date.fromisoformat(on), UUID(article_id), UUID(target_id)
