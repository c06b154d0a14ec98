"""The stream, from the process that serves it."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from urllib.request import Request, urlopen

import pytest
from django.db import connection

from api.models import Change
from cms.actions import kill
from tests.journeys.courier import Courier
from tests.journeys.listener import StreamListener
from tests.newsroom import Newsroom

HEARD_WITHIN_SECONDS = 1


@pytest.fixture
def newsroom(courier: Courier) -> Newsroom:
    """Its newsroom, once the stream answers."""
    courier.until(lambda: is_up(courier))
    return courier.newsroom


@pytest.fixture
def listener(courier: Courier, newsroom: Newsroom) -> Iterator[StreamListener]:
    one = StreamListener(courier.environment["STREAM_URL"])
    one.until(lambda one: one.last_id)
    yield one
    one.close()


def is_up(courier: Courier) -> bool:
    try:
        with urlopen(Request(courier.environment["STREAM_URL"], method="HEAD"), timeout=5) as response:
            return response.status == 200
    except OSError:
        return False


def publish(newsroom: Newsroom, title: str = "") -> str:
    return str(newsroom.release(newsroom.clear_at_once(newsroom.draft(title))).public_id)


def ids(listener: StreamListener) -> list[str]:
    return [data["id"] for _id, _event, data in listener.heard]


def test_a_publication_is_heard_within_a_second(newsroom: Newsroom, listener: StreamListener):
    public_id = publish(newsroom, "The ferry sails again")
    released = time.monotonic()

    listener.until(lambda one: public_id in ids(one))

    assert time.monotonic() - released < HEARD_WITHIN_SECONDS
    _id, event, data = listener.heard[-1]
    assert event == data["event"] == "published"
    assert data["article"]["title"] == "The ferry sails again"
    assert "body" not in data["article"]


def test_a_story_that_is_killed_is_withdrawn_with_its_reason(newsroom: Newsroom, listener: StreamListener):
    story = newsroom.release(newsroom.clear_at_once(newsroom.draft()))
    kill(newsroom.fresh(story), reason="It never sailed.", by=newsroom.publisher)

    listener.until(lambda one: one.events[-2:] == ["published", "withdrawn"])

    assert listener.heard[-1][2] | {"at": ""} == {
        "event": "withdrawn",
        "id": str(story.public_id),
        "at": "",
        "version": 1,
        "reason": "It never sailed.",
        "article": None,
    }


def test_whoever_comes_back_misses_nothing_and_hears_nothing_twice(
    courier: Courier, newsroom: Newsroom, listener: StreamListener
):
    first = publish(newsroom)
    listener.until(lambda one: first in ids(one)).close()
    missed = [publish(newsroom) for _ in range(3)]
    again = StreamListener(listener.url, last_id=listener.last_id)
    last = publish(newsroom)

    again.until(lambda one: last in ids(one)).close()

    assert ids(again) == [*missed, last]


def test_whoever_was_cut_off_before_the_first_event_misses_nothing(
    courier: Courier, newsroom: Newsroom, listener: StreamListener
):
    listener.close()
    missed = publish(newsroom)
    again = StreamListener(listener.url, last_id=listener.last_id)

    again.until(lambda one: ids(one) == [missed]).close()


def test_the_web_server_leads_to_the_stream(courier: Courier, newsroom: Newsroom):
    listener = StreamListener(f"{courier.url}/api/v1/stream/?events=published")

    assert listener.url == f"{courier.environment['STREAM_URL']}?events=published"
    assert listener.response.headers["Content-Type"] == "text/event-stream"
    assert listener.response.headers["Cache-Control"] == "no-store"
    assert listener.response.headers["X-Accel-Buffering"] == "no"
    listener.close()


@pytest.mark.parametrize("query", ["?limit=3", "?after=soon", "?events=renamed", "?breaking=perhaps"])
def test_what_the_stream_does_not_know_is_refused(courier: Courier, newsroom: Newsroom, query: str):
    listener = StreamListener(courier.environment["STREAM_URL"] + query)

    assert listener.status == 400
    assert listener.response.headers["Content-Type"] == "application/problem+json"
    listener.close()


def test_two_hundred_listeners_hear_the_same_at_once(courier: Courier, newsroom: Newsroom):
    with ExitStack() as stack:
        listeners = [StreamListener(courier.environment["STREAM_URL"]) for _ in range(200)]
        for one in listeners:
            stack.callback(one.close)
            one.until(lambda one: one.last_id)
        published = [publish(newsroom) for _ in range(3)]
        released = time.monotonic()
        for one in listeners:
            one.until(lambda one: one.events.count("published") == 3)
        seconds = time.monotonic() - released

        assert {tuple(ids(one)) for one in listeners} == {tuple(published)}
        assert {tuple(int(id_) for id_, _event, _data in one.heard) for one in listeners} == {
            tuple(Change.objects.order_by("-sequence").values_list("sequence", flat=True)[:3])[::-1]
        }
        # They are threads of this process, too, which takes its time to read six hundred events.
        assert seconds < 5


def test_a_lost_connection_to_postgresql_loses_no_event(newsroom: Newsroom, listener: StreamListener):
    before = publish(newsroom)
    listener.until(lambda one: before in ids(one))
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'copydesk stream'"
        )
        assert cursor.fetchone()[0] >= 1
    after = [publish(newsroom) for _ in range(3)]

    listener.until(lambda one: after[-1] in ids(one))

    assert ids(listener) == [before, *after]
    assert not listener.ended.is_set()


def test_a_stop_ends_connections_at_once_and_a_start_takes_them_up_again(
    courier: Courier, newsroom: Newsroom, listener: StreamListener
):
    began = time.monotonic()
    courier.end("stream")
    assert listener.ended.wait(3)
    assert time.monotonic() - began < 3
    missed = publish(newsroom)
    courier.start("stream")
    courier.until(lambda: is_up(courier))
    again = StreamListener(listener.url, last_id=listener.last_id)

    again.until(lambda one: ids(one) == [missed]).close()
