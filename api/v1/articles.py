"""Stories: lists, one story, and what is related to it."""

import json
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchRank
from django.db.models import F, FloatField, QuerySet, Value
from django.db.models.functions import Cast, Replace
from django.http import HttpResponse, HttpResponsePermanentRedirect
from django.urls import reverse
from django.utils.html import escape
from drf_spectacular.utils import extend_schema
from markdownify import markdownify
from rest_framework.exceptions import NotFound
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request

from api.caching import keys as cache_keys
from api.caching.validators import tag_of
from api.models import ArticlePath, PublishedArticle, RelatedLink, Scope, Tombstone
from api.representation import ninjs, schema
from api.representation.build import dump, moment

from . import documents
from .facets import DEFAULT_VALUES, FACETS, MAX_VALUES, count_facets
from .filters import ArticleFilter, in_each_language, search_query
from .includes import INCLUDES, add, related_of
from .keyset import Order, Page, paginate
from .media_types import JSON, MarkdownRenderer, PartRenderer
from .parameters import (
    read_choice,
    read_flag,
    read_ids,
    read_limit,
    read_names,
    read_number,
)
from .problems import Gone, InvalidParameters
from .responses import answer, is_conditional, next_expiry, unchanged
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
_NAMING = ("public_id", "etag", "summary_keys")
"""Columns that tell one answer from another, without the texts."""
_MARKS = ("\ue000", "\ue001")
_LESS_THAN = "\ue002"


class ArticleList(ReadView):
    """Published stories, newest first."""

    renderer_classes = (JSONRenderer, PartRenderer)
    filterset_class = ArticleFilter
    parameters = (
        *ArticleFilter.base_filters,
        *("order", "limit", "cursor", "fields", "include", "count", "highlight", "facets", "facet_limit"),
    )

    def scopes_for(self, request: Request) -> set[str]:
        searching = {str(Scope.SEARCH)} if "q" in request.query_params else set()
        return super().scopes_for(request) | searching

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
        facets = read_names(query, "facets", tuple(FACETS))
        facet_limit = read_number(query, "facet_limit", default=DEFAULT_VALUES, maximum=MAX_VALUES) or DEFAULT_VALUES
        if "facet_limit" in query and not facets:
            raise InvalidParameters({"facet_limit": "There is nothing to limit without facets."})
        rows = self._filtered(request)
        count = rows.count() if read_flag(query, "count") else None
        around: dict[str, Any] = {"limit": limit, "count": count}
        if facets:
            around["facets"] = count_facets(rows, facets, limit=facet_limit)
            self.keys |= {cache_keys.SECTIONS, cache_keys.TOPICS, cache_keys.AUTHORS, cache_keys.SITE}
        if order.name == "relevance":
            rows = rows.annotate(rank=in_each_language(partial(_rank, words), query.get("language", "")))
        needed = {"id", "summary", *_NAMING, *order.fields} - {"rank"}
        needed |= {"detail", "detail_keys"} if "body" in includes else set()
        needed |= {"pick_ids", "suggest_related"} if "related" in includes else set()
        until = next_expiry(self.now)

        def read(queryset: QuerySet[PublishedArticle]) -> tuple[Page, str, str | None]:
            """A page, what stands around its items, and the tag of the answer."""
            page = paginate(queryset, order=order, limit=limit, cursor=query.get("cursor"), request=request._request)
            rest = dump({"next": page.next, "previous": page.previous, **around})
            self.keys.update(*(_keys(row, whole="body" in includes) for row in page.rows))
            # What is included changes without the stories, so that such an answer is known by its bytes only.
            etags = [row.etag for row in page.rows]
            tag = None if includes else tag_of("list", rest, etags, sorted(fields), words if highlight else None)
            return page, rest, tag

        if is_conditional(request) and not includes:
            _page, _rest, tag = read(rows.only("id", *_NAMING, *{*order.fields} - {"rank"}))
            if tag and (same := unchanged(request, tag, at=self.now, until=until)):
                return same
        if highlight:
            rows = _with_highlights(rows, words, query.get("language", ""))
        page, rest, tag = read(rows.only(*needed))
        items = _items(self, page.rows, fields, includes, highlight=highlight)
        body = f'{{"items":[{items}],{rest[1:]}'
        return answer(request, body, at=self.now, until=until, etag=tag, media_type=schema.PART if fields else JSON)

    def _filtered(self, request: Request) -> QuerySet[PublishedArticle]:
        filterset = ArticleFilter(request.query_params, PublishedArticle.objects.visible(self.now), request=request)
        if not filterset.is_valid():
            raise InvalidParameters.of_form(filterset.errors)
        self.keys |= cache_keys.of_list(filterset.form.cleaned_data)
        return filterset.qs


