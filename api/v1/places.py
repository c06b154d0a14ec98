"""Sections, topics and authors, with how many stories readers can see; and what is at a path."""

from functools import reduce
from operator import or_
from typing import Any

from django.conf import settings
from django.db.models import Count, F, Func, Q, QuerySet, TextField
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from wagtail.contrib.redirects.models import Redirect
from wagtail.models import Site

from api.caching import keys as cache_keys
from api.models import ArticlePath, PublishedArticle, Tombstone
from api.representation.build import dump
from api.representation.sources import public_links, public_sections
from cms.models import Author, Section, Topic
from cms.websites import Website, address_on, get_websites, website_of

from . import documents
from .includes import author_json, portraits, topic_json
from .keyset import Order, paginate
from .parameters import read_flag, read_limit
from .problems import InvalidParameters
from .responses import answer, next_expiry
from .views import ReadView

_BY_SLUG = Order("slug", ("slug",), descending=False)


FILTERS = ("site", "language")
"""Parameters that all of these addresses take: whose stories count."""


def article_counts(column: str, at: Any, slug: str | None = None, **filters: str) -> dict[str, int]:
    """How many visible stories carry each slug in an array column of the shelf; `filters` are by other columns."""
    rows = PublishedArticle.objects.visible(at).filter(**filters)
    if slug is not None:
        rows = rows.filter(**{f"{column}__contains": [slug]})
    each = Func(F(column), function="unnest", output_field=TextField())
    counts = rows.annotate(one_slug=each).values("one_slug").annotate(article_count=Count("id")).order_by()
    return dict(counts.values_list("one_slug", "article_count"))


class PlaceView(ReadView):
    """Things by which stories are found. Only those that a visible story shows are public, so no draft leaks a name."""

    column = ""
    kind = ""

    @property
    def filters(self) -> dict[str, str]:
        """The site and the language that were asked for."""
        return {name: value for name in FILTERS if (value := self.request.query_params.get(name))}

    def public(self, slugs: Any) -> QuerySet[Any]:
        raise NotFound

    def show(self, things: list[Any], counts: dict[str, int]) -> list[dict[str, Any]]:
        raise NotFound

    def list(self, request: Request) -> HttpResponse:
        query = request.query_params
        limit = read_limit(query)
        counts = article_counts(self.column, self.now, **self.filters)
        rows = self.public(list(counts))
        count = rows.count() if read_flag(query, "count") else None
        page = paginate(rows, order=_BY_SLUG, limit=limit, cursor=query.get("cursor"), request=request._request)
        body = {
            "items": self.show(page.rows, counts),
            "next": page.next,
            "previous": page.previous,
            "limit": limit,
            "count": count,
        }
        self.keys |= {f"{self.kind}s", cache_keys.LIST}
        return answer(request, dump(body), at=self.now, until=next_expiry(self.now))

    def one(self, request: Request, slug: str) -> HttpResponse:
        self.keys |= _place_keys(self.kind, slug)
        counts = article_counts(self.column, self.now, slug, **self.filters)
        thing = self.public([slug] if slug in counts else []).filter(slug=slug).first()
        if thing is None:
            raise NotFound
        shown = self.show([thing], counts)[0]
        self.keys.update(cache_keys.mentioned_in(shown))
        return answer(request, dump(shown), at=self.now, until=next_expiry(self.now))


class _Sections(PlaceView):
    column = "section_slugs"
    kind = "section"

    def public(self, slugs: Any) -> QuerySet[Section]:
        """Those of a site and in a language, if such were asked for; one that is empty, too."""
        sections = public_sections().select_related("locale")
        filters = self.filters
        if "language" in filters:
            sections = sections.filter(locale__language_code=filters["language"])
        if "site" in filters:
            roots = [root for one in get_websites() if one.name == filters["site"] for root in one.root_paths]
            sections = sections.filter(reduce(or_, (Q(path__startswith=root) for root in roots), Q(pk__in=[])))
        return sections

    def one(self, request: Request, slug: str) -> HttpResponse:
        self.keys |= _place_keys(self.kind, slug)
        section = self.public([slug]).filter(slug=slug).first()
        if section is None:
            raise NotFound
        counts = article_counts(self.column, self.now, slug, **self.filters)
        return answer(request, dump(self.show([section], counts)[0]), at=self.now, until=next_expiry(self.now))

    def show(self, things: list[Section], counts: dict[str, int]) -> list[dict[str, Any]]:
        step = Section.steplen
        parents = {
            parent.path: parent for parent in public_sections().filter(path__in={one.path[:-step] for one in things})
        }
        websites = get_websites()
        return [
            section_json(one, parents.get(one.path[:-step]), counts.get(one.slug, 0), website_of(one.path, websites))
            for one in things
        ]


