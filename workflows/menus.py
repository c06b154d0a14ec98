"""Entries of the editor's menus that lead to the desk."""

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.action_menu import ActionMenuItem
from wagtail.admin.menu import MenuItem

from cms.models import Article
from workflows import progress
from workflows.models import ReviewStage
from workflows.views.undelivered import may_see_undelivered


class _StoryItem(ActionMenuItem):
    """A link to one of the desk's pages about the story being edited."""

    address = ""

    def get_url(self, context: dict[str, Any]) -> str:
        return reverse(self.address, args=[context["page"].pk])

    def is_shown(self, context: dict[str, Any]) -> bool:
        page = context.get("page")
        return context["view"] == "edit" and isinstance(page, Article) and self.applies(page, context["request"].user)

    def applies(self, article: Article, user: Any) -> bool:
        return True


class InboxItem(MenuItem):
    """The bell. The number on it is fetched by inbox.js, so that no page of the admin waits for it."""

    def __init__(self) -> None:
        super().__init__(
            _("Inbox"),
            reverse("workflows:inbox"),
            name="inbox",
            icon_name="bell",
            attrs={"data-inbox": reverse("workflows:unread_count"), "data-words": _("unread")},
            order=60,
        )


class UndeliveredItem(MenuItem):
    """The list of notices that could not be delivered, under the reports."""

    def __init__(self) -> None:
        super().__init__(
            _("Notices not delivered"),
            reverse("workflows:undelivered"),
            name="undelivered",
            icon_name="warning",
            order=1200,
        )

    def is_shown(self, request: HttpRequest) -> bool:
        return may_see_undelivered(request.user)


class ReviewItem(_StoryItem):
    name = "review-story"
    label = _("Review")
    icon_name = "glasses"
    address = "workflows:review"

    def applies(self, article: Article, user: Any) -> bool:
        task = article.current_workflow_task
        return isinstance(task, ReviewStage) and task.desks_of(user).exists()


class ReleaseItem(_StoryItem):
    name = "release-story"
    label = _("Release")
    icon_name = "upload"
    address = "workflows:release"

    def applies(self, article: Article, user: Any) -> bool:
        is_new = not article.live or article.has_unpublished_changes
        return is_new and article.permissions_for_user(user).has_publish_right() and progress.is_ready(article)
