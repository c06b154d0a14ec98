"""Stories that might be related, found in PostgreSQL. Candidates are rows of the shelf, so all of them are public."""

from collections.abc import Mapping

from django.db import connection, transaction
from pgvector import SparseVector

from api.models import PublishedArticle
from api.models.related import SLOTS

from .ranking import Candidate
from .terms import Terms

POOL = 60


def find(article: PublishedArticle, terms: Terms) -> list[Candidate]:
    """Up to `POOL` stories in the same language that share a heavy term, nearest first; exact cosines."""
    if not terms.heaviest:
        return []
    vector = to_vector(terms.weights)
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner does not know how dear it is to compare arrays and to unpack vectors.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(
            """
            SELECT p.id, p.title, p.published_at, p.topic_slugs, p.section,
                   -(t.vector <#> %(vector)s::sparsevec) AS cosine, t.heaviest, t.words
            FROM api_terms t JOIN api_publishedarticle p ON p.id = t.article_id
            WHERE t.heaviest && %(heaviest)s::int[]
              AND p.id <> %(pk)s AND p.language = %(language)s AND p.may_be_suggested
            ORDER BY t.vector <#> %(vector)s::sparsevec, p.id
            LIMIT %(pool)s
            """,
            {
                "vector": vector.to_text(),
                "heaviest": terms.heaviest,
                "pk": article.pk,
                "language": article.language,
                "pool": POOL,
            },
        )
        return [
            Candidate(pk, title, published_at, frozenset(topics), section, cosine, tuple(heaviest), tuple(words))
            for pk, title, published_at, topics, section, cosine, heaviest, words in cursor.fetchall()
        ]


def newest_of_section(article: PublishedArticle, *, without: set[int], limit: int) -> list[Candidate]:
    """The newest stories of the same section and language, for a story that nothing is near to."""
    rows = (
        PublishedArticle.objects.filter(section=article.section, language=article.language, may_be_suggested=True)
        .exclude(pk__in={*without, article.pk})
        .order_by("-published_at", "-id")[:limit]
    )
    return [
        Candidate(row.pk, row.title, row.published_at, frozenset(row.topic_slugs), row.section, 0.0)
        for row in rows.only("pk", "title", "published_at", "topic_slugs", "section")
    ]


def to_vector(weights: Mapping[int, float]) -> SparseVector:
    return SparseVector(dict(weights), SLOTS)
