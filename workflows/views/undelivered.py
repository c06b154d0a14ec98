"""Notices that could not be delivered, for administrators."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from wagtail.admin import messages
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from workflows.models import Notice
from workflows.notifications import delivery

POLICY = ModelPermissionPolicy(Notice)
RIGHT = "view"


def may_see_undelivered(user: Any) -> bool:
    """Whether a person may see what was not delivered, and have it tried again."""
    return bool(POLICY.user_has_permission(user, RIGHT))


class TryAgainColumn(Column):
    """A button that asks for one more round of attempts."""

    cell_template_name = "workflows/try_again_cell.html"

    def get_cell_context_data(self, instance: Notice, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return context | {"csrf_token": get_token(parent_context["request"])}


class UndeliveredView(ReportView):
    """What failed, those that are no longer tried first."""

    template_name = "workflows/undelivered.html"
    page_title = gettext_lazy("Notices not delivered")
    header_icon = "warning"
    index_url_name = "workflows:undelivered"
    index_results_url_name = "workflows:undelivered_results"
    permission_policy = POLICY
    permission_required = RIGHT
    default_ordering = None
    is_searchable = False
    columns = [
        Column("subject", label=gettext_lazy("Notice")),
        Column("recipient", label=gettext_lazy("To"), accessor=lambda notice: str(notice.person or notice.desk or "")),
        Column("channel", label=gettext_lazy("By"), accessor="get_channel_display"),
        Column("error", label=gettext_lazy("What happened")),
        Column("attempt_count", label=gettext_lazy("Attempts")),
        DateColumn("created_at", label=gettext_lazy("Written")),
        Column(
            "retry_at",
            label=gettext_lazy("Next attempt"),
            accessor=lambda notice: notice.retry_at or gettext_lazy("given up"),
        ),
        TryAgainColumn("again", label=gettext_lazy("Try again")),
    ]
    list_export = ["subject", "kind", "channel", "error", "attempt_count", "created_at", "retry_at"]

    def get_queryset(self) -> QuerySet[Notice]:
        return delivery.find_undelivered()

    def get_filename(self) -> str:
        return "notices-not-delivered"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"undelivered_count": delivery.find_undelivered().count()}


class TryAgainView(PermissionCheckedMixin, View):
    """POST `notice`, or nothing for all of them."""

    http_method_names = ["post"]
    permission_policy = POLICY
    permission_required = RIGHT

    def post(self, request: HttpRequest) -> HttpResponse:
        notices = delivery.find_undelivered()
        notice_id = request.POST.get("notice", "")
        if notice_id.isdecimal():
            notices = notices.filter(pk=int(notice_id))
        count = delivery.try_again(notices)
        if count:
            words = ngettext("%(count)s notice is tried again.", "%(count)s notices are tried again.", count)
            messages.success(request, words % {"count": count})
        else:
            messages.warning(request, _("It has been delivered in the meantime."))
        return redirect("workflows:undelivered")
