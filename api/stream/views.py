"""The address of the stream."""

import asyncio
import random
import re
from collections.abc import AsyncIterator
from typing import Any, ClassVar

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.handlers.asgi import ASGIRequest
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils import timezone
from drf_spectacular.utils import extend_schema
from rest_framework.renderers import BaseRenderer, JSONRenderer
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from api.access.quotas import network_of
from api.models import Change, Scope
from api.representation.build import dump
from api.v1.changes import CursorExpired, is_forgotten
from api.v1.parameters import read_flag, read_names
from api.v1.problems import InvalidParameters
from api.v1.views import ReadView

from .document import STREAM
from .events import Wish, read_events
from .hub import SLOW, Hub, Listener, audience, hub_here
from .refusals import StreamElsewhere, StreamFull, TooManyStreams

MEDIA_TYPE = "text/event-stream"
MOST_BYTES = 2_000_000
"""After so much a connection ends. The server takes whatever it is given, so what nobody reads would pile up in it."""
READY_SECONDS = 10
"""How long a connection waits for PostgreSQL to be there."""
RETRY_MILLISECONDS = (1_000, 4_000)
"""When to come back: not everybody at once."""


class EventStream(BaseRenderer):
    """Says that there are event streams here; the stream itself is written by `write`."""

    media_type = MEDIA_TYPE
    format = "event-stream"

    def render(self, data: Any, *args: Any, **kwargs: Any) -> bytes:
        return dump(data).encode()


class ChangeStream(ReadView):
    """What happens, as it happens.

    Served by the process `stream`, which can keep many connections open; any other leads there.
    """

    parameters: ClassVar[tuple[str, ...]] = ("after", "section", "breaking", "events")
    scopes: ClassVar[tuple[str, ...]] = (Scope.SYNC,)
    # Not only its own type: a program that asks for JSON is to be told so by the answer, not turned away.
    renderer_classes = [EventStream, JSONRenderer]

    @extend_schema(**STREAM)
    def get(self, request: Request) -> HttpResponseBase:
        wish = Wish(
            events=frozenset(read_names(request.query_params, "events", Change.Event.values)),
            section=request.query_params.get("section", ""),
            breaking=read_flag(request.query_params, "breaking") if "breaking" in request.query_params else None,
        )
        after, is_reconnecting = _read_position(request)
        # Whoever reconnects is a browser, which shows its page no more than that an address failed.
        is_lost = after is not None and is_forgotten(after)
        if is_lost and not is_reconnecting:
            raise CursorExpired(
                "What happened after this event is not kept any more. Resync: fetch again what you show."
            )
        if not isinstance(request._request, ASGIRequest):
            return _lead_elsewhere(request)
        network = network_of(BaseThrottle().get_ident(request) or "") or "nowhere"
        if audience.is_full():
            raise StreamFull
        if audience.is_full_for(network):
            raise TooManyStreams
        if request.method == "HEAD":
            return _unkept(HttpResponse(content_type=MEDIA_TYPE))
        stream = write(wish, network=network, after=after, is_lost=is_lost)
        return _unkept(StreamingHttpResponse(stream, content_type=MEDIA_TYPE))


async def write(wish: Wish, *, network: str, after: int | None, is_lost: bool) -> AsyncIterator[str]:
    """The stream of one connection: what happened behind `after`, then what happens, until somebody ends it."""
    hub = hub_here()
    with audience.seat(network) as has_seat:
        if not has_seat or not await hub.is_ready(within_seconds=READY_SECONDS):
            yield _opening(after) + ": there is no room just now\n\n"
            return
        with hub.listening(wish) as listener:
            start = listener.start
            length = 0
            if is_lost or after is None:
                # Named even where nothing has happened yet, so that whoever is cut off now misses nothing.
                yield _opening(start) + (_resync(start) if is_lost else "")
            else:
                yield _opening(after)
                async for text in _caught_up(wish, after, start):
                    length += len(text)
                    yield text
                start = max(start, after)
            async for text in _live(hub, listener, start):
                length += len(text)
                yield text
                if length > MOST_BYTES:
                    return
            if listener.ended_because == SLOW:
                yield ": too much is waiting, come back with the last id\n\n"


async def _live(hub: Hub, listener: Listener, start: int) -> AsyncIterator[str]:
    """What happens behind `start`, until the listener is given up or its time is over."""
    loop = asyncio.get_running_loop()
    deadline = loop.time() + settings.STREAM_MINUTES * 60
    while not listener.ended_because and (left := deadline - loop.time()) > 0:
        event = await listener.next(within_seconds=min(settings.STREAM_HEARTBEAT_SECONDS, left))
        if event is None:
            # Nothing waits, so the listener has had whatever the hub has heard of.
            yield f": still here\nid: {max(hub.sequence, start)}\n\n"
        elif event.sequence > start and (text := event.text(timezone.now())):
            yield text


async def _caught_up(wish: Wish, after: int, until: int) -> AsyncIterator[str]:
    while after < until:
        events = await sync_to_async(read_events)(after, until=until)
        if not events:
            return
        for event in events:
            text = event.text(timezone.now()) if wish.matches(event) else None
            if text:
                yield text
        after = events[-1].sequence


def _read_position(request: Request) -> tuple[int | None, bool]:
    """The last event that somebody has, None for nobody who had one; and whether a browser says so by itself."""
    header = request.headers.get("Last-Event-ID", "").strip()
    value, name = (header, "Last-Event-ID") if header else (request.query_params.get("after"), "after")
    if value is None:
        return None, False
    if not re.fullmatch(r"[0-9]{1,18}", value):
        raise InvalidParameters({name: "Give the id of an event of this stream: a whole number."})
    return int(value), bool(header)


def _opening(sequence: int | None) -> str:
    known = "" if sequence is None else f"id: {sequence}\n"
    return f"retry: {random.randint(*RETRY_MILLISECONDS)}\n{known}\n"  # noqa: S311


def _resync(sequence: int) -> str:
    data = dump({"detail": "What happened meanwhile is not kept any more. Fetch again what you show."})
    return f"id: {sequence}\nevent: resync\ndata: {data}\n\n"


def _lead_elsewhere(request: Request) -> HttpResponseBase:
    if not settings.STREAM_URL:
        raise StreamElsewhere
    query = request.META["QUERY_STRING"]
    response = HttpResponse(status=307)
    response["Location"] = f"{settings.STREAM_URL}?{query}" if query else settings.STREAM_URL
    return _unkept(response)


def _unkept(response: HttpResponseBase) -> HttpResponseBase:
    response["Cache-Control"] = "no-store"
    response["X-Accel-Buffering"] = "no"
    return response
