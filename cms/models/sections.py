"""Where stories sit."""

import uuid
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.log_actions import get_active_log_context
from wagtail.models import Page, PagePermissionTester, Site

from cms.permissions import SectionPermissionTester
from cms.websites import address_of


class HeadlessPage(models.Model):
    """A page that readers meet on another website: its address is there, and this server never renders it for them."""

    class Meta:
        abstract = True

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        sites = Site.get_site_root_paths()
        for site in sites:
            if self.url_path.startswith(site.root_path):  # type: ignore[attr-defined]
                # Asked for every page of a listing, so only a newsroom with several websites pays a query for it.
                only_one = len({one.site_id for one in sites}) == 1
                url = settings.FRONTEND_URL if only_one else address_of(Site.objects.get(pk=site.site_id))
                return site.site_id, url, self.public_path
        return None

    def get_url(self, request: HttpRequest | None = None, current_site: Site | None = None) -> str | None:
        """The whole address: a path alone would lead to this server, which has no such page."""
        address: str | None = self.get_full_url(request)  # type: ignore[attr-defined]
        return address

    url = property(get_url)

    def copy(self, *, update_attrs: dict[str, Any] | None = None, **options: Any) -> Page:
        """Copy the page, as Wagtail does. A translation belongs to whoever asked for it; Wagtail tells only the log."""
        if not options.get("reset_translation_key", True):
            update_attrs = self.copy_for_language(update_attrs or {})
            options["user"] = options.get("user") or get_active_log_context().user
        return super().copy(update_attrs=update_attrs, **options)  # type: ignore[misc]

    def copy_for_language(self, attributes: dict[str, Any]) -> dict[str, Any]:
        """What a translation has otherwise than the original.

        Wagtail gives it the same slug in another place of the tree; here slugs are unique, so it gets its language.
        """
        taken: Any = type(self)._default_manager
        slug, number = attributes["slug"], 1
        while taken.filter(slug=slug).exists():
            ending = f"-{number}" if number > 1 else ""
            slug, number = f"{attributes['slug']}-{attributes['locale'].language_code}{ending}", number + 1
        return attributes | {"slug": slug}

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