class ArticleDetail(ReadView):
    """One story, by its id or its slug."""

    renderer_classes = (JSONRenderer, PartRenderer)
    parameters = ("fields", "include", "format")
    resolver_name = "api:article"

    @extend_schema(**documents.ARTICLE_DETAIL)
    def get(self, request: Request, key: str) -> HttpResponse:
        query = request.query_params
        fields = read_names(query, "fields", DETAIL_FIELDS)
        includes = read_names(query, "include", [name for name in INCLUDES if name != "body"])
        form = read_choice(query, "format", ("blocks", "html", "markdown", "text"), default="blocks")

        def render(row: PublishedArticle) -> str:
            if not fields and not includes and form == "blocks":
                return row.detail
            item = json.loads(row.detail)
            if form != "blocks":
                item["body"] = _body(item["body"]["html"], row, form)
            _include(self, [item], [row], includes)
            return dump(_only(item, [*fields, *includes]) if fields else item)

        in_part = bool(fields) or form != "blocks"
        variant = None if includes else (form, sorted(fields)) if in_part else ()
        return _show(self, key, variant, render, media_type=schema.PART if in_part else JSON)


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
        self.keys |= {cache_keys.related(row.public_id), *cache_keys.mentioned_in(links)}
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
        ends = [next_expiry(self.now)]
        if max_age:
            # Each leaves the list when it is so many days old.
            ends += [datetime.fromisoformat(link["published_at"]) + timedelta(days=max_age) for link in links]
        return answer(request, dump(page), at=self.now, until=min((end for end in ends if end), default=None))


class ArticleNinjs(ReadView):
    """One story for agencies and partners."""

    resolver_name = "api:article-ninjs"

    @extend_schema(**documents.ARTICLE_NINJS)
    def get(self, request: Request, key: str) -> HttpResponse:
        return _show(self, key, ("ninjs",), lambda row: dump(ninjs.build(json.loads(row.detail))))


class ArticleMarkdown(ReadView):
    """One story as a Markdown document, with its headline, byline and date."""

    renderer_classes = (MarkdownRenderer,)
    resolver_name = "api:article-markdown"

    @extend_schema(**documents.ARTICLE_MARKDOWN)
    def get(self, request: Request, key: str) -> HttpResponse:
        return _show(self, key, ("document",), _document, media_type="text/markdown; charset=utf-8")


def _document(row: PublishedArticle) -> str:
    item = json.loads(row.detail)
    byline = ", ".join(author["name"] for author in item["authors"])
    head = f"# {item['title']}\n\n{item['standfirst']}\n\n{byline}, {item['published_at']}\n\n<{item['url']}>\n\n"
    return head + _body(item["body"]["html"], row, "markdown")["markdown"]


def _show(
    view: ReadView,
    key: str,
    variant: tuple[Any, ...] | None,
    render: Callable[[PublishedArticle], str],
    media_type: str = JSON,
) -> HttpResponse:
    """The answer about one story; whoever has it already is told so without its text being read.

    `variant` is what makes this another representation than the stored one (empty for that); None where more than the
    story and the request decides what it is, so that only its bytes can be compared.
    """

    def tag(row: PublishedArticle) -> str | None:
        return None if variant is None else tag_of(row.etag, *variant) if variant else row.etag

    def dates(row: PublishedArticle) -> dict[str, Any]:
        until = next_expiry(view.now) if variant is None else row.visible_until
        # A list of fields has no date of its own: another selection of the same story is not newer.
        dated = variant is not None and len(variant) < 2
        return {"at": view.now, "until": until, "modified_at": row.modified_at if dated else None}

    request = view.request._request
    if variant is not None and is_conditional(request):
        row = find_article(view, key, with_text=False)
        if isinstance(row, HttpResponse):
            return row
        view.keys |= _keys(row, whole=True)
        if same := unchanged(request, tag(row) or "", **dates(row)):
            return same
    row = find_article(view, key)
    if isinstance(row, HttpResponse):
        return row
    view.keys |= _keys(row, whole=True)
    return answer(request, render(row), etag=tag(row), media_type=media_type, **dates(row))


