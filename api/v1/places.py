"""Sections, topics and authors, with how many stories readers can see; and what is at a path."""

from typing import Any

from django.conf import settings
from django.db.models import Count, F, Func, QuerySet, TextField
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from wagtail.contrib.redirects.models import Redirect

from api.models import ArticlePath, PublishedArticle, Tombstone
from api.representation.build import dump
from api.representation.sources import public_links, public_sections, public_url
from cms.models import Author, Section, Topic

from . import documents
from .includes import author_json, portraits, topic_json
from .keyset import Order, paginate
from .parameters import read_flag, read_limit
from .problems import InvalidParameters
from .responses import answer, next_expiry
from .views import ReadView

_BY_SLUG = Order("slug", ("slug",), descending=False)


def article_counts(column: str, at: Any, slug: str | None = None) -> dict[str, int]:
    """How many visible stories carry each slug in an array column of the shelf."""
    rows = PublishedArticle.objects.visible(at)
    if slug is not None:
        rows = rows.filter(**{f"{column}__contains": [slug]})
    each = Func(F(column), function="unnest", output_field=TextField())
    counts = rows.annotate(one_slug=each).values("one_slug").annotate(article_count=Count("id")).order_by()
    return dict(counts.values_list("one_slug", "article_count"))


class PlaceView(ReadView):
    """Things by which stories are found. Only those that a visible story shows are public, so no draft leaks a name."""

    column = ""

    def public(self, slugs: Any) -> QuerySet[Any]:
        raise NotFound

    def show(self, things: list[Any], counts: dict[str, int]) -> list[dict[str, Any]]:
        raise NotFound

    def list(self, request: Request) -> HttpResponse:
        query = request.query_params
        limit = read_limit(query)
        counts = article_counts(self.column, self.now)
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
        return answer(request, dump(body), at=self.now)

    def one(self, request: Request, slug: str) -> HttpResponse:
        counts = article_counts(self.column, self.now, slug)
        thing = self.public([slug] if slug in counts else []).filter(slug=slug).first()
        if thing is None:
            raise NotFound
        return answer(request, dump(self.show([thing], counts)[0]), at=self.now)


class _Sections(PlaceView):
    column = "section_slugs"

    def public(self, slugs: Any) -> QuerySet[Section]:
        return public_sections()  # One that is empty, too.

    def one(self, request: Request, slug: str) -> HttpResponse:
        section = self.public([slug]).filter(slug=slug).first()
        if section is None:
            raise NotFound
        counts = article_counts(self.column, self.now, slug)
        return answer(request, dump(self.show([section], counts)[0]), at=self.now)

    def show(self, things: list[Section], counts: dict[str, int]) -> list[dict[str, Any]]:
        step = Section.steplen
        parents = {
            parent.path: parent for parent in public_sections().filter(path__in={one.path[:-step] for one in things})
        }
        return [section_json(one, parents.get(one.path[:-step]), counts.get(one.slug, 0)) for one in things]


class _Topics(PlaceView):
    column = "topic_slugs"

    def public(self, slugs: Any) -> QuerySet[Topic]:
        return Topic.objects.filter(slug__in=slugs).select_related("parent")

    def show(self, things: list[Topic], counts: dict[str, int]) -> list[dict[str, Any]]:
        return [topic_json(topic, counts.get(topic.slug, 0)) for topic in things]


class _Authors(PlaceView):
    column = "author_slugs"

    def public(self, slugs: Any) -> QuerySet[Author]:
        return Author.objects.filter(slug__in=slugs).prefetch_related("links")

    def show(self, things: list[Author], counts: dict[str, int]) -> list[dict[str, Any]]:
        sources = portraits(things)
        return [author_json(author, sources, counts.get(author.slug, 0)) for author in things]


def section_json(section: Section, parent: Section | None, article_count: int) -> dict[str, Any]:
    return {
        "id": str(section.public_id),
        "slug": section.slug,
        "name": section.title,
        "description": section.description or None,
        "path": section.public_path,
        "url": public_url(section.public_path),
        "parent": {"id": str(parent.public_id), "slug": parent.slug, "name": parent.title} if parent else None,
        "article_count": article_count,
    }


