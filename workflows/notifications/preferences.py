"""What reaches whom by which channel: what a person chose, and what holds where they chose nothing."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.views.account import BaseSettingsPanel, notifications_tab

from workflows.models import Notice, NoticePreference


@dataclass(frozen=True)
class Choice:
    """The channels by which one person hears of one kind of thing."""

    mail: bool = True
    inbox: bool = True
    digest: bool = False


DEFAULT = Choice()
DEFAULTS = {Notice.Kind.DIGEST: Choice(mail=True, inbox=False)}
"""Where a kind differs from DEFAULT. The digest is itself a mail, and is sent only if there is something to say."""

FIXED = {Notice.Kind.EMERGENCY: Choice(mail=True, inbox=True)}
"""Kinds that nobody may turn off: readers have something before them that not every desk has read."""


def default_of(kind: Notice.Kind) -> Choice:
    """What holds for a kind where a person chose nothing."""
    return FIXED.get(kind) or DEFAULTS.get(kind, DEFAULT)


def choices_of(user_ids: Collection[int], kind: Notice.Kind) -> dict[int, Choice]:
    """User id to the channels by which that person hears of `kind`, for each of `user_ids`."""
    choices = dict.fromkeys(user_ids, default_of(kind))
    if kind in FIXED or not choices:
        return choices
    for row in NoticePreference.objects.filter(user__in=user_ids, kind=kind):
        choices[row.user_id] = Choice(mail=row.mail, inbox=row.inbox, digest=row.digest)
    return choices


CHANNELS = ("mail", "inbox", "digest")
"""The channels among which a person chooses; a desk's chat is the desk's."""


class PreferencesForm(forms.Form):
    """How one person wants to hear of each kind of thing: a box a kind and channel."""

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.user = user
        rows = {row.kind: row for row in NoticePreference.objects.filter(user=user)}
        for kind in Notice.Kind:
            chosen = rows.get(kind) if kind not in FIXED else None
            choice = chosen or default_of(kind)
            for channel in CHANNELS:
                if kind == Notice.Kind.DIGEST and channel != "mail":
                    continue
                self.fields[f"{kind.value}_{channel}"] = forms.BooleanField(
                    label=f"{kind.label}: {Notice.Channel(channel).label}",
                    initial=getattr(choice, channel),
                    disabled=kind in FIXED,
                    required=False,
                )

    def rows(self) -> list[tuple[str, bool, list[forms.BoundField | None]]]:
        """What stands in each row of the table: the kind, whether it is fixed, and a box for each channel or None."""
        return [
            (
                str(kind.label),
                kind in FIXED,
                [self[name] if (name := f"{kind.value}_{channel}") in self.fields else None for channel in CHANNELS],
            )
            for kind in Notice.Kind
        ]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        wants_digest = any(value for name, value in data.items() if name.endswith("_digest"))
        if wants_digest and not data.get("digest_mail"):
            raise forms.ValidationError(
                _("You want to hear of something in the daily digest, and do not want the daily digest. Choose one.")
            )
        return data

    def save(self) -> None:
        """Store what was changed; a kind that was never touched follows its default."""
        for kind in Notice.Kind:
            names = {channel: f"{kind.value}_{channel}" for channel in CHANNELS}
            if kind not in FIXED and set(names.values()) & set(self.changed_data):
                values = {channel: self.cleaned_data.get(name, False) for channel, name in names.items()}
                NoticePreference.objects.update_or_create(user=self.user, kind=kind, defaults=values)


class NoticePreferencesPanel(BaseSettingsPanel):
    """The table of preferences in a person's account."""

    name = "notices"
    title = gettext_lazy("What reaches you, and how")
    tab = notifications_tab
    order = 100
    template_name = "workflows/notice_preferences.html"

    @cached_property
    def form(self) -> PreferencesForm:
        data = self.request.POST if self.request.method == "POST" else None
        return PreferencesForm(data, user=self.user, prefix=self.name)

    def get_form(self) -> PreferencesForm:
        return self.form
