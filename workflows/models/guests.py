"""People without a login who are asked about one version of one story."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Comment

from cms.models import Article

from .desks import Desk
from .stages import ReviewStage
from .standing import Snapshot


class GuestReview(models.Model):
    """An invitation to read one version, and what the guest said of it. Only a digest of the link's token is kept."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("Approved")
        OBJECTED = "objected", _("Objected")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="guest_reviews")
    snapshot = models.ForeignKey(Snapshot, on_delete=models.RESTRICT, related_name="+")
    name = models.CharField(max_length=120)
    email = models.EmailField(blank=True, help_text=_("The link is sent there; empty to pass it on yourself."))
    stage = models.ForeignKey(ReviewStage, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    desk = models.ForeignKey(
        Desk,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("For whom an approval counts, where the stage lets guests sign."),
    )
    token_digest = models.CharField(max_length=64, unique=True)
    invited_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(default=timezone.now)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    opened_at = models.DateTimeField(null=True, blank=True, help_text=_("When the guest first read it."))
    open_count = models.PositiveIntegerField(default=0)
    verdict = models.CharField(max_length=20, choices=Verdict.choices, blank=True)
    verdict_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(verdict="", verdict_at=None) | (~Q(verdict="") & Q(verdict_at__isnull=False)),
                name="guestreview_verdict_and_time_together",
            )
        ]

    def __str__(self) -> str:
        return f"{self.name} ({_('guest')})"


class GuestRemark(models.Model):
    """What a guest said of a block, or of the whole story; it comes back as a comment in the editor."""

    review = models.ForeignKey(GuestReview, on_delete=models.CASCADE, related_name="remarks")
    block_id = models.CharField(max_length=60, blank=True, help_text=_("Empty for the whole story."))
    text = models.TextField()
    at = models.DateTimeField(default=timezone.now)
    comment = models.OneToOneField(Comment, null=True, blank=True, on_delete=models.SET_NULL, related_name="+")

    class Meta:
        ordering = ["at", "pk"]

    def __str__(self) -> str:
        return self.text[:60]
