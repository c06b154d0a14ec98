"""Lists against a simple account of them: whatever filters are combined, whichever way one pages."""

import random
from collections import Counter
from datetime import timedelta
from itertools import pairwise
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from api.models import PublishedArticle
from cms.models import Author, Topic
from tests.api.shelf import START, shelve
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db

PROFILE = settings(
    max_examples=30, deadline=None, derandomize=True, database=None, suppress_health_check=list(HealthCheck)
)
WORDS = ("ferry", "bridge", "school")
TOPICS = ("transport", "ferries", "letters")
AUTHORS = ("odalys", "ravenna")
SECTIONS = ("harbour", "council")
KINDS = ("news", "opinion")
LANGUAGES = ("en-gb", "de")
SITES = ("localhost", "coast.example")
MOMENTS = [START - timedelta(hours=hours) for hours in (0, 5, 10)]
FIELDS = {"section": "section_slugs", "topic": "topic_slugs", "author": "author_slugs"}


@pytest.fixture
def rows(newsroom: Newsroom, freezer) -> list[PublishedArticle]:
    """Forty stories of all sorts, several of one moment each."""
    freezer.move_to(START + timedelta(days=1))
    for name in TOPICS:
        Topic.objects.create(name=name.title())
    for name in AUTHORS:
        Author.objects.create(name=name.title())
    chance = random.Random(2030)
    for _number in range(40):
        section = chance.choice(SECTIONS)
        shelve(
            title=" ".join(chance.sample(WORDS, 2)),
            section=section,
            section_slugs=[section],
            topic_slugs=sorted(chance.sample(TOPICS, chance.randint(0, 2))),
            author_slugs=sorted(chance.sample(AUTHORS, chance.randint(0, 2))),
            kind=chance.choice(KINDS),
            language=chance.choice(LANGUAGES),
            site=chance.choice(SITES),
            breaking=chance.random() < 0.3,
            published_at=chance.choice(MOMENTS),
            updated_at=START - timedelta(hours=chance.randint(0, 3)),
        )
    return list(PublishedArticle.objects.all())


def maybe(strategy: st.SearchStrategy[str]) -> st.SearchStrategy[str | None]:
    return st.none() | strategy


def expressions(slugs: tuple[str, ...]) -> st.SearchStrategy[str]:
    clause = st.lists(st.sampled_from(slugs), min_size=1, max_size=2, unique=True).map("|".join)
    clauses = st.tuples(st.sampled_from(("", "-")), clause).map("".join)
    return st.lists(clauses, min_size=1, max_size=2).map(",".join)


def moments() -> st.SearchStrategy[str]:
    return st.sampled_from(MOMENTS).map(lambda at: at.strftime("%Y-%m-%dT%H:%M:%SZ"))


QUERIES = st.fixed_dictionaries(
    {
        "section": maybe(expressions(SECTIONS)),
        "topic": maybe(expressions(TOPICS)),
        "author": maybe(expressions(AUTHORS)),
        "kind": maybe(st.sampled_from([*KINDS, "news|opinion"])),
        "language": maybe(st.sampled_from(LANGUAGES)),
        "site": maybe(st.sampled_from(SITES)),
        "breaking": maybe(st.sampled_from(["true", "false"])),
        "published_from": maybe(moments()),
        "published_to": maybe(moments()),
        "q": maybe(st.sampled_from([*WORDS, "ferry -school", "ferry OR school"])),
        "order": maybe(st.sampled_from(["-published_at", "published_at", "-updated_at", "relevance"])),
    }
).map(lambda query: {name: value for name, value in query.items() if value is not None})


def holds(clause: str, slugs: list[str]) -> bool:
    found = any(slug in slugs for slug in clause.removeprefix("-").split("|"))
    return found != clause.startswith("-")


def finds(words: str, title: str) -> bool:
    if " OR " in words:
        return any(word in title.split() for word in words.split(" OR "))
    return all((word.removeprefix("-") in title.split()) != word.startswith("-") for word in words.split())


