"""What people fill in to sign, send back, release, correct or withdraw a story."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateTimeInput


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


class ReleaseForm(VersionForm):
    at = forms.DateTimeField(
        label=_("Publish at"),
        required=False,
        widget=AdminDateTimeInput(format="%Y-%m-%d %H:%M:%S"),
        help_text=_("Leave it empty to publish at once. The story goes out on the second."),
    )


class CorrectionForm(forms.Form):
    text = forms.CharField(
        label=_("Correction"),
        widget=AdminAutoHeightTextInput,
        help_text=_("What was wrong and what is right, in a sentence. Readers see it with its date."),
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
