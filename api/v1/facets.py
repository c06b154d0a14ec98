"""Facets: how many stories of a result are in each section, about each topic, by each author, of each kind."""

from collections import defaultdict
from typing import Any

from django.conf import settings
from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import QuerySet

from api.models import PublishedArticle
from api.representation.sources import public_sections
from cms.models import Article, Author, Topic
from cms.websites import get_websites

FACETS = {
    "section": "section_slugs",
    "topic": "topic_slugs",
    "author": "author_slugs",
    "kind": "kind",
    "language": "language",
    "site": "site",
}
"""Facet to column of the shelf; the plural ones are arrays."""
MOST_COUNTED = 10_000
"""Of a larger result, so many of the newest stories are counted, so that the cost is bounded."""
DEFAULT_VALUES = 10
MAX_VALUES = 50


def count_facets(rows: QuerySet[PublishedArticle], names: list[str], *, limit: int) -> dict[str, Any]:
    """For each of `names` the `limit` most frequent values in `rows`: `{"values": [{value, name, count}], "exact"}`.

    One query counts all of them; one more for each name of sections, topics, authors or sites.
    """
    counts, total = _counts(rows, names, limit)
    return {
        name: {
            "values": [
                {"value": value, "name": title, "count": counts[name][value]}
                for value, title in _titles(name, list(counts[name])).items()
            ],
            "exact": total < MOST_COUNTED,
        }
        for name in names
    }


def _counts(rows: QuerySet[PublishedArticle], names: list[str], limit: int) -> tuple[dict[str, dict[str, int]], int]:
    """Values with their counts, most frequent first, and how many stories were counted."""
    columns = [FACETS[name] for name in names]
    matches = rows.order_by("-published_at", "-id").values("id", *columns)[:MOST_COUNTED]
    try:
        sql, parameters = matches.query.sql_with_params()
    except EmptyResultSet:
        return defaultdict(dict), 0
    parts = [
        f"(SELECT '{name}', value, count(*) FROM matches, {_values(column)} AS value"  # noqa: S608  # names are ours
        f" GROUP BY value ORDER BY count(*) DESC, value LIMIT {int(limit)})"
        for name, column in zip(names, columns, strict=True)
    ]
    counting = " UNION ALL ".join(["(SELECT '', '', count(*) FROM matches)", *parts])
    counts: dict[str, dict[str, int]] = defaultdict(dict)
    with connection.cursor() as cursor:
        cursor.execute(f"WITH matches AS MATERIALIZED ({sql}) {counting}", parameters)  # names are ours
        for name, value, count in cursor.fetchall():
            counts[name][value] = count
    return counts, counts[""][""]


def _values(column: str) -> str:
    return f"unnest({column})" if column.endswith("_slugs") else f"unnest(ARRAY[{column}])"


def _titles(name: str, values: list[str]) -> dict[str, str]:
    """What readers call each value, in the order given; values that nothing public has any more are left out."""
    titles: dict[str, str] = {}
    match name:
        case "section":
            titles = dict(public_sections().filter(slug__in=values).values_list("slug", "title"))
        case "topic":
            titles = dict(Topic.objects.filter(slug__in=values).values_list("slug", "name"))
        case "author":
            titles = dict(Author.objects.filter(slug__in=values).values_list("slug", "name"))
        case "kind":
            titles = {kind: str(Article.Kind(kind).label) for kind in values}
        case "language":
            languages = dict(settings.LANGUAGES)
            titles = {code: languages.get(code, code) for code in values}
        case "site":
            websites = {website.name: website.title or website.name for website in get_websites()}
            titles = {site: websites[site] for site in values if site in websites}
    return {value: titles[value] for value in values if value in titles}
