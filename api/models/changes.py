"""What happened on the shelf, in the order in which it became true."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import connection, models

CHANNEL = "api_changes"
"""On which PostgreSQL tells of new changes, with the last sequence, as they are committed."""
_LOCK = 0x436F7079  # An arbitrary constant: the advisory lock that orders commits of changes.


class Change(models.Model):
    """One public event. A later commit never has an earlier `sequence`, and no number is left out."""

    class Event(models.TextChoices):
        PUBLISHED = "published"
        UPDATED = "updated"
        WITHDRAWN = "withdrawn"

    sequence = models.BigIntegerField(primary_key=True)
    event = models.CharField(max_length=20, choices=Event.choices)
    public_id = models.UUIDField(db_index=True)
    at = models.DateTimeField()
    data = models.JSONField(default=dict)

    class Meta:
        ordering = ["sequence"]

    def __str__(self) -> str:
        return f"{self.sequence} {self.event} {self.public_id}"


def hold_shelf() -> None:
    """Let no other transaction change the shelf until this one ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def record_changes(events: list[tuple[Change.Event, UUID, dict[str, Any]]], *, at: datetime) -> None:
    """Append events to the sequence; must be called in the transaction that makes them true.

    The lock is held until that transaction ends, so numbers are given in the order of commits.
    """
    if not events:
        return
    hold_shelf()
    last = Change.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0
    Change.objects.bulk_create(
        Change(sequence=last + number, event=event, public_id=public_id, at=at, data=data)
        for number, (event, public_id, data) in enumerate(events, 1)
    )
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, %s)", [CHANNEL, str(last + len(events))])
