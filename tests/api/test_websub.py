"""WebSub: a hub is told which feeds have changed."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, parse_qsl

import pytest
from django.conf import settings as configured
from django.utils import timezone

from api.feeds.hub import SETTLING, tell_hub
from api.models import Hub
from tests.newsroom import Newsroom
from tests.receiver import Receiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver():
    with Receiver() as one:
        yield one


@pytest.fixture(autouse=True)
def hub(settings: Any, receiver: Receiver) -> Hub:
    settings.WEBSUB_HUB_URL = receiver.url
    return Hub.objects.create(url=receiver.url)


@pytest.fixture
def tell(freezer):
    """What the worker does, some seconds after what happened."""

    def after_a_while() -> bool:
        freezer.tick(SETTLING + timedelta(seconds=1))
        return tell_hub()

    return after_a_while


def feeds(receiver: Receiver) -> list[set[str]]:
    """Of each request the names of the feeds in it."""
    return [
        {url.removeprefix(f"{configured.BASE_URL}/feeds/") for url in parse_qs(one.body.decode())["hub.url"]}
        for one in receiver.requests
    ]


def test_a_publication_is_told_for_each_feed_that_shows_it(newsroom: Newsroom, receiver: Receiver, tell):
    newsroom.publish()

    assert tell()

    (request,) = receiver.requests
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    assert parse_qsl(request.body.decode())[0] == ("hub.mode", "publish")
    assert feeds(receiver) == [{f"{name}.{form}" for name in ("all", "harbour") for form in ("rss", "atom", "json")}]


def test_what_happens_at_once_is_told_once(newsroom: Newsroom, receiver: Receiver, tell):
    newsroom.publish()
    newsroom.publish(section=newsroom.other_section).unpublish()

    tell()

    assert not tell()
    (told,) = feeds(receiver)
    assert {name.partition(".")[0] for name in told} == {"all", "harbour", "council"}


def test_a_withdrawal_is_told(newsroom: Newsroom, receiver: Receiver, tell):
    story = newsroom.publish()
    tell()
    story.unpublish()
    tell()

    assert feeds(receiver)[0] == feeds(receiver)[1]


def test_a_story_that_moves_is_told_for_both_sections(newsroom: Newsroom, receiver: Receiver, tell):
    story = newsroom.publish()
    tell()
    newsroom.fresh(story).move(newsroom.other_section, pos="last-child")
    tell()

    assert {"harbour.rss", "council.rss"} <= feeds(receiver)[1]


def test_a_hub_that_fails_is_told_again_later_and_less_often(newsroom: Newsroom, receiver: Receiver, tell):
    receiver.answers = [503, 503, 202]
    newsroom.publish()
    assert tell()
    assert not tell()
    assert tell()
    assert not tell()
    assert not tell()
    newsroom.publish(section=newsroom.other_section)
    assert tell()

    assert len(receiver.requests) == 3
    assert feeds(receiver)[2] > feeds(receiver)[0]
    assert Hub.objects.get().owed == []


def test_a_worker_that_died_is_replaced(newsroom: Newsroom, receiver: Receiver, freezer, tell):
    newsroom.publish()
    Hub.objects.update(busy_until=timezone.now() + timedelta(minutes=1))
    assert not tell()

    freezer.tick(timedelta(minutes=2))

    assert tell()


def test_a_hub_is_not_told_of_the_past(newsroom: Newsroom, receiver: Receiver, tell):
    Hub.objects.all().delete()
    newsroom.publish()

    assert not tell()
    assert receiver.requests == []


def test_what_has_just_happened_waits_for_caches_to_forget(newsroom: Newsroom, receiver: Receiver):
    newsroom.publish()

    assert not tell_hub()


def test_a_draft_is_told_nobody(newsroom: Newsroom, receiver: Receiver, tell):
    newsroom.clear(newsroom.draft())

    assert not tell()


@pytest.mark.parametrize("form", ["rss", "atom", "json"])
def test_a_feed_says_where_its_hub_is(client, receiver: Receiver, form):
    answer = client.get(f"/feeds/all.{form}")

    assert answer["Link"] == (f'<{configured.BASE_URL}/feeds/all.{form}>; rel="self", <{receiver.url}>; rel="hub"')


def test_a_feed_without_a_hub_names_none(client, settings):
    settings.WEBSUB_HUB_URL = ""

    assert "hub" not in client.get("/feeds/all.rss")["Link"]
