"""Feeds, sitemaps, ninjs and Markdown of stories."""

from datetime import timedelta
from typing import Any
from xml.etree import ElementTree

import pytest
from django.utils import timezone

from cms.models import NewsImage, Topic
from cms.tasks import prepare_image
from tests.api.shelf import START, shelve
from tests.api.standards import check
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db

ATOM = "{http://www.w3.org/2005/Atom}"
MAP = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
NEWS = "{http://www.google.com/schemas/sitemap-news/0.9}"


def xml(client: Any, address: str) -> ElementTree.Element:
    answer = client.get(address)
    assert answer.status_code == 200, answer.content
    return ElementTree.fromstring(answer.content)


def addresses(tree: ElementTree.Element) -> list[str]:
    return [one.text or "" for one in tree.iter(f"{MAP}loc")]


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_a_published_story_is_in_the_feed_and_a_draft_is_not(client, newsroom: Newsroom, form):
    newsroom.publish("The ferry sails again")
    newsroom.clear(newsroom.draft("Not released"))

    text = client.get(f"/feeds/all.{form}").content.decode()

    assert "The ferry sails again" in text
    assert "Not released" not in text


def test_a_section_has_a_feed_of_its_own(client, newsroom: Newsroom):
    newsroom.publish("In the harbour")
    newsroom.publish("In the council", section=newsroom.other_section)

    feed = xml(client, "/feeds/harbour.rss")

    assert [item.findtext("title") for item in feed.iter("item")] == ["In the harbour"]


def test_an_unknown_section_has_no_feed(client, newsroom: Newsroom):
    assert client.get("/feeds/nowhere.rss").status_code == 404


def test_a_feed_has_the_full_text_only_where_partners_may_print_it(client, newsroom: Newsroom):
    newsroom.publish("Ours alone", text="<p>The harbour master resigned.</p>")
    newsroom.publish("For everybody", text="<p>The bridge is open.</p>", may_be_syndicated=True)

    for form in ("rss", "atom", "json"):
        text = client.get(f"/feeds/all.{form}").content.decode()
        assert "The bridge is open." in text
        assert "The harbour master resigned." not in text


def test_a_feed_has_the_picture_with_its_credit(client, newsroom: Newsroom, image: NewsImage):
    prepare_image(image.pk)
    newsroom.publish(lead_image=image)

    feed = xml(client, "/feeds/all.rss")

    picture = next(feed.iter("{http://search.yahoo.com/mrss/}content"))
    assert picture.get("type") == "image/jpeg"
    assert picture.findtext("{http://search.yahoo.com/mrss/}credit") == "O. Quay"


def test_feeds_name_the_hub(client, newsroom: Newsroom, settings):
    settings.WEBSUB_HUB_URL = "https://hub.example.org/"

    atom = xml(client, "/feeds/all.atom")

    assert ("hub", "https://hub.example.org/") in {
        (one.get("rel"), one.get("href")) for one in atom.iter(f"{ATOM}link")
    }
    assert client.get("/feeds/all.json").json()["hubs"] == [{"type": "WebSub", "url": "https://hub.example.org/"}]


def test_the_json_feed_keeps_to_its_schema(client, newsroom: Newsroom, image: NewsImage):
    newsroom.publish(lead_image=image)
    newsroom.publish(may_be_syndicated=True)

    check(client.get("/feeds/all.json").json(), by="jsonfeed-schema-1.1.json")


def test_a_feed_is_not_sent_again_to_who_has_it(client, newsroom: Newsroom):
    newsroom.publish()
    etag = client.get("/feeds/all.rss")["ETag"]

    assert client.get("/feeds/all.rss", headers={"If-None-Match": etag}).status_code == 304


def test_a_feed_costs_the_same_queries_for_many_stories(client, newsroom: Newsroom, django_assert_num_queries):
    shelve(30)

    with django_assert_num_queries(3):
        client.get("/feeds/all.rss")


def test_a_withdrawn_story_is_in_no_feed_and_no_sitemap(client, newsroom: Newsroom):
    story = newsroom.publish("Soon gone")
    story.unpublish()

    for address in ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/sitemaps/news.xml", "/llms.txt"):
        assert "soon-gone" not in client.get(address).content.decode().lower()
    assert addresses(xml(client, "/sitemaps/index.xml")) == []


