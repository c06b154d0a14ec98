"""What happens outside the ordinary order: releases without a full review, and fixes under a larger draft."""

from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.models import Article

from .standing import HASH_LENGTH, Snapshot


class EmergencyReleaseQuerySet(models.QuerySet["EmergencyRelease"]):
    def unreviewed(self) -> Self:
        """What went out and has not been reviewed yet."""
        return self.filter(seconded_at__isnull=False, reviewed_at=None)

    def by(self, person: Any) -> Self:
        """Those of which this person, or who an expression names, is one of the two."""
        return self.filter(Q(asked_by=person) | Q(seconded_by=person))


class EmergencyRelease(models.Model):
    """A release without full review: one publisher asks and says why, another agrees, and a review is owed."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="emergency_releases")
    content_hash = models.CharField(max_length=HASH_LENGTH)
    snapshot = models.ForeignKey(Snapshot, null=True, on_delete=models.SET_NULL, related_name="+")
    reason = models.TextField()
    asked_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField(default=timezone.now)
    seconded_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.PROTECT, related_name="+")
    seconded_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When the second person agreed and it went out.")
    )
    closed_at = models.DateTimeField(
        null=True, blank=True, help_text=_("When it was refused or overtaken before it went out.")
    )
    review_due_at = models.DateTimeField(null=True, blank=True)
    reviewed_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(EmergencyReleaseQuerySet)()

    class Meta:
        ordering = ["-asked_at", "-pk"]
        default_permissions = ("add",)
        constraints = [
            models.CheckConstraint(condition=~Q(reason=""), name="emergency_says_why"),
            models.CheckConstraint(
                condition=Q(seconded_by=None, seconded_at=None)
                | Q(seconded_by__isnull=False, seconded_at__isnull=False, review_due_at__isnull=False),
                name="emergency_seconded_by_and_at_together",
            ),
            models.CheckConstraint(
                condition=Q(seconded_by=None) | ~Q(seconded_by=F("asked_by")), name="emergency_takes_two_people"
            ),
            models.UniqueConstraint(
                fields=["article"], condition=Q(seconded_at=None, closed_at=None), name="emergency_one_open_a_story"
            ),
        ]
        indexes = [
            models.Index(
                fields=["review_due_at"],
                condition=Q(seconded_at__isnull=False, reviewed_at=None),
                name="emergency_review_owed",
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.reason[:60]}"


class SetAside(models.Model):
    """A draft that stepped aside so that the live version could be fixed; it comes back with the fix in it."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="set_asides")
    draft = models.ForeignKey(Snapshot, on_delete=models.RESTRICT, related_name="+")
    live = models.ForeignKey(
        Snapshot,
        on_delete=models.RESTRICT,
        related_name="+",
        help_text=_("What was live, so that the fix can be seen."),
    )
    changed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Who had changed the draft last."),
    )
    also_changed_by = ArrayField(
        models.BigIntegerField(), default=list, blank=True, help_text=_("Ids of who else had written the draft.")
    )
    submitted_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Who had submitted it; empty if it was not in review."),
    )
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    restored_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ()
        constraints = [
            models.UniqueConstraint(fields=["article"], condition=Q(restored_at=None), name="setaside_one_open_a_story")
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.at:%Y-%m-%d %H:%M}"

    @property
    def writers(self) -> set[int]:
        return {*self.also_changed_by, *([self.changed_by_id] if self.changed_by_id else ())}
