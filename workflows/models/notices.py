"""What people are told; written in the transaction of what happened, sent after it."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.models import Article

from .desks import Desk


class Notice(models.Model):
    """One thing told to one person or desk by one channel. `key` says what it is about: nobody is told twice."""

    class Kind(models.TextChoices):
        """What a notice is about; each person chooses by kind what reaches them, and how."""

        WAITING = "waiting", _("A story waits for my desk")
        ASSIGNED = "assigned", _("A story is assigned to me, or taken from me")
        SENT_BACK = "sent_back", _("A story of mine was sent back")
        READY = "ready", _("A story is ready for release")
        CANCELLED = "cancelled", _("A review that I signed was cancelled")
        MENTION = "mention", _("Somebody mentions me or my desk")
        DUE = "due", _("A story of mine is due soon, or late")
        ESCALATION = "escalation", _("A story is late at a desk that I head")
        EMERGENCY = "emergency", _("A release without full review")
        GUEST = "guest", _("A guest answered")
        DIGEST = "digest", _("Once a day, what waits")

    class Channel(models.TextChoices):
        MAIL = "mail", _("Mail")
        INBOX = "inbox", _("Inbox")
        DIGEST = "digest", _("Daily digest")
        CHAT = "chat", _("Chat")

    article = models.ForeignKey(Article, null=True, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices, default=Channel.MAIL)
    key = models.CharField(max_length=200)
    person = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.CASCADE, related_name="notices"
    )
    desk = models.ForeignKey(Desk, null=True, blank=True, on_delete=models.CASCADE, related_name="notices")
    address = models.CharField(
        max_length=254, help_text=_("A mail address; for chat the slug of the desk; for the inbox the person's id.")
    )
    subject = models.CharField(max_length=250)
    text = models.TextField()
    url = models.CharField(max_length=500, blank=True, help_text=_("Where to go, within the admin."))
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    read_at = models.DateTimeField(null=True, blank=True, help_text=_("When the person opened it in the inbox."))
    attempt_count = models.PositiveSmallIntegerField(default=0)
    retry_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["key", "channel", "address"], name="notice_once_a_channel_and_address")
        ]
        indexes = [
            models.Index(fields=["created_at"], condition=Q(sent_at=None), name="notice_owed"),
            models.Index(fields=["person", "-created_at"], condition=Q(channel="inbox"), name="notice_inbox"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} -> {self.address}"


class NoticePreference(models.Model):
    """How one person wants to hear of one kind of thing; where there is no row, the kind's default holds."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="notice_preferences")
    kind = models.CharField(max_length=20, choices=Notice.Kind.choices)
    mail = models.BooleanField(default=True)
    inbox = models.BooleanField(default=True)
    digest = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "kind"], name="noticepreference_once_a_kind")]

    def __str__(self) -> str:
        return f"{self.user}: {self.kind}"
