"""Answers as bytes, with validators, lifetimes and keys that HTTP caches understand."""

import gzip
import hashlib
import re
from collections.abc import Iterable
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from api.caching import keys as cache_keys
from api.caching.lifetimes import cache_control
from api.models import PublishedArticle
from cms.models import Article

KEYS_HEADER = "Surrogate-Key"
_REFUSED = re.compile(r"\s*q\s*=\s*0(\.0*)?\s*")
_GZIP_LEVEL = 5


def answer(
    request: HttpRequest,
    body: str,
    *,
    at: datetime,
    until: datetime | None = None,
    etag: str | None = None,
    modified_at: datetime | None = None,
    media_type: str = "application/json",
    keys: Iterable[str] = (),
) -> HttpResponse:
    """A 200 with `body`, or a 304 when the reader has it.

    `until` is when it stops being true (a caches' lifetime ends there at the latest); `etag` saves hashing `body` where
    something as exact is known; `keys` are of what it shows, where the view does not collect them.
    """
    data = body.encode()
    response = HttpResponse(content_type=media_type)
    _describe(request, response, etag or hashlib.sha256(data).hexdigest()[:32], at, until, modified_at, keys)
    if accepts_gzip(request):
        data = gzip.compress(data, _GZIP_LEVEL, mtime=0)
        response["Content-Encoding"] = "gzip"
    response.content = data
    response["Content-Length"] = str(len(data))
    conditional = get_conditional_response(request, response["ETag"], _seconds(modified_at), response)
    assert isinstance(conditional, HttpResponse)
    return conditional


def unchanged(
    request: HttpRequest,
    etag: str,
    *,
    at: datetime,
    until: datetime | None = None,
    modified_at: datetime | None = None,
    keys: Iterable[str] = (),
) -> HttpResponse | None:
    """A 304 when the reader has the answer with this `etag`; None where it must be made."""
    if not is_conditional(request):
        return None
    response = HttpResponse()
    _describe(request, response, etag, at, until, modified_at, keys)
    conditional = get_conditional_response(request, response["ETag"], _seconds(modified_at), response)
    return conditional if isinstance(conditional, HttpResponse) and conditional.status_code == 304 else None


def is_conditional(request: HttpRequest) -> bool:
    """Whether the reader has an answer already and asks whether it is still the same."""
    return "HTTP_IF_NONE_MATCH" in request.META or "HTTP_IF_MODIFIED_SINCE" in request.META


def accepts_gzip(request: HttpRequest) -> bool:
    """Whether the reader takes compressed answers: RFC 9110, section 12.5.3."""
    for line in request.META.get("HTTP_ACCEPT_ENCODING", "").split(","):
        coding, _, weight = line.partition(";")
        if coding.strip().lower() == "gzip":
            return not _REFUSED.fullmatch(weight)
    return False


def label(response: HttpResponseBase, keys: Iterable[str]) -> None:
    """Say to the cache in front what an answer shows; whoever runs it keeps that from readers."""
    value = cache_keys.header(keys)
    response[KEYS_HEADER] = value
    # Cloudflare knows keys by another name.
    if any(url.startswith("cloudflare:") for url in settings.PURGE_TARGETS):
        response["Cache-Tag"] = value.replace(" ", ",")


def next_expiry(at: datetime) -> datetime | None:
    """When the next story leaves the shelf by itself, or comes to it at the end of an embargo; None if none does."""
    leaves = PublishedArticle.objects.filter(visible_until__gt=at).order_by("visible_until")
    comes = Article.objects.filter(live=True, embargo_until__gt=at).order_by("embargo_until")
    ends = leaves.values_list("visible_until")[:1].union(comes.values_list("embargo_until")[:1], all=True)
    return min((end for (end,) in ends if end), default=None)


def _describe(
    request: HttpRequest,
    response: HttpResponse,
    etag: str,
    at: datetime,
    until: datetime | None,
    modified_at: datetime | None,
    keys: Iterable[str],
) -> None:
    # An answer that is compressed is other bytes, and a strong tag is of the bytes.
    response["ETag"] = quote_etag(f"{etag}-gzip" if accepts_gzip(request) else etag)
    if modified_at is not None:
        response["Last-Modified"] = http_date(_seconds(modified_at) or 0)
    response["Cache-Control"] = cache_control(at, until)
    response["Vary"] = "Accept-Encoding"
    if keys:
        label(response, keys)


def _seconds(at: datetime | None) -> int | None:
    return int(at.timestamp()) if at else None
