"""What is planned before it is written: commissions."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cms.models import Article, Section

from .desks import Desk


class Commission(models.Model):
    """A story that was asked for: what, how long, by when, from whom. It may exist before the page does."""

    title = models.CharField(_("working title"), max_length=255)
    slug = models.SlugField(max_length=255, help_text=_("The word by which the newsroom calls it."))
    section = models.ForeignKey(Section, on_delete=models.CASCADE, related_name="commissions")
    desk = models.ForeignKey(Desk, null=True, blank=True, on_delete=models.SET_NULL, related_name="commissions")
    writer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="commissions"
    )
    kind = models.CharField(max_length=20, choices=Article.Kind.choices, default=Article.Kind.NEWS)
    word_count = models.PositiveIntegerField(_("length in words"), null=True, blank=True)
    brief = models.TextField(blank=True, help_text=_("What it should say, whom to ask, what must not be missing."))
    due_at = models.DateTimeField(_("due"), null=True, blank=True, help_text=_("When the text is due."))
    publish_at = models.DateTimeField(
        _("planned for"), null=True, blank=True, help_text=_("When readers should get it; releases nothing by itself.")
    )
    article = models.OneToOneField(
        Article, null=True, blank=True, on_delete=models.CASCADE, related_name="commission", verbose_name=_("story")
    )
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
    dropped_at = models.DateTimeField(null=True, blank=True, help_text=_("When it was decided not to have it."))

    class Meta:
        ordering = ["due_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(dropped_at=None), name="commission_due"),
            models.Index(fields=["publish_at"], condition=Q(dropped_at=None), name="commission_planned_for"),
        ]

    def __str__(self) -> str:
        return self.title
