"""The stream: what is told to whom, and what ends a connection. From outside: tests/journeys/test_stream.py."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync
from django.core.handlers.asgi import ASGIRequest
from django.test import AsyncRequestFactory
from django.utils import timezone

from api.models import Change
from api.stream import hub as hubs
from api.stream.events import Event, Wish, read_events
from api.stream.hub import SLOW, WAITING_LENGTH, Hub, Listener, audience
from api.stream.views import ChangeStream, write
from api.tasks import forget_old_changes
from cms.actions import kill
from cms.signals import about_to_stop
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


def change(sequence: int = 1, event: str = "published", **data: Any) -> Change:
    return Change(sequence=sequence, event=event, public_id=uuid4(), at=timezone.now(), data=data)


def ask(query: str = "", **headers: str) -> Any:
    """What the process `stream` answers."""
    request = AsyncRequestFactory().get(f"/api/v1/stream/{query}", headers=headers)
    assert isinstance(request, ASGIRequest)
    return ChangeStream.as_view()(request)


def data_of(event: Event) -> dict[str, Any]:
    text = event.text(timezone.now())
    assert text is not None
    return json.loads(text.splitlines()[2].removeprefix("data: "))


class TestWhatIsTold:
    def test_an_event_is_an_item_of_changes_with_the_summary(self, client, newsroom: Newsroom):
        start = client.get("/api/v1/changes/?shape=summary").json()["next"]
        newsroom.publish("The ferry sails again")

        (event,) = read_events(0)

        assert data_of(event) == client.get(start).json()["items"][0]
        assert str(event.text(timezone.now())).startswith("id: 1\nevent: published\ndata: {")

    def test_a_draft_is_told_to_nobody(self, newsroom: Newsroom):
        newsroom.clear(newsroom.draft())
        newsroom.publish(embargo_until=timezone.now() + timedelta(hours=1))

        assert read_events(0) == []

    def test_nothing_is_told_of_a_story_that_is_gone_but_that_it_is(self, newsroom: Newsroom):
        kill(newsroom.publish("Never to be seen again"), reason="It was not true.", by=newsroom.publisher)

        published, withdrawn = read_events(0)

        assert published.text(timezone.now()) is None
        assert data_of(withdrawn)["reason"] == "It was not true."

    def test_what_waits_is_not_told_once_the_story_is_gone(self, newsroom: Newsroom):
        story = newsroom.publish("Killed while it waited")
        (waiting,) = read_events(0)
        assert data_of(waiting)["article"]["title"] == "Killed while it waited"
        kill(newsroom.fresh(story), reason="It was not true.", by=newsroom.publisher)
        (later,) = read_events(waiting.sequence)

        hub = Hub()
        hub._offer(waiting)
        hub._offer(later)

        assert waiting.text(timezone.now()) is None

    def test_what_waits_is_told_as_it_is_now(self, newsroom: Newsroom):
        story = newsroom.publish("First words")
        (waiting,) = read_events(0)
        newsroom.release(newsroom.clear(newsroom.edit(story, by=newsroom.reporter, title="Second words")))
        (later,) = read_events(waiting.sequence)

        hub = Hub()
        hub._offer(waiting)
        hub._offer(later)

        assert data_of(waiting)["event"] == "published"
        assert data_of(waiting)["article"]["title"] == "Second words"

    def test_what_waits_is_not_told_after_its_expiry(self, newsroom: Newsroom):
        newsroom.publish(expire_at=timezone.now() + timedelta(hours=1))
        (waiting,) = read_events(0)

        assert waiting.text(timezone.now() + timedelta(hours=2)) is None


class TestWishes:
    def test_who_follows_a_section_hears_of_what_leaves_it(self, newsroom: Newsroom):
        story = newsroom.publish()
        newsroom.fresh(story).move(newsroom.other_section, pos="last-child")
        newsroom.fresh(story).unpublish()
        wish = Wish(section="harbour")

        assert [wish.matches(event) for event in read_events(0)] == [True, True, False]

    def test_who_follows_breaking_news_hears_when_it_no_longer_is(self, newsroom: Newsroom):
        story = newsroom.publish(breaking=True)
        newsroom.release(newsroom.clear(newsroom.edit(story, by=newsroom.reporter, breaking=False)))
        newsroom.publish()
        published, calmed, other = read_events(0)

        assert [Wish(breaking=True).matches(one) for one in (published, calmed, other)] == [True, True, False]
        assert [Wish(breaking=False).matches(one) for one in (calmed, other)] == [True, True]

    def test_who_asks_for_withdrawals_hears_of_nothing_else(self):
        wish = Wish(events=frozenset({"withdrawn"}))

        assert not wish.matches(Event(change(), None))
        assert wish.matches(Event(change(event="withdrawn"), None))


class TestConnections:
    def test_a_listener_for_whom_too_much_waits_is_given_up(self):
        async def hear() -> str:
            listener = Listener(Wish(), start=0)
            for sequence in range(WAITING_LENGTH + 1):
                listener.offer(Event(change(sequence), None))
            assert await listener.next(within_seconds=1) is None
            return listener.ended_because

        assert async_to_sync(hear)() == SLOW

    def test_who_comes_back_too_late_is_told_to_begin_again(self, newsroom: Newsroom, settings):
        _forget_first(newsroom, settings)

        answer = ask(**{"Last-Event-ID": "0"})

        assert answer.status_code == 200
        opening = async_to_sync(_first)(answer.streaming_content)
        assert "id: 2\nevent: resync\n" in opening

    def test_a_program_that_comes_back_too_late_is_refused(self, newsroom: Newsroom, settings):
        _forget_first(newsroom, settings)

        answer = ask("?after=0")

        assert answer.status_code == 410
        assert json.loads(answer.content)["type"].endswith("cursor-expired")

    @pytest.mark.parametrize(
        "query", ["?after=-1", "?after=x", "?cursor=3", "?events=moved", "?events=published&events=updated"]
    )
    def test_what_cannot_be_read_is_refused(self, query):
        assert ask(query).status_code == 400

    def test_a_full_house_is_a_problem(self, settings):
        settings.STREAM_CLIENTS = 1
        with audience.seat("192.0.2.1") as has_seat:
            assert has_seat
            answer = ask()

        assert answer.status_code == 503
        assert answer["Retry-After"] == "10"
        assert json.loads(answer.content)["type"].endswith("stream-full")
        assert ask().status_code == 200

    def test_one_address_cannot_take_every_place(self, settings):
        settings.STREAM_CLIENTS_PER_ADDRESS = 2
        with audience.seat("127.0.0.1"), audience.seat("127.0.0.1"):
            answer = ask()
            with audience.seat("192.0.2.1") as has_seat:
                assert has_seat

        assert answer.status_code == 429
        assert json.loads(answer.content)["type"].endswith("too-many-streams")

    def test_the_last_place_is_given_once(self, settings):
        settings.STREAM_CLIENTS = 1
        with audience.seat("192.0.2.1"), audience.seat("192.0.2.2") as has_seat:
            assert not has_seat

        assert audience.count == 0
        assert not audience.count_by_network

    def test_a_stop_ends_every_connection(self):
        async def connect_and_stop() -> list[str]:
            stream = write(Wish(), network="127.0.0.1", after=None, is_lost=False)
            heard = [await anext(stream)]
            about_to_stop.send(None)
            heard += [text async for text in stream]
            return heard

        (opening, *rest) = async_to_sync(connect_and_stop)()
        assert opening.startswith("retry: ")
        assert all(text.startswith(": still here") for text in rest)
        assert audience.count == 0

    def test_a_comment_says_that_nothing_has_happened(self, settings, newsroom: Newsroom):
        settings.STREAM_HEARTBEAT_SECONDS = 0.05
        newsroom.publish()

        async def wait() -> str:
            stream = write(Wish(), network="127.0.0.1", after=None, is_lost=False)
            await anext(stream)
            text = await anext(stream)
            await stream.aclose()
            hubs.hub_here().close()
            return text

        assert async_to_sync(wait)() == ": still here\nid: 1\n\n"

    def test_a_connection_ends_after_its_time(self, settings):
        settings.STREAM_MINUTES = 0

        async def listen() -> list[str]:
            heard = [text async for text in write(Wish(), network="127.0.0.1", after=None, is_lost=False)]
            hubs.hub_here().close()
            return heard

        assert len(async_to_sync(listen)()) == 1

    def test_what_was_missed_comes_first_and_once(self, newsroom: Newsroom):
        stories = [newsroom.release(newsroom.clear_at_once(newsroom.draft())) for _ in range(3)]

        async def listen() -> list[str]:
            stream = write(Wish(), network="127.0.0.1", after=1, is_lost=False)
            heard = [await anext(stream) for _ in range(3)]
            await stream.aclose()
            hubs.hub_here().close()
            return heard

        _opening, *events = async_to_sync(listen)()
        assert [text.splitlines()[0] for text in events] == ["id: 2", "id: 3"]
        assert str(stories[1].public_id) in events[0]

    def test_without_a_stream_process_the_web_server_says_so(self, client, settings):
        settings.STREAM_URL = ""

        answer = client.get("/api/v1/stream/")

        assert answer.status_code == 503
        assert answer.json()["type"].endswith("stream-elsewhere")

    def test_the_web_server_leads_there_with_the_parameters(self, client, settings):
        settings.STREAM_URL = "https://live.example.org/api/v1/stream/"

        answer = client.get("/api/v1/stream/?section=harbour")

        assert answer.status_code == 307
        assert answer["Location"] == "https://live.example.org/api/v1/stream/?section=harbour"
        assert answer["Cache-Control"] == "no-store"

    def test_keys_are_asked_for_as_everywhere(self, settings):
        settings.API_KEYS_REQUIRED = True

        assert ask().status_code == 401


async def _first(stream: AsyncIterator[bytes]) -> str:
    text = (await anext(stream)).decode()
    await stream.aclose()  # type: ignore[attr-defined]
    hubs.hub_here().close()
    await asyncio.sleep(0)
    return text


def _forget_first(newsroom: Newsroom, settings: Any) -> None:
    # Not with a clock that is held, by which an event loop would wait for ever.
    newsroom.publish()
    Change.objects.update(at=timezone.now() - timedelta(days=settings.API_CHANGES_DAYS + 1))
    newsroom.publish()
    forget_old_changes()
