"""Stories that might be related, found in PostgreSQL. Candidates are rows of the shelf, so all of them are public.

Each route is a look-up in an index that reads a bounded number of rows, however large the archive is.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction

from api.models import PublishedArticle, TermModel
from api.models.related import SLOTS

from .evidence import Candidate, Pair, Story
from .terms import Terms, affordable, topic_slot
from .vectors import Tones, story_of, to_vector

POOL = 150
"""Stories that are kept of those that share terms or names."""
TERM_BUDGET = 3_000
"""Stories that the terms which are looked up may occur in, all told."""
NAME_BUDGET = 300
NARROW_TOPICS = 3
NEWEST = 30
"""Stories that are taken of the same section, of each narrow topic, and of the same days."""
EVENT_DAYS = 3
NEIGHBOURS = 20
"""The nearest stories, whose links are looked at."""
NEIGHBOUR_COSINE = 0.1
"""What a story must have in common with another to count as its neighbour, where its nearest are not known."""
PICKED_AT_MOST = 100
"""Links of editors to a candidate that are counted."""

_FIND = """
    WITH q AS MATERIALIZED (
        SELECT %(text)s::sparsevec AS text, %(title)s::sparsevec AS title, %(names)s::sparsevec AS names,
               %(topics)s::sparsevec AS topics
    ), near AS MATERIALIZED (
        SELECT t.article_id AS pk, -(t.vector <#> q.text) AS cosine
        FROM q, api_terms t JOIN api_publishedarticle p ON p.id = t.article_id
        WHERE (t.heaviest && %(term_slots)s::int[] OR t.name_slots && %(name_slots)s::int[])
          AND t.model_id = %(model)s AND p.language = %(language)s AND p.id <> %(pk)s
        ORDER BY t.vector <#> q.text, t.article_id LIMIT %(pool)s
    ), neighbours AS MATERIALIZED (
        SELECT p.shown_ids FROM near JOIN api_publishedarticle p ON p.id = near.pk
        ORDER BY near.cosine DESC, near.pk LIMIT %(neighbours)s
    ), pks AS (
        SELECT pk FROM near
        UNION SELECT p.id FROM neighbours, unnest(neighbours.shown_ids) shown
              JOIN api_publishedarticle p ON p.article_id = shown
        UNION SELECT id FROM (
            SELECT id FROM api_publishedarticle WHERE section = %(section)s
            ORDER BY published_at DESC, id DESC LIMIT %(newest)s) newest
        UNION SELECT id FROM (
            SELECT id FROM api_publishedarticle WHERE language = %(language)s
            AND published_at BETWEEN %(from)s AND %(to)s ORDER BY published_at DESC, id DESC LIMIT %(newest)s) event
        UNION SELECT about.id FROM unnest(%(topic_slugs)s::text[]) slug CROSS JOIN LATERAL (
            SELECT id FROM api_publishedarticle WHERE topic_slugs @> ARRAY[slug]::varchar[]
            ORDER BY published_at DESC, id DESC LIMIT %(newest)s) about
    )
    SELECT p.id AS pk, p.article_id, p.title, p.language, p.section, p.published_at, p.kind,
           p.topic_slugs, p.author_slugs, p.shown_ids, p.may_be_suggested, p.suggest_related, t.sensitive, t.light,
           t.heaviest, t.words, t.name_slots, t.name_words,
           -(t.vector <#> q.text) AS text, -(t.title <#> q.text) AS headline_in_text,
           -(t.vector <#> q.title) AS text_in_headline, -(t.names <#> q.names) AS names,
           -(t.topics <#> q.topics) AS topics,
           (SELECT count(*) FROM (SELECT 1 FROM api_publishedarticle s WHERE s.shown_ids @> ARRAY[p.article_id]
                                  AND s.id <> %(pk)s LIMIT %(picked_at_most)s) linking) AS picked
    FROM q, pks JOIN api_publishedarticle p ON p.id = pks.pk
    JOIN api_terms t ON t.article_id = p.id AND t.model_id = %(model)s
    WHERE p.language = %(language)s AND p.id <> %(pk)s
"""


def find(story: Story, *, model: TermModel, frequencies: Mapping[int, int]) -> list[Candidate]:
    """Stories in the same language that might be related, nearest in words first, with what they share with `story`.

    They come from what shares heavy terms or names, from the links that editors placed in the nearest of these, from
    the narrowest topics, the section, and the days around the story.
    """
    terms = story.terms
    at = story.published_at
    total = model.story_count
    narrow = sorted(story.topics, key=lambda slug: (frequencies.get(topic_slot(slug, SLOTS), 0), slug))
    parameters = {
        **{name: to_vector(getattr(terms, name)).to_text() for name in ("text", "title", "names", "topics")},
        "term_slots": affordable(terms.heaviest, frequencies, story_count=total, budget=TERM_BUDGET),
        "name_slots": affordable(terms.name_slots, frequencies, story_count=total, budget=NAME_BUDGET),
        "topic_slugs": narrow[:NARROW_TOPICS],
        "model": model.pk,
        "language": story.language,
        "section": story.section,
        "pk": story.pk,
        "pool": POOL,
        "neighbours": NEIGHBOURS,
        "newest": NEWEST,
        "picked_at_most": PICKED_AT_MOST,
        "from": at - timedelta(days=EVENT_DAYS),
        "to": at + timedelta(days=EVENT_DAYS),
    }
    with transaction.atomic(), connection.cursor() as cursor:
        # The planner does not know how dear it is to compare arrays and to unpack vectors.
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(_FIND, parameters)
        names = [column.name for column in cursor.description or ()]
        rows = [_Row(**dict(zip(names, values, strict=True))) for values in cursor.fetchall()]
        cursor.execute("SET LOCAL enable_seqscan = on")
    rows.sort(key=lambda row: (-row.text, row.pk))
    nearby: dict[int, float] = {}
    for row in rows[:NEIGHBOURS]:
        for shown in row.shown_ids:
            nearby[shown] = nearby.get(shown, 0.0) + max(row.text, 0.0)
    return [row.as_candidate(nearby.get(row.article_id, 0.0)) for row in rows]


def picked_near(story: Story, hosts: Sequence[int], *, model: TermModel) -> tuple[int, dict[int, float]]:
    """In how many stories an editor has linked to `story`, and how near, summed, these are to each of `hosts`."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            WITH linking AS MATERIALIZED (
                SELECT s.id FROM api_publishedarticle s WHERE s.shown_ids @> ARRAY[%(article)s]::bigint[]
                ORDER BY s.id DESC LIMIT %(picked_at_most)s
            ), near AS (
                SELECT h.article_id AS host, -(h.vector <#> t.vector) AS cosine
                FROM (SELECT id FROM linking LIMIT %(neighbours)s) l
                JOIN api_terms t ON t.article_id = l.id AND t.model_id = %(model)s
                JOIN api_terms h ON h.article_id = ANY(%(hosts)s) AND h.model_id = %(model)s AND h.article_id <> l.id
            )
            SELECT NULL, count(*)::float FROM linking
            UNION ALL SELECT host, sum(cosine) FROM near WHERE cosine >= %(enough)s GROUP BY host
            """,
            {
                "article": story.article_id,
                "hosts": list(hosts),
                "model": model.pk,
                "picked_at_most": PICKED_AT_MOST,
                "neighbours": NEIGHBOURS,
                "enough": NEIGHBOUR_COSINE,
            },
        )
        found = dict(cursor.fetchall())
    return int(found.pop(None)), found


@dataclass(frozen=True)
class _Row:
    """A row of the query."""

    pk: int
    article_id: int
    title: str
    language: str
    section: str
    published_at: datetime
    kind: str
    topic_slugs: list[str]
    author_slugs: list[str]
    shown_ids: list[int]
    may_be_suggested: bool
    suggest_related: bool
    sensitive: bool
    light: bool
    heaviest: list[int]
    words: list[str]
    name_slots: list[int]
    name_words: list[str]
    text: float
    headline_in_text: float
    text_in_headline: float
    names: float
    topics: float
    picked: int

    def as_candidate(self, picked_nearby: float) -> Candidate:
        story = Story(
            pk=self.pk,
            article_id=self.article_id,
            title=self.title,
            language=self.language,
            section=self.section,
            published_at=self.published_at,
            kind=self.kind,
            topics=frozenset(self.topic_slugs),
            authors=frozenset(self.author_slugs),
            sensitive=self.sensitive,
            light=self.light,
            may_be_suggested=self.may_be_suggested,
            suggests=self.suggest_related,
            terms=Terms(
                heaviest=self.heaviest, words=self.words, name_slots=self.name_slots, name_words=self.name_words
            ),
        )
        pair = Pair(
            text=self.text,
            headline_in_text=self.headline_in_text,
            text_in_headline=self.text_in_headline,
            names=self.names,
            topics=self.topics,
            picked=self.picked,
            picked_nearby=picked_nearby,
        )
        return Candidate(story, pair)


def newest_of_section(story: Story, *, without: set[int], limit: int, tones: Tones) -> list[Candidate]:
    """The newest stories of the same section and language, for a story that nothing is near to."""
    rows = (
        PublishedArticle.objects.filter(section=story.section, language=story.language, may_be_suggested=True)
        .exclude(pk__in={*without, story.pk})
        .order_by("-published_at", "-id")[:limit]
    )
    return [bare(row, tones) for row in rows.defer("detail", "text", "search")]


def by_article(article_ids: Collection[int], tones: Tones) -> list[Candidate]:
    """Published stories that were named and not found."""
    rows = PublishedArticle.objects.filter(article_id__in=article_ids).defer("detail", "text", "search")
    return [bare(row, tones) for row in rows]


def bare(row: PublishedArticle, tones: Tones) -> Candidate:
    """A candidate of which nothing is known but what the shelf says of it."""
    return Candidate(story_of(row, Terms(), tones), Pair())
