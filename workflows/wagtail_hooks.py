"""What `workflows` adds to the admin."""

from collections.abc import Iterator
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.models import Permission
from django.db.models import PROTECT, ForeignObjectRel, Model, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.actions import ActionRegistry
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.components import Component
from wagtail.admin.views.home import UserObjectsInWorkflowModerationPanel, WorkflowObjectsToModeratePanel
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page
from wagtail.permissions import register_permission_policy

from cms.exceptions import PublicationRefused, Refused
from cms.models import Article, Section
from workflows import actions, fixes, guests, limits, marks
from workflows.menus import InboxItem, ReleaseItem, ReviewItem, UndeliveredItem
from workflows.models import Commission, SignOff
from workflows.my_desk import MyDeskPanel
from workflows.notifications.preferences import NoticePreferencesPanel
from workflows.page_actions import MoveAction
from workflows.planning import CommissionPolicy
from workflows.views.flow import FlowMenuItem
from workflows.views.plans import CommissionViewSet
from workflows.viewsets import DeskGroup, StoryPagesViewSet

# Before the viewset is made, which would take Wagtail's own policy for it.
register_permission_policy(Commission, CommissionPolicy(Commission))


@hooks.register("register_admin_viewset")
def desks() -> DeskGroup:
    return DeskGroup()


@hooks.register("register_admin_viewset")
def plans() -> CommissionViewSet:
    return CommissionViewSet()


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLResolver]:
    return [path("desk/", include("workflows.urls"))]


@hooks.register("register_admin_menu_item")
def board_menu_item() -> MenuItem:
    return MenuItem(gettext_lazy("Board"), reverse("workflows:board"), name="board", icon_name="grip", order=50)


@hooks.register("register_admin_viewset")
def story_pages() -> StoryPagesViewSet:
    return StoryPagesViewSet("stories")


@hooks.register("register_icons")
def icons(names: list[str]) -> list[str]:
    return [*names, "workflows/icons/bell.svg"]


@hooks.register("register_admin_menu_item")
def inbox_item() -> MenuItem:
    return InboxItem()


@hooks.register("register_reports_menu_item")
def undelivered_item() -> MenuItem:
    return UndeliveredItem()


@hooks.register("register_account_settings_panel")
def notice_preferences(request: HttpRequest, user: Any, profile: Any) -> NoticePreferencesPanel:
    return NoticePreferencesPanel(request, user, profile)


@hooks.register("insert_global_admin_js")
def inbox_js() -> SafeString:
    return format_html('<script src="{}" type="module"></script>', static("workflows/inbox.js"))


@hooks.register("register_admin_menu_item")
def calendar_menu_item() -> MenuItem:
    label = gettext_lazy("Calendar")
    return MenuItem(label, reverse("workflows:calendar"), name="calendar", icon_name="calendar-alt", order=51)


@hooks.register("construct_homepage_panels")
def my_desk(request: HttpRequest, panels: list[Component]) -> None:
    """One panel of ours for two of Wagtail's, which list everything with a query a story."""
    replaced = (WorkflowObjectsToModeratePanel, UserObjectsInWorkflowModerationPanel)
    panels[:] = [panel for panel in panels if not isinstance(panel, replaced)]
    panels.append(MyDeskPanel())


@hooks.register("insert_global_admin_css")
def desk_css() -> SafeString:
    return format_html('<link rel="stylesheet" href="{}">', static("workflows/desk.css"))


@hooks.register("register_page_action_menu_item")
def review_item() -> ActionMenuItem:
    return ReviewItem(order=5)


@hooks.register("register_page_action_menu_item")
def release_item() -> ActionMenuItem:
    return ReleaseItem(order=6)


@hooks.register("construct_page_action_menu")
def offer_what_is_next(menu_items: list[ActionMenuItem], request: HttpRequest, context: dict[str, Any]) -> None:
    """Offer first what this person came to do: review, release, submit. Stories are released, not published."""
    page = context.get("page")
    if not isinstance(page, Article):
        return
    menu_items[:] = [item for item in menu_items if item.name != "action-publish"]
    for name in ("action-submit", "release-story", "review-story"):
        for item in menu_items:
            if item.name == name:
                menu_items.remove(item)
                menu_items.insert(0, item)
                break


