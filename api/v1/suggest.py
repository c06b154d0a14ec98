"""What a search box suggests while somebody types."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from functools import reduce
from typing import Any

from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.db.models import CharField, F, Func, IntegerField, Q, QuerySet, Value
from django.db.models.functions import Length
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from api.caching import keys as cache_keys
from api.models import PublishedArticle, Scope, Suggestion, SuggestionWord
from api.representation.build import dump
from api.representation.sources import public_url
from api.representation.spelling import (
    SHORTEST_MISSPELT,
    Fit,
    fit,
    nearest,
    pieces_of,
    typos_allowed,
    words_of,
)
from api.representation.suggest import Key, shown_by
from cms.websites import get_websites

from . import documents
from .parameters import read_limit, read_names
from .problems import InvalidParameters
from .responses import answer, next_expiry
from .views import ReadView

MAX_SUGGESTIONS = 10
MAX_TYPED_LENGTH = 100
MAX_TYPED_WORDS = 6
KINDS = (Suggestion.Kind.SECTION, Suggestion.Kind.TOPIC, Suggestion.Kind.AUTHOR, Suggestion.Kind.ARTICLE)
"""In the order in which they are suggested where nothing else decides."""
_OF_A_KIND = 3
"""So many sections, topics and authors each stand before stories, where all kinds are wanted."""
_CANDIDATES = 20
_SPELLINGS = 40
_NEAREST = 8


class SuggestionList(ReadView):
    """Stories, topics, authors and sections whose names begin like what was typed, or nearly so."""

    parameters = ("q", "type", "limit", "site", "language")

    def scopes_for(self, request: Request) -> set[str]:
        return super().scopes_for(request) | {str(Scope.SEARCH)}

    @extend_schema(**documents.SUGGEST)
    def get(self, request: Request) -> HttpResponse:
        query = request.query_params
        text = query.get("q", "")
        if not text.strip() or "\x00" in text:
            raise InvalidParameters({"q": "Give what was typed."})
        if len(text) > MAX_TYPED_LENGTH:
            raise InvalidParameters({"q": f"Give at most {MAX_TYPED_LENGTH} characters."})
        kinds = [kind for kind in KINDS if kind in (read_names(query, "type", [str(one) for one in KINDS]) or KINDS)]
        limit = read_limit(query, default=MAX_SUGGESTIONS, maximum=MAX_SUGGESTIONS)
        wanted = {name: query[name] for name in ("site", "language") if query.get(name)}
        found = find_suggestions(text, kinds=kinds, limit=limit, at=self.now, **wanted)
        self.keys |= {cache_keys.LIST, cache_keys.SITE, *cache_keys.mentioned_in(found)}
        return answer(request, dump({"items": found}), at=self.now, until=next_expiry(self.now))


def find_suggestions(
    text: str, *, kinds: Iterable[str], limit: int, at: datetime, **filters: str
) -> list[dict[str, Any]]:
    """Up to `limit` suggestions, best first: without typos before with, finished words before begun ones, then places
    before stories, much used ones before rare ones and new stories before old.

    Four queries, whose cost depends on what was typed and not on the archive.
    """
    typed = words_of(text)[:MAX_TYPED_WORDS]
    if not typed:
        return []
    kinds = list(kinds)
    spellings = _spellings(typed)
    ranked: dict[tuple[str, str], tuple[Fit, Suggestion]] = {}
    hidden = _expired(at)
    for one in _candidates(typed, spellings, kinds, at, filters):
        if one.kind != Suggestion.Kind.ARTICLE:
            one.weight -= hidden[(one.kind, one.slug, one.site, one.language)]
        how = fit(typed, words_of(one.title))
        if how is None or one.weight <= 0:
            continue
        known = ranked.get((one.kind, one.slug))
        if known:
            known[1].weight += one.weight  # The same thing on another website, or in another language.
        else:
            ranked[(one.kind, one.slug)] = (how, one)
    best = sorted(ranked.values(), key=lambda pair: (pair[0], kinds_rank(pair[1].kind), -pair[1].weight, pair[1].slug))
    chosen: list[Suggestion] = []
    of_a_kind: Counter[str] = Counter()
    for _how, one in best:
        of_a_kind[one.kind] += 1
        if len(kinds) == 1 or one.kind == Suggestion.Kind.ARTICLE or of_a_kind[one.kind] <= _OF_A_KIND:
            chosen.append(one)
    addresses = {website.name: website for website in get_websites()}
    return [
        _json(one, addresses[one.site].absolute(one.path) if one.site in addresses else public_url(one.path))
        for one in chosen[:limit]
    ]


def kinds_rank(kind: str) -> int:
    return [str(one) for one in KINDS].index(kind)


def _spellings(typed: list[str]) -> dict[str, list[str]]:
    """Words of suggestions that each of the typed words may have been meant to begin; none for a short word."""
    asked = [word for word in dict.fromkeys(typed) if len(word) >= SHORTEST_MISSPELT]
    if not asked:
        return {}
    queries = []
    for word in asked:
        shared = Func(
            F("pieces"),
            Value(pieces_of(word)),
            template="cardinality(ARRAY(SELECT unnest(%(expressions)s::text[])))",
            arg_joiner=") INTERSECT SELECT unnest(",
            output_field=IntegerField(),
        )
        near = (
            SuggestionWord.objects.filter(pieces__overlap=pieces_of(word))
            .annotate(length=Length("word"))
            .filter(length__gte=len(word) - typos_allowed(word))
            .annotate(typed=Value(word, output_field=CharField()), shared=shared)
        )
        queries.append(near.order_by("-shared", "length", "word").values_list("typed", "word")[:_SPELLINGS])
    found: dict[str, list[str]] = {word: [] for word in asked}
    for word, spelling in queries[0].union(*queries[1:], all=True) if queries[1:] else queries[0]:
        found[word].append(spelling)
    return {word: nearest(word, near, limit=_NEAREST) for word, near in found.items()}


def _candidates(
    typed: list[str], spellings: dict[str, list[str]], kinds: list[str], at: datetime, filters: dict[str, str]
) -> QuerySet[Suggestion, Any]:
    visible = Suggestion.objects.filter(
        Q(visible_from=None) | Q(visible_from__lte=at), Q(visible_until=None) | Q(visible_until__gt=at), **filters
    ).defer("words")
    as_typed = _all_of([[f"{word}:*"] for word in typed])
    queries = [visible.filter(kind=kind, words=as_typed) for kind in kinds]
    if any(spellings.values()):
        corrected = _all_of([[f"{word}:*", *spellings.get(word, [])] for word in typed])
        queries += [visible.filter(kind=kind, words=corrected) for kind in kinds]
    limited = [query.order_by("-weight")[:_CANDIDATES] for query in queries]
    return limited[0].union(*limited[1:]) if limited[1:] else limited[0]


def _all_of(words: list[list[str]]) -> SearchQuery:
    """One of each list; the words are Latin letters and digits only, so nothing in them is an operator."""
    return SearchQuery(" & ".join(f"({' | '.join(one)})" for one in words), search_type="raw", config="simple")


def _expired(at: datetime) -> Counter[Key]:
    """What only stories show whose time is up, and which are taken off the shelf in a moment."""
    rows = PublishedArticle.objects.filter(visible_until__lte=at).only(
        "section_slugs", "topic_slugs", "author_slugs", "site", "language"
    )
    return reduce(lambda hidden, row: hidden + Counter(shown_by(row)), rows, Counter())


def _json(one: Suggestion, url: str) -> dict[str, Any]:
    key = one.public_id if one.kind == Suggestion.Kind.ARTICLE else one.slug
    return {
        "type": one.kind,
        "id": str(one.public_id),
        "slug": one.slug,
        "title": one.title,
        "path": one.path,
        "url": url,
        "api_url": f"{settings.BASE_URL}/api/v1/{one.kind}s/{key}/",
        "article_count": None if one.kind == Suggestion.Kind.ARTICLE else one.weight,
    }
