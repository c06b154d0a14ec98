"""Addresses of what readers and operators get."""

from django.urls import include, path

from api import health

urlpatterns = [
    path("api/v1/", include("api.v1.urls")),
    path("", include("api.feeds.urls")),
    path("health/live", health.live),
    path("health/ready", health.ready),
]
