"""Pages of subscriptions and deliveries, for administrators."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import path, reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.generic import TemplateView
from django_filters import DateTimeFromToRangeFilter
from wagtail.admin import messages
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.forms import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column, DateColumn, TitleColumn
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.views.generic.models import CreateView, IndexView, InspectView
from wagtail.admin.views.reports import ReportView
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.permission_policies import ModelPermissionPolicy

from api.models import Delivery, EventType, Subscription
from cms.models import Section

from .deliver import replay, rotate_secret
from .events import make_test

POLICY = ModelPermissionPolicy(Subscription)


class SubscriptionForm(WagtailAdminModelForm):
    instance: Subscription

    def clean_sections(self) -> list[str]:
        slugs: list[str] = [slug.strip() for slug in self.cleaned_data["sections"] if slug.strip()]
        unknown = set(slugs) - set(Section.objects.filter(slug__in=slugs).values_list("slug", flat=True))
        if unknown:
            self.add_error("sections", _("There is no section with the slug %s.") % ", ".join(sorted(unknown)))
        return slugs

    def save(self, commit: bool = True) -> Any:
        if self.instance.active:
            self.instance.stopped_because = ""
        if not commit or self.instance.pk is None:
            return super().save(commit)
        # Its deliveries go on while the form is open: what the form does not show is not its to set back.
        self.instance.save(update_fields=[*self.Meta.fields, "stopped_because"])
        return self.instance


class SubscriptionIndexView(IndexView):
    page_title = gettext_lazy("Webhooks")


class SubscriptionCreateView(CreateView):
    def get_success_url(self) -> str:
        # Its secret is there, which whoever sets up the receiver needs next.
        return reverse("webhooks:inspect", args=[self.object.pk])

    def save_instance(self) -> Any:
        self.form.instance.created_by = self.request.user
        return super().save_instance()


class SubscriptionInspectView(InspectView):
    any_permission_required = ["change"]
    template_name = "webhooks/subscription.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "subscription": self.object,
            "events": [EventType(event).label for event in self.object.events],
            "deliveries": self.object.deliveries.all()[:10],
        }


class SubscriptionViewSet(ModelViewSet):
    model = Subscription
    name = "webhooks"
    icon = "globe"
    menu_label = gettext_lazy("Webhooks")
    menu_order = 320
    add_to_settings_menu = True
    inspect_view_enabled = True
    inspect_view_class = SubscriptionInspectView
    index_view_class = SubscriptionIndexView
    add_view_class = SubscriptionCreateView
    list_display = ["name", "url", "active", "stopped_because"]
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("name", "url", "events", "sections", "active")], base_form_class=SubscriptionForm
    )

    def get_urlpatterns(self) -> list[Any]:
        return [
            *super().get_urlpatterns(),
            path("deliveries/", DeliveriesView.as_view(), name="deliveries"),
            path("deliveries/results/", DeliveriesView.as_view(results_only=True), name="deliveries_results"),
            path("deliveries/again/", ReplayView.as_view(), name="replay"),
            path("deliveries/<int:pk>/", DeliveryView.as_view(), name="delivery"),
            path("<int:pk>/test/", TestView.as_view(), name="test"),
            path("<int:pk>/new-secret/", NewSecretView.as_view(), name="new_secret"),
        ]


class DeliveryFilter(WagtailFilterSet):
    created_at = DateTimeFromToRangeFilter(label=gettext_lazy("Happened"), widget=DateRangePickerWidget)

    class Meta:
        model = Delivery
        fields = ["subscription", "status", "event", "created_at"]


class DeliveriesView(ReportView):
    """Every delivery, the newest first; what a filter shows can be sent again."""

    template_name = "webhooks/deliveries.html"
    page_title = gettext_lazy("Webhook deliveries")
    header_icon = "globe"
    index_url_name = "webhooks:deliveries"
    index_results_url_name = "webhooks:deliveries_results"
    permission_policy = POLICY
    permission_required = "change"
    filterset_class = DeliveryFilter
    default_ordering = None
    is_searchable = False
    columns = [
        TitleColumn(
            "event", label=gettext_lazy("Event"), get_url=lambda row: reverse("webhooks:delivery", args=[row.pk])
        ),
        Column("subscription", label=gettext_lazy("To")),
        Column("status", label=gettext_lazy("State"), accessor="get_status_display"),
        Column("attempt_count", label=gettext_lazy("Attempts")),
        DateColumn("created_at", label=gettext_lazy("Made")),
        DateColumn("delivered_at", label=gettext_lazy("Delivered")),
    ]
    list_export = ["message_id", "event", "status", "attempt_count", "created_at", "delivered_at"]

    def get_queryset(self) -> QuerySet[Delivery]:
        return self.filter_queryset(Delivery.objects.select_related("subscription").order_by("-pk"))

    def get_filename(self) -> str:
        return "webhook-deliveries"


class _Administered(PermissionCheckedMixin):
    permission_policy = POLICY
    permission_required = "change"


class DeliveryView(_Administered, WagtailAdminTemplateMixin, TemplateView):
    """One delivery: what is sent, and each attempt with its answer."""

    template_name = "webhooks/delivery.html"
    page_title = gettext_lazy("Delivery")
    header_icon = "globe"

    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("webhooks:index"), "label": _("Webhooks")},
            {"url": reverse("webhooks:deliveries"), "label": _("Deliveries")},
            {"url": "", "label": self.delivery.event},
        ]

    @cached_property
    def delivery(self) -> Delivery:
        return get_object_or_404(Delivery.objects.select_related("subscription"), pk=self.kwargs["pk"])

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"delivery": self.delivery, "attempts": self.delivery.attempts.all()}


class TestView(_Administered, View):
    """POST: send a test."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        subscription = get_object_or_404(Subscription, pk=pk)
        if not subscription.active:
            messages.error(request, _("Make the webhook active first."))
            return redirect("webhooks:inspect", pk)
        delivery = make_test(subscription)
        messages.success(request, _("A test is on its way."))
        return redirect("webhooks:delivery", delivery.pk)


class NewSecretView(_Administered, View):
    """POST: sign with a new secret from now on, and with the old one beside it for a while."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        rotate_secret(get_object_or_404(Subscription, pk=pk))
        messages.success(request, _("There is a new secret. The former one signs beside it for a while."))
        return redirect("webhooks:inspect", pk)


class ReplayView(_Administered, View):
    """POST `delivery`, or the parameters of the list's filter: send them again with the ids that they had."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest) -> HttpResponse:
        wanted = Delivery.objects.all()
        delivery_id = request.POST.get("delivery", "")
        if delivery_id.isdecimal():
            wanted = wanted.filter(pk=int(delivery_id))
        else:
            chosen = DeliveryFilter(request.GET, queryset=wanted, request=request)
            if not chosen.is_valid() or not any(request.GET.get(name) for name in request.GET if name != "p"):
                messages.error(request, _("Choose first which deliveries to send again."))
                return redirect("webhooks:deliveries")
            wanted = chosen.qs
        count = replay(wanted.values_list("pk", flat=True))
        words = ngettext("%(count)s delivery is sent again.", "%(count)s deliveries are sent again.", count)
        messages.success(request, words % {"count": count})
        if delivery_id.isdecimal():
            return redirect("webhooks:delivery", int(delivery_id))
        return redirect(f"{reverse('webhooks:deliveries')}?{request.GET.urlencode()}")
