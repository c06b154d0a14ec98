"""Promise: one broken story delays and loses no other; it stays visibly "failed, retrying" with its schedule."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.urls import reverse
from wagtail.models import Revision

from api.tasks import reconcile_due, reconcile_strays
from tests.newsroom import Newsroom
from workflows.tasks import release_due

pytestmark = pytest.mark.django_db
SIX = datetime(2030, 5, 4, 6, 0, tzinfo=UTC)
BROKEN = "The broken story"


@pytest.fixture(autouse=True)
def five(freezer):
    freezer.move_to(SIX - timedelta(hours=1))


def refuse(table: str) -> None:
    """The database takes no row of the broken story in this table, as a lock that times out would do."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} ADD CONSTRAINT no_room CHECK (slug <> 'the-broken-story') NOT VALID")


def mend(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT no_room")


def is_served(client, article) -> bool:
    return client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200


def board(newsroom: Newsroom, client) -> str:
    client.force_login(newsroom.publisher)
    return client.get(reverse("workflows:board")).content.decode()


def scheduled(newsroom: Newsroom, title: str):
    return newsroom.release(newsroom.clear(newsroom.draft(title)), at=SIX)


class TestReleases:
    def test_the_others_go_out_on_their_second(self, newsroom: Newsroom, client, freezer):
        stories = [scheduled(newsroom, title) for title in ("Before", BROKEN, "After")]
        refuse("api_publishedarticle")
        freezer.move_to(SIX)
        release_due()
        assert [is_served(client, story) for story in stories] == [True, False, True]

    def test_it_keeps_its_schedule_and_the_board_says_why(self, newsroom: Newsroom, client, freezer):
        broken = scheduled(newsroom, BROKEN)
        refuse("api_publishedarticle")
        freezer.move_to(SIX)
        release_due()
        assert newsroom.fresh(broken).approved_schedule
        assert not newsroom.fresh(broken).live
        shown = board(newsroom, client)
        assert "Failed, retrying" in shown
        assert "no_room" in shown

    def test_a_version_that_cannot_be_read_is_the_only_one_that_stays(self, newsroom: Newsroom, client, freezer):
        broken, sound = scheduled(newsroom, BROKEN), scheduled(newsroom, "Sound")
        Revision.objects.filter(pk=broken.scheduled_revision.pk).update(content={"nonsense": True})
        freezer.move_to(SIX)
        release_due()
        assert is_served(client, sound)
        assert newsroom.fresh(broken).approved_schedule

    def test_it_goes_out_once_it_is_mended_and_nothing_is_said_any_more(self, newsroom: Newsroom, client, freezer):
        broken = scheduled(newsroom, BROKEN)
        refuse("api_publishedarticle")
        freezer.move_to(SIX)
        release_due()
        mend("api_publishedarticle")
        freezer.tick(timedelta(seconds=10))
        release_due()
        assert is_served(client, broken)
        assert "Failed, retrying" not in board(newsroom, client)

    def test_it_is_tried_after_growing_pauses(self, newsroom: Newsroom, freezer):
        broken = scheduled(newsroom, BROKEN)
        refuse("api_publishedarticle")
        freezer.move_to(SIX)
        attempts = []
        for _ in range(120):
            release_due()
            attempts.append(newsroom.fresh(broken).standing.release_attempt_count)
            freezer.tick(timedelta(seconds=1))
        assert attempts[-1] == 6
        assert attempts.index(6) - attempts.index(5) > attempts.index(3) - attempts.index(2)


class TestEmbargoes:
    def test_the_others_are_shown_and_the_board_says_why_one_is_not(self, newsroom: Newsroom, client, freezer):
        stories = [newsroom.publish(title, embargo_until=SIX) for title in ("Before", BROKEN, "After")]
        refuse("api_publishedarticle")
        freezer.move_to(SIX)
        reconcile_due()
        assert [is_served(client, story) for story in stories] == [True, False, True]
        shown = board(newsroom, client)
        assert "Failed, retrying" in shown
        assert "no_room" in shown

    def test_it_is_shown_once_it_is_mended_however_late(self, newsroom: Newsroom, client, freezer):
        broken = newsroom.publish(BROKEN, embargo_until=SIX)
        refuse("api_publishedarticle")
        freezer.move_to(SIX)
        reconcile_due()
        mend("api_publishedarticle")
        freezer.tick(timedelta(hours=1))
        reconcile_strays()
        assert is_served(client, broken)
        assert "Failed, retrying" not in board(newsroom, client)


class TestExpiries:
    def test_the_others_expire_and_the_board_says_why_one_does_not(self, newsroom: Newsroom, client, freezer):
        stories = [newsroom.publish(title, expire_at=SIX) for title in ("Before", BROKEN, "After")]
        refuse("api_tombstone")
        freezer.move_to(SIX)
        release_due()
        assert [newsroom.fresh(story).live for story in stories] == [False, True, False]
        assert "Failed, retrying" in board(newsroom, client)

    def test_readers_lose_it_all_the_same(self, newsroom: Newsroom, client, freezer):
        broken = newsroom.publish(BROKEN, expire_at=SIX)
        refuse("api_tombstone")
        freezer.move_to(SIX)
        release_due()
        assert not is_served(client, broken)
        assert client.get("/api/v1/articles/").json()["items"] == []

    def test_it_expires_once_it_is_mended(self, newsroom: Newsroom, client, freezer):
        broken = newsroom.publish(BROKEN, expire_at=SIX)
        refuse("api_tombstone")
        freezer.move_to(SIX)
        release_due()
        mend("api_tombstone")
        freezer.tick(timedelta(seconds=10))
        release_due()
        assert not newsroom.fresh(broken).live
        assert newsroom.fresh(broken).standing.release_error == ""
