"""What `api` adds to the admin."""

from collections.abc import Iterator
from typing import Any

from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page

from api.related.log import message_with_story
from api.webhooks.admin import SubscriptionViewSet
from cms.models import Article


@hooks.register("register_admin_viewset")
def webhooks() -> SubscriptionViewSet:
    return SubscriptionViewSet()


@hooks.register("register_admin_urls")
def related_urls() -> list[URLResolver]:
    return [path("related/", include("api.related.urls"))]


@hooks.register("register_page_header_buttons")
def related_button(page: Page, user: Any, next_url: str | None = None, **kwargs: Any) -> Iterator[Button]:
    if isinstance(page, Article) and page.live and page.permissions_for_user(user).can_edit():
        url = reverse("related:links", args=[page.pk])
        yield Button(_("Related stories"), url=url, icon_name="link", priority=70)


@hooks.register("insert_editor_js")
def related_suggestions() -> SafeString:
    words = {
        "url": reverse("related:suggest"),
        "find": _("Suggest stories"),
        "pick": _("Pick"),
        "copy": _("Copy link"),
        "copied": _("Copied"),
        "none": _("Nothing that was published is near to this story yet."),
        "failed": _("There are no suggestions now. Try again in a moment."),
    }
    script = format_html('<script src="{}" type="module"></script>', static("api/related-suggestions.js"))
    return json_script(words, "related-suggestions") + script


@hooks.register("insert_global_admin_css")
def related_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("api/related.css"))


@hooks.register("register_log_actions")
def related_log_actions(registry: LogActionRegistry) -> None:
    for action, label, message in (
        ("api.related.remove", gettext_lazy("Not related"), gettext_lazy("“%s” will not be suggested under it")),
        ("api.related.pin", gettext_lazy("Pin a related story"), gettext_lazy("“%s” is pinned under it")),
        ("api.related.take_back", gettext_lazy("Rank a related story"), gettext_lazy("“%s” is ranked like any other")),
    ):
        registry.register_action(action)(message_with_story(label, message))
