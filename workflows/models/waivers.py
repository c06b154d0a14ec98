"""Checks that somebody with the right set aside."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from cms.models import Article


class Waiver(models.Model):
    """One finding of one check that does not keep this story out of print, and why."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="waivers")
    check_code = models.CharField(max_length=60)
    target = models.CharField(
        max_length=200, blank=True, help_text="What the finding is about: a field, a block, a picture."
    )
    reason = models.TextField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField(default=timezone.now)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        default_permissions = ("add",)
        constraints = [
            models.UniqueConstraint(
                fields=["article", "check_code", "target"],
                condition=Q(voided_at=None),
                name="waiver_once_a_finding",
            ),
            models.CheckConstraint(condition=~Q(reason=""), name="waiver_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.check_code} {self.target}"