class _Topics(PlaceView):
    column = "topic_slugs"
    kind = "topic"

    def public(self, slugs: Any) -> QuerySet[Topic]:
        return Topic.objects.filter(slug__in=slugs).select_related("parent")

    def show(self, things: list[Topic], counts: dict[str, int]) -> list[dict[str, Any]]:
        return [topic_json(topic, counts.get(topic.slug, 0)) for topic in things]


class _Authors(PlaceView):
    column = "author_slugs"
    kind = "author"

    def public(self, slugs: Any) -> QuerySet[Author]:
        return Author.objects.filter(slug__in=slugs).prefetch_related("links")

    def show(self, things: list[Author], counts: dict[str, int]) -> list[dict[str, Any]]:
        sources = portraits(things)
        return [author_json(author, sources, counts.get(author.slug, 0)) for author in things]


def section_json(section: Section, parent: Section | None, article_count: int, website: Website) -> dict[str, Any]:
    return {
        "id": str(section.public_id),
        "slug": section.slug,
        "name": section.title,
        "description": section.description or None,
        "path": section.public_path,
        "url": website.absolute(section.public_path),
        "site": website.name,
        "language": section.locale.language_code,
        "parent": {"id": str(parent.public_id), "slug": parent.slug, "name": parent.title} if parent else None,
        "article_count": article_count,
    }


