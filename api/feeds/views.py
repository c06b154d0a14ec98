"""The addresses of feeds, sitemaps and llms.txt. All read the shelf only."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe
from wagtail.models import Site

from api.models import PublishedArticle
from api.representation.sources import public_sections, public_url
from api.v1.responses import answer, next_expiry

from .syndication import Feed, render

FEED_LENGTH = 30
SITEMAP_LENGTH = 20_000
NEWS_LENGTH = 1_000
NEWS_HOURS = 48
_XML = "application/xml; charset=utf-8"


@transaction.non_atomic_requests
@require_safe
def feed(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """The newest stories of the publication, or of one section and those in it; `form` is rss, atom or json."""
    now = timezone.now()
    rows = PublishedArticle.objects.visible(now).order_by("-published_at", "-id")
    title, description, home_path = _publication(), "", "/"
    if name != "all":
        section = public_sections().filter(slug=name).first()
        if section is None:
            raise Http404
        rows = rows.filter(section_slugs__contains=[name])
        title, description, home_path = f"{title}: {section.title}", section.description, section.public_path
    document, media_type = render(
        Feed(
            title=title,
            description=description or title,
            language=settings.LANGUAGE_CODE,
            home_url=public_url(home_path),
            url=_absolute(request.path),
            hub_url=settings.WEBSUB_HUB_URL,
            stories=[json.loads(row.detail) for row in rows.only("detail")[:FEED_LENGTH]],
        ),
        form,
    )
    return answer(request, document, at=now, until=next_expiry(now), media_type=media_type)


@transaction.non_atomic_requests
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """A sitemap a month, newest first; a month with very many stories has several."""
    now = timezone.now()
    months = (
        _indexable(now)
        .annotate(month=TruncMonth("published_at", tzinfo=UTC))
        .values("month")
        .annotate(count=Count("pk"), changed_at=Max("updated_at"))
        .order_by("-month")
    )
    maps = [
        {
            "url": _absolute(reverse("sitemap-month", args=[one["month"].year, one["month"].month, page])),
            "changed_at": one["changed_at"],
        }
        for one in months
        for page in range(1, -(-one["count"] // SITEMAP_LENGTH) + 1)
    ]
    return _xml(request, "sitemaps/index.xml", {"maps": maps}, now)


@transaction.non_atomic_requests
@require_safe
def sitemap_month(request: HttpRequest, year: int, month: int, page: int) -> HttpResponse:
    """Stories first published in one month (UTC), with when each was changed last."""
    now = timezone.now()
    try:
        start = datetime(year, month, 1, tzinfo=UTC)
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    except ValueError:
        raise Http404 from None
    rows = _indexable(now).filter(published_at__gte=start, published_at__lt=end).order_by("published_at", "id")
    first = (page - 1) * SITEMAP_LENGTH
    stories = [
        {"url": public_url(path), "changed_at": changed_at}
        for path, changed_at in rows.values_list("path", "updated_at")[first : first + SITEMAP_LENGTH]
    ]
    if not stories:
        raise Http404
    return _xml(request, "sitemaps/month.xml", {"stories": stories}, now)


@transaction.non_atomic_requests
@require_safe
def sitemap_news(request: HttpRequest) -> HttpResponse:
    """Stories of the last 48 hours, at most 1,000, newest first: developers.google.com/search (news sitemaps)."""
    now = timezone.now()
    rows = _indexable(now).filter(published_at__gte=now - timedelta(hours=NEWS_HOURS))
    stories = [
        {"url": public_url(row.path), "title": row.title, "published_at": row.published_at, "language": row.language}
        for row in rows.order_by("-published_at", "-id").only("path", "title", "published_at", "language")[:NEWS_LENGTH]
    ]
    return _xml(request, "sitemaps/news.xml", {"stories": stories, "publication": _publication()}, now)


@transaction.non_atomic_requests
@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """What a language model may read here, and where, as Markdown: llmstxt.org."""
    now = timezone.now()
    rows = PublishedArticle.objects.visible(now).order_by("-published_at", "-id").only("public_id", "title", "summary")
    stories = [
        {
            "title": row.title,
            "url": _absolute(reverse("api:article-markdown", args=[row.public_id])),
            "standfirst": json.loads(row.summary)["standfirst"],
        }
        for row in rows[:FEED_LENGTH]
    ]
    context = {
        "publication": _publication(),
        "home_url": public_url("/"),
        "api_url": settings.BASE_URL,
        "sections": public_sections().order_by("path").only("title", "slug"),
        "stories": stories,
    }
    document = render_to_string("sitemaps/llms.txt", context)
    return answer(request, document, at=now, until=next_expiry(now), media_type="text/markdown; charset=utf-8")


def _indexable(at: datetime) -> QuerySet[PublishedArticle]:
    """Visible stories that search engines may list and that appeared here first."""
    return PublishedArticle.objects.visible(at).filter(is_indexable=True)


def _xml(request: HttpRequest, template: str, context: dict[str, Any], now: datetime) -> HttpResponse:
    return answer(request, render_to_string(template, context), at=now, until=next_expiry(now), media_type=_XML)


def _publication() -> str:
    """The name of the publication, as the site's settings have it."""
    site = Site.objects.filter(is_default_site=True).first()
    return (site and site.site_name) or "Copydesk"


def _absolute(path: str) -> str:
    return settings.BASE_URL + path
