"""The project's addresses, and Wagtail's own API with which programs write pages; the newsroom does not mount it."""

from django.urls import path
from wagtail.api.v3.urls import api

from cms import urls

urlpatterns = [path("api/v3/", api.urls), *urls.urlpatterns]
