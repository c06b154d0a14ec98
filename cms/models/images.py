"""The newsroom's pictures."""

import uuid
from pathlib import Path

from django.db import models
from django.utils.translation import gettext_lazy as _
from wagtail.images.models import AbstractImage, AbstractRendition


class NewsImage(AbstractImage):
    """A picture with the words and rights that must travel with it.

    Colour, blurhash and renditions are computed by a worker after upload; `prepared_at` says when, and is None while
    they are owed.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    alt = models.CharField(
        _("alternative text"),
        max_length=300,
        blank=True,
        help_text=_("What the picture shows, for readers who cannot see it. Needed before a story is published."),
    )
    caption = models.CharField(max_length=500, blank=True, help_text=_("Printed under the picture."))
    credit = models.CharField(max_length=200, blank=True, help_text=_("Who made it, as it must be printed."))
    rights = models.CharField(max_length=300, blank=True, help_text=_("What we may do with it: agency, contract."))
    rights_end_on = models.DateField(
        _("rights end on"), null=True, blank=True, help_text=_("The last day on which we may show it.")
    )
    dominant_colour = models.CharField(max_length=7, blank=True, editable=False)
    blurhash = models.CharField(max_length=60, blank=True, editable=False)
    prepared_at = models.DateTimeField(null=True, blank=True, editable=False)
    prepare_attempt_count = models.PositiveSmallIntegerField(default=0, editable=False)
    prepare_error = models.TextField(blank=True, editable=False)

    admin_form_fields = (
        "title",
        "file",
        "alt",
        "caption",
        "credit",
        "rights",
        "rights_end_on",
        "collection",
        "tags",
        "focal_point_x",
        "focal_point_y",
        "focal_point_width",
        "focal_point_height",
    )

    def get_upload_to(self, filename: str) -> str:
        """A name that cannot be guessed from the names of renditions: the original is not given out."""
        return f"original_images/{uuid.uuid4().hex}{Path(filename).suffix.lower()}"

    class Meta(AbstractImage.Meta):
        verbose_name = _("picture")
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(prepared_at=None), name="cms_newsimage_unprepared"),
            models.Index(fields=["file"], name="cms_newsimage_file"),
        ]

    @property
    def default_alt_text(self) -> str:
        return self.alt


class NewsRendition(AbstractRendition):
    """One size and format of a picture."""

    image = models.ForeignKey(NewsImage, on_delete=models.CASCADE, related_name="renditions")

    def get_upload_to(self, filename: str) -> str:
        return f"images/{uuid.uuid4().hex}{Path(filename).suffix.lower()}"

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["image", "filter_spec", "focal_point_key"], name="cms_newsrendition_once")
        ]
        indexes = [models.Index(fields=["file"], name="cms_newsrendition_file")]
