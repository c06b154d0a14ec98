"""Work that was promised and has failed, for administrators."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import path, reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from wagtail.admin import messages
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.generic import PermissionCheckedMixin
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from cms.models import OwedTask

POLICY = ModelPermissionPolicy(OwedTask)
RIGHT = "view"

app_name = "owed"


class OwedTasksView(ReportView):
    """What failed, those that are no longer tried first."""

    template_name = "cms/owed_tasks.html"
    page_title = gettext_lazy("Work not done")
    header_icon = "warning"
    index_url_name = "owed:list"
    index_results_url_name = "owed:results"
    permission_policy = POLICY
    permission_required = RIGHT
    default_ordering = None
    is_searchable = False
    no_results_message = gettext_lazy("Nothing has failed.")
    columns = [
        Column("task", label=gettext_lazy("Task")),
        Column("args", label=gettext_lazy("For")),
        Column("error", label=gettext_lazy("What happened")),
        Column("attempt_count", label=gettext_lazy("Attempts")),
        DateColumn("created_at", label=gettext_lazy("Since")),
        Column(
            "next_attempt_at",
            label=gettext_lazy("Next attempt"),
            accessor=lambda owed: owed.next_attempt_at or gettext_lazy("given up"),
        ),
    ]
    list_export = ["task", "args", "error", "attempt_count", "created_at", "next_attempt_at"]

    def get_queryset(self) -> QuerySet[OwedTask]:
        return OwedTask.objects.failed()

    def get_filename(self) -> str:
        return "work-not-done"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {"failed_count": OwedTask.objects.failed().count()}


class TryAgainView(PermissionCheckedMixin, View):
    """POST: one more round of attempts at all of it."""

    http_method_names = ["post"]
    permission_policy = POLICY
    permission_required = RIGHT

    def post(self, request: HttpRequest) -> HttpResponse:
        count = OwedTask.objects.failed().update(attempt_count=0, next_attempt_at=timezone.now())
        words = ngettext("%(count)s task is tried again.", "%(count)s tasks are tried again.", count)
        messages.success(request, words % {"count": count})
        return redirect("owed:list")


class OwedTasksItem(MenuItem):
    """The list of work not done, under the reports."""

    def __init__(self) -> None:
        label = gettext_lazy("Work not done")
        super().__init__(label, reverse("owed:list"), name="owed", icon_name="warning", order=1210)

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(POLICY.user_has_permission(request.user, RIGHT))


urlpatterns = [
    path("", OwedTasksView.as_view(), name="list"),
    path("results/", OwedTasksView.as_view(results_only=True), name="results"),
    path("again/", TryAgainView.as_view(), name="try_again"),
]
