"""Work that was promised with a commit."""

from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _


class OwedTaskQuerySet(models.QuerySet["OwedTask"]):
    def due(self, at: datetime) -> Self:
        """Work that a worker should take up at `at`, the longest waiting first."""
        return self.filter(next_attempt_at__lte=at).order_by("next_attempt_at", "pk")

    def failed(self) -> Self:
        """Work that was tried and not done; what is no longer tried comes first."""
        return self.exclude(error="").order_by(F("next_attempt_at").asc(nulls_first=True), "pk")


class OwedTask(models.Model):
    """One run of a task that nothing else in the database would remember; deleted when it has been done.

    Written in the transaction that makes it necessary, so that neither a broker that is away nor a worker that dies
    loses it. `next_attempt_at` is None once it was given up: it waits for an administrator.
    """

    task = models.CharField(max_length=200)
    args = models.JSONField(_("arguments"), default=list)
    created_at = models.DateTimeField(_("since"), default=timezone.now)
    next_attempt_at = models.DateTimeField(_("next attempt"), null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(_("attempts"), default=0)
    error = models.TextField(blank=True)

    objects = models.Manager.from_queryset(OwedTaskQuerySet)()

    class Meta:
        verbose_name = _("owed task")
        default_permissions = ("view", "change")
        indexes = [models.Index(fields=["next_attempt_at"], name="cms_owedtask_due")]

    def __str__(self) -> str:
        return f"{self.task} {self.args}"
