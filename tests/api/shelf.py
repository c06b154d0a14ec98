"""Rows put on the shelf directly, for tests of reading that need many."""

import json
import uuid
from datetime import UTC, datetime, timedelta
from typing import Any

from api.models import PublishedArticle
from api.representation.store import search_vector

START = datetime(2030, 1, 1, tzinfo=UTC)


def shelve(count: int = 1, **fields: Any) -> list[PublishedArticle]:
    """`count` rows, an hour apart from each other unless `published_at` says otherwise."""
    first = PublishedArticle.objects.count()
    rows = []
    for number in range(first, first + count):
        at = fields.get("published_at", START - timedelta(hours=number))
        title = fields.get("title", f"Story {number}")
        public_id = uuid.uuid4()
        summary = {
            "id": str(public_id),
            "title": title,
            "slug": f"story-{number}",
            "published_at": at.isoformat(),
            "authors": [],
            "topics": [],
            "section": {"id": str(public_id), "slug": "news", "name": "News"},
        }
        values: dict[str, Any] = {
            "article_id": 1_000_000 + number,
            "public_id": public_id,
            "content_hash": "0" * 64,
            "path": f"/news/story-{number}/",
            "slug": f"story-{number}",
            "section": "news",
            "section_slugs": ["news"],
            "kind": "news",
            "language": "en-gb",
            "published_at": at,
            "updated_at": at,
            "modified_at": at,
            "visible_from": at - timedelta(days=1),
            "title": title,
            "text": f"Standfirst\n{title} and its text",
            "summary": json.dumps(summary),
            "detail": json.dumps(summary | {"body": {"blocks": [], "html": ""}}),
            "etag": uuid.uuid4().hex,
            "digest": uuid.uuid4().hex,
            "search": search_vector(title, "Standfirst", f"{title} and its text", fields.get("language", "en-gb")),
        }
        rows.append(PublishedArticle(**values | fields))
    return PublishedArticle.objects.bulk_create(rows)
