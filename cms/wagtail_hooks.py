"""What `cms` adds to the admin."""

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page
from wagtail.permissions import policy_registry
from wagtail.query import PageQuerySet
from wagtail.snippets.models import register_snippet

from cms.models import Section
from cms.viewsets import ReferenceGroup

register_snippet(ReferenceGroup)


@hooks.register("insert_editor_js")
def character_count() -> SafeString:
    return format_html('<script src="{}" type="module"></script>', static("cms/character-count.js"))


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("cms/admin.css"))


@hooks.register("register_log_actions")
def log_actions(actions: LogActionRegistry) -> None:
    actions.register_action("cms.correct", _("Correct"), _("Correction published"))
    actions.register_action("cms.import", _("Import"), _("Imported"))

    @actions.register_action("cms.killed")
    class Killed(LogFormatter):
        label = _("Kill")

        def format_message(self, log_entry: object) -> str:
            return str(_("Killed; readers were told: %s") % log_entry.data.get("reason", ""))  # type: ignore[attr-defined]

    @actions.register_action("cms.taken_down")
    class TakenDown(LogFormatter):
        label = _("Take down")

        def format_message(self, log_entry: object) -> str:
            return str(_("Taken down"))


@hooks.register("construct_page_chooser_queryset")
def only_what_one_may_see(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Choosers offer live pages, and drafts only of sections in which this person works."""
    own = policy_registry.get_by_type(Page).explorable_instances(request.user)
    return pages.filter(Q(live=True) | Q(pk__in=own.values("pk")))


@hooks.register("before_create_page")
def sections_are_for_publishers(request: HttpRequest, parent: Page, page_class: type[Page]) -> HttpResponse | None:
    """Whoever may add stories may not arrange the publication."""
    if page_class is not Section or parent.permissions_for_user(request.user).can_publish():
        return None
    messages.error(request, _("Sections are made by those who publish."))
    return redirect("wagtailadmin_explore", parent.pk)