@hooks.register("before_publish_page")
def refuse_what_is_not_cleared(request: HttpRequest, page: Page) -> HttpResponse | None:
    """Wagtail's forms publish without asking the page; what was typed is saved as a draft already."""
    if not isinstance(page, Article):
        return None
    revision = page.get_latest_revision()
    try:
        if revision:
            actions.refuse_uncleared(page, revision)
    except PublicationRefused as refusal:
        if page.live and page.live_revision_id is None:
            # Wagtail's form for a new page stores it as live and publishes it afterwards.
            page.live, page.has_unpublished_changes = False, True
            page.save(update_fields=["live", "has_unpublished_changes"])
        messages.error(request, _("Not published: %s Your version is saved as a draft.") % refusal)
        return redirect("wagtailadmin_pages:edit", page.pk)
    return None


@hooks.register("register_page_header_buttons")
def desk_buttons(page: Page, user: Any, next_url: str | None = None, **kwargs: Any) -> Iterator[Button]:
    if not isinstance(page, Article) or not page.pk:
        return
    yield _button(_("How the review stands"), "review", page, "tasks", 60)
    if user.has_perm("workflows.change_commission") and page.permissions_for_user(user).can_edit():
        yield _button(_("Plan"), "plan", page, "calendar-alt", 60)
    if page.permissions_for_user(user).has_publish_right():
        yield _button(_("Release"), "release", page, "upload", 61)
        if page.approved_schedule:
            yield _button(_("Hold or move"), "schedule", page, "time", 62)
    yield from _buttons_of_what_readers_have(page, user)


def _buttons_of_what_readers_have(page: Article, user: Any) -> Iterator[Button]:
    tester = page.permissions_for_user(user)
    if page.live and fixes.may(page, user) and not fixes.why_not(page, user):
        yield _button(_("Fix the live version"), "fix", page, "edit", 62)
    if page.live and tester.may("correct"):
        yield _button(_("Correct"), "correct", page, "edit", 63)
    if page.live or page.approved_schedule:
        if tester.may("kill"):
            yield _button(_("Kill"), "kill", page, "warning", 64)
        if tester.may("take_down"):
            yield _button(_("Take down"), "take_down", page, "download", 65)


@hooks.register("register_page_header_buttons")
def guest_button(page: Page, user: Any, next_url: str | None = None, **kwargs: Any) -> Iterator[Button]:
    if isinstance(page, Article) and page.pk and guests.may_invite(page, user):
        yield _button(_("Invite a guest"), "guests", page, "user", 67)


@hooks.register("register_reports_menu_item")
def flow_report() -> MenuItem:
    return FlowMenuItem(
        gettext_lazy("Flow of stories"), reverse("workflows:flow"), name="flow", icon_name="history", order=750
    )


@hooks.register("register_permissions")
def rights() -> QuerySet[Permission]:
    """Rights that no list or form in the admin brings with it."""
    return Permission.objects.filter(
        Q(content_type__app_label="workflows", codename__in=["add_waiver", "add_emergencyrelease", "add_guestreview"])
        | Q(content_type__app_label="cms", codename__in=["correct_article", "kill_article", "take_down_article"])
    )


def _button(label: str, view: str, page: Page, icon: str, priority: int) -> Button:
    return Button(label, url=reverse(f"workflows:{view}", args=[page.pk]), icon_name=icon, priority=priority)


@hooks.register("register_actions")
def page_actions(registry: ActionRegistry) -> None:
    registry.register(Page, MoveAction)


