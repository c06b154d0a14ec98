"""Where each story stands."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.models import Revision, TaskState

from cms.models import Article

from .desks import Desk
from .stages import ReviewStage

HASH_LENGTH = 64


class Standing(models.Model):
    """The latest saved version of a story and the live one: what they say, as hashes, and who changed it last."""

    article = models.OneToOneField(Article, on_delete=models.CASCADE, primary_key=True, related_name="standing")
    revision = models.ForeignKey(Revision, null=True, on_delete=models.SET_NULL, related_name="+")
    content_hash = models.CharField(max_length=HASH_LENGTH)
    changed_at = models.DateTimeField()
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    also_changed_by = ArrayField(
        models.BigIntegerField(),
        default=list,
        blank=True,
        help_text=_("Ids of who else wrote this content: a fix was merged into it."),
    )
    live_hash = models.CharField(
        max_length=HASH_LENGTH, blank=True, help_text=_("What is live in Wagtail; empty while nothing is.")
    )
    word_count = models.PositiveIntegerField(default=0)
    release_error = models.TextField(blank=True, help_text=_("Why a scheduled release has not happened yet."))
    release_attempt_count = models.PositiveIntegerField(default=0)
    release_retry_at = models.DateTimeField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.article_id}: {self.content_hash[:12]}"

    @property
    def writers(self) -> set[int]:
        """Who wrote what stands there, and so does not sign it: whoever changed it last, or all of a merge."""
        return {*self.also_changed_by, *([self.changed_by_id] if self.changed_by_id else ())}


class Snapshot(models.Model):
    """A version as somebody signed, cleared or sent it out of the house: autosave writes a revision again in place."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="snapshots")
    content_hash = models.CharField(max_length=HASH_LENGTH)
    content = models.JSONField(help_text=_("The content of the revision."))
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "content_hash"], name="snapshot_once_a_version"),
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.content_hash[:12]}"


class SignOffQuerySet(models.QuerySet["SignOff"]):
    def valid(self) -> Self:
        """Approvals that have not been voided."""
        return self.filter(verdict=SignOff.Verdict.APPROVED, voided_at=None)


class SignOff(models.Model):
    """One person's verdict on one version of a story."""

    class Verdict(models.TextChoices):
        APPROVED = "approved", _("Approved")
        SENT_BACK = "sent_back", _("Sent back")

    class Reason(models.TextChoices):
        """Why a story was sent back, in a word, for the report of the desks' work."""

        FACTS = "facts", _("Facts")
        LEGAL = "legal", _("Legal")
        STYLE = "style", _("Language and style")
        STRUCTURE = "structure", _("Structure or length")
        PICTURES = "pictures", _("Pictures")
        OTHER = "other", _("Something else")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="sign_offs")
    stage = models.ForeignKey(ReviewStage, on_delete=models.CASCADE, related_name="sign_offs")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="+")
    task_state = models.ForeignKey(TaskState, null=True, on_delete=models.SET_NULL, related_name="+")
    content_hash = models.CharField(max_length=HASH_LENGTH)
    verdict = models.CharField(max_length=20, choices=Verdict.choices)
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    comment = models.TextField(blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="sign_offs"
    )
    guest = models.ForeignKey(
        "workflows.GuestReview", null=True, blank=True, on_delete=models.RESTRICT, related_name="sign_offs"
    )
    carried_from = models.ForeignKey(
        "self",
        null=True,
        blank=True,
        on_delete=models.CASCADE,
        related_name="carried_to",
        help_text=_("The signature of an earlier version that still holds: what it is about has not changed."),
    )
    at = models.DateTimeField(default=timezone.now)
    voided_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(SignOffQuerySet)()

    class Meta:
        ordering = ["at", "pk"]
        indexes = [models.Index(fields=["article", "content_hash"], name="signoff_article_hash")]
        constraints = [
            models.UniqueConstraint(
                fields=["article", "stage", "content_hash", "by"],
                condition=Q(verdict="approved", voided_at=None),
                name="signoff_once_a_person_stage_and_version",
            ),
            models.UniqueConstraint(
                fields=["article", "stage", "content_hash", "guest"],
                condition=Q(verdict="approved", voided_at=None),
                name="signoff_once_a_guest_stage_and_version",
            ),
            models.CheckConstraint(
                condition=Q(by=None, guest__isnull=False) | Q(by__isnull=False, guest=None),
                name="signoff_by_a_person_or_a_guest",
            ),
            models.CheckConstraint(condition=Q(verdict="approved") | ~Q(comment=""), name="signoff_sent_back_says_why"),
        ]

    def __str__(self) -> str:
        return f"{self.signer} {self.get_verdict_display()} {self.content_hash[:12]}"

    @property
    def signer(self) -> str:
        """The name of who signed."""
        return str(self.by or self.guest)

    @property
    def responsible_id(self) -> int:
        """Who signed, or invited the guest who did: nobody signs twice, or their own story, by way of a guest."""
        return self.guest.invited_by_id if self.guest else int(self.by_id or 0)


class Clearance(models.Model):
    """Every desk that had to has signed this content. It may go live until the clearance is voided."""

    class Kind(models.TextChoices):
        REVIEW = "review", _("Reviewed")
        IMPORT = "import", _("Published elsewhere before, and imported")
        EMERGENCY = "emergency", _("Released in an emergency; a review is owed")

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="clearances")
    content_hash = models.CharField(max_length=HASH_LENGTH)
    kind = models.CharField(max_length=20, choices=Kind.choices, default=Kind.REVIEW)
    at = models.DateTimeField(default=timezone.now)
    voided_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["article", "content_hash"], condition=Q(voided_at=None), name="clearance_once_a_version"
            )
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.content_hash[:12]}"


class Assignment(models.Model):
    """Who has a story, since when, and until when; open while `ended_at` is None."""

    article = models.ForeignKey(Article, on_delete=models.CASCADE, related_name="assignments")
    stage = models.ForeignKey(ReviewStage, null=True, on_delete=models.CASCADE, related_name="+")
    assignee = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="assignments"
    )
    assigned_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    since = models.DateTimeField(default=timezone.now)
    due_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article"], condition=Q(ended_at=None), name="assignment_one_open_a_story")
        ]

    def __str__(self) -> str:
        return f"{self.article_id}: {self.assignee or self.stage}"
