"""Entries of the editor's menus that lead to the desk."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.action_menu import ActionMenuItem

from cms.models import Article
from workflows import progress
from workflows.models import ReviewStage


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
