"""WebSub hubs, which are told that feeds have changed and tell their subscribers."""

from typing import Any

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Max
from django.utils import timezone

from .changes import Change


class Hub(models.Model):
    """How far a hub has been told of changes, and what it is still to be told."""

    url = models.URLField(max_length=500, unique=True)
    heard_sequence = models.BigIntegerField(default=0, help_text="The last change whose feeds are among those owed.")
    owed = ArrayField(
        models.CharField(max_length=255), default=list, help_text="Names of feeds of which the hub is to be told."
    )
    attempt_count = models.PositiveIntegerField(default=0, help_text="How often it has failed since it last worked.")
    next_attempt_at = models.DateTimeField(default=timezone.now)
    busy_until = models.DateTimeField(null=True, help_text="Until then a worker is telling it.")
    told_at = models.DateTimeField(null=True)

    class Meta:
        default_permissions = ()

    def __str__(self) -> str:
        return self.url

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and not self.heard_sequence:
            # Feeds are read whole, so a new hub needs nothing of the past.
            self.heard_sequence = Change.objects.aggregate(last=Max("sequence"))["last"] or 0
        super().save(*args, **kwargs)
