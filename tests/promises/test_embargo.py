"""Promise: before `embargo_until` the story is in no list, detail, search, count, related link, feed or sitemap."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from api.models import Change
from api.related.tasks import relate_all_due
from api.tasks import reconcile_due, reconcile_strays
from tests.factories import NewsImageFactory
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db
NOON = datetime(2030, 5, 4, 12, 0, tzinfo=UTC)
OTHER_SURFACES = [
    *(f"/feeds/{name}.{form}" for name in ("all", "harbour") for form in ("rss", "atom", "json")),
    "/sitemaps/news.xml",
    "/sitemaps/2030-05-1.xml",
]


def test_nothing_shows_it_before_and_everything_after(newsroom: Newsroom, client, freezer):
    freezer.move_to(NOON - timedelta(hours=2))
    other = newsroom.publish("A ferry at the harbour")
    image = NewsImageFactory()
    picture = image.get_rendition("width-320|format-webp").url
    article = newsroom.publish("The secret ferry", embargo_until=NOON, lead_image=image)
    relate_all_due(seconds=30)

    def seen() -> list[bool]:
        related = client.get(f"/api/v1/articles/{other.public_id}/related/").json()["items"]
        listed = client.get("/api/v1/articles/?q=secret&count=true").json()
        return [
            client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200,
            listed["count"] == 1,
            client.get("/api/v1/sections/harbour/").json()["article_count"] == 2,
            any(item["id"] == str(article.public_id) for item in related),
            client.get("/api/v1/resolve/", {"path": article.public_path}).status_code == 200,
            Change.objects.filter(public_id=article.public_id).exists(),
            client.get(f"/api/v1/articles/{article.public_id}/ninjs/").status_code == 200,
            client.get(f"/api/v1/articles/{article.public_id}/markdown/").status_code == 200,
            str(article.public_id) in client.get("/api/v1/changes/").content.decode(),
            client.get(picture).status_code == 200,
            *("the-secret-ferry" in client.get(address).content.decode() for address in OTHER_SURFACES),
        ]

    freezer.move_to(NOON - timedelta(seconds=1))
    reconcile_due()
    assert not any(seen())
    freezer.move_to(NOON)
    reconcile_due()
    relate_all_due(seconds=30)
    assert all(seen())
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["published_at"] == "2030-05-04T12:00:00Z"


def test_a_picture_under_embargo_is_public_while_another_story_shows_it(newsroom: Newsroom, client, freezer):
    freezer.move_to(NOON - timedelta(hours=2))
    image = NewsImageFactory()
    picture = image.get_rendition("width-320|format-webp").url
    newsroom.publish(embargo_until=NOON, lead_image=image)
    other = newsroom.publish(lead_image=image)
    assert client.get(picture).status_code == 200
    other.unpublish()
    assert client.get(picture).status_code == 404


def test_an_embargo_put_on_a_live_story_by_a_new_version_withdraws_it(newsroom: Newsroom, client, freezer):
    freezer.move_to(NOON - timedelta(hours=2))
    article = newsroom.publish()
    newsroom.edit(article, by=newsroom.reporter, embargo_until=NOON)
    newsroom.release(newsroom.clear(article))
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 410


def test_it_ends_in_every_time_zone(newsroom: Newsroom, client, freezer, settings):
    settings.TIME_ZONE = "Europe/Berlin"
    timezone.deactivate()
    freezer.move_to(NOON - timedelta(hours=2))
    article = newsroom.publish(embargo_until=NOON)
    freezer.move_to(NOON)
    reconcile_due()
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200


def test_a_story_that_comes_back_keeps_its_first_date(newsroom: Newsroom, client, freezer):
    freezer.move_to(NOON - timedelta(days=30))
    article = newsroom.publish()
    address = f"/api/v1/articles/{article.public_id}/"
    first = client.get(address).json()
    freezer.move_to(NOON - timedelta(hours=2))
    newsroom.edit(article, by=newsroom.reporter, embargo_until=NOON)
    newsroom.release(newsroom.clear(article))
    freezer.move_to(NOON)
    reconcile_due()
    again = client.get(address).json()
    assert again["published_at"] == first["published_at"]
    assert again["version"] > first["version"]


def test_a_forgotten_embargo_is_found_by_the_sweep(newsroom: Newsroom, client, freezer):
    freezer.move_to(NOON - timedelta(hours=2))
    article = newsroom.publish(embargo_until=NOON)
    freezer.move_to(NOON + timedelta(days=1))
    reconcile_strays()
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200


def test_an_old_address_does_not_give_away_the_new_one(newsroom: Newsroom, client, freezer):
    freezer.move_to(NOON - timedelta(hours=2))
    article = newsroom.publish("Merger talks")
    old_path = article.public_path
    newsroom.edit(article, by=newsroom.reporter, slug="merger-of-a-and-b", embargo_until=NOON)
    newsroom.release(newsroom.clear(article))
    assert b"merger-of-a-and-b" not in client.get("/api/v1/resolve/", {"path": old_path}).content
