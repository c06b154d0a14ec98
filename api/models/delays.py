"""How punctually stories came to readers, counted where it happens."""

import math
from datetime import datetime

from django.db import models
from django.db.models import F
from django.utils import timezone

BOUNDS = (1.0, 2.0, 5.0, 10.0, 30.0, 60.0, 300.0, 900.0, 3600.0, math.inf)
"""Seconds; the promise is five."""


class ReleaseDelay(models.Model):
    """How many stories became readable so many seconds after the time that they were promised for.

    A count for each bound, of what is above the bound before it. It is never set back, whatever restarts.
    """

    class Cause(models.TextChoices):
        SCHEDULE = "schedule"
        EMBARGO = "embargo"

    cause = models.CharField(max_length=10, choices=Cause.choices)
    at_most_seconds = models.FloatField()
    story_count = models.BigIntegerField(default=0)
    seconds = models.FloatField(default=0, help_text="All their delays together.")

    class Meta:
        ordering = ["cause", "at_most_seconds"]
        default_permissions = ()
        constraints = [models.UniqueConstraint(fields=["cause", "at_most_seconds"], name="releasedelay_once_a_bound")]

    def __str__(self) -> str:
        return f"{self.cause}, at most {self.at_most_seconds} s: {self.story_count}"


def note_delay(cause: ReleaseDelay.Cause, *, promised_for: datetime) -> None:
    """Count a story that is readable from this transaction on; the shelf must be held."""
    seconds = max(0.0, (timezone.now() - promised_for).total_seconds())
    bound = next(bound for bound in BOUNDS if seconds <= bound)
    row, _new = ReleaseDelay.objects.get_or_create(cause=cause, at_most_seconds=bound)
    ReleaseDelay.objects.filter(pk=row.pk).update(story_count=F("story_count") + 1, seconds=F("seconds") + seconds)
