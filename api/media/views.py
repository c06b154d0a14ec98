"""The address of every file of a picture."""

import hashlib
import logging
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils import timezone
from django.utils.cache import get_conditional_response
from django.utils.decorators import method_decorator
from django.utils.http import quote_etag
from django.views import View

from api.caching.lifetimes import cache_control
from api.v1.responses import label

from .gate import find_shown, is_ours, works_here
from .sending import send
from .signing import PARAMETER, is_signed

log = logging.getLogger(__name__)

STAFF_CACHE_SECONDS = 300
REDIRECT_SECONDS = 60


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class MediaView(View):
    """A file that readers see now, that whoever is signed in to the admin sees, or that a signed address opens.

    Any other name is answered like one that does not exist.
    """

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, name: str) -> HttpResponseBase:
        if "\x00" in name:
            return _absent()
        at = timezone.now()
        if is_signed(name, request.GET.get(PARAMETER, ""), at):
            return _answer(request, name, {"Cache-Control": "private, no-store", "X-Robots-Tag": "noindex"})
        # Before anything is asked of the session: what is public must not vary by cookie.
        if shown := find_shown(name, at):
            response = _answer(request, name, {"Cache-Control": _lifetime(at, shown.until)})
            label(response, shown.keys)
            return response
        if works_here(request.user) and is_ours(name):
            return _answer(request, name, {"Cache-Control": f"private, max-age={STAFF_CACHE_SECONDS}"})
        return _absent()


def _lifetime(at: datetime, until: datetime | None) -> str:
    if settings.MEDIA_DELIVERY == "redirect":
        # A redirect must be forgotten before the address to which it leads is closed.
        ends = at + timedelta(seconds=REDIRECT_SECONDS)
        until = min(until, ends) if until else ends
    return cache_control(at, until)


def _answer(request: HttpRequest, name: str, headers: dict[str, str]) -> HttpResponseBase:
    # A file is never written again under its name, so the name stands for the bytes.
    etag = quote_etag(hashlib.sha256(name.encode()).hexdigest()[:32])
    try:
        response: HttpResponseBase = get_conditional_response(request, etag) or send(name)
    except FileNotFoundError:
        return _absent()
    except OSError:
        log.exception("%s could not be read", name)
        response, headers = HttpResponse(status=503), {"Cache-Control": "no-store", "Retry-After": "5"}
    if response.status_code in (200, 304):
        response["ETag"] = etag
    response["X-Content-Type-Options"] = "nosniff"
    for header, value in headers.items():
        response[header] = value
    return response


def _absent() -> HttpResponse:
    response = HttpResponse("There is nothing public at this address.\n", status=404, content_type="text/plain")
    # Somebody who is signed in may see it, and a shared cache would not know.
    response["Cache-Control"] = "no-store"
    return response
