"""The pages of a hot fix: set the larger draft aside; bring it back."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows import fixes, progress
from workflows.forms import VersionForm
from workflows.views.stories import StoryView


class BringBackForm(forms.Form):
    with_fix = forms.ChoiceField(
        label=gettext_lazy("The fix that readers do not have yet"),
        choices=[
            ("yes", gettext_lazy("comes into the draft")),
            ("no", gettext_lazy("is given up; it stays in the history")),
        ],
        initial="yes",
        widget=forms.RadioSelect,
    )


class FixView(StoryView):
    """Set a larger draft aside to fix what readers have."""

    template_name = "workflows/fix.html"
    form_class: ClassVar[type[forms.Form]] = VersionForm
    verb = gettext_lazy("Fix the live version")

    def check_right(self) -> None:
        if not fixes.may(self.article, self.request.user):
            raise PermissionDenied

    def get_initial(self) -> dict[str, Any]:
        return {"content_hash": progress.standing_of(self.article).content_hash}

    def get_success_url(self) -> str:
        return reverse("wagtailadmin_pages:edit", args=[self.article.pk])

    def act(self, data: dict[str, Any]) -> str:
        fixes.set_aside(self.article, content_hash=data["content_hash"], by=self.request.user)
        return _("The draft is set aside. What you edit now is what readers have.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            why_not=fixes.why_not(self.article, self.request.user), stage=self.article.current_workflow_task, **kwargs
        )


class BringBackView(FixView):
    """Bring the draft back, with the fix in it or without."""

    template_name = "workflows/bring_back.html"
    form_class = BringBackForm
    verb = gettext_lazy("Bring the draft back")

    def get_initial(self) -> dict[str, Any]:
        return {"with_fix": "yes"}

    def act(self, data: dict[str, Any]) -> str:
        clashes = fixes.bring_back(self.article, by=self.request.user, with_fix=data["with_fix"] == "yes")
        if clashes:
            return _("The draft is back. Look at what both changed.")
        return _("The draft is back.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        standing = progress.standing_of(self.article)
        return super().get_context_data(
            aside=fixes.find_open(self.article),
            clashes=fixes.find_clashes(self.article),
            fixed=standing.content_hash != standing.live_hash,
            **kwargs,
        )
