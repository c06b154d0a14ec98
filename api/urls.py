"""Addresses of what readers and operators get."""

from django.urls import include, path
from django.views.generic import RedirectView

from api import deprecation_page, health, problem_pages
from api.metrics.views import metrics

# Where somebody begins who knows no address yet.
to_docs = RedirectView.as_view(pattern_name="api:docs")

urlpatterns = [
    path("api/v1", to_docs),
    path("api/v1/", to_docs),
    path("api/v1/", include("api.v1.urls")),
    path("", include("api.feeds.urls")),
    path("docs/", to_docs),
    path("docs/deprecations/", deprecation_page.page, name="deprecations"),
    path("docs/problems/", problem_pages.index, name="problems"),
    path("docs/problems/<slug:code>", problem_pages.page, name="problem"),
    path("health/live", health.live, name="health_live"),
    path("health/ready", health.ready, name="health_ready"),
    path("metrics", metrics, name="metrics"),
]
