"""Every request of this server, counted and timed by the name of its view, and a line of the log for each if wanted."""

import logging
from collections.abc import Awaitable, Callable
from time import perf_counter

from asgiref.sync import iscoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from prometheus_client import Counter, Histogram

access_log = logging.getLogger("copydesk.access")

_METHODS = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE", "PURGE"})

REQUESTS = Counter(
    "copydesk_http_requests",
    "Requests by the name of the view, the method and the class of the status.",
    ["view", "method", "status"],
)
SECONDS = Histogram(
    "copydesk_http_request_seconds",
    "Seconds until the answer, or until its beginning where it is streamed.",
    ["view", "method"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


def view_name(request: HttpRequest) -> str:
    """What the request is counted as: never its path, of which there is no end."""
    match = request.resolver_match
    if match:
        return match.view_name
    return "static" if request.path_info.startswith(settings.STATIC_URL) else "none"


def note(request: HttpRequest, response: HttpResponseBase, seconds: float) -> None:
    """Count one request, and write its line."""
    view = view_name(request)
    method = request.method if request.method in _METHODS else "other"
    REQUESTS.labels(view, method, f"{response.status_code // 100}xx").inc()
    SECONDS.labels(view, method).observe(seconds)
    if settings.ACCESS_LOG:
        milliseconds = round(seconds * 1000, 1)
        access_log.info(
            "%s %s %s %s ms",
            method,
            view,
            response.status_code,
            milliseconds,
            extra={"method": method, "view": view, "status": response.status_code, "ms": milliseconds},
        )


@sync_and_async_middleware
def measuring_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Stands inside the middleware that gives a request its id, and around all others."""
    if iscoroutinefunction(get_response):

        async def in_a_loop(request: HttpRequest) -> HttpResponseBase:
            started = perf_counter()
            response: HttpResponseBase = await get_response(request)
            note(request, response, perf_counter() - started)
            return response

        return in_a_loop

    def in_a_thread(request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        started = perf_counter()
        response = get_response(request)
        note(request, response, perf_counter() - started)  # type: ignore[arg-type]
        return response

    return in_a_thread
