"""The addresses of feeds, sitemaps and llms.txt. All read the shelf only."""

import json
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.db.models.functions import TruncMonth
from django.http import Http404, HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from api.caching import keys as cache_keys
from api.caching.validators import tag_of
from api.models import PublishedArticle
from api.representation.sources import public_sections, public_url
from api.v1.responses import answer, is_conditional, next_expiry, unchanged
from cms.websites import Website, get_websites, website_of

from .syndication import Feed, render

FEED_LENGTH = 30
SITEMAP_LENGTH = 20_000
MAX_PAGES = 1_000
"""Of one month; no newsroom has as many."""
NEWS_LENGTH = 1_000
NEWS_HOURS = 48
_XML = "application/xml; charset=utf-8"


@transaction.non_atomic_requests
@require_safe
def feed(request: HttpRequest, name: str, form: str) -> HttpResponse:
    """The newest stories of the publication, or of one section and those in it; `form` is rss, atom or json."""
    now = timezone.now()
    chosen = _chosen(request)
    website = _website(chosen)
    rows = PublishedArticle.objects.visible(now).filter(**chosen).order_by("-published_at", "-id")
    title, description, home_path = _publication(website), "", "/"
    language = chosen.get("language", settings.LANGUAGE_CODE)
    keys = {cache_keys.LIST, cache_keys.SITE}
    if name != "all":
        section = public_sections().select_related("locale").filter(slug=name).first()
        if section is None or ("site" in chosen and not website.holds(section.path)):
            raise Http404
        website, language = website_of(section.path, get_websites()), section.locale.language_code
        rows = rows.filter(section_slugs__contains=[name])
        title, description = f"{_publication(website)}: {section.title}", section.description
        home_path = section.public_path
        keys = {cache_keys.listed_in("section", name), cache_keys.section(name), cache_keys.SECTIONS, cache_keys.SITE}
    head = Feed(
        title=title,
        description=description or title,
        language=language,
        home_url=website.absolute(home_path),
        url=_absolute(request.path, chosen),
        # The hub is told of feeds as they are without parameters.
        hub_url="" if chosen else settings.WEBSUB_HUB_URL,
    )
    until = next_expiry(now)
    if is_conditional(request):
        known = list(rows.only("public_id", "etag")[:FEED_LENGTH])
        if same := unchanged(request, tag_of(head, form, [row.etag for row in known]), at=now, until=until, keys=keys):
            return _linked(same, head)
    shown = list(rows.only("public_id", "etag", "detail")[:FEED_LENGTH])
    document, media_type = render(replace(head, stories=[json.loads(row.detail) for row in shown]), form)
    # A feed without stories is dated by the moment at which it is made.
    tag = tag_of(head, form, [row.etag for row in shown]) if shown else None
    keys |= {cache_keys.story(row.public_id) for row in shown}
    response = answer(request, document, at=now, until=until, etag=tag, media_type=media_type, keys=keys)
    return _linked(response, head)


def _linked(response: HttpResponse, head: Feed) -> HttpResponse:
    """The feed, with what tells a WebSub subscriber where to subscribe, and to what."""
    links = [f'<{head.url}>; rel="self"', *([f'<{head.hub_url}>; rel="hub"'] if head.hub_url else [])]
    response["Link"] = ", ".join(links)
    return response


