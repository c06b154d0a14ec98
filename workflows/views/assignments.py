"""Who has a story: to take it, to give it to somebody, to give it back."""

from typing import Any

from django import forms
from django.contrib.auth import get_user_model
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from workflows import assignments
from workflows.views.stories import StoryView


class AssignForm(forms.Form):
    to = forms.ModelChoiceField(
        label=gettext_lazy("Give it to"),
        queryset=get_user_model().objects.filter(is_active=True),
        required=False,
        empty_label=gettext_lazy("The desk: whoever takes it"),
        help_text=gettext_lazy("Those who may do it now and are not away."),
    )


class _AssignmentView(StoryView):
    def check_right(self) -> None:
        """Whoever can reach the story may ask; the verbs of `assignments` decide."""
        self.article  # noqa: B018 - raises 404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        held = assignments.open_assignment(self.article)
        return super().get_context_data(
            held=held, back_url=reverse("workflows:review", args=[self.article.pk]), **kwargs
        )


class ClaimView(_AssignmentView):
    template_name = "workflows/assign.html"
    verb = gettext_lazy("Take it")

    def act(self, data: dict[str, Any]) -> str:
        assignments.claim(self.article, by=self.request.user)
        return _("It is yours: the others see that you have it.")


class AssignView(_AssignmentView):
    template_name = "workflows/assign.html"
    form_class = AssignForm
    verb = gettext_lazy("Give")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        offered = [person.pk for person in assignments.candidates(self.article)]
        context["form"].fields["to"].queryset = get_user_model().objects.filter(pk__in=offered)
        return context

    def act(self, data: dict[str, Any]) -> str:
        if data["to"] is None:
            assignments.hand_over(self.article, by=self.request.user)
            return _("It is back at the desk.")
        assignments.assign(self.article, to=data["to"], by=self.request.user)
        return _("%s has it now.") % data["to"]
