"""What caches were not told yet, for administrators."""

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy
from wagtail.admin.ui.tables import Column, DateColumn
from wagtail.admin.views.reports import ReportView
from wagtail.permission_policies import ModelPermissionPolicy

from api.models import Purge

POLICY = ModelPermissionPolicy(Purge)
KEYS_SHOWN = 5


def _words(purge: Purge) -> str:
    more = len(purge.keys) - KEYS_SHOWN
    return " ".join(purge.keys[:KEYS_SHOWN]) + (f" … +{more}" if more > 0 else "")


class PurgeReport(ReportView):
    """Keys that a cache still has to confirm, what failed first."""

    model = Purge
    page_title = gettext_lazy("Caches")
    header_icon = "history"
    index_url_name = "cache_purges"
    index_results_url_name = "cache_purges_results"
    permission_policy = POLICY
    permission_required = "view"
    default_ordering = None
    is_searchable = False
    no_results_message = gettext_lazy("No cache has anything left to forget.")
    columns = [
        Column("target", label=gettext_lazy("Cache")),
        Column("keys", label=gettext_lazy("To forget"), accessor=_words),
        DateColumn("created_at", label=gettext_lazy("Since")),
        Column("sent_count", label=gettext_lazy("Confirmed")),
        Column("failure_count", label=gettext_lazy("Failed")),
        Column("error", label=gettext_lazy("Last error")),
    ]
    list_export = ["target", "created_at", "sent_count", "failure_count", "error"]

    def get_queryset(self) -> QuerySet[Purge]:
        return Purge.objects.order_by("-failure_count", "-pk")

    def get_filename(self) -> str:
        return "caches"
