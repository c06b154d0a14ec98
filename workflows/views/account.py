"""A person's account, without the settings that have no effect here."""

from typing import Any

from wagtail.admin.views.account import AccountView, NotificationsSettingsPanel


class PersonalAccountView(AccountView):
    """Wagtail's page of the account. Its own switches for mail are left out: `NoticePreferencesPanel` has ours."""

    def get_panels(self) -> list[Any]:
        return [panel for panel in super().get_panels() if not isinstance(panel, NotificationsSettingsPanel)]
