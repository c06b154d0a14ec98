"""What `cms` adds to the admin."""

from django.conf import settings
from django.db.models import Model, Q, Value
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLPattern, URLResolver, include, path
from django.utils.dateparse import parse_datetime
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.documents.models import AbstractDocument
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page, Revision
from wagtail.permissions import policy_registry
from wagtail.query import PageQuerySet
from wagtail.snippets.models import register_snippet

from cms.exceptions import Refused
from cms.forms import OVERTAKEN_BY
from cms.models import Article, Author, NewsImage, Section, Topic
from cms.owed_report import OwedTasksItem
from cms.receivers import refuse_if_named
from cms.translations import TranslatePageView
from cms.viewsets import ReferenceGroup

register_snippet(ReferenceGroup)


@hooks.register("register_admin_urls")
def owed_tasks_urls() -> list[URLResolver]:
    return [path("owed/", include("cms.owed_report"))]


@hooks.register("register_reports_menu_item")
def owed_tasks_item() -> MenuItem:
    return OwedTasksItem()


@hooks.register("insert_editor_js")
def character_count() -> SafeString:
    return format_html('<script src="{}" type="module"></script>', static("cms/character-count.js"))


@hooks.register("insert_global_admin_css")
def admin_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("cms/admin.css"))


@hooks.register("insert_editor_js")
def early_edits() -> SafeString:
    return format_html('<script src="{}" type="module"></script>', static("cms/early-edits.js"))


@hooks.register("insert_editor_js")
def edits_meanwhile() -> SafeString:
    return format_html('<script src="{}" type="module"></script>', static("cms/edits-meanwhile.js"))


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


@hooks.register("before_serve_document")
def documents_stay_in_the_house(document: AbstractDocument, request: HttpRequest) -> None:
    """No story links to a document, so that none is public: only who uses the admin gets one."""
    if not request.user.has_perm("wagtailadmin.access_admin"):
        raise Http404


@hooks.register("register_admin_urls")
def translation_urls() -> list[URLPattern]:
    """Stands before Wagtail's own page at this address, which lets people write where they have no rights."""
    return [path("translation/submit/page/<int:page_id>/", TranslatePageView.as_view(), name="translate_page")]


@hooks.register("construct_page_chooser_queryset")
def only_what_one_may_see(pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """Choosers offer live pages, and drafts only of sections in which this person works."""
    own = policy_registry.get_by_type(Page).explorable_instances(request.user)
    return pages.filter(Q(live=True) | Q(pk__in=own.values("pk")))


@hooks.register("construct_explorer_page_queryset")
def nothing_to_translate_to(parent: Page, pages: PageQuerySet, request: HttpRequest) -> PageQuerySet:
    """With one language, whether a page can be translated is not asked for each page of a list."""
    return pages if settings.WAGTAIL_I18N_ENABLED else pages.annotate(_has_untranslated_locale=Value(False))


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
    if latest is None or latest.pk == _number(autosaved_id):
        return
    newer: Revision | None = latest
    if not autosaved_id:
        newer = _find_version_of_others(page, request, _number(loaded_id), posted.get("loaded_revision_created_at", ""))
    if newer:
        posted[OVERTAKEN_BY] = str(newer.pk)
        request.POST = posted  # type: ignore[assignment]


def _find_version_of_others(page: Article, request: HttpRequest, loaded_id: int, loaded_at: str) -> Revision | None:
    """The last version that somebody else has saved since this person opened the form; None if nobody has.

    Their own versions since are those of their autosave, of which a form that is sent by hand knows nothing. Autosave
    writes a version again in place, so its time tells whether it is the one that was opened.
    """
    versions = Revision.objects.for_instance(page)
    try:
        since = parse_datetime(loaded_at)
    except ValueError:
        since = None
    if since is None:
        since = versions.filter(pk=loaded_id).values_list("created_at", flat=True).first()
    if since:
        versions = versions.filter(created_at__gt=since)
    return versions.exclude(user_id=request.user.pk).order_by("created_at", "pk").last()


def _number(text: str | None) -> int:
    return int(text) if text and text.isascii() and text.isdecimal() else 0


@hooks.register("before_bulk_action")
def hold_chosen_pages(request: HttpRequest, action_type: str, objects: list[Model], action: object) -> None:
    _hold([one for one in objects if isinstance(one, Page)])


@hooks.register("before_bulk_action")
def keep_chosen_pictures(
    request: HttpRequest, action_type: str, objects: list[Model], action: object
) -> HttpResponse | None:
    return _keep_named(request, objects, "wagtailimages:index") if action_type == "delete" else None


@hooks.register("before_delete_snippet")
def keep_authors_and_topics(request: HttpRequest, objects: list[Model]) -> HttpResponse | None:
    return _keep_named(request, objects, "wagtailadmin_home") if request.method == "POST" else None


def _keep_named(request: HttpRequest, objects: list[Model], then: str) -> HttpResponse | None:
    """Say which stories name a thing; the receiver that refuses to delete it is not heard by people."""
    try:
        for one in objects:
            if isinstance(one, NewsImage | Author | Topic):
                refuse_if_named(one)
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(then)
    return None


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
