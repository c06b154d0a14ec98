"""Who is kept from editing a story."""

from typing import Any

from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from wagtail.locks import ScheduledForPublishLock


class ScheduledVersion(ScheduledForPublishLock):
    """Says that a version goes out by itself. It keeps nobody out: whoever edits makes another version.

    Wagtail's own lock is for everybody, so that a typo found before the time costs a cancelled release and a whole new
    review.
    """

    def for_user(self, user: Any) -> bool:
        return False

    def get_message(self, user: Any) -> str:
        moment = localtime(self.object.scheduled_revision.approved_go_live_at)
        return _(
            "A version of this story goes out on %(day)s at %(time)s. What you save here is another version: desks are "
            "asked for what you changed, and a publisher decides whether it takes the time."
        ) % {"day": date_format(moment, "j F Y"), "time": date_format(moment, "H:i:s")}

    def get_icon(self, user: Any) -> str:
        return "time"

    def get_locked_by(self, user: Any) -> str:
        return _("Scheduled")

    def get_description(self, user: Any) -> str:
        return _("Can be edited: the time is for the version that was scheduled")
