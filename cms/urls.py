"""Addresses. Readers' pages live on other servers; this one answers the admin and the API."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path
from django.views.generic import RedirectView
from wagtail.admin import urls as wagtailadmin_urls
from wagtail.documents import urls as wagtaildocs_urls

urlpatterns: list[URLPattern | URLResolver] = [
    path("", RedirectView.as_view(url="/admin/")),
    path("", include("api.urls")),
    path("admin/", include("workflows.account_urls")),
    path("admin/", include(wagtailadmin_urls)),
    path("", include("workflows.api.urls")),
    path("guest/", include("workflows.guest_urls")),
    path("documents/", include(wagtaildocs_urls)),
    path("media/", include("api.media.urls")),
]
if settings.WAGTAIL_API_V3:
    urlpatterns.append(path("", include("workflows.api.v3")))
handler400 = "api.v1.problems.bad_request"
handler403 = "api.v1.problems.forbidden"
handler404 = "api.v1.problems.not_found"
handler500 = "api.v1.problems.server_error"
