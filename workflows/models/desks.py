"""People who review together, and who of them is away."""

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Desk(models.Model):
    """A group of people with an address where they are told of work that waits for them."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    group = models.OneToOneField(
        Group, on_delete=models.PROTECT, related_name="desk", help_text=_("Its members sign for the desk.")
    )
    email = models.EmailField(blank=True, help_text=_("A shared mailbox that is told beside the members."))
    head = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        help_text=_("Told when a story is late at this desk."),
    )
    chat_webhook_url = models.URLField(
        _("chat webhook"),
        max_length=500,
        blank=True,
        help_text=_("An incoming webhook that takes Slack's JSON. Whoever knows it can post there."),
    )

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    @property
    def people_count(self) -> int:
        """How many people with a working login are at this desk. Where it is 0, nobody is told of what waits."""
        return self.group.user_set.filter(is_active=True).count()


class Absence(models.Model):
    """Days on which a person is away: what is assigned to them goes back to the desk."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="absences")
    starts_on = models.DateField()
    ends_on = models.DateField(help_text=_("The last day away."))

    class Meta:
        ordering = ["starts_on", "pk"]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on__gte=F("starts_on")), name="absence_ends_after_it_starts")
        ]

    def __str__(self) -> str:
        return f"{self.user}: {self.starts_on} - {self.ends_on}"
