"""Pages of keys, for administrators."""

from typing import Any

from django import forms
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.template.response import TemplateResponse
from django.urls import path
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin import messages
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import CreateView, DeleteView, EditView, PermissionCheckedMixin
from wagtail.admin.views.generic.models import IndexView, InspectView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminDateTimeInput
from wagtail.permission_policies import ModelPermissionPolicy

from api.models import ApiKey, Scope
from cms.exceptions import Refused

from .actions import make_key, replace_key, revoke_key

POLICY = ModelPermissionPolicy(ApiKey)
MAX_HOURS = 24 * 30


class KeyForm(WagtailAdminModelForm):
    scopes = forms.MultipleChoiceField(
        label=gettext_lazy("Scopes"),
        choices=Scope.choices,
        widget=forms.CheckboxSelectMultiple,
        initial=[Scope.CONTENT, Scope.SEARCH],
        help_text=gettext_lazy("What it opens. Anything else is refused."),
    )
    expiry_date = forms.DateTimeField(
        label=gettext_lazy("Expires"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=gettext_lazy("Empty for a key that does not end by itself."),
    )


def show_once(request: HttpRequest, key: ApiKey, shown: str) -> HttpResponse:
    """The page that shows a key, which no other page ever does."""
    context = {"page_title": _("New API key"), "header_icon": "key", "key": key, "shown": shown}
    return TemplateResponse(request, "keys/made.html", context)


def _expires(key: ApiKey) -> str:
    return date_format(localtime(key.expiry_date), "DATETIME_FORMAT") if key.expiry_date else ""


class KeyIndexView(IndexView):
    def get_base_queryset(self) -> Any:
        return super().get_base_queryset().select_related("replaced_by")


class KeyCreateView(CreateView):
    def form_valid(self, form: Any) -> HttpResponse:
        self.form = form
        key, shown = make_key(by=self.request.user, **form.cleaned_data)
        return show_once(self.request, key, shown)


class KeyEditView(EditView):
    def get_queryset(self) -> Any:
        # A revoked key stays as it was: it is there for the record.
        return super().get_queryset().filter(revoked=False)


class KeyRevokeView(DeleteView):
    page_title = gettext_lazy("Revoke")
    template_name = "keys/confirm_revoke.html"

    @property
    def confirmation_message(self) -> str:
        return _("Whoever uses this key is turned away from this moment. It cannot be undone.")

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        key = self.get_object()
        revoke_key(key, by=request.user)
        messages.success(request, _("The key “%(name)s” opens nothing any more.") % {"name": key.name})
        return redirect("api_keys:index")


class KeyInspectView(InspectView):
    any_permission_required = ["change"]
    template_name = "keys/key.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "key": self.object,
            "usual_quota": settings.QUOTA_PER_KEY,
            "hours": settings.API_KEY_ROTATION_HOURS,
            "max_hours": MAX_HOURS,
        }


class KeyReplaceView(PermissionCheckedMixin, View):
    """POST `hours`: a new key beside this one, which ends then."""

    http_method_names = ["post"]
    permission_policy = POLICY
    permission_required = "change"

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        key = get_object_or_404(ApiKey, pk=pk)
        hours = request.POST.get("hours", "")
        if not (hours.isascii() and hours.isdecimal() and int(hours) <= MAX_HOURS):
            messages.error(request, _("Give a number of hours, up to %(most)s.") % {"most": MAX_HOURS})
            return redirect("api_keys:inspect", pk)
        try:
            replacement, shown = replace_key(key, hours=int(hours), by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("api_keys:inspect", pk)
        return show_once(request, replacement, shown)


class ApiKeyViewSet(ModelViewSet):
    model = ApiKey
    name = "api_keys"
    icon = "key"
    menu_label = gettext_lazy("API keys")
    menu_order = 315
    add_to_settings_menu = True
    add_to_reference_index = False
    copy_view_enabled = False
    inspect_view_enabled = True
    index_view_class = KeyIndexView
    add_view_class = KeyCreateView
    edit_view_class = KeyEditView
    delete_view_class = KeyRevokeView
    inspect_view_class = KeyInspectView
    list_display = [
        "name",
        Column("prefix", label=gettext_lazy("Begins with")),
        Column("state", label=gettext_lazy("State")),
        DateColumn("last_used_at", label=gettext_lazy("Last used")),
        # Not DateColumn, which says only how long ago something was.
        Column("expiry_date", label=gettext_lazy("Expires"), accessor=_expires),
    ]
    search_fields = ["name", "prefix"]
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("name", "scopes", "quota", "expiry_date")], base_form_class=KeyForm
    )

    def get_urlpatterns(self) -> list[Any]:
        return [*super().get_urlpatterns(), path("<int:pk>/replace/", KeyReplaceView.as_view(), name="replace")]