@hooks.register("register_log_actions")
def log_actions(registry: LogActionRegistry) -> None:
    for action, label_, message in (
        ("workflows.sign_off", gettext_lazy("Sign off"), gettext_lazy("%(desk)s signed at “%(stage)s”")),
        ("workflows.send_back", gettext_lazy("Send back"), gettext_lazy("%(desk)s sent it back: %(comment)s")),
        ("workflows.claim", gettext_lazy("Take"), gettext_lazy("Took it, at “%(stage)s”")),
        ("workflows.assign", gettext_lazy("Assign"), gettext_lazy("Given to %(to)s")),
        ("workflows.hand_over", gettext_lazy("Hand over"), gettext_lazy("From %(from)s to %(to)s")),
        ("workflows.give_back", gettext_lazy("Give back"), gettext_lazy("%(from)s gave it back to the desk")),
        ("workflows.away", gettext_lazy("Away"), gettext_lazy("Away: %(days)s")),
        ("workflows.back", gettext_lazy("Back"), gettext_lazy("Not away after all: %(days)s")),
        ("workflows.plan", gettext_lazy("Plan"), gettext_lazy("Planned: %(plan)s")),
        ("workflows.make_page", gettext_lazy("Make the page"), gettext_lazy("Made from the plan “%(title)s”")),
        ("workflows.move_plan", gettext_lazy("Move"), gettext_lazy("Moved from %(from)s to %(to)s")),
        ("workflows.drop", gettext_lazy("Drop"), gettext_lazy("Dropped")),
        ("workflows.resume", gettext_lazy("Resume"), gettext_lazy("Wanted again")),
        ("workflows.carry", gettext_lazy("Carry"), gettext_lazy("%(signer)s's signature for %(desk)s still holds")),
        (
            "workflows.sign_off_as_guest",
            gettext_lazy("Sign off as a guest"),
            gettext_lazy("%(guest)s (guest) signed for the %(desk)s at “%(stage)s”"),
        ),
        ("workflows.guest_invited", gettext_lazy("Invite a guest"), gettext_lazy("%(guest)s may read it, by a link")),
        ("workflows.guest_withdrawn", gettext_lazy("Withdraw a link"), gettext_lazy("%(guest)s may read it no longer")),
        ("workflows.guest_opened", gettext_lazy("Open as a guest"), gettext_lazy("%(guest)s (guest) opened it")),
        ("workflows.guest_remarked", gettext_lazy("Remark"), gettext_lazy("%(guest)s (guest) remarked on it")),
        ("workflows.guest_answered", gettext_lazy("Answer"), gettext_lazy("%(guest)s (guest): %(verdict)s")),
        ("workflows.hold", gettext_lazy("Hold"), gettext_lazy("Held; it was to go out at %(from_time)s")),
        (
            "workflows.move_release",
            gettext_lazy("Move the release"),
            gettext_lazy("To go out at %(to_time)s instead of %(from_time)s"),
        ),
        (
            "workflows.cancel_release",
            gettext_lazy("Give up the time"),
            gettext_lazy("No longer to go out at %(from_time)s"),
        ),
        (
            "workflows.emergency_asked",
            gettext_lazy("Ask for an emergency release"),
            gettext_lazy("Asked to release it without full review: %(comment)s"),
        ),
        (
            "workflows.emergency_released",
            gettext_lazy("Emergency release"),
            gettext_lazy("Agreed with %(asked_by)s to release it without full review: %(comment)s"),
        ),
        (
            "workflows.emergency_refused",
            gettext_lazy("Refuse an emergency release"),
            gettext_lazy("Refused to release it without full review. %(comment)s"),
        ),
        (
            "workflows.emergency_taken_back",
            gettext_lazy("Take back an emergency release"),
            gettext_lazy("Does not ask any longer to release it without full review. %(comment)s"),
        ),
        (
            "workflows.emergency_closed",
            gettext_lazy("Close an emergency release"),
            gettext_lazy("The emergency release did not happen: %(comment)s"),
        ),
        (
            "workflows.set_aside",
            gettext_lazy("Set the draft aside"),
            gettext_lazy("Set the larger draft aside to fix the live version"),
        ),
        (
            "workflows.bring_back",
            gettext_lazy("Bring the draft back"),
            gettext_lazy("Brought the larger draft back, with the fix in it"),
        ),
        ("workflows.waive", gettext_lazy("Waive"), gettext_lazy("Waived: %(message)s")),
        ("workflows.withdraw_waiver", gettext_lazy("Withdraw a waiver"), gettext_lazy("A waiver was withdrawn")),
        (
            "workflows.by_program",
            gettext_lazy("By a program"),
            gettext_lazy("The program “%(program)s” (%(token)s…) did this: %(verb)s"),
        ),
        ("workflows.cleared", gettext_lazy("Clear"), gettext_lazy("Every desk has signed: ready for release")),
    ):
        registry.register_action(action)(_formatter(label_, message))


