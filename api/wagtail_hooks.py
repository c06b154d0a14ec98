"""What `api` adds to the admin."""

from collections.abc import Iterator
from typing import Any

from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path, reverse
from django.utils.html import format_html, json_script
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin.menu import AdminOnlyMenuItem
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry
from wagtail.models import Page

from api.access.admin import ApiKeyViewSet
from api.access.log import message_of_key
from api.caching.admin import PurgeReport
from api.preview.links import may_make
from api.related.log import message_with_story
from api.webhooks.admin import SubscriptionViewSet
from cms.models import Article


@hooks.register("register_admin_viewset")
def webhooks() -> SubscriptionViewSet:
    return SubscriptionViewSet()


@hooks.register("register_admin_viewset")
def api_keys() -> ApiKeyViewSet:
    return ApiKeyViewSet()


@hooks.register("register_admin_urls")
def related_urls() -> list[URLResolver]:
    return [path("related/", include("api.related.urls"))]


@hooks.register("register_admin_urls")
def preview_urls() -> list[URLResolver]:
    return [path("previews/", include("api.preview.urls"))]


@hooks.register("register_admin_urls")
def cache_urls() -> list[URLPattern]:
    return [
        path("reports/caches/", PurgeReport.as_view(), name="cache_purges"),
        path("reports/caches/results/", PurgeReport.as_view(results_only=True), name="cache_purges_results"),
    ]


@hooks.register("register_reports_menu_item")
def cache_menu_item() -> AdminOnlyMenuItem:
    return AdminOnlyMenuItem(_("Caches"), reverse("cache_purges"), name="caches", icon_name="history", order=900)


@hooks.register("register_page_header_buttons")
def preview_button(page: Page, user: Any, next_url: str | None = None, **kwargs: Any) -> Iterator[Button]:
    if isinstance(page, Article) and may_make(page, user):
        yield Button(_("Preview links"), url=reverse("previews:links", args=[page.pk]), icon_name="view", priority=60)


@hooks.register("register_log_actions")
def preview_log_actions(registry: LogActionRegistry) -> None:
    registry.register_action("api.preview_made", gettext_lazy("Preview link"), gettext_lazy("Made a preview link"))
    registry.register_action(
        "api.preview_revoked", gettext_lazy("Close a preview link"), gettext_lazy("Closed a preview link")
    )


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


@hooks.register("register_log_actions")
def key_log_actions(registry: LogActionRegistry) -> None:
    for action, label, message in (
        ("api.key.make", gettext_lazy("Make an API key"), gettext_lazy("Made the key %(prefix)s…")),
        (
            "api.key.replace",
            gettext_lazy("Replace an API key"),
            gettext_lazy("Replaced by %(by)s…; works until %(until)s"),
        ),
        ("api.key.revoke", gettext_lazy("Revoke an API key"), gettext_lazy("Revoked the key %(prefix)s…")),
    ):
        registry.register_action(action)(message_of_key(label, message))
