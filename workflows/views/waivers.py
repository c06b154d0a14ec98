"""Forms that set a finding of a check aside, or let it stand again."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminAutoHeightTextInput

from workflows import checks, waivers
from workflows.checks import Finding
from workflows.models import Waiver
from workflows.views.stories import StoryView


class WaiverForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        widget=AdminAutoHeightTextInput,
        help_text=gettext_lazy("Whoever signs or releases the story reads it, and it stays in the log."),
    )


class WaiveView(StoryView):
    """Waive the finding that the address names by `code` and `target`."""

    template_name = "workflows/waive.html"
    verb = gettext_lazy("Waive")
    explanation = gettext_lazy("The story can go out although this was found. Another picture or other words ask anew.")
    form_class = WaiverForm

    def check_right(self) -> None:
        if not waivers.may_waive(self.article, self.request.user):
            raise PermissionDenied

    @cached_property
    def finding(self) -> Finding | None:
        named = (self.request.GET.get("code"), self.request.GET.get("target"))
        return next((one for one in checks.find_all(self.version) if (one.code, one.target) == named), None)

    def act(self, data: dict[str, Any]) -> str:
        waivers.waive(
            self.article,
            code=self.request.GET.get("code", ""),
            target=self.request.GET.get("target", ""),
            reason=data["reason"],
            by=self.request.user,
        )
        return _("Waived.")

    def get_success_url(self) -> str:
        return reverse("workflows:review", args=[self.article.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(finding=self.finding, **kwargs)


class WithdrawWaiverView(StoryView):
    """Let a finding stand in the way again."""

    template_name = "workflows/waive.html"
    verb = gettext_lazy("Withdraw the waiver")
    explanation = gettext_lazy("The finding keeps the story out of print again until it is mended or waived anew.")

    def check_right(self) -> None:
        if not waivers.may_waive(self.article, self.request.user):
            raise PermissionDenied

    @cached_property
    def waiver(self) -> Waiver:
        return get_object_or_404(Waiver.objects.select_related("by"), pk=self.kwargs["waiver_id"], article=self.article)

    def act(self, data: dict[str, Any]) -> str:
        waivers.withdraw(self.waiver, by=self.request.user)
        return _("The finding stands again.")

    def get_success_url(self) -> str:
        return reverse("workflows:review", args=[self.article.pk])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(waiver=self.waiver, **kwargs)
