"""The form of a desk."""

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.conf import settings
from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminModelForm


class DeskForm(WagtailAdminModelForm):
    """A desk. The address of its chat is a password: it is taken, and never shown again."""

    chat_webhook_url = forms.URLField(
        label=_("Chat webhook"),
        required=False,
        max_length=500,
        assume_scheme="https",
        widget=forms.PasswordInput(attrs={"autocomplete": "off"}),
        help_text=_(
            "An incoming webhook that takes Slack's JSON. Whoever knows it can post there, so it is not shown."
        ),
    )
    forget_chat = forms.BooleanField(label=_("No chat any more"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._chat_before = self.instance.chat_webhook_url
        self.fields["head"].queryset = get_user_model().objects.filter(is_active=True).order_by("username")
        if self._chat_before:
            self.fields["chat_webhook_url"].help_text = _(
                "This desk is told at %(host)s. Leave it empty to keep that, or give another address."
            ) % {"host": urlsplit(self._chat_before).hostname}

    def clean_chat_webhook_url(self) -> str:
        given: str = self.cleaned_data["chat_webhook_url"]
        if given and urlsplit(given).scheme != "https" and not settings.CHAT_PRIVATE_ADDRESSES:
            raise forms.ValidationError(_("The address must begin with https:// to stay between you and the chat."))
        return given or self._chat_before

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        if data.get("forget_chat"):
            data["chat_webhook_url"] = ""
        return data