def _formatter(label_: Any, message: Any) -> type[LogFormatter]:
    class Formatter(LogFormatter):
        label = label_

        def format_message(self, log_entry: Any) -> str:
            return str(message) % {
                **dict.fromkeys(("desk", "stage", "comment", "signer", "message"), ""),
                **log_entry.data,
            }

        def format_comment(self, log_entry: Any) -> str:
            return str(log_entry.data.get("comment", ""))

    return Formatter


@hooks.register("before_delete_user")
def keep_who_signed(request: HttpRequest, user: Any) -> HttpResponse | None:
    """A signature names a person for ever, as does all else that is answered for: they can leave but not be deleted."""
    if not _who_answer_for_stories([user]):
        return None
    messages.error(
        request, _("%s has signed or answered for stories. Make the login inactive instead of deleting it.") % user
    )
    return redirect("wagtailusers_users:edit", user.pk)


@hooks.register("before_bulk_action")
def keep_all_who_signed(
    request: HttpRequest, action_type: str, objects: list[Model], action: object
) -> HttpResponse | None:
    people = [one for one in objects if isinstance(one, get_user_model())] if action_type == "delete" else []
    kept = _who_answer_for_stories(people)
    if not kept:
        return None
    words = _("Nobody was deleted. These have signed or answered for stories: %s. Make their logins inactive instead.")
    messages.error(request, words % ", ".join(str(person) for person in kept))
    return redirect("wagtailusers_users:index")


def _who_answer_for_stories(people: list[Any]) -> list[Any]:
    """Those whom a stored signature or another act names, which says by its foreign key that they stay."""
    named: set[int] = set()
    for relation in get_user_model()._meta.get_fields(include_hidden=True) if people else ():
        if isinstance(relation, ForeignObjectRel) and relation.on_delete is PROTECT:
            acts = relation.related_model._default_manager.filter(**{f"{relation.field.name}__in": people})
            named |= set(acts.values_list(relation.field.name, flat=True))
    return [person for person in people if person.pk in named]


@hooks.register("before_delete_page")
def keep_limits_of_stages(request: HttpRequest, page: Page) -> HttpResponse | None:
    return _keep_limits(request, [page], "wagtailadmin_explore", page.pk)


@hooks.register("before_bulk_action")
def keep_limits_of_stages_in_bulk(
    request: HttpRequest, action_type: str, objects: list[Model], action: object
) -> HttpResponse | None:
    pages = [one for one in objects if isinstance(one, Page)] if action_type == "delete" else []
    return _keep_limits(request, pages, "wagtailadmin_explore_root") if pages else None


def _keep_limits(request: HttpRequest, pages: list[Page], then: str, *arguments: Any) -> HttpResponse | None:
    """Say which stages a section limits; the receiver that refuses to delete it is not heard by people."""
    below = Q()
    for page in pages:
        below |= Q(path__startswith=page.path)
    try:
        limits.refuse_widening(Section.objects.filter(below).values_list("pk", flat=True))
    except Refused as refusal:
        messages.error(request, str(refusal))
        return redirect(then, *arguments)
    return None


@hooks.register("before_copy_page")
def refuse_aliases(request: HttpRequest, page: Page) -> HttpResponse | None:
    """An alias would be a second story with one identity; readers are given one address."""
    if request.method == "POST" and request.POST.get("alias"):
        messages.error(request, _("Stories and sections are not mirrored. Copy it, or link to it."))
        return redirect("wagtailadmin_pages:copy", page.pk)
    return None


@hooks.register("before_edit_page")
def say_what_is_special(request: HttpRequest, page: Page) -> None:
    if request.method == "GET" and isinstance(page, Article):
        for mark in marks.find_marks(page, request.user):
            say = messages.warning if mark.urgent else messages.info
            say(request, mark.text, buttons=[messages.button(mark.url, mark.label)])


@hooks.register("before_edit_page")
def say_why_it_came_back(request: HttpRequest, page: Page) -> None:
    """The reason stands over the story until it is submitted again."""
    state = page.current_workflow_state if request.method == "GET" and isinstance(page, Article) else None
    if state and state.status == state.STATUS_NEEDS_CHANGES:
        returned = SignOff.objects.filter(article=page, verdict=SignOff.Verdict.SENT_BACK).order_by("-at").first()
        if returned:
            text = _("Sent back by %(who)s (%(desk)s): %(reason)s")
            messages.warning(request, text % {"who": returned.by, "desk": returned.desk, "reason": returned.comment})
