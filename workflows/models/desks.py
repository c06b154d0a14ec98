"""People who review together."""

from django.contrib.auth.models import Group
from django.db import models
from django.utils.translation import gettext_lazy as _


class Desk(models.Model):
    """A group of people with an address where they are told of work that waits for them."""

    name = models.CharField(max_length=80, unique=True)
    slug = models.SlugField(max_length=80, unique=True)
    group = models.OneToOneField(
        Group, on_delete=models.PROTECT, related_name="desk", help_text=_("Its members sign for the desk.")
    )
    email = models.EmailField(blank=True, help_text=_("A shared mailbox that is told beside the members."))

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name
