"""The editor's side panel about the review, inside the form and on its own when it is brought up to date."""

from typing import Any

from django.forms.widgets import Script
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.admin.ui.side_panels import BaseSidePanel
from wagtail.permissions import policy_registry

from cms.models import Article
from workflows.panel import ReviewPanel


class ReviewSidePanel(BaseSidePanel):
    """Where the story stands; the number on its button counts what keeps the story out of print."""

    class SidePanelToggle(BaseSidePanel.SidePanelToggle):
        aria_label = gettext_lazy("Toggle review")
        icon_name = "tasks"
        counter_classname = "w-bg-critical-200"

        def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
            context = super().get_context_data(parent_context)
            return {**context, "count": self.panel.review.blocking_count}

    name = "review"
    title = gettext_lazy("Review")
    template_name = "workflows/side_panel.html"
    order = 150

    @cached_property
    def review(self) -> ReviewPanel:
        # The form's own object holds what was typed; the panel speaks of what was saved.
        return ReviewPanel(Article.objects.get(pk=self.object.pk), self.request.user)

    def get_context_data(self, parent_context: dict[str, Any]) -> dict[str, Any]:
        context = super().get_context_data(parent_context)
        return {**context, "review": self.review, "article": self.review.article}

    class Media:
        css = {"all": ("workflows/review.css",)}
        js = (Script("workflows/side-panel.js", type="module"),)


class PanelView(View):
    """The inside of the panel, which fetches itself while somebody looks at it."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        reachable = policy_registry.get_by_type(Article).explorable_instances(request.user)
        article: Article = get_object_or_404(Article.objects.filter(pk__in=reachable.values("pk")), pk=pk)
        context = {
            "review": ReviewPanel(article, request.user),
            "article": article,
            "next_url": reverse("wagtailadmin_pages:edit", args=[article.pk]),
        }
        response = TemplateResponse(request, "workflows/side_panel.html", context)
        response["Cache-Control"] = "private, no-store"
        return response
