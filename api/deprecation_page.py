"""The page to which the `Link` of a deprecated answer leads: what will be dropped, when, and what to use instead."""

from collections.abc import Iterator

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import URLPattern, URLResolver, get_resolver
from django.views.decorators.http import require_safe

from api.v1.deprecation import NOTICE, Deprecation

_CACHE = "public, max-age=3600"


@transaction.non_atomic_requests
@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """Everything that is deprecated, the nearest end first."""
    found = sorted(set(declared(get_resolver())), key=lambda one: (one.sunset, one.name))
    response = render(request, "problems/deprecations.html", {"deprecations": found, "days": NOTICE.days})
    response["Cache-Control"] = _CACHE
    return response


def declared(resolver: URLResolver) -> Iterator[Deprecation]:
    """What the views of these addresses declare; one that has two addresses twice."""
    for entry in resolver.url_patterns:
        if isinstance(entry, URLResolver):
            yield from declared(entry)
        elif isinstance(entry, URLPattern):
            view = getattr(entry.callback, "cls", None)
            if deprecation := getattr(view, "deprecation", None):
                yield deprecation
            yield from getattr(view, "deprecated_parameters", {}).values()