class SectionList(_Sections):
    parameters = (*FILTERS, "limit", "cursor", "count")

    @extend_schema(**documents.SECTION_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.list(request)


class SectionDetail(_Sections):
    parameters = FILTERS

    @extend_schema(**documents.SECTION_DETAIL)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.one(request, slug)


class TopicList(_Topics):
    parameters = (*FILTERS, "limit", "cursor", "count")

    @extend_schema(**documents.TOPIC_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.list(request)


class TopicDetail(_Topics):
    parameters = FILTERS

    @extend_schema(**documents.TOPIC_DETAIL)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.one(request, slug)


class AuthorList(_Authors):
    parameters = (*FILTERS, "limit", "cursor", "count")

    @extend_schema(**documents.AUTHOR_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.list(request)


class AuthorDetail(_Authors):
    parameters = FILTERS

    @extend_schema(**documents.AUTHOR_DETAIL)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.one(request, slug)


class Resolve(ReadView):
    """What is at a path of the website: one call for a frontend's router."""

    parameters = ("path", "site")

    @extend_schema(**documents.RESOLVE)
    def get(self, request: Request) -> HttpResponse:
        path = request.query_params.get("path", "")
        if not path.startswith("/") or "\x00" in path:
            raise InvalidParameters({"path": "Give the path of a page, such as /news/a-slug/."})
        path = path if path.endswith("/") else path + "/"
        site = request.query_params.get("site", "")
        self.websites = [one for one in get_websites() if not site or one.name == site]
        self.of_site = {"site": site} if site else {}
        if not self.websites:
            raise NotFound
        self.keys |= {cache_keys.at_address(path), cache_keys.SECTIONS, cache_keys.REDIRECTS}
        found = self._story(path) or self._section(path) or self._topic_or_author(path) or self._moved(path)
        if found is None:
            raise NotFound
        return answer(request, dump({**found, "path": path}), at=self.now, until=next_expiry(self.now))

    def _story(self, path: str) -> dict[str, Any] | None:
        rows = PublishedArticle.objects.visible(self.now).filter(path=path, **self.of_site)
        row = rows.only("public_id", "slug").first()
        if row:
            # Whatever else is done at this address, it leads to the story as long as that is there.
            self.keys = {cache_keys.at_address(path), cache_keys.story(row.public_id)}
        return _thing("article", row.public_id, row.slug, str(row.public_id)) if row else None

    def _section(self, path: str) -> dict[str, Any] | None:
        slug = path.strip("/").rpartition("/")[2]
        sections = [one for one in public_sections().filter(slug=slug) if one.public_path == path]
        section = next((one for one in sections if not self.of_site or self._is_here(one)), None)
        return _thing("section", section.public_id, section.slug, section.slug) if section else None

    def _is_here(self, section: Section) -> bool:
        return any(website.holds(section.path) for website in self.websites)

    def _topic_or_author(self, path: str) -> dict[str, Any] | None:
        for kind, view in (("topic", _Topics()), ("author", _Authors())):
            prefix = f"/{kind}s/"
            slug = path.removeprefix(prefix).strip("/")
            if path.startswith(prefix):
                self.keys |= _place_keys(kind, slug)
            if path.startswith(prefix) and slug and slug in article_counts(view.column, self.now, slug, **self.of_site):
                thing = view.public([slug]).first()
                if thing:
                    return _thing(kind, thing.public_id, thing.slug, thing.slug)
        return None

    def _moved(self, path: str) -> dict[str, Any] | None:
        earlier = ArticlePath.objects.filter(path=path).values_list("public_id", flat=True).first()
        if earlier:
            self.keys.add(cache_keys.story(earlier))
            row = PublishedArticle.objects.visible(self.now).filter(public_id=earlier).only("path", "site").first()
            if row:
                is_here = not self.of_site or row.site == self.of_site["site"]
                moved_to = row.path if is_here else address_on(row.site, row.path)
                return {"type": "redirect", "status": 301, "location": moved_to}
        here = Site.objects.filter(pk__in=[one.pk for one in self.websites]).first() if self.of_site else None
        for redirect in _redirects_from(path, here):
            location = self._target(redirect)
            if location:
                return {"type": "redirect", "status": 301 if redirect.is_permanent else 302, "location": location}
        expired = PublishedArticle.objects.filter(path=path, visible_until__lte=self.now, **self.of_site)
        if public_id := expired.values_list("public_id", flat=True).first():
            self.keys.add(cache_keys.story(public_id))
            return {"type": "gone", "status": 410, "reason": None}
        stone = Tombstone.objects.filter(path=path, **self.of_site).order_by("-withdrawn_at").first()
        if stone is None:
            return None
        self.keys.add(cache_keys.story(stone.public_id))
        return {"type": "gone", "status": 410, "reason": stone.reason or None}

    def _target(self, redirect: Redirect) -> str | None:
        """Where a redirect of the newsroom leads; None where readers could not follow it."""
        if redirect.redirect_page_id is None:
            return str(redirect.link) if redirect.link else None
        page = public_links({redirect.redirect_page_id}).get(redirect.redirect_page_id)
        # The page may be a story that is not there, and comes.
        self.keys |= {cache_keys.LIST, *cache_keys.mentioned_in(page)}
        if page is None:
            return None
        is_here = not self.of_site or any(page["url"] == one.absolute(page["path"]) for one in self.websites)
        return str(page["path"] if is_here else page["url"])


def _redirects_from(path: str, site: Site | None) -> QuerySet[Redirect]:
    try:
        old_path = Redirect.normalise_path(path)
    except ValueError:
        # Wagtail takes what follows two slashes for a host name, and //[ is none.
        return Redirect.objects.none()
    return Redirect.get_for_site(site).filter(old_path=old_path)[:1]


def _thing(kind: str, public_id: Any, slug: str, key: str) -> dict[str, Any]:
    return {
        "type": kind,
        "status": 200,
        "id": str(public_id),
        "slug": slug,
        "api_url": f"{settings.BASE_URL}/api/v1/{kind}s/{key}/",
    }


def _place_keys(kind: str, slug: str) -> set[str]:
    """Keys of an answer about a section, a topic or an author: its own words, and the stories that are counted."""
    return {f"{kind}s", getattr(cache_keys, kind)(slug), cache_keys.listed_in(kind, slug)}