class SectionList(_Sections):
    parameters = ("limit", "cursor", "count")

    @extend_schema(**documents.SECTION_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.list(request)


class SectionDetail(_Sections):
    @extend_schema(**documents.SECTION_DETAIL)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.one(request, slug)


class TopicList(_Topics):
    parameters = ("limit", "cursor", "count")

    @extend_schema(**documents.TOPIC_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.list(request)


class TopicDetail(_Topics):
    @extend_schema(**documents.TOPIC_DETAIL)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.one(request, slug)


class AuthorList(_Authors):
    parameters = ("limit", "cursor", "count")

    @extend_schema(**documents.AUTHOR_LIST)
    def get(self, request: Request) -> HttpResponse:
        return self.list(request)


class AuthorDetail(_Authors):
    @extend_schema(**documents.AUTHOR_DETAIL)
    def get(self, request: Request, slug: str) -> HttpResponse:
        return self.one(request, slug)


class Resolve(ReadView):
    """What is at a path of the website: one call for a frontend's router."""

    parameters = ("path",)

    @extend_schema(**documents.RESOLVE)
    def get(self, request: Request) -> HttpResponse:
        path = request.query_params.get("path", "")
        if not path.startswith("/") or "\x00" in path:
            raise InvalidParameters({"path": "Give the path of a page, such as /news/a-slug/."})
        path = path if path.endswith("/") else path + "/"
        found = self._story(path) or self._section(path) or self._topic_or_author(path) or self._moved(path)
        if found is None:
            raise NotFound
        return answer(request, dump({**found, "path": path}), at=self.now, until=next_expiry(self.now))

    def _story(self, path: str) -> dict[str, Any] | None:
        row = PublishedArticle.objects.visible(self.now).filter(path=path).only("public_id", "slug").first()
        return _thing("article", row.public_id, row.slug, str(row.public_id)) if row else None

    def _section(self, path: str) -> dict[str, Any] | None:
        slug = path.strip("/").rpartition("/")[2]
        section = next((one for one in _Sections().public([slug]).filter(slug=slug) if one.public_path == path), None)
        return _thing("section", section.public_id, section.slug, section.slug) if section else None

    def _topic_or_author(self, path: str) -> dict[str, Any] | None:
        for kind, view in (("topic", _Topics()), ("author", _Authors())):
            prefix = f"/{kind}s/"
            slug = path.removeprefix(prefix).strip("/")
            if path.startswith(prefix) and slug and slug in article_counts(view.column, self.now, slug):
                thing = view.public([slug]).first()
                if thing:
                    return _thing(kind, thing.public_id, thing.slug, thing.slug)
        return None

    def _moved(self, path: str) -> dict[str, Any] | None:
        earlier = ArticlePath.objects.filter(path=path).values_list("public_id", flat=True).first()
        if earlier:
            row = PublishedArticle.objects.visible(self.now).filter(public_id=earlier).only("path").first()
            if row:
                return {"type": "redirect", "status": 301, "location": row.path}
        for redirect in Redirect.get_for_site().filter(old_path=Redirect.normalise_path(path))[:1]:
            location = self._target(redirect)
            if location:
                return {"type": "redirect", "status": 301 if redirect.is_permanent else 302, "location": location}
        stone = Tombstone.objects.filter(path=path).order_by("-withdrawn_at").first()
        return {"type": "gone", "status": 410, "reason": stone.reason or None} if stone else None

    def _target(self, redirect: Redirect) -> str | None:
        """Where a redirect of the newsroom leads; None where readers could not follow it."""
        if redirect.redirect_page_id is None:
            return str(redirect.link) if redirect.link else None
        page = public_links({redirect.redirect_page_id}).get(redirect.redirect_page_id)
        return str(page["path"]) if page else None


def _thing(kind: str, public_id: Any, slug: str, key: str) -> dict[str, Any]:
    return {
        "type": kind,
        "status": 200,
        "id": str(public_id),
        "slug": slug,
        "api_url": f"{settings.BASE_URL}/api/v1/{kind}s/{key}/",
    }
