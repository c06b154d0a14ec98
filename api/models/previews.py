"""Links by which one version of a story can be read before it is published."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.models import Article
from workflows.models import Snapshot


class PreviewLink(models.Model):
    """A way into one version of one story for a quarter of an hour. Only a digest of the link's token is kept."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="preview_links")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.CASCADE, related_name="+")
    token_digest = models.CharField(max_length=64, unique=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    made_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    revoked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Empty where it was closed because the story was withdrawn."),
    )

    class Meta:
        ordering = ["-made_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at__isnull=False) | Q(revoked_by=None), name="previewlink_revoked_by_when"
            )
        ]

    def __str__(self) -> str:
        return f"{self.snapshot_id}: {self.made_at:%Y-%m-%d %H:%M}"
