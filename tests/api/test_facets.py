"""Facets: how many stories of a result have each section, topic, author, kind, language and site."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.v1 import facets
from cms.models import Article, Author, Section, Topic
from tests.api.shelf import START, shelve
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def new_year(freezer):
    freezer.move_to(START + timedelta(days=1))


def publish(newsroom: Newsroom, title: str, *, topics: list[Topic] | None = None, **fields) -> Article:
    article = newsroom.draft(title, **fields)
    version = article.get_latest_revision().as_object()
    for topic in topics or []:
        version.topic_links.create(topic=topic)
    version.save_revision(user=newsroom.reporter)
    return newsroom.release(newsroom.clear_at_once(newsroom.fresh(article)))


def counted(client, query: str) -> dict[str, dict[str, int]]:
    answer = client.get(f"/api/v1/articles/?{query}")
    assert answer.status_code == 200, answer.content
    return {
        name: {one["value"]: one["count"] for one in facet["values"]} for name, facet in answer.json()["facets"].items()
    }


def test_each_facet_counts_the_stories_of_the_whole_result(newsroom: Newsroom, client):
    transport = Topic.objects.create(name="Transport")
    ferries = Topic.objects.create(name="Ferries", parent=transport)
    publish(newsroom, "The ferry is late", topics=[ferries])
    publish(newsroom, "The ferry is early", topics=[transport], kind="opinion")
    publish(newsroom, "The council meets", section=newsroom.other_section)
    assert counted(client, "limit=1&facets=section,topic,kind,author,language,site") == {
        "section": {"harbour": 2, "council": 1},
        "topic": {"transport": 2, "ferries": 1},
        "kind": {"news": 2, "opinion": 1},
        "author": {"ottoline-quay": 3},
        "language": {"en-gb": 3},
        "site": {"localhost": 3},
    }
    assert counted(client, "q=ferry&kind=opinion&facets=topic,kind") == {
        "topic": {"transport": 1},
        "kind": {"opinion": 1},
    }


def test_values_come_with_the_names_that_readers_know(newsroom: Newsroom, client):
    publish(newsroom, "The ferry is late", kind="opinion")
    shown = client.get("/api/v1/articles/?facets=section,kind,author,language,site").json()["facets"]
    names = {name: [one["name"] for one in facet["values"]] for name, facet in shown.items()}
    assert names == {
        "section": ["Harbour"],
        "kind": ["Opinion"],
        "author": ["Ottoline Quay"],
        "language": ["English"],
        "site": ["The Test Courier"],
    }


def test_the_most_frequent_come_first_and_as_many_as_were_asked_for(client):
    for kind, count in (("news", 1), ("opinion", 3), ("review", 2)):
        shelve(count, kind=kind)
    shown = client.get("/api/v1/articles/?facets=kind&facet_limit=2").json()["facets"]["kind"]
    assert [(one["value"], one["count"]) for one in shown["values"]] == [("opinion", 3), ("review", 2)]


def test_of_a_very_large_result_the_newest_are_counted_and_it_says_so(client, monkeypatch):
    monkeypatch.setattr(facets, "MOST_COUNTED", 3)
    shelve(3, kind="news")
    shelve(2, kind="opinion")
    shown = client.get("/api/v1/articles/?facets=kind").json()["facets"]["kind"]
    assert shown["exact"] is False
    assert [(one["value"], one["count"]) for one in shown["values"]] == [("news", 3)]
    assert client.get("/api/v1/articles/?kind=opinion&facets=kind").json()["facets"]["kind"]["exact"] is True


def test_what_readers_cannot_see_is_counted_nowhere(newsroom: Newsroom, client):
    secret = Topic.objects.create(name="Secret talks")
    hidden = Author.objects.create(name="Ravenna Stroud")
    draft = newsroom.draft("A draft", kind="opinion")
    version = draft.get_latest_revision().as_object()
    version.topic_links.create(topic=secret)
    version.byline.create(author=hidden)
    version.save_revision(user=newsroom.reporter)
    gone = publish(newsroom, "Gone", kind="review")
    newsroom.fresh(gone).unpublish()
    assert counted(client, "facets=topic,kind,author,section") == {"topic": {}, "kind": {}, "author": {}, "section": {}}


def test_a_section_that_is_private_is_named_nowhere(newsroom: Newsroom, client):
    shelve(1, section="harbour", section_slugs=["harbour"])
    Section.objects.filter(pk=newsroom.section.pk).update(live=False)
    assert counted(client, "facets=section") == {"section": {}}


def test_facets_cost_one_query_and_one_for_each_kind_of_name(newsroom: Newsroom, client):
    topic, author = Topic.objects.create(name="Ferries"), Author.objects.create(name="Ravenna Stroud")
    shelve(5, topic_slugs=[topic.slug], author_slugs=[author.slug])
    with CaptureQueriesContext(connection) as plain:
        client.get("/api/v1/articles/")
    with CaptureQueriesContext(connection) as counting:
        client.get("/api/v1/articles/?facets=kind,language")
    assert len(counting) == len(plain) + 1
    with CaptureQueriesContext(connection) as naming:
        client.get("/api/v1/articles/?facets=kind,language,topic,author")
    assert len(naming) == len(plain) + 3


def test_the_next_page_may_leave_them_out(client):
    shelve(3)
    first = client.get("/api/v1/articles/?limit=1&facets=kind").json()
    second = client.get(first["next"].replace("facets=kind", "facets=language")).json()
    assert set(second["facets"]) == {"language"}
    without = client.get(first["next"].replace("&facets=kind", "")).json()
    assert "facets" not in without


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("facets=colour", "facets"),
        ("facets=", "facets"),
        ("facet_limit=5", "facet_limit"),
        ("facets=kind&facet_limit=51", "facet_limit"),
    ],
)
def test_what_cannot_be_counted_is_named(client, query, parameter):
    answer = client.get(f"/api/v1/articles/?{query}")
    assert answer.status_code == 400
    assert [one["parameter"] for one in answer.json()["errors"]] == [parameter]
