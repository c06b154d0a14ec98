"""How PostgreSQL answers the reads of the API: python -m bench.explain, on a database that holds many stories.

Prints, for each kind of list, the plan's leading nodes, the index that serves it and the time of the query.
"""

import os
import re
import sys
from dataclasses import dataclass

import django


@dataclass(frozen=True)
class Plan:
    name: str
    indexes: list[str]
    sequential: bool
    milliseconds: float
    rows_read: int


def explain_all() -> list[Plan]:
    """The plan of each kind of read, as PostgreSQL made it for a real cursor, word and slug of this shelf."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    from api.models import PublishedArticle

    middle = PublishedArticle.objects.order_by("-published_at")[PublishedArticle.objects.count() // 2]
    topic = next((slug for slug in middle.topic_slugs), "none")
    author = next((slug for slug in middle.author_slugs), "none")
    word = max(middle.title.split(), key=len).strip(".,:'\"").lower()
    client = Client(headers={"host": "localhost"})
    deep = "/api/v1/articles/?limit=100"
    for _ in range(10):
        deep = client.get(deep).json()["next"] or deep
    reads = {
        "newest": "/api/v1/articles/",
        "page 11 of 100": deep.replace("http://localhost", ""),
        "oldest first": "/api/v1/articles/?order=published_at",
        "last updated": "/api/v1/articles/?order=-updated_at",
        "one section": f"/api/v1/articles/?section={middle.section}",
        "one topic": f"/api/v1/articles/?topic={topic}",
        "topic and section": f"/api/v1/articles/?topic={topic}&section={middle.section}",
        "one author": f"/api/v1/articles/?author={author}",
        "one kind": "/api/v1/articles/?kind=news",
        "breaking": "/api/v1/articles/?breaking=true",
        "a month": "/api/v1/articles/?published_from=2025-01-01&published_to=2025-02-01",
        "by ids": f"/api/v1/articles/?ids={middle.public_id}",
        "search": f"/api/v1/articles/?q={word}",
        "search by relevance": f"/api/v1/articles/?q={word}&order=relevance",
        "detail by id": f"/api/v1/articles/{middle.public_id}/",
        "detail by slug": f"/api/v1/articles/{middle.slug}/",
        "related": f"/api/v1/articles/{middle.public_id}/related/",
        "resolve": f"/api/v1/resolve/?path={middle.path}",
    }
    plans = []
    for name, address in reads.items():
        with CaptureQueriesContext(connection) as captured:
            answer = client.get(address)
        if answer.status_code != 200:
            raise SystemExit(f"{name}: {address} answered {answer.status_code}")
        sql = max(
            (query["sql"] for query in captured if query["sql"].startswith("SELECT") and "MIN(" not in query["sql"]),
            key=lambda sql: _runtime(connection, sql)[0],
        )
        milliseconds, text = _runtime(connection, sql)
        indexes = list(dict.fromkeys(re.findall(r"(?:Index (?:Only )?Scan.* using|Bitmap Index Scan on) (\w+)", text)))
        rows = max((int(found) for found in re.findall(r"actual time=\S+ rows=(\d+)", text)), default=0)
        plans.append(Plan(name, indexes, "Seq Scan on api_publishedarticle" in text, milliseconds, rows))
    return plans


def _runtime(connection: object, sql: str) -> tuple[float, str]:
    with connection.cursor() as cursor:  # type: ignore[attr-defined]
        cursor.execute("EXPLAIN (ANALYZE) " + sql)
        text = "\n".join(row[0] for row in cursor.fetchall())
    found = re.search(r"Execution Time: ([\d.]+) ms", text)
    return float(found.group(1)) if found else 0.0, text


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
    django.setup()
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("ANALYZE api_publishedarticle")
    plans = explain_all()
    print(f"{'read':22} {'ms':>8} {'rows':>7}  served by")
    for plan in plans:
        served = [*plan.indexes, *["a sequential scan"] * plan.sequential]
        print(f"{plan.name:22} {plan.milliseconds:8.2f} {plan.rows_read:7}  {', '.join(served) or 'no index'}")
    return 1 if any(plan.sequential for plan in plans) else 0


if __name__ == "__main__":
    sys.exit(main())
