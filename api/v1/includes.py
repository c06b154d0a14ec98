"""What `include` adds to stories, read for a whole page at once."""

import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from api.models import PublishedArticle, RelatedLink
from api.related.reasons import editor_reason
from api.representation.build import picture
from api.representation.sources import Sources, renditions_of
from cms.models import Author, NewsImage, Topic

Json = dict[str, Any]

INCLUDES = ("authors", "topics", "related", "body")
RELATED_INCLUDED = 5


def author_json(author: Author, sources: Sources, article_count: int | None = None) -> Json:
    """What readers get of an author; `author.links` should be prefetched."""
    shown: Json = {
        "id": str(author.public_id),
        "slug": author.slug,
        "name": author.name,
        "bio": author.bio or None,
        "portrait": picture(author.portrait_id, sources),
        "links": [{"label": link.label, "url": link.url} for link in author.links.all()],
    }
    return shown if article_count is None else shown | {"article_count": article_count}


def topic_json(topic: Topic, article_count: int | None = None) -> Json:
    """What readers get of a topic; `topic.parent` should be joined."""
    parent = topic.parent
    shown: Json = {
        "id": str(topic.public_id),
        "slug": topic.slug,
        "qcode": topic.qcode,
        "name": topic.name,
        "definition": topic.definition or None,
        "parent": {"id": str(parent.public_id), "slug": parent.slug, "name": parent.name} if parent else None,
    }
    return shown if article_count is None else shown | {"article_count": article_count}


def portraits(authors: Iterable[Author]) -> Sources:
    """Sources that hold the portraits of authors."""
    ids = {author.portrait_id for author in authors if author.portrait_id}
    sources = Sources(
        articles={}, sections={}, topic_ancestors={}, images=NewsImage.objects.in_bulk(ids) if ids else {}
    )
    renditions_of(ids, sources)
    return sources


def add(items: list[Json], rows: Sequence[PublishedArticle], names: Sequence[str], at: datetime) -> None:
    """Put what `names` ask for into `items`, the JSON of `rows`; a query or two a name, whatever the number of rows."""
    if "body" in names:
        for item, row in zip(items, rows, strict=True):
            item["body"] = json.loads(row.detail)["body"]
    if "authors" in names:
        _add_authors(items)
    if "topics" in names:
        _add_topics(items)
    if "related" in names:
        _add_related(items, rows, at)


def _add_authors(items: list[Json]) -> None:
    slugs = {line["slug"] for item in items for line in item["authors"]}
    found = {author.slug: author for author in Author.objects.filter(slug__in=slugs).prefetch_related("links")}
    sources = portraits(found.values())
    for item in items:
        item["authors"] = [
            author_json(found[line["slug"]], sources) | {"role": line["role"]} if line["slug"] in found else line
            for line in item["authors"]
        ]


def _add_topics(items: list[Json]) -> None:
    slugs = {topic["slug"] for item in items for topic in item["topics"]}
    found = {topic.slug: topic for topic in Topic.objects.filter(slug__in=slugs).select_related("parent")}
    for item in items:
        item["topics"] = [
            topic_json(found[topic["slug"]]) if topic["slug"] in found else topic for topic in item["topics"]
        ]


def _add_related(items: list[Json], rows: Sequence[PublishedArticle], at: datetime) -> None:
    links = related_of(rows, at)
    for item, row in zip(items, rows, strict=True):
        item["related"] = links[row.pk][:RELATED_INCLUDED]


def related_of(rows: Sequence[PublishedArticle], at: datetime, *, mode: str = "mixed") -> dict[int, list[Json]]:
    """Related stories by row, picks first: summaries with `origin`, `relation`, `score` and `reasons`.

    `mode` is mixed, editor (only picks, and links that an editor pinned) or auto (only computed).
    """
    found: dict[int, list[Json]] = defaultdict(list)
    seen: set[tuple[int, int]] = set()
    if mode != "auto":
        pick_ids = {pk for row in rows for pk in row.pick_ids}
        picked = {
            one.article_id: one
            for one in PublishedArticle.objects.visible(at)
            .filter(article_id__in=pick_ids)
            .only("article_id", "summary", "published_at")
        }
        for row in rows:
            for pk in row.pick_ids:
                if pk in picked and (row.pk, picked[pk].pk) not in seen:
                    seen.add((row.pk, picked[pk].pk))
                    found[row.pk].append(_link(picked[pk].summary, "editor", None, None, editor_reason()))
    links = RelatedLink.objects.filter(
        article__in=[row.pk for row in rows if row.suggest_related],
        target__in=PublishedArticle.objects.visible(at),
    )
    if mode != "mixed":
        links = links.filter(pinned=mode == "editor")
    for article_id, target_id, summary, pinned, relation, score, reasons in links.order_by(
        "article_id", "-pinned", "-score", "-target__published_at"
    ).values_list("article_id", "target_id", "target__summary", "pinned", "relation", "score", "reasons"):
        if (article_id, target_id) not in seen:
            origin, shown = ("editor", None) if pinned else ("related", max(score, 0.0))
            found[article_id].append(_link(summary, origin, relation, shown, reasons))
    return found


def _link(summary: str, origin: str, relation: str | None, score: float | None, reasons: list[Json]) -> Json:
    return json.loads(summary) | {"origin": origin, "relation": relation, "score": score, "reasons": reasons}
