"""What `workflows` adds to the admin."""

from collections.abc import Iterator
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import URLResolver, include, path, reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem
from wagtail.admin.widgets import Button
from wagtail.log_actions import LogActionRegistry, LogFormatter
from wagtail.models import Page

from cms.exceptions import PublicationRefused
from cms.models import Article
from workflows import actions
from workflows.menus import ReleaseItem, ReviewItem
from workflows.models import SignOff
from workflows.viewsets import DeskGroup


@hooks.register("register_admin_viewset")
def desks() -> DeskGroup:
    return DeskGroup()


@hooks.register("register_admin_urls")
def desk_urls() -> list[URLResolver]:
    return [path("desk/", include("workflows.urls"))]


@hooks.register("register_admin_menu_item")
def board_menu_item() -> MenuItem:
    return MenuItem(gettext_lazy("Board"), reverse("workflows:board"), name="board", icon_name="grip", order=50)


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
    if page.permissions_for_user(user).has_publish_right():
        yield _button(_("Release"), "release", page, "upload", 61)
        if page.approved_schedule:
            yield _button(_("Hold"), "hold", page, "time", 62)
        if page.live:
            yield _button(_("Correct"), "correct", page, "edit", 63)
        if page.live or page.approved_schedule:
            yield _button(_("Kill"), "kill", page, "warning", 64)
            yield _button(_("Take down"), "take_down", page, "download", 65)


def _button(label: str, view: str, page: Page, icon: str, priority: int) -> Button:
    return Button(label, url=reverse(f"workflows:{view}", args=[page.pk]), icon_name=icon, priority=priority)


@hooks.register("register_log_actions")
def log_actions(registry: LogActionRegistry) -> None:
    for action, label_, message in (
        ("workflows.sign_off", gettext_lazy("Sign off"), gettext_lazy("%(desk)s signed at “%(stage)s”")),
        ("workflows.send_back", gettext_lazy("Send back"), gettext_lazy("%(desk)s sent it back: %(comment)s")),
        ("workflows.cleared", gettext_lazy("Clear"), gettext_lazy("Every desk has signed: ready for release")),
    ):
        registry.register_action(action)(_formatter(label_, message))


def _formatter(label_: Any, message: Any) -> type[LogFormatter]:
    class Formatter(LogFormatter):
        label = label_

        def format_message(self, log_entry: Any) -> str:
            return str(message) % {"desk": "", "stage": "", "comment": "", **log_entry.data}

        def format_comment(self, log_entry: Any) -> str:
            return str(log_entry.data.get("comment", ""))

    return Formatter


@hooks.register("before_delete_user")
def keep_who_signed(request: HttpRequest, user: Any) -> HttpResponse | None:
    """A signature names a person for ever, so that person can leave but not be deleted."""
    if not SignOff.objects.filter(by=user).exists():
        return None
    messages.error(request, _("%s has signed stories. Make the login inactive instead of deleting it.") % user)
    return redirect("wagtailusers_users:edit", user.pk)


@hooks.register("before_copy_page")
def refuse_aliases(request: HttpRequest, page: Page) -> HttpResponse | None:
    """An alias would be a second story with one identity; readers are given one address."""
    if request.method == "POST" and request.POST.get("alias"):
        messages.error(request, _("Stories and sections are not mirrored. Copy it, or link to it."))
        return redirect("wagtailadmin_pages:copy", page.pk)
    return None


@hooks.register("before_edit_page")
def say_why_it_came_back(request: HttpRequest, page: Page) -> None:
    """The reason stands over the story until it is submitted again."""
    state = page.current_workflow_state if request.method == "GET" and isinstance(page, Article) else None
    if state and state.status == state.STATUS_NEEDS_CHANGES:
        returned = SignOff.objects.filter(article=page, verdict=SignOff.Verdict.SENT_BACK).order_by("-at").first()
        if returned:
            text = _("Sent back by %(who)s (%(desk)s): %(reason)s")
            messages.warning(request, text % {"who": returned.by, "desk": returned.desk, "reason": returned.comment})
