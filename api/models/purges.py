"""What caches still have to be told to forget."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class PurgeQuerySet(models.QuerySet["Purge"]):
    def due(self, at: datetime) -> Self:
        """What a cache should be told at `at`, the oldest first."""
        return self.filter(next_attempt_at__lte=at).order_by("pk")

    def failing(self) -> Self:
        """What a cache was told in vain."""
        return self.filter(failure_count__gt=0)


class Purge(models.Model):
    """Keys of answers that one cache must forget; written in the transaction that made the answers untrue.

    A row is there until the cache has been told for the last time.
    """

    target = models.CharField(_("cache"), max_length=200)
    keys = ArrayField(models.TextField(), verbose_name=_("keys"))
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    sent_count = models.PositiveSmallIntegerField(default=0, help_text="How often the cache has confirmed it.")
    failure_count = models.PositiveSmallIntegerField(_("failures"), default=0)
    error = models.CharField(_("last error"), max_length=300, blank=True)

    objects = models.Manager.from_queryset(PurgeQuerySet)()

    class Meta:
        ordering = ["pk"]
        default_permissions = ("view",)
        indexes = [
            models.Index(fields=["target", "next_attempt_at"], name="purge_due"),
            models.Index(fields=["target"], condition=Q(failure_count__gt=0), name="purge_failing"),
        ]

    def __str__(self) -> str:
        return f"{self.target}: {' '.join(self.keys)}"
