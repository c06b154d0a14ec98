"""What people fill in to sign, send back, release, correct or withdraw a story."""

from typing import Any

from django import forms
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.text import format_lazy
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateTimeInput

from workflows.models import SignOff


def _zone_words() -> str:
    return gettext("Times in %(zone)s.") % {"zone": timezone.get_current_timezone_name()}


times_in_zone = lazy(_zone_words, str)
"""In what time zone the person who reads the form types times; said anew each time the form is shown."""


class VersionForm(forms.Form):
    """Names the version that the person was looking at."""

    content_hash = forms.CharField(widget=forms.HiddenInput)


class ReviewForm(VersionForm):
    task_state_id = forms.IntegerField(widget=forms.HiddenInput)
    comment = forms.CharField(
        label=_("Comment"),
        required=False,
        widget=AdminAutoHeightTextInput,
        help_text=_("Needed when you send the story back: the writer gets it."),
    )
    reason = forms.ChoiceField(
        label=_("Sent back for"),
        required=False,
        choices=[("", _("Not said")), *SignOff.Reason.choices],
        help_text=_("In a word, for the report on how stories flow. Leave it when you sign."),
    )


class ReleaseForm(VersionForm):
    at = forms.DateTimeField(
        label=_("Publish at"),
        required=False,
        widget=AdminDateTimeInput(format="%Y-%m-%d %H:%M:%S"),
        help_text=format_lazy(
            "{} {}", _("Leave it empty to publish at once. The story goes out on the second."), times_in_zone()
        ),
    )


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=_("Correction"),
        widget=AdminAutoHeightTextInput,
        help_text=_("What was wrong and what is right, in a sentence. Readers see it with its date."),
    )
    sure = forms.BooleanField(
        label=_("I have read it through"),
        help_text=_("Readers see it at once, and it can be neither changed nor removed."),
    )


class TakeDownForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), required=False, widget=AdminAutoHeightTextInput, help_text=_("For the newsroom only.")
    )


class KillForm(TakeDownForm):
    reason = forms.CharField(
        label=_("Reason"), widget=AdminAutoHeightTextInput, help_text=_("Readers and apps are told this.")
    )

    field_order: Any = ["reason", "note"]


class _ConfirmForm(forms.Form):
    confirmation = forms.CharField(
        label=_("Type the slug of the story"),
        required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "off", "spellcheck": "false"}),
        help_text=_("So that no story goes by a slip of the mouse."),
    )


class TakeDownConfirmForm(_ConfirmForm):
    note = forms.CharField(required=False, widget=forms.HiddenInput)


class KillConfirmForm(TakeDownConfirmForm):
    reason = forms.CharField(widget=forms.HiddenInput)