def find_article(view: ReadView, key: str, *, with_text: bool = True) -> PublishedArticle | HttpResponse:
    """The visible story with this id or slug, or a redirect from a slug that it had earlier.

    Notes in the keys of the view what was asked for, so that a cache forgets the answer when something else is there.

    Raises:
        Gone: it was public once.
        NotFound: it never was, which a draft and a private story cannot be told apart from.
    """
    if "\x00" in key:
        raise NotFound
    public_id = _uuid(key)
    wanted = {"public_id": public_id} if public_id else {"slug": key}
    view.keys.add(cache_keys.story(public_id) if public_id else cache_keys.at_address(key))
    rows = PublishedArticle.objects.visible(view.now).filter(**wanted)
    row = rows.defer("search", "text", *(() if with_text else ("summary", "detail"))).first()
    if row is not None:
        return row
    stone = Tombstone.objects.filter(**wanted).order_by("-withdrawn_at").first()
    if stone:
        view.keys.add(cache_keys.story(stone.public_id))
        raise Gone(reason=stone.reason, withdrawn_at=moment(stone.withdrawn_at) or "")
    if public_id is None:
        earlier = ArticlePath.objects.filter(slug=key).order_by("-at").values_list("public_id", flat=True).first()
        if earlier:
            view.keys.add(cache_keys.story(earlier))
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
        view.keys.add(cache_keys.story(expired.public_id))
        raise Gone(reason="", withdrawn_at=moment(expired.visible_until) or "")
    raise NotFound


def _uuid(key: str) -> UUID | None:
    try:
        return UUID(key)
    except ValueError:
        return None


def _keys(row: PublishedArticle, *, whole: bool) -> set[str]:
    """Keys of what the summary of a story shows, or `whole` of it."""
    return {cache_keys.story(row.public_id), *(row.detail_keys if whole else row.summary_keys).split()}


def _items(view: ReadView, rows: Sequence[Any], fields: list[str], includes: list[str], *, highlight: bool) -> str:
    """JSON of the items; as it was stored unless something was asked for."""
    if not fields and not includes and not highlight:
        return ",".join(row.summary for row in rows)
    items = [json.loads(row.summary) for row in rows]
    _include(view, items, rows, includes)
    if fields:
        items = [_only(item, [*fields, *includes]) for item in items]
    if highlight:
        for item, row in zip(items, rows, strict=True):
            item["highlight"] = {"title": _mark(row.marked_title), "text": _mark(row.marked_text)}
    return ",".join(dump(item) for item in items)


def _include(
    view: ReadView, items: list[dict[str, Any]], rows: Sequence[PublishedArticle], includes: list[str]
) -> None:
    if not includes:
        return
    add(items, rows, includes, view.now)
    view.keys.update(cache_keys.mentioned_in(items))
    if "related" in includes:
        view.keys |= {cache_keys.related(row.public_id) for row in rows}


def _only(item: dict[str, Any], fields: list[str]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name == "id" or name in fields}


def _rank(words: str, config: str) -> Cast:
    return Cast(SearchRank(F("search"), search_query(words, config), normalization=1), FloatField())


def _with_highlights(rows: QuerySet[PublishedArticle], words: str, language: str) -> QuerySet[PublishedArticle]:
    marks: dict[str, Any] = {"start_sel": _MARKS[0], "stop_sel": _MARKS[1]}

    def title(config: str) -> SearchHeadline:
        wanted = search_query(words, config)
        return SearchHeadline(_without_tags("title"), wanted, highlight_all=True, config=config, **marks)

    def text(config: str) -> SearchHeadline:
        lengths: dict[str, Any] = {"max_fragments": 2, "max_words": 30, "min_words": 10}
        return SearchHeadline(_without_tags("text"), search_query(words, config), config=config, **lengths, **marks)

    return rows.annotate(marked_title=in_each_language(title, language), marked_text=in_each_language(text, language))


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
