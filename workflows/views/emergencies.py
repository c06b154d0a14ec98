"""Break glass: the pages where one publisher asks for a release without full review and another agrees or refuses."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminAutoHeightTextInput

from workflows import emergencies, progress
from workflows.exceptions import StoryMovedOn
from workflows.forms import VersionForm
from workflows.models import EmergencyRelease
from workflows.panel import ReviewPanel
from workflows.views.stories import StoryView


class AskForm(VersionForm):
    reason = forms.CharField(
        label=gettext_lazy("Why it cannot wait"),
        widget=AdminAutoHeightTextInput,
        help_text=gettext_lazy("Every desk that is skipped reads this, and it stays in the log."),
    )
    sure = forms.BooleanField(
        label=gettext_lazy("I have read this version, and answer for it"),
        help_text=gettext_lazy("It goes out as soon as a second person agrees."),
    )


class AgreeForm(VersionForm):
    request_id = forms.IntegerField(widget=forms.HiddenInput)
    sure = forms.BooleanField(
        label=gettext_lazy("I have read this version, and agree that readers get it now without a full review"),
        help_text=gettext_lazy("It goes out at once. The desks that were skipped are asked afterwards."),
    )


class CloseForm(forms.Form):
    request_id = forms.IntegerField(widget=forms.HiddenInput)
    why = forms.CharField(label=gettext_lazy("Why not"), required=False, widget=AdminAutoHeightTextInput)


class EmergencyView(StoryView):
    """Ask for a release without full review; or see who has asked."""

    template_name = "workflows/emergency.html"
    form_class: ClassVar[type[forms.Form]] = AskForm
    verb = gettext_lazy("Release without full review")
    dangerous = True

    def check_right(self) -> None:
        if not emergencies.may(self.article, self.request.user):
            raise PermissionDenied

    @cached_property
    def waiting(self) -> EmergencyRelease | None:
        return emergencies.find_open(self.article, timezone.now())

    @property
    def named(self) -> dict[str, Any]:
        """What the person is looking at: the version, and the request if there is one."""
        return {
            "content_hash": progress.standing_of(self.article).content_hash,
            "request_id": self.waiting.pk if self.waiting else "",
        }

    def get_initial(self) -> dict[str, Any]:
        return {name: value for name, value in self.named.items() if name in self.form_class.base_fields}

    def get_success_url(self) -> str:
        return reverse("workflows:emergency", args=[self.article.pk])

    def act(self, data: dict[str, Any]) -> str:
        by = self.request.user
        emergencies.ask(self.article, content_hash=data["content_hash"], reason=data["reason"], by=by)
        return _("Asked: other publishers have been told. Nothing goes out before one of them agrees.")

    def find_request(self, request_id: int) -> EmergencyRelease:
        """The request that the form names.

        Raises:
            StoryMovedOn: there is no such request about this story.
        """
        found = EmergencyRelease.objects.filter(pk=request_id, article=self.article).first()
        if found is None:
            raise StoryMovedOn(_("This request is no longer open. Nothing went out."))
        return found

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        self.__dict__.pop("waiting", None)
        bound = kwargs.setdefault("form", self.form_class(initial=self.get_initial()))
        waiting, named = self.waiting, self.named
        return super().get_context_data(
            waiting=waiting,
            expires_at=emergencies.expires_at(waiting) if waiting else None,
            why_not=emergencies.why_not(self.article),
            why_not_agree=emergencies.why_not_agree(waiting, self.article, self.request.user) if waiting else "",
            moved_on=bool(waiting and waiting.content_hash != named["content_hash"]),
            ask_form=bound if isinstance(bound, AskForm) else AskForm(initial=named),
            agree_form=bound if isinstance(bound, AgreeForm) else AgreeForm(initial=named),
            close_form=bound if isinstance(bound, CloseForm) else CloseForm(initial=named),
            review=ReviewPanel(self.article, self.request.user),
            cleared=progress.is_ready(self.article),
            owed=emergencies.owed().filter(article=self.article).select_related("asked_by", "seconded_by").first(),
            **kwargs,
        )


class AgreeView(EmergencyView):
    """Answers the form on the page of the request."""

    form_class = AgreeForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("workflows:emergency", self.article.pk)

    def act(self, data: dict[str, Any]) -> str:
        request = self.find_request(data["request_id"])
        emergencies.agree(request, content_hash=data["content_hash"], by=self.request.user)
        return _("Published without a full review. The desks that were skipped have been told.")

    def get_success_url(self) -> str:
        return reverse("workflows:review", args=[self.article.pk])


class CloseView(EmergencyView):
    """Answers the form by which a request is refused or taken back."""

    form_class = CloseForm

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        return redirect("workflows:emergency", self.article.pk)

    def act(self, data: dict[str, Any]) -> str:
        emergencies.close(self.find_request(data["request_id"]), by=self.request.user, why=data["why"])
        return _("The request is closed. The story goes on in the ordinary way.")

    def get_success_url(self) -> str:
        return reverse("workflows:release", args=[self.article.pk])
