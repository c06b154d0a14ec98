"""What Wagtail may offer a person to do with a story."""

from django.utils.translation import gettext as _
from wagtail.locks import WorkflowLock
from wagtail.models import PagePermissionTester

from cms.exceptions import PublicationRefused
from cms.signals import about_to_publish


class SectionPermissionTester(PagePermissionTester):
    """Wagtail's tester. The workflow of a section is for the stories in it, not for its own title."""

    def can_submit_for_moderation(self) -> bool:
        return False

    def can_publish_subpage(self) -> bool:
        # Wagtail asks this before it makes something live that nobody can have reviewed: a page that is created, copied
        # or mirrored and published in one go. A new section is saved first and published then.
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

    def can_delete(self, ignore_bulk: bool = False) -> bool:
        return self._has_right_to_delete() and not self.refusal_to_remove()

    def _has_right_to_delete(self) -> bool:
        """Wagtail's rule, which it answers with a query about all that is below the page: below a story is nothing."""
        if not self.user.is_active or self.user.is_superuser:
            return bool(self.user.is_active)
        if self.page.live and "publish" not in self.permissions:
            return False
        return "change" in self.permissions or ("add" in self.permissions and self.page.owner_id == self.user.pk)

    def refusal_to_remove(self) -> str:
        """Why the story may be neither deleted nor moved now, a right to do so aside; empty if it may.

        Wagtail asks for no lock there, so that a story would vanish from under the desk that reads it.
        """
        lock = self.page.get_lock()
        if self.page.approved_schedule:
            return _("It is scheduled. Hold it first.")
        if lock is None or not lock.for_user(self.user):
            return ""
        if isinstance(lock, WorkflowLock):
            words = _("It waits for “%(stage)s”. Only those who work there may move or delete it now.")
            return words % {"stage": lock.task}
        return _("It is locked. Whoever locked it may unlock it.")

    def may(self, right: str) -> bool:
        """Whether this person publishes here and has the right `correct`, `kill` or `take_down`."""
        return self.has_publish_right() and bool(self.user.has_perm(f"cms.{right}_article"))

    def can_set_view_restrictions(self) -> bool:
        return self.has_publish_right()
