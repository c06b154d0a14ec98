"""Answers as bytes, with validators and lifetimes that HTTP caches understand."""

import hashlib
from datetime import datetime

from django.conf import settings
from django.db.models import Min
from django.http import HttpRequest, HttpResponse
from django.utils.cache import get_conditional_response
from django.utils.http import http_date, quote_etag

from api.models import PublishedArticle
from cms.models import Article

STALE_SECONDS = 30


def answer(
    request: HttpRequest,
    body: str,
    *,
    at: datetime,
    until: datetime | None = None,
    etag: str | None = None,
    modified_at: datetime | None = None,
    media_type: str = "application/json",
) -> HttpResponse:
    """A 200 with `body`, or a 304 when the reader has it.

    `until` is when it stops being true (a caches' lifetime ends there at the latest); `etag` saves hashing `body` where
    its hash is known.
    """
    data = body.encode()
    tag = quote_etag(etag or hashlib.sha256(data).hexdigest()[:32])
    last_modified = int(modified_at.timestamp()) if modified_at else None
    response = HttpResponse(data, content_type=media_type)
    response["Content-Length"] = str(len(data))
    response["ETag"] = tag
    if last_modified is not None:
        response["Last-Modified"] = http_date(last_modified)
    seconds = settings.API_CACHE_SECONDS
    stale = STALE_SECONDS
    if until is not None:
        left = max(int((until - at).total_seconds()), 0)
        seconds, stale = min(seconds, left), min(stale, max(left - seconds, 0))
    response["Cache-Control"] = f"public, max-age=0, s-maxage={seconds}, stale-while-revalidate={stale}"
    response["Vary"] = "Accept, Accept-Encoding"
    conditional = get_conditional_response(request, tag, last_modified, response)
    assert isinstance(conditional, HttpResponse)
    return conditional


def next_expiry(at: datetime) -> datetime | None:
    """When the next story leaves the shelf by itself, or comes to it at the end of an embargo; None if none does."""
    leaves = PublishedArticle.objects.filter(visible_until__gt=at).aggregate(next=Min("visible_until"))["next"]
    comes = Article.objects.filter(live=True, embargo_until__gt=at).aggregate(next=Min("embargo_until"))["next"]
    return min((one for one in (leaves, comes) if one), default=None)
