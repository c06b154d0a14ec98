"""Where stories sit."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, PagePermissionTester, Site

from cms.permissions import SectionPermissionTester


class HeadlessPage(models.Model):
    """A page that readers meet on another website: its address is there, and this server never renders it for them."""

    class Meta:
        abstract = True

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        for site in Site.get_site_root_paths():
            if self.url_path.startswith(site.root_path):  # type: ignore[attr-defined]
                return site.site_id, settings.FRONTEND_URL, self.public_path
        return None

    def get_url(self, request: HttpRequest | None = None, current_site: Site | None = None) -> str | None:
        """The whole address: a path alone would lead to this server, which has no such page."""
        address: str | None = self.get_full_url(request)  # type: ignore[attr-defined]
        return address

    url = property(get_url)

    @property
    def public_path(self) -> str:
        """The address within the website, such as /technology/a-slug/."""
        # url_path starts with the slug of the site's front page, which readers do not see.
        return "/" + self.url_path.lstrip("/").partition("/")[2]  # type: ignore[attr-defined]


class FrontPage(HeadlessPage, Page):
    """The top of one website; holds its sections."""

    max_count = 5
    parent_page_types = ["wagtailcore.Page"]
    subpage_types = ["cms.Section"]
    preview_modes: list[Any] = []

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return SectionPermissionTester(user, self)


class Section(HeadlessPage, Page):
    """A part of the publication. Rights given on a section hold for the stories and sections in it."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    description = models.TextField(blank=True, help_text=_("What readers find here, in a sentence or two."))

    content_panels = [*Page.content_panels, FieldPanel("description")]
    parent_page_types = ["cms.FrontPage", "cms.Section"]
    subpage_types = ["cms.Article", "cms.Section"]
    exclude_fields_in_copy = ["public_id"]
    preview_modes: list[Any] = []

    def permissions_for_user(self, user: Any) -> PagePermissionTester:
        return SectionPermissionTester(user, self)

    def clean(self) -> None:
        super().clean()
        if self.slug and Section.objects.filter(slug=self.slug).exclude(pk=self.pk).exists():
            raise ValidationError({"slug": _("Another section has this slug; the API tells sections apart by it.")})
