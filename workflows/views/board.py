"""The board's page."""

from typing import Any, ClassVar

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from cms.models import Article, Section
from workflows import board
from workflows.models import Desk


class BoardView(WagtailAdminTemplateMixin, TemplateView):
    """Every story in hand, a column a stage."""

    template_name = "workflows/board.html"
    page_title = gettext_lazy("Board")
    header_icon = "grip"
    _show_breadcrumbs = True
    breadcrumbs_items: ClassVar[list[dict[str, Any]]] = [{"url": "", "label": gettext_lazy("Board")}]

    def get_template_names(self) -> list[str]:
        if self.request.headers.get("X-Board-Part"):
            return ["workflows/board_columns.html"]
        return [self.template_name]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, *self.breadcrumbs_items]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filters = board.Filters.from_query(self.request.GET)
        now = timezone.now()
        return super().get_context_data(
            columns=board.build_board(self.request.user, filters, now),
            filters=filters,
            desks=Desk.objects.all(),
            sections=Section.objects.live().order_by("path"),
            kinds=Article.Kind.choices,
            now=now,
            **kwargs,
        )
