"""Stories: lists, one story, and what is related to it."""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.search import SearchHeadline, SearchRank
from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Cast, Replace
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.html import escape
from django_filters.utils import translate_validation
from drf_spectacular.utils import extend_schema
from markdownify import markdownify
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from api.models import ArticlePath, PublishedArticle, RelatedLink, Tombstone
from api.representation import ninjs, schema
from api.representation.build import dump, moment
from api.representation.store import search_config

from . import documents
from .filters import ArticleFilter, search_query
from .includes import INCLUDES, add, related_of
from .keyset import Order, paginate
from .parameters import (
    read_choice,
    read_flag,
    read_ids,
    read_limit,
    read_names,
    read_number,
)
from .problems import Gone, InvalidParameters
from .responses import answer, next_expiry
from .views import ReadView

ORDERS = {
    "-published_at": Order("-published_at", ("published_at", "id")),
    "published_at": Order("published_at", ("published_at", "id"), descending=False),
    "-updated_at": Order("-updated_at", ("updated_at", "id")),
    "relevance": Order("relevance", ("rank", "id")),
}
SUMMARY_FIELDS = tuple(schema.SummarySerializer().fields)
DETAIL_FIELDS = tuple(schema.DetailSerializer().fields)
MAX_RELATED = 12
_MARKS = ("\ue000", "\ue001")
_LESS_THAN = "\ue002"


class ArticleList(ReadView):
    """Published stories, newest first."""

    filterset_class = ArticleFilter
    parameters = (
        *ArticleFilter.base_filters,
        *("order", "limit", "cursor", "fields", "include", "count", "highlight"),
    )

    @extend_schema(**documents.ARTICLE_LIST)
    def get(self, request: Request) -> HttpResponse:
        query = request.query_params
        words = query.get("q", "").strip()
        order = ORDERS[read_choice(query, "order", ORDERS, default="-published_at")]
        if order.name == "relevance" and not words:
            raise InvalidParameters({"order": "Relevance is to a query: give q, or another order."})
        limit = read_limit(query)
        includes = read_names(query, "include", INCLUDES)
        fields = read_names(query, "fields", SUMMARY_FIELDS)
        highlight = read_flag(query, "highlight")
        if highlight and not words:
            raise InvalidParameters({"highlight": "There is nothing to highlight without q."})
        rows = self._filtered(request)
        count = rows.count() if read_flag(query, "count") else None
        if order.name == "relevance":
            rank = SearchRank(F("search"), search_query(words, query.get("language", "")), normalization=1)
            rows = rows.annotate(rank=Cast(rank, FloatField()))
        if highlight:
            rows = _with_highlights(rows, words, query.get("language", ""))
        needed = {"id", "summary", *order.fields} - {"rank"}
        needed |= {"detail"} if "body" in includes else set()
        needed |= {"pick_ids", "suggest_related"} if "related" in includes else set()
        page = paginate(
            rows.only(*needed), order=order, limit=limit, cursor=query.get("cursor"), request=request._request
        )
        body = dump({"next": page.next, "previous": page.previous, "limit": limit, "count": count})
        items = _items(page.rows, fields, includes, highlight=highlight, at=self.now)
        return answer(request, f'{{"items":[{items}],{body[1:]}', at=self.now, until=next_expiry(self.now))

    def _filtered(self, request: Request) -> QuerySet[PublishedArticle]:
        filterset = ArticleFilter(request.query_params, PublishedArticle.objects.visible(self.now), request=request)
        if not filterset.is_valid():
            raise translate_validation(filterset.errors)
        return filterset.qs


class ArticleDetail(ReadView):
    """One story, by its id or its slug."""

    parameters = ("fields", "include", "format")
    resolver_name = "api:article"

    @extend_schema(**documents.ARTICLE_DETAIL)
    def get(self, request: Request, key: str) -> HttpResponse:
        query = request.query_params
        fields = read_names(query, "fields", DETAIL_FIELDS)
        includes = read_names(query, "include", [name for name in INCLUDES if name != "body"])
        form = read_choice(query, "format", ("blocks", "html", "markdown", "text"), default="blocks")
        row = find_article(self, key)
        if isinstance(row, HttpResponse):
            return row
        if not fields and not includes and form == "blocks":
            return answer(
                request,
                row.detail,
                at=self.now,
                until=row.visible_until,
                etag=row.etag,
                modified_at=row.modified_at,
            )
        item = json.loads(row.detail)
        if form != "blocks":
            item["body"] = _body(item["body"]["html"], row, form)
        if includes:
            add([item], [row], includes, self.now)
        if fields:
            item = _only(item, [*fields, *includes])
        return answer(request, dump(item), at=self.now, until=row.visible_until)


class ArticleRelated(ReadView):
    """Stories to show under a story: the editor's picks first, then computed ones, each with its reasons."""

    parameters = ("limit", "exclude", "section", "max_age", "mode", "relation")
    resolver_name = "api:article-related"

    @extend_schema(**documents.ARTICLE_RELATED)
    def get(self, request: Request, key: str) -> HttpResponse:
        query = request.query_params
        limit = read_limit(query, default=5, maximum=MAX_RELATED)
        exclude = {str(one) for one in read_ids(query, "exclude")}
        max_age = read_number(query, "max_age", default=None, maximum=36_500)
        mode = read_choice(query, "mode", ("mixed", "editor", "auto"), default="mixed")
        relations = read_names(query, "relation", RelatedLink.Relation.values)
        section = query.get("section")
        row = find_article(self, key)
        if isinstance(row, HttpResponse):
            return row
        links = related_of([row], self.now, mode=mode)[row.pk]
        oldest = moment(self.now - timedelta(days=max_age)) if max_age else ""
        links = [
            link
            for link in links
            if link["id"] not in exclude
            and (section is None or link["section"]["slug"] == section)
            and link["published_at"] >= (oldest or "")
            and (not relations or link["relation"] in relations)
        ]
        page = {"items": links[:limit], "next": None, "previous": None, "limit": limit, "count": None}
        return answer(request, dump(page), at=self.now, until=next_expiry(self.now))


