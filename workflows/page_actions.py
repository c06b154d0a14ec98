"""Acts of Wagtail's own on pages, where they would pass by what the newsroom says of stories."""

from typing import Any

from wagtail.actions import MovePageAction
from wagtail.actions.move_page import MovePagePermissionError


class MoveAction(MovePageAction):
    """Moves a page, unless it is a story that may not be moved now.

    Wagtail's API for programs hands over plain pages, whose permissions know nothing of reviews and schedules.
    """

    page: Any

    def check(self, parent_after: Any, skip_permission_checks: bool = False) -> None:
        self.page = self.page.specific
        if self.user and not skip_permission_checks and not self.page.permissions_for_user(self.user).can_move():
            raise MovePagePermissionError("This page may not be moved now.")
        super().check(parent_after, skip_permission_checks=skip_permission_checks)
