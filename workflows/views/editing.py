"""The form in which stories are edited, where it differs from Wagtail's."""

from typing import Any

from wagtail.admin.ui.components import MediaContainer
from wagtail.admin.views.pages.edit import EditView

from workflows.notifications import mentions
from workflows.views.side_panel import ReviewSidePanel


class StoryEditView(EditView):
    """Wagtail's form, with a side panel about the review.

    Its comments are told of like everything else: after the commit, once, as each person chose.
    """

    def send_commenting_notifications(self, changes: dict[str, Any]) -> None:
        """Tell those who follow the comments. Wagtail would mail inside the transaction, and past our preferences."""
        for comment in changes["new_comments"]:
            mentions.tell_followers(self.page, comment, comment, by=self.request.user)
        for comment, replies in changes["new_replies"]:
            for reply in replies:
                mentions.tell_followers(self.page, comment, reply, by=self.request.user)
        for comment in changes["resolved_comments"]:
            mentions.tell_resolved(self.page, comment, by=self.request.user)

    def get_side_panels(self) -> MediaContainer:
        panels = super().get_side_panels()
        # A story that autosave has just created is still in the form for new stories, which has no place for it.
        if not self.hydrate_create_view:
            panels.insert(1, ReviewSidePanel(self.page, self.request))
        return panels