def test_the_sitemap_of_a_month_has_its_stories(client, freezer, settings):
    freezer.move_to(START + timedelta(days=1))
    shelve(2, published_at=START)
    shelve(1, published_at=START - timedelta(days=1))

    months = addresses(xml(client, "/sitemaps/index.xml"))

    assert months == [f"{settings.BASE_URL}/sitemaps/{month}.xml" for month in ("2030-1-1", "2029-12-1")]
    found = addresses(xml(client, months[0].removeprefix(settings.BASE_URL)))
    assert found == [f"{settings.FRONTEND_URL}/news/story-{number}/" for number in (0, 1)]


def test_a_month_without_stories_has_no_sitemap(client):
    assert client.get("/sitemaps/2020-1-1.xml").status_code == 404
    assert client.get("/sitemaps/2020-13-1.xml").status_code == 404


@pytest.mark.parametrize("name", ["2030-1-0", f"2030-1-{10**20}", f"{10**20}-1-1", "10000-1-1", "0-1-1"])
def test_a_month_or_a_part_that_cannot_be_has_no_sitemap(client, freezer, name):
    freezer.move_to(START + timedelta(days=1))
    shelve(1, published_at=START)
    assert client.get(f"/sitemaps/{name}.xml").status_code == 404


@pytest.mark.parametrize("address", ["/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/llms.txt"])
def test_a_language_that_cannot_be_written_down_is_none(client, freezer, address):
    freezer.move_to(START)
    assert client.get(f"{address}?language=%01").content == client.get(address).content


def test_the_news_sitemap_has_two_days(client, newsroom: Newsroom):
    shelve(1, published_at=timezone.now() - timedelta(hours=47), title="Still news")
    shelve(1, published_at=timezone.now() - timedelta(hours=49), title="History")

    titles = [one.text for one in xml(client, "/sitemaps/news.xml").iter(f"{NEWS}title")]

    assert titles == ["Still news"]


def test_the_news_sitemap_stops_at_a_thousand(client, newsroom: Newsroom):
    shelve(1005, published_at=timezone.now() - timedelta(hours=1))

    assert len(addresses(xml(client, "/sitemaps/news.xml"))) == 1000


@pytest.mark.parametrize(
    "fields", [{"robots": "noindex,follow"}, {"canonical_url": "https://agency.example.org/first-there/"}]
)
def test_what_search_engines_should_not_list_is_in_no_sitemap(client, newsroom: Newsroom, fields):
    newsroom.publish(**fields)

    assert addresses(xml(client, "/sitemaps/news.xml")) == []
    assert addresses(xml(client, "/sitemaps/index.xml")) == []


def test_a_story_as_ninjs_keeps_to_the_standard(client, newsroom: Newsroom, image: NewsImage):
    prepare_image(image.pk)
    topic = Topic.objects.create(name="Ferries", slug="ferries", qcode="medtop:20000001")
    story = newsroom.draft(lead_image=image, kind="analysis", usage_terms="Not in print")
    version = story.get_latest_revision().as_object()
    version.topic_links.create(topic=topic)
    version.save_revision(user=newsroom.reporter)
    newsroom.release(newsroom.clear(newsroom.fresh(story)))

    document = client.get(f"/api/v1/articles/{story.public_id}/ninjs/").json()

    check(document, by="ninjs-schema_3.1.json")
    assert document["subjects"][0]["uri"] == "http://cv.iptc.org/newscodes/mediatopic/20000001"
    assert document["usageTerms"] == "Not in print"


def test_a_story_as_markdown(client, newsroom: Newsroom):
    story = newsroom.publish("The ferry is late", text="<p>It left <b>two hours</b> late.</p>")

    answer = client.get(f"/api/v1/articles/{story.slug}/markdown/")

    assert answer["Content-Type"] == "text/markdown; charset=utf-8"
    assert answer.content.decode().startswith("# The ferry is late\n")
    assert "It left **two hours** late." in answer.content.decode()


def test_a_withdrawn_story_is_gone_in_every_form(client, newsroom: Newsroom):
    story = newsroom.publish()
    story.unpublish()

    assert client.get(f"/api/v1/articles/{story.public_id}/ninjs/").status_code == 410
    assert client.get(f"/api/v1/articles/{story.public_id}/markdown/").status_code == 410


def test_language_models_are_told_where_to_read(client, newsroom: Newsroom):
    story = newsroom.publish("The ferry & the <b>bridge</b>")

    text = client.get("/llms.txt").content.decode()

    assert f"/api/v1/articles/{story.public_id}/markdown/" in text
    assert "[The ferry & the <b>bridge</b>]" in text