@transaction.non_atomic_requests
@require_safe
def sitemap_index(request: HttpRequest) -> HttpResponse:
    """A sitemap a month, newest first; a month with very many stories has several."""
    now = timezone.now()
    chosen = _chosen(request)
    months = (
        _indexable(now, chosen)
        .annotate(month=TruncMonth("published_at", tzinfo=UTC))
        .values("month")
        .annotate(count=Count("pk"), changed_at=Max("updated_at"))
        .order_by("-month")
    )
    maps = [
        {
            "url": _absolute(reverse("sitemap-month", args=[one["month"].year, one["month"].month, page]), chosen),
            "changed_at": one["changed_at"],
        }
        for one in months
        for page in range(1, -(-one["count"] // SITEMAP_LENGTH) + 1)
    ]
    return _xml(request, "sitemaps/index.xml", {"maps": maps}, now, {cache_keys.LIST})


@transaction.non_atomic_requests
@require_safe
def sitemap_month(request: HttpRequest, year: int, month: int, page: int) -> HttpResponse:
    """Stories first published in one month (UTC), with when each was changed last."""
    now = timezone.now()
    try:
        start = datetime(year, month, 1, tzinfo=UTC)
        end = datetime(year + month // 12, month % 12 + 1, 1, tzinfo=UTC)
    except (ValueError, OverflowError):
        raise Http404 from None
    if not 1 <= page <= MAX_PAGES:
        raise Http404
    rows = _indexable(now, _chosen(request)).filter(published_at__gte=start, published_at__lt=end)
    first = (page - 1) * SITEMAP_LENGTH
    shown = list(
        rows.order_by("published_at", "id").only("site", "path", "updated_at", "translation_key")[
            first : first + SITEMAP_LENGTH
        ]
    )
    url_of = _addresses()
    translations = _translations(shown, now)
    stories = [
        {
            "url": url_of(row),
            "changed_at": row.updated_at,
            "alternates": [
                {"language": one.language, "url": url_of(one)} for one in translations.get(row.translation_key, [])
            ],
        }
        for row in shown
    ]
    if not stories:
        raise Http404
    return _xml(request, "sitemaps/month.xml", {"stories": stories}, now, {cache_keys.of_month(start)})


@transaction.non_atomic_requests
@require_safe
def sitemap_news(request: HttpRequest) -> HttpResponse:
    """Stories of the last 48 hours, at most 1,000, newest first: developers.google.com/search (news sitemaps)."""
    now = timezone.now()
    chosen = _chosen(request)
    rows = _indexable(now, chosen).filter(published_at__gte=now - timedelta(hours=NEWS_HOURS))
    fields = ("site", "path", "title", "published_at", "language")
    url_of = _addresses()
    stories = [
        {"url": url_of(row), **{name: getattr(row, name) for name in ("title", "published_at", "language")}}
        for row in rows.order_by("-published_at", "-id").only(*fields)[:NEWS_LENGTH]
    ]
    # The oldest leaves it by growing old.
    until = stories[-1]["published_at"] + timedelta(hours=NEWS_HOURS) if stories else None
    context = {"stories": stories, "publication": _publication(_website(chosen))}
    return _xml(request, "sitemaps/news.xml", context, now, {cache_keys.LIST, cache_keys.SITE}, until)


@transaction.non_atomic_requests
@require_safe
def llms(request: HttpRequest) -> HttpResponse:
    """What a language model may read here, and where, as Markdown: llmstxt.org."""
    now = timezone.now()
    chosen = _chosen(request)
    website = _website(chosen)
    rows = PublishedArticle.objects.visible(now).filter(**chosen).order_by("-published_at", "-id")
    stories = [
        {
            "title": row.title,
            "url": _absolute(reverse("api:article-markdown", args=[row.public_id])),
            "standfirst": json.loads(row.summary)["standfirst"],
        }
        for row in rows.only("public_id", "title", "summary")[:FEED_LENGTH]
    ]
    context = {
        "publication": _publication(website),
        "home_url": website.absolute("/"),
        "api_url": settings.BASE_URL,
        "sections": [
            one
            for one in public_sections().order_by("path").only("title", "slug", "path")
            if "site" not in chosen or website.holds(one.path)
        ],
        "stories": stories,
    }
    document = render_to_string("sitemaps/llms.txt", context)
    return answer(
        request,
        document,
        at=now,
        until=next_expiry(now),
        media_type="text/markdown; charset=utf-8",
        keys={cache_keys.LIST, cache_keys.SECTIONS, cache_keys.SITE},
    )


def _indexable(at: datetime, chosen: dict[str, str]) -> QuerySet[PublishedArticle]:
    """Visible stories that search engines may list and that appeared here first."""
    return PublishedArticle.objects.visible(at).filter(is_indexable=True, **chosen)


def _chosen(request: HttpRequest) -> dict[str, str]:
    """The site and the language of which stories are asked for; all of them where none is named."""
    # A NUL is nothing for PostgreSQL, and no other control character may stand in XML.
    return {name: value for name in ("site", "language") if (value := request.GET.get(name)) and value.isprintable()}


def _website(chosen: dict[str, str]) -> Website:
    """The website that was chosen, or the newsroom's first."""
    website = next((one for one in get_websites() if one.name == chosen.get("site", one.name)), None)
    if website is None:
        raise Http404
    return website


def _addresses() -> Callable[[PublishedArticle], str]:
    """Gives the full address of a row, on its own website."""
    websites = {website.name: website for website in get_websites()}
    return lambda row: websites[row.site].absolute(row.path) if row.site in websites else public_url(row.path)


def _translations(rows: list[PublishedArticle], at: datetime) -> dict[UUID | None, list[PublishedArticle]]:
    """Visible stories by translation key, for the keys that several have; one of `rows` is among its own."""
    if not settings.WAGTAIL_I18N_ENABLED:
        return {}
    found: dict[UUID | None, list[PublishedArticle]] = defaultdict(list)
    keys = [row.translation_key for row in rows if row.translation_key]
    for row in _indexable(at, {}).filter(translation_key__in=keys).only("site", "path", "language", "translation_key"):
        found[row.translation_key].append(row)
    return {key: sorted(group, key=lambda one: one.language) for key, group in found.items() if len(group) > 1}


def _xml(
    request: HttpRequest,
    template: str,
    context: dict[str, Any],
    now: datetime,
    keys: set[str],
    until: datetime | None = None,
) -> HttpResponse:
    ends = [end for end in (next_expiry(now), until) if end]
    document = render_to_string(template, context)
    return answer(request, document, at=now, until=min(ends, default=None), media_type=_XML, keys=keys)


def _publication(website: Website) -> str:
    """The name of the publication, as the site's settings have it."""
    return website.title or "Copydesk"


def _absolute(path: str, chosen: dict[str, str] | None = None) -> str:
    return settings.BASE_URL + path + (f"?{urlencode(chosen)}" if chosen else "")
