"""People whose names stand over stories."""

import uuid
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.text import slugify
from django.utils.translation import gettext_lazy as _
from modelcluster.fields import ParentalKey
from modelcluster.models import ClusterableModel
from wagtail.admin.panels import FieldPanel, InlinePanel, MultiFieldPanel
from wagtail.models import Orderable
from wagtail.search import index


class Author(index.Indexed, ClusterableModel):
    """A person whom readers see in the byline; may also be someone who signs in."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=160)
    slug = models.SlugField(max_length=160, unique=True, blank=True, help_text=_("In addresses; made from the name."))
    bio = models.TextField(blank=True, help_text=_("Two or three sentences for the author's page."))
    portrait = models.ForeignKey("cms.NewsImage", null=True, blank=True, on_delete=models.SET_NULL, related_name="+")
    user = models.OneToOneField(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="author",
        help_text=_("The login of this person, if there is one."),
    )

    panels = [
        MultiFieldPanel([FieldPanel("name"), FieldPanel("slug"), FieldPanel("user")], heading=_("Person")),
        FieldPanel("bio"),
        FieldPanel("portrait"),
        InlinePanel("links", label=_("Link"), heading=_("Links")),
    ]
    search_fields = [index.SearchField("name", boost=2), index.AutocompleteField("name"), index.SearchField("bio")]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        super().clean()
        if not self.slug:
            self.slug = free_slug(Author, self.name)

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            self.slug = free_slug(Author, self.name)
        super().save(*args, **kwargs)


class AuthorLink(Orderable):
    """A place on the web where readers find an author."""

    author = ParentalKey(Author, on_delete=models.CASCADE, related_name="links")
    label = models.CharField(max_length=60)
    url = models.URLField()

    panels = [FieldPanel("label"), FieldPanel("url")]


def free_slug(model: type[models.Model], name: str) -> str:
    """A slug made from `name` that no row of `model` has yet."""
    base = slugify(name)[:150] or model._meta.model_name or "item"
    taken = set(model._default_manager.filter(slug__startswith=base).values_list("slug", flat=True))
    slug, number = base, 2
    while slug in taken:
        slug, number = f"{base}-{number}", number + 1
    return slug
