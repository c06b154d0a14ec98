"""Keys with which websites and apps read the API."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from rest_framework_api_key.models import AbstractAPIKey, BaseAPIKeyManager

LAST_USED_SECONDS = 60
PREFIX_LENGTH = 8


class Scope(models.TextChoices):
    CONTENT = "content:read", _("Read stories, sections, topics and authors")
    SEARCH = "search", _("Search, and suggestions while somebody types")
    SYNC = "sync", _("Follow changes: /changes/ and /stream/")
    PREVIEW = "preview", _("Show drafts by preview links")


class ApiKeyManager(BaseAPIKeyManager):
    """Makes keys and finds them again."""

    def assign_key(self, obj: AbstractAPIKey) -> str:
        """Give a key its prefix and digest; returns it as its owner writes it, for the only time."""
        # The library's own would make the digest part of the primary key, which stands in addresses and logs.
        key: str
        key, obj.prefix, obj.hashed_key = self.key_generator.generate()
        return key

    def find(self, key: str) -> "ApiKey | None":
        """The key that somebody shows, revoked and expired ones included; None if we never made it. One query."""
        found: ApiKey | None = self.filter(prefix=key[:PREFIX_LENGTH]).first()
        return found if found and found.is_valid(key) else None


class ApiKey(AbstractAPIKey):
    """What one website or app may read, and how often. Only a digest of the key itself is stored."""

    id = models.BigAutoField(primary_key=True)
    name = models.CharField(_("name"), max_length=50, help_text=_("Who uses it, and where."))
    scopes = ArrayField(
        models.CharField(max_length=20, choices=Scope.choices),
        verbose_name=_("scopes"),
        help_text=_("What it opens. Anything else is refused."),
    )
    quota = models.PositiveIntegerField(
        _("requests a minute"),
        null=True,
        blank=True,
        help_text=_("Empty for the usual quota of keys, 0 for any number."),
    )
    last_used_at = models.DateTimeField(_("last used"), null=True, blank=True, editable=False)
    replaces = models.OneToOneField(
        "self", null=True, blank=True, editable=False, on_delete=models.SET_NULL, related_name="replaced_by"
    )
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, editable=False, on_delete=models.SET_NULL, related_name="+"
    )

    objects = ApiKeyManager()

    class Meta(AbstractAPIKey.Meta):
        abstract = False
        ordering = ["name", "-pk"]
        verbose_name = _("API key")
        verbose_name_plural = _("API keys")
        constraints = [
            models.CheckConstraint(condition=Q(scopes__len__gt=0), name="apikey_opens_something"),
        ]

    @property
    def state(self) -> str:
        """In one word, whether it opens anything now."""
        if self.revoked:
            return str(_("Revoked"))
        if self.has_expired:
            return str(_("Expired"))
        return str(_("Replaced, ends soon") if hasattr(self, "replaced_by") else _("Active"))

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]

    def note_use(self, at: datetime) -> None:
        """Write down that it was used, at most once a minute, and never waiting for anybody."""
        if self.last_used_at and self.last_used_at > at - timedelta(seconds=LAST_USED_SECONDS):
            return
        with transaction.atomic():
            free = ApiKey.objects.select_for_update(skip_locked=True).filter(pk=self.pk).values("pk")
            ApiKey.objects.filter(pk__in=free).update(last_used_at=at)

    def lifetime(self) -> timedelta | None:
        """From when to when it was made to last; None for one without an end."""
        return self.expiry_date - self.created if self.expiry_date else None

    @classmethod
    def make(cls, *, name: str, scopes: list[str], **fields: Any) -> "tuple[ApiKey, str]":
        """A new key, and what its owner is shown of it once."""
        made: tuple[ApiKey, str] = cls.objects.create_key(name=name, scopes=scopes, **fields)
        return made

    def ends_at(self, hours: int) -> datetime:
        """When it ends if it is replaced now: in so many hours, or earlier if it would have anyway."""
        end = timezone.now() + timedelta(hours=hours)
        return min(end, self.expiry_date) if self.expiry_date else end
