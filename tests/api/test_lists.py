"""Lists: filters, orders, pages, errors; the same number of queries for any limit."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from cms.models import Topic
from tests.api.shelf import START, shelve
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def new_year(freezer):
    freezer.move_to(START + timedelta(days=1))


def titles(client, query: str = "") -> list[str]:
    answer = client.get(f"/api/v1/articles/{query}")
    assert answer.status_code == 200, answer.content
    return [item["title"] for item in answer.json()["items"]]


def everything(client, query: str, step: str = "next") -> list[str]:
    """All titles, page by page."""
    found, address = [], f"/api/v1/articles/{query}"
    while address:
        page = client.get(address).json()
        found += [item["title"] for item in page["items"]]
        address = page[step]
    return found


def problem(client, query: str) -> dict:
    answer = client.get(f"/api/v1/articles/{query}")
    assert answer.status_code == 400
    assert answer["Content-Type"] == "application/problem+json"
    return {one["parameter"]: one["detail"] for one in answer.json()["errors"]}


def test_the_newest_comes_first(client):
    shelve(3)
    assert titles(client) == ["Story 0", "Story 1", "Story 2"]
    assert titles(client, "?order=published_at") == ["Story 2", "Story 1", "Story 0"]


def test_ten_thousand_stories_of_one_moment_are_paged_without_loss_or_repetition(client):
    shelve(10_000, published_at=START)
    found = everything(client, "?limit=100")
    assert len(found) == 10_000
    assert len(set(found)) == 10_000


def test_previous_leads_back_to_the_page_before(client):
    shelve(7)
    first = client.get("/api/v1/articles/?limit=3").json()
    second = client.get(first["next"]).json()
    third = client.get(second["next"]).json()
    assert first["previous"] is None
    assert third["next"] is None
    back = client.get(third["previous"]).json()
    assert back["items"] == second["items"]
    assert client.get(back["previous"]).json()["items"] == first["items"]


def test_a_story_published_while_one_reads_on_shifts_no_page(client):
    shelve(6)
    first = client.get("/api/v1/articles/?limit=3").json()
    shelve(1, published_at=START + timedelta(hours=1), title="Breaking in between")
    rest = client.get(first["next"]).json()
    assert [item["title"] for item in rest["items"]] == ["Story 3", "Story 4", "Story 5"]


def test_a_cursor_that_was_tampered_with_is_refused(client):
    shelve(3)
    address = client.get("/api/v1/articles/?limit=1").json()["next"]
    head, _, cursor = address.partition("cursor=")
    changed = ("a" if cursor[0] != "a" else "b") + cursor[1:]
    answer = client.get(f"{head}cursor={changed}")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "cursor"


def test_a_cursor_of_another_list_is_refused(client):
    shelve(3)
    cursor = client.get("/api/v1/articles/?limit=1").json()["next"].partition("cursor=")[2]
    assert "other parameters" in problem(client, f"?limit=1&kind=opinion&cursor={cursor}")["cursor"]


def test_a_cursor_survives_another_page_size(client):
    shelve(5)
    cursor = client.get("/api/v1/articles/?limit=1").json()["next"].partition("cursor=")[2]
    assert titles(client, f"?limit=3&cursor={cursor}") == ["Story 1", "Story 2", "Story 3"]


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("?colour=red", "colour"),
        ("?limit=0", "limit"),
        ("?limit=101", "limit"),
        ("?limit=ten", "limit"),
        ("?limit=5&limit=6", "limit"),
        ("?order=random", "order"),
        ("?order=relevance", "order"),
        ("?highlight=true", "highlight"),
        ("?kind=gossip", "kind"),
        ("?ids=17", "ids"),
        ("?published_from=2023-02-30", "published_from"),
        ("?published_from=yesterday", "published_from"),
        ("?published_from=2023-02-03T10:00:00", "published_from"),
        ("?topic=a,,b", "topic"),
        ("?fields=titel", "fields"),
        ("?include=comments", "include"),
        ("?breaking=maybe", "breaking"),
        ("?count=all", "count"),
        ("?cursor=nonsense", "cursor"),
        ("?q=" + "x" * 201, "q"),
    ],
)
def test_a_parameter_that_cannot_be_read_is_named(client, query, parameter):
    assert list(problem(client, query)) == [parameter]


def test_filters_combine(client):
    shelve(1, title="A", kind="opinion", breaking=True)
    shelve(1, title="B", kind="opinion")
    shelve(1, title="C", kind="news", breaking=True)
    assert titles(client, "?kind=opinion&breaking=true") == ["A"]
    assert titles(client, "?kind=opinion|news&breaking=false") == ["B"]


def test_topics_by_all_any_and_none(client):
    shelve(1, title="Ferry", topic_slugs=["ferry", "harbour"])
    shelve(1, title="Bridge", topic_slugs=["bridge", "harbour"])
    shelve(1, title="School", topic_slugs=["school"])
    assert titles(client, "?topic=harbour") == ["Ferry", "Bridge"]
    assert titles(client, "?topic=harbour,ferry") == ["Ferry"]
    assert titles(client, "?topic=ferry|school") == ["Ferry", "School"]
    assert titles(client, "?topic=harbour,-ferry") == ["Bridge"]
    assert titles(client, "?topic=-harbour") == ["School"]


def test_a_topic_includes_the_topics_under_it(newsroom: Newsroom, client):
    transport = Topic.objects.create(name="Transport")
    ferries = Topic.objects.create(name="Ferries", parent=transport)
    article = newsroom.draft("The ferry is late")
    version = article.get_latest_revision().as_object()
    version.topic_links.create(topic=ferries)
    version.save_revision(user=newsroom.reporter)
    newsroom.release(newsroom.clear(article))
    assert titles(client, "?topic=transport") == ["The ferry is late"]
    assert client.get("/api/v1/topics/transport/").json()["article_count"] == 1


def test_dates_by_day_and_by_moment(client):
    shelve(1, title="May", published_at=datetime(2029, 5, 4, 6, tzinfo=UTC))
    shelve(1, title="June", published_at=datetime(2029, 6, 4, 6, tzinfo=UTC))
    assert titles(client, "?published_from=2029-06-01") == ["June"]
    assert titles(client, "?published_to=2029-05-04T06:00:00Z") == []
    assert titles(client, "?published_from=2029-05-04T07:00:00%2B01:00&published_to=2029-05-05") == ["May"]
    assert titles(client, "?published_from=2029-06-05T05:30:00%2B23:00") == []
    assert titles(client, "?published_from=2029-06-05T05:00:00%2B23:30") == ["June"]


@pytest.mark.parametrize("moment", ["0001-01-01T00:00:00%2B23:59", "9999-12-31T23:59:59-23:59"])
def test_a_moment_beyond_the_calendar_is_refused(client, moment):
    answer = client.get(f"/api/v1/articles/?published_from={moment}")
    assert (answer.status_code, answer.json()["errors"][0]["parameter"]) == (400, "published_from")


def test_ids_in_one_call(client):
    rows = shelve(3)
    assert titles(client, f"?ids={rows[0].public_id},{rows[2].public_id}") == ["Story 0", "Story 2"]


def test_search_finds_phrases_alternatives_and_leaves_out(client):
    shelve(1, title="The swing bridge opens")
    shelve(1, title="The bridge must swing")
    shelve(1, title="A ferry instead")
    assert titles(client, '?q="swing bridge"') == ["The swing bridge opens"]
    assert titles(client, "?q=bridges") == ["The swing bridge opens", "The bridge must swing"]
    assert titles(client, "?q=ferry OR opens") == ["The swing bridge opens", "A ferry instead"]
    assert titles(client, "?q=bridge -opens") == ["The bridge must swing"]


def test_search_by_relevance_puts_headlines_first_and_pages(client):
    shelve(1, title="Nothing much", text="Standfirst\nThe regatta was mentioned once.")
    from api.models import PublishedArticle
    from api.representation.store import search_vector

    PublishedArticle.objects.update(search=search_vector("Nothing much", "", "The regatta was mentioned", "en"))
    shelve(30, title="Regatta, regatta")
    assert titles(client, "?q=regatta&order=relevance&limit=1") == ["Regatta, regatta"]
    assert len(everything(client, "?q=regatta&order=relevance&limit=7")) == 31


def test_highlights_are_safe_html(client):
    shelve(1, title="<script> at the regatta", text="Standfirst\nA <b>regatta</b> & more")
    item = client.get("/api/v1/articles/?q=regatta&highlight=true").json()["items"][0]
    assert item["highlight"]["title"] == "&lt;script&gt; at the <mark>regatta</mark>"
    assert "&lt;b&gt;<mark>regatta</mark>&lt;/b&gt; &amp;" in item["highlight"]["text"]


def test_count_is_given_when_asked_for(client):
    shelve(3)
    assert client.get("/api/v1/articles/?limit=1").json()["count"] is None
    assert client.get("/api/v1/articles/?limit=1&count=true").json()["count"] == 3


def test_fields_are_limited_to_those_asked_for(client):
    shelve(1)
    item = client.get("/api/v1/articles/?fields=title,slug").json()["items"][0]
    assert set(item) == {"id", "title", "slug"}


@pytest.mark.parametrize(
    "query",
    ["", "&q=ferry", "&q=ferry&order=relevance&highlight=true", "&count=true", "&include=authors,topics,related,body"],
)
def test_the_number_of_queries_does_not_depend_on_the_limit(newsroom: Newsroom, client, query):
    for number in range(6):
        newsroom.publish(f"The ferry number {number}")
    counts = []
    for limit in (1, 6):
        with CaptureQueriesContext(connection) as captured:
            assert len(client.get(f"/api/v1/articles/?limit={limit}{query}").json()["items"]) == limit
        counts.append(len(captured))
    assert counts[0] == counts[1]
