"""Wagtail's own API for programs that write pages: on the hosts of the newsroom, for its members, and for nobody else.

Wagtail answers anybody who asks for live pages, past embargo and clearance. Here every address wants a token first.
"""

from django.urls import URLPattern, include, path
from wagtail.api.v3.urls import api

from .access import for_staff

_patterns, _app_name, _namespace = api.urls
_guarded = [URLPattern(one.pattern, for_staff(one.callback), one.default_args, one.name) for one in _patterns]
urlpatterns = [path("api/v3/", include((_guarded, _app_name), namespace=_namespace))]
