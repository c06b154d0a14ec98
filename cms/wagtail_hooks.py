"""What `cms` adds to the admin."""

from django.db.models import Model, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, Revision
from wagtail.permissions import policy_registry
from wagtail.query import PageQuerySet
from wagtail.snippets.models import register_snippet

from cms.forms import OVERTAKEN_BY
from cms.models import Article, Section
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


@hooks.register("before_edit_page")
def find_newer_version(request: HttpRequest, page: Page) -> None:
    """Two editors of one story do not overwrite each other unknowingly. Wagtail asks that of autosave only."""
    if request.method != "POST" or not isinstance(page, Article):
        return
    posted = request.POST.copy()
    autosaved_id, loaded_id = posted.get("overwrite_revision_id"), posted.get("loaded_revision_id")
    if not (autosaved_id or loaded_id):
        return
    Page.objects.select_for_update().get(pk=page.pk)
    latest = Revision.objects.for_instance(page).order_by("created_at", "pk").last()
    if latest is None:
        return
    is_latest = (autosaved_id or loaded_id) == str(latest.pk)
    if is_latest and not autosaved_id:
        # Autosave writes a version again in place, so its time tells whether it is the one that was opened.
        is_latest = posted.get("loaded_revision_created_at", "") == latest.created_at.isoformat()
    if not is_latest:
        posted[OVERTAKEN_BY] = str(latest.pk)
        request.POST = posted  # type: ignore[assignment]


@hooks.register("before_bulk_action")
def hold_chosen_pages(request: HttpRequest, action_type: str, objects: list[Model], action: object) -> None:
    _hold([one for one in objects if isinstance(one, Page)])


@hooks.register("before_delete_page")
@hooks.register("before_unpublish_page")
@hooks.register("before_move_page")
def hold_page(request: HttpRequest, page: Page, *arguments: object) -> None:
    if request.method == "POST":
        _hold([page])


def _hold(pages: list[Page]) -> None:
    """Lock these pages and all below them, in one order, before the first of them changes.

    Whatever changes a story locks its page and then the shelf. An act on several stories would have the shelf from the
    first when it comes to the page of the second, which a release may hold while it waits for the shelf.
    """
    if pages:
        paths = Q()
        for page in pages:
            paths |= Q(path__startswith=page.path)
        list(Page.objects.select_for_update().filter(paths).order_by("pk").values_list("pk", flat=True))
