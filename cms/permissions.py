"""What Wagtail may offer a person to do with a story."""

from wagtail.models import PagePermissionTester

from cms.exceptions import PublicationRefused
from cms.signals import about_to_publish


class SectionPermissionTester(PagePermissionTester):
    """Wagtail's tester. The workflow of a section is for the stories in it, not for its own title."""

    def can_submit_for_moderation(self) -> bool:
        return False


class ArticlePermissionTester(PagePermissionTester):
    """Wagtail's tester, which also asks whether the latest version may go live at all.

    `has_publish_right` is the right of the person; `can_publish` is that and the state of the content.
    """

    def has_publish_right(self) -> bool:
        """Whether this person publishes in this section, whatever state the story is in."""
        return bool(super().can_publish())

    def refusal(self) -> str:
        """Why the latest version may not go live; empty if it may."""
        revision = self.page.get_latest_revision()
        if revision is None:
            return "There is no saved version to publish."
        try:
            about_to_publish.send(type(self.page), article=self.page, revision=revision, user=self.user)
        except PublicationRefused as refusal:
            return str(refusal)
        return ""

    def can_publish(self) -> bool:
        return self.has_publish_right() and not self.refusal()

    def can_unpublish(self) -> bool:
        # A lock of a running review must not keep a live story in print.
        return bool(self.page.live and self.has_publish_right())

    def can_unschedule(self) -> bool:
        return self.has_publish_right()

    def can_set_view_restrictions(self) -> bool:
        return self.has_publish_right()
