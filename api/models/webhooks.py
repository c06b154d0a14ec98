"""Who is told of public events, and each attempt to tell them."""

import base64
import secrets
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.core.validators import URLValidator
from django.db import models
from django.db.models import Max, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.fields import ChoicesField

from .changes import Change

SECRET_BYTES = 32


def new_secret() -> str:
    """A signing secret as Standard Webhooks writes it: whsec_ and base64."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


class EventType(models.TextChoices):
    PUBLISHED = "article.published", _("A story is published")
    UPDATED = "article.updated", _("A story that readers have has changed")
    WITHDRAWN = "article.withdrawn", _("A story is withdrawn")
    STAGE_CHANGED = "article.stage_changed", _("A story has reached another stage (not public)")


class Subscription(models.Model):
    """An address that is told of public events, and of stages where it asks for them."""

    name = models.CharField(max_length=80, unique=True)
    url = models.URLField(
        _("address"), max_length=500, validators=[URLValidator(schemes=["https", "http"])], help_text=_("Takes POST.")
    )
    events = ChoicesField(
        models.CharField(max_length=40, choices=EventType.choices),
        default=list,
        blank=True,
        help_text=_("Only these; none for all that is public."),
    )
    sections = ArrayField(
        models.CharField(max_length=255),
        default=list,
        blank=True,
        help_text=_("Slugs of sections, divided by commas: only stories in them and below; empty for all."),
    )
    secret = models.CharField(max_length=100, default=new_secret, editable=False)
    former_secret = models.CharField(max_length=100, blank=True, editable=False)
    former_secret_until = models.DateTimeField(null=True, blank=True, editable=False)
    active = models.BooleanField(default=True)
    stopped_because = models.CharField(max_length=300, blank=True, editable=False)
    heard_sequence = models.BigIntegerField(
        default=0, editable=False, help_text="The last change of which deliveries were made."
    )
    busy_until = models.DateTimeField(
        null=True,
        blank=True,
        editable=False,
        help_text="Until then a worker sends its deliveries, one after the other.",
    )
    created_at = models.DateTimeField(default=timezone.now, editable=False)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if self._state.adding and not self.heard_sequence:
            # It is told of what happens from now on, not of the past.
            self.heard_sequence = Change.objects.aggregate(last=Max("sequence"))["last"] or 0
        super().save(*args, **kwargs)

    def secrets_at(self, at: datetime) -> list[str]:
        """Secrets that sign at this moment: the present one, and for a while the one before it."""
        former = self.former_secret_until and self.former_secret_until > at
        return [self.secret, *([self.former_secret] if former and self.former_secret else [])]


class DeliveryQuerySet(models.QuerySet["Delivery"]):
    def due(self, at: datetime) -> Self:
        """Deliveries of active subscriptions that should be tried at `at`, the oldest first."""
        waiting = self.filter(status=Delivery.Status.PENDING, next_attempt_at__lte=at, subscription__active=True)
        return waiting.order_by("next_attempt_at", "pk")


class Delivery(models.Model):
    """One event for one subscription. Its `message_id` stays the same however often it is sent."""

    class Status(models.TextChoices):
        PENDING = "pending", _("Waiting")
        DELIVERED = "delivered", _("Delivered")
        FAILED = "failed", _("Given up")

    subscription = models.ForeignKey(Subscription, on_delete=models.CASCADE, related_name="deliveries")
    message_id = models.CharField(max_length=60, unique=True)
    event = models.CharField(max_length=40)
    sequence = models.BigIntegerField(null=True, help_text="Of the change; empty for a test and for a stage.")
    public_id = models.UUIDField(null=True, help_text="Of the story; empty for a test.")
    payload = models.TextField(help_text="What is sent, without the text of the story, which is added at each attempt.")
    status = models.CharField(max_length=20, choices=Status.choices, default=Status.PENDING)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(default=timezone.now)
    created_at = models.DateTimeField(default=timezone.now)
    delivered_at = models.DateTimeField(null=True, blank=True)

    objects = models.Manager.from_queryset(DeliveryQuerySet)()

    class Meta:
        ordering = ["-pk"]
        verbose_name_plural = _("deliveries")
        default_permissions = ("view", "change")
        indexes = [
            models.Index(
                fields=["subscription", "next_attempt_at"], condition=Q(status="pending"), name="delivery_due"
            ),
            models.Index(fields=["subscription"], condition=Q(status="failed"), name="delivery_given_up"),
            models.Index(fields=["created_at"], name="delivery_age"),
        ]
        constraints = [
            models.UniqueConstraint(fields=["subscription", "sequence"], name="delivery_once_a_change"),
            models.CheckConstraint(
                condition=~Q(status="delivered") | Q(delivered_at__isnull=False), name="delivery_delivered_says_when"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.message_id}"


class Attempt(models.Model):
    """One request of a delivery, and the answer."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField(default=timezone.now)
    seconds = models.FloatField(help_text="How long the answer took.")
    status_code = models.PositiveSmallIntegerField(null=True, blank=True, help_text="Empty when there was no answer.")
    answer = models.TextField(blank=True, help_text="The beginning of the answer.")
    error = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["at", "pk"]
        default_permissions = ()

    def __str__(self) -> str:
        return f"{self.delivery_id}: {self.status_code or self.error}"
