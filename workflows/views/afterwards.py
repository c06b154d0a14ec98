"""What is done with a story that readers have: correct it, kill it, take it down; and what then."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from cms import actions as cms_actions
from cms.exceptions import Refused
from cms.models import Takedown
from workflows import forms as desk_forms
from workflows import progress
from workflows.views.stories import StoryView


class CorrectView(StoryView):
    verb = gettext_lazy("Correct")
    explanation = gettext_lazy("The note appears under the live story at once. Mend the text itself by an edit.")
    form_class = desk_forms.CorrectionForm

    def check_right(self) -> None:
        _check(self, "correct")

    def act(self, data: dict[str, Any]) -> str:
        cms_actions.correct(self.article, text=data["text"], by=self.request.user)
        return _("The correction is under the story.")


class _WithdrawView(StoryView):
    """Say why; see what readers will be told; type the slug. Only then it happens."""

    template_name = "workflows/withdraw.html"
    right: ClassVar[str] = ""
    first_form_class: ClassVar[type[forms.Form]] = forms.Form
    dangerous = True

    def check_right(self) -> None:
        _check(self, self.right)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return self.render_to_response(self.get_context_data(form=self.first_form_class(), **kwargs))

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "confirmation" in request.POST:
            return super().post(request, *args, **kwargs)
        form = self.first_form_class(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form, **kwargs), status=422)
        confirmation = self.form_class(initial=form.cleaned_data)
        return self.render_to_response(self.get_context_data(form=confirmation, told=form.cleaned_data, **kwargs))

    def act(self, data: dict[str, Any]) -> str:
        if data["confirmation"].strip() != self.article.slug:
            raise Refused(_("Nothing has happened yet: type “%s” to confirm.") % self.article.slug)
        return self.withdraw(data)

    def withdraw(self, data: dict[str, Any]) -> str:
        """Do it; returns what to tell the person. Raises Refused."""
        raise Refused

    def get_success_url(self) -> str:
        return reverse("workflows:gone", args=[self.article.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if self.request.POST.get("confirmation") is not None:
            kwargs.setdefault("told", self.request.POST.dict())
        return super().get_context_data(
            stage=self.article.current_workflow_task, scheduled=self.article.scheduled_revision, **kwargs
        )


class KillView(_WithdrawView):
    verb = gettext_lazy("Kill")
    explanation = gettext_lazy(
        "The story disappears for readers at once, everywhere, and they are told why. Its review and its schedule end; "
        "it can come back only by a new review."
    )
    right = "kill"
    first_form_class = desk_forms.KillForm
    form_class = desk_forms.KillConfirmForm

    def withdraw(self, data: dict[str, Any]) -> str:
        cms_actions.kill(self.article, reason=data["reason"], note=data["note"], by=self.request.user)
        return _("Killed: readers are told why.")


class TakeDownView(_WithdrawView):
    verb = gettext_lazy("Take down")
    explanation = gettext_lazy(
        "The story disappears for readers at once, everywhere; they are told only that it is gone. Its review and its "
        "schedule end; it can come back only by a new review."
    )
    right = "take_down"
    first_form_class = desk_forms.TakeDownForm
    form_class = desk_forms.TakeDownConfirmForm

    def withdraw(self, data: dict[str, Any]) -> str:
        cms_actions.take_down(self.article, note=data["note"], by=self.request.user)
        return _("Taken down.")


class GoneView(StoryView):
    """What readers are told of a story that was withdrawn, and how it could come back."""

    template_name = "workflows/gone.html"
    verb = gettext_lazy("Withdrawn")
    http_method_names: ClassVar[list[str]] = ["get", "head"]  # type: ignore[misc]

    def check_right(self) -> None:
        """Whoever can reach the story may know why it is gone."""
        self.article  # noqa: B018 - raises 404

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        tester = self.article.permissions_for_user(self.request.user)
        return super().get_context_data(
            takedown=Takedown.objects.filter(article=self.article).select_related("by").first(),
            may_edit=tester.can_edit(),
            may_kill=tester.may("kill"),
            stage=self.article.current_workflow_task,
            ready=progress.is_ready(self.article),
            **kwargs,
        )


def _check(view: StoryView, right: str) -> None:
    if not view.article.permissions_for_user(view.request.user).may(right):
        raise PermissionDenied