class ArticleNinjs(ReadView):
    """One story for agencies and partners."""

    resolver_name = "api:article-ninjs"

    @extend_schema(**documents.ARTICLE_NINJS)
    def get(self, request: Request, key: str) -> HttpResponse:
        row = find_article(self, key)
        if isinstance(row, HttpResponse):
            return row
        document = dump(ninjs.build(json.loads(row.detail)))
        return answer(request, document, at=self.now, until=row.visible_until, modified_at=row.modified_at)


class ArticleMarkdown(ReadView):
    """One story as a Markdown document, with its headline, byline and date."""

    resolver_name = "api:article-markdown"

    @extend_schema(**documents.ARTICLE_MARKDOWN)
    def get(self, request: Request, key: str) -> HttpResponse:
        row = find_article(self, key)
        if isinstance(row, HttpResponse):
            return row
        item = json.loads(row.detail)
        byline = ", ".join(author["name"] for author in item["authors"])
        head = f"# {item['title']}\n\n{item['standfirst']}\n\n{byline}, {item['published_at']}\n\n<{item['url']}>\n\n"
        text = head + _body(item["body"]["html"], row, "markdown")["markdown"]
        return answer(
            request,
            text,
            at=self.now,
            until=row.visible_until,
            modified_at=row.modified_at,
            media_type="text/markdown; charset=utf-8",
        )


def find_article(view: ReadView, key: str) -> PublishedArticle | HttpResponse:
    """The visible story with this id or slug, or a redirect from a slug that it had earlier.

    Raises:
        Gone: it was public once.
        NotFound: it never was, which a draft and a private story cannot be told apart from.
    """
    if "\x00" in key:
        raise NotFound
    public_id = _uuid(key)
    wanted = {"public_id": public_id} if public_id else {"slug": key}
    row = PublishedArticle.objects.visible(view.now).filter(**wanted).defer("search", "text").first()
    if row is not None:
        return row
    stone = Tombstone.objects.filter(**wanted).order_by("-withdrawn_at").first()
    if stone:
        raise Gone(reason=stone.reason, withdrawn_at=moment(stone.withdrawn_at) or "")
    if public_id is None:
        earlier = ArticlePath.objects.filter(slug=key).order_by("-at").values_list("public_id", flat=True).first()
        if earlier and PublishedArticle.objects.visible(view.now).filter(public_id=earlier).exists():
            address = reverse(view.resolver_name, args=[earlier])
            parameters = view.request.META.get("QUERY_STRING", "")
            response = HttpResponsePermanentRedirect(f"{address}?{parameters}" if parameters else address)
            response["Cache-Control"] = "public, max-age=0, s-maxage=60"
            return response
        gone = Tombstone.objects.filter(public_id=earlier).first() if earlier else None
        if gone:
            raise Gone(reason=gone.reason, withdrawn_at=moment(gone.withdrawn_at) or "")
    expired = PublishedArticle.objects.filter(**wanted, visible_until__lte=view.now).first()
    if expired and expired.visible_until:
        raise Gone(reason="", withdrawn_at=moment(expired.visible_until) or "")
    raise NotFound


def _uuid(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


def _items(rows: Sequence[Any], fields: list[str], includes: list[str], *, highlight: bool, at: Any) -> str:
    """JSON of the items; as it was stored unless something was asked for."""
    if not fields and not includes and not highlight:
        return ",".join(row.summary for row in rows)
    items = [json.loads(row.summary) for row in rows]
    add(items, rows, includes, at)
    if fields:
        items = [_only(item, [*fields, *includes]) for item in items]
    if highlight:
        for item, row in zip(items, rows, strict=True):
            item["highlight"] = {"title": _mark(row.marked_title), "text": _mark(row.marked_text)}
    return ",".join(dump(item) for item in items)


def _only(item: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name == "id" or name in fields}


def _with_highlights(rows: QuerySet[PublishedArticle], words: str, language: str) -> QuerySet[PublishedArticle]:
    options: dict[str, Any] = {
        "start_sel": _MARKS[0],
        "stop_sel": _MARKS[1],
        "config": search_config(language or settings.LANGUAGE_CODE),
    }
    wanted = search_query(words, language)
    return rows.annotate(
        marked_title=SearchHeadline(_without_tags("title"), wanted, highlight_all=True, **options),
        marked_text=SearchHeadline(
            _without_tags("text"), wanted, max_fragments=2, max_words=30, min_words=10, **options
        ),
    )


def _without_tags(column: str) -> Replace:
    """Plain words that PostgreSQL's parser cannot take for HTML, which it would skip."""
    return Replace(F(column), Value("<"), Value(_LESS_THAN))


def _mark(text: str) -> str:
    return escape(text.replace(_LESS_THAN, "<")).replace(_MARKS[0], "<mark>").replace(_MARKS[1], "</mark>")


def _body(html: str, row: PublishedArticle, form: str) -> dict[str, str]:
    match form:
        case "markdown":
            return {"markdown": markdownify(html, heading_style="ATX").strip() + "\n"}
        case "text":
            return {"text": row.text.partition("\n")[2]}
    return {"html": html}
