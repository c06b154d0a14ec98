"""Days on which people are away."""

from typing import Any, ClassVar

from django import forms
from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateInput

from cms.exceptions import Refused
from workflows import absences, assignments
from workflows.models import Absence


class AbsenceForm(forms.Form):
    user = forms.ModelChoiceField(
        label=gettext_lazy("Who"), queryset=get_user_model().objects.filter(is_active=True), empty_label=None
    )
    starts_on = forms.DateField(label=gettext_lazy("First day away"), widget=AdminDateInput)
    ends_on = forms.DateField(label=gettext_lazy("Last day away"), widget=AdminDateInput)

    def __init__(self, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not user.has_perm("workflows.add_absence"):
            del self.fields["user"]


class AbsencesView(WagtailAdminTemplateMixin, TemplateView):
    """One's own days away; for those who may enter them for others, everybody's."""

    template_name = "workflows/absences.html"
    page_title = gettext_lazy("Days away")
    header_icon = "calendar-alt"
    _show_breadcrumbs = True
    breadcrumbs_items: ClassVar[list[dict[str, Any]]] = [{"url": "", "label": gettext_lazy("Days away")}]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, *self.breadcrumbs_items]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = AbsenceForm(request.POST, user=request.user)
        if form.is_valid():
            data = {"user": request.user, **form.cleaned_data}
            try:
                assignments.be_away(by=request.user, **data)
            except Refused as refusal:
                form.add_error(None, str(refusal))
            else:
                messages.success(request, _("Noted. What they have then goes back to the desk."))
                return redirect("workflows:absences")
        return self.render_to_response(self.get_context_data(form=form), status=422)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user: Any = self.request.user
        coming = Absence.objects.filter(ends_on__gte=absences.newsroom_date()).select_related("user")
        if not user.has_perm("workflows.add_absence"):
            coming = coming.filter(user=user)
        kwargs.setdefault("form", AbsenceForm(user=user, initial={"user": user.pk}))
        return super().get_context_data(coming=coming[:200], **kwargs)


class AbsenceEndView(View):
    """Strike out an absence."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        absence = get_object_or_404(Absence, pk=pk)
        try:
            assignments.be_back(absence, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Struck out."))
        return redirect("workflows:absences")