def naive(rows: list[PublishedArticle], query: dict[str, str]) -> set[str]:
    """The ids of the stories that the list should show, found one by one."""

    def belongs(row: PublishedArticle) -> bool:
        at = row.published_at.strftime("%Y-%m-%dT%H:%M:%SZ")
        return all(
            (
                all(
                    holds(clause, getattr(row, field))
                    for name, field in FIELDS.items()
                    for clause in query.get(name, "").split(",")
                    if clause
                ),
                row.kind in query.get("kind", row.kind).split("|"),
                row.language == query.get("language", row.language),
                row.site == query.get("site", row.site),
                "breaking" not in query or row.breaking == (query["breaking"] == "true"),
                query.get("published_from", at) <= at,
                "published_to" not in query or at < query["published_to"],
                "q" not in query or finds(query["q"], row.title),
            )
        )

    return {str(row.public_id) for row in rows if belongs(row)}


def pages(client, address: str, step: str = "next") -> list[dict[str, Any]]:
    found = []
    while address:
        answer = client.get(address)
        assert answer.status_code == 200, answer.content
        found.append(answer.json())
        address = found[-1][step]
    return found


def ids(page: dict[str, Any]) -> list[str]:
    return [item["id"] for item in page["items"]]


def test_a_list_is_what_one_finds_by_hand_and_pages_alike_both_ways(client, rows):
    @PROFILE
    @given(query=QUERIES, limit=st.integers(min_value=3, max_value=15))
    def check(query: dict[str, str], limit: int) -> None:
        if query.get("order") == "relevance" and "q" not in query:
            del query["order"]
        wanted = naive(rows, query)
        forwards = pages(client, f"/api/v1/articles/?{urlencode(query | {'limit': limit, 'count': 'true'})}")
        shown = [one for page in forwards for one in ids(page)]
        assert len(shown) == len(set(shown))
        assert set(shown) == wanted
        assert {page["count"] for page in forwards} == {len(wanted)}
        assert forwards[0]["previous"] is None
        back = pages(client, forwards[-1]["previous"], "previous") if len(forwards) > 1 else []
        assert [ids(page) for page in reversed(back)] == [ids(page) for page in forwards[:-1]]

    check()


def test_a_facet_says_how_many_the_list_has_with_that_filter_added(client, rows):
    @PROFILE
    @given(query=QUERIES)
    def check(query: dict[str, str]) -> None:
        query.pop("order", None)
        names = "section,topic,author,kind,language"
        facets = client.get(f"/api/v1/articles/?{urlencode(query | {'facets': names})}").json()["facets"]
        result = [row for row in rows if str(row.public_id) in naive(rows, query)]
        for name, field in FIELDS.items():
            expected = Counter(slug for row in result for slug in getattr(row, field))
            assert {one["value"]: one["count"] for one in facets[name]["values"]} == dict(expected)
        for name in ("kind", "language"):
            expected = Counter(getattr(row, name) for row in result)
            assert {one["value"]: one["count"] for one in facets[name]["values"]} == dict(expected)
        assert all(
            first["count"] >= second["count"] for one in facets.values() for first, second in pairwise(one["values"])
        )

    check()


@pytest.mark.parametrize("order", ["-published_at", "published_at", "-updated_at", "relevance&q=ferry"])
def test_a_page_that_has_emptied_leads_back_to_all_that_is_left(client, rows, order):
    first = client.get(f"/api/v1/articles/?limit=5&order={order}").json()
    last_ids = {one for page in pages(client, first["next"]) for one in ids(page)}
    PublishedArticle.objects.filter(public_id__in=last_ids).delete()
    emptied = client.get(first["next"]).json()
    assert (emptied["items"], emptied["next"]) == ([], None)
    assert ids(client.get(emptied["previous"]).json()) == ids(first)


def test_going_back_to_where_all_has_gone_leads_forwards_again(client, rows):
    first = client.get("/api/v1/articles/?limit=5").json()
    second = client.get(first["next"]).json()
    PublishedArticle.objects.filter(public_id__in=ids(first)).delete()
    emptied = client.get(second["previous"]).json()
    assert (emptied["items"], emptied["previous"]) == ([], None)
    assert ids(client.get(emptied["next"]).json()) == ids(second)
