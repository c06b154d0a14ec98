"""The project's addresses, and Wagtail's own API with which programs write pages, as `WAGTAIL_API_V3` mounts it."""

from cms import urls
from workflows.api import v3

urlpatterns = [*v3.urlpatterns, *urls.urlpatterns]
