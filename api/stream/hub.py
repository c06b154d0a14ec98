"""One listener of PostgreSQL a process, and everybody who is told what it hears."""

import asyncio
import logging
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from weakref import WeakKeyDictionary, WeakSet

import psycopg
from asgiref.sync import sync_to_async
from django.conf import settings
from django.db import Error as DatabaseError
from django.db import connection
from django.dispatch import receiver

from api.models.changes import CHANNEL
from cms.signals import about_to_stop

from .events import BATCH, Event, Wish, read_events, read_last_sequence

POLL_SECONDS = 5
"""A notification can be lost with its connection, so the hub looks for itself now and then."""
LONGEST_PAUSE_SECONDS = 5
WAITING_LENGTH = 500
"""How many events may wait for one listener."""
SLOW, CLOSING = "too slow", "closing"

log = logging.getLogger(__name__)


class Listener:
    """One connection: the events that wait to be sent on it."""

    def __init__(self, wish: Wish, *, start: int) -> None:
        self.wish = wish
        self.start = start
        """The last event of before it came; later ones wait for it."""
        self.ended_because = ""
        self._waiting: deque[Event] = deque()
        self._news = asyncio.Event()

    def offer(self, event: Event) -> None:
        """Have an event wait, or give up a listener for whom too many do."""
        if self.ended_because or not self.wish.matches(event):
            return
        if len(self._waiting) >= WAITING_LENGTH:
            self.end(SLOW)
            return
        self._waiting.append(event)
        self._news.set()

    def end(self, because: str) -> None:
        """Have its connection closed. What waits is not sent: it is read again by whoever comes back."""
        self.ended_because = because
        self._waiting.clear()
        self._news.set()

    async def next(self, *, within_seconds: float) -> Event | None:
        """The next event; None if none comes in time, or if its connection is to be closed."""
        if not self._waiting and not self.ended_because:
            self._news.clear()
            with suppress(TimeoutError):
                async with asyncio.timeout(within_seconds):
                    await self._news.wait()
        return self._waiting.popleft() if self._waiting else None


class Hub:
    """Hears of changes in one event loop and tells its listeners."""

    def __init__(self) -> None:
        self.sequence = 0
        """The last event that every listener has been told of, or has had offered."""
        self._listeners: set[Listener] = set()
        self._offered: WeakSet[Event] = WeakSet()
        self._knows_sequence = asyncio.Event()
        self._is_closed = False
        self._following: asyncio.Task[None] | None = None

    async def is_ready(self, *, within_seconds: float) -> bool:
        """Whether it hears of changes; it begins to when it is asked for the first time."""
        if self._following is None:
            self._following = asyncio.create_task(self._follow_for_ever())
        with suppress(TimeoutError):
            async with asyncio.timeout(within_seconds):
                await self._knows_sequence.wait()
        return self._knows_sequence.is_set()

    @contextmanager
    def listening(self, wish: Wish) -> Iterator[Listener]:
        """Within the block a listener is offered each event behind its `start`; only where the hub is ready."""
        listener = Listener(wish, start=self.sequence)
        if self._is_closed:
            listener.end(CLOSING)
        self._listeners.add(listener)
        try:
            yield listener
        finally:
            self._listeners.discard(listener)

    def close(self) -> None:
        """End every connection, and each that is made from now on."""
        self._is_closed = True
        self._knows_sequence.set()
        for listener in self._listeners:
            listener.end(CLOSING)
        if self._following:
            self._following.cancel()

    async def _follow_for_ever(self) -> None:
        pause = 0.1
        while True:
            try:
                line = await psycopg.AsyncConnection.connect(_address(), autocommit=True)
                # Not `async with`: that asks PostgreSQL on its way out, and a second cancellation would leave it open.
                try:
                    await line.execute(f"LISTEN {CHANNEL}")
                    pause = 0.1
                    await self._follow(line)
                finally:
                    await line.close()
            except (psycopg.Error, DatabaseError, OSError) as error:
                log.warning("the stream has lost PostgreSQL and tries again: %s", type(error).__name__)
                await asyncio.sleep(pause)
                pause = min(pause * 2, LONGEST_PAUSE_SECONDS)

    async def _follow(self, line: "psycopg.AsyncConnection[tuple[object, ...]]") -> None:
        """Tell of what happened while nobody listened, then of each change as it is heard of."""
        while True:
            await self._tell()
            async for notification in line.notifies(timeout=POLL_SECONDS):
                if int(notification.payload) > self.sequence:
                    await self._tell()

    async def _tell(self) -> None:
        if not self._knows_sequence.is_set():
            self.sequence = await sync_to_async(read_last_sequence)()
            self._knows_sequence.set()
        events = None
        while events is None or len(events) == BATCH:
            events = await sync_to_async(read_events)(self.sequence)
            for event in events:
                self._offer(event)

    def _offer(self, event: Event) -> None:
        for earlier in self._offered:
            if earlier.change.public_id == event.change.public_id:
                earlier.follow_on(event)
        self._offered.add(event)
        self.sequence = event.sequence
        for listener in self._listeners:
            listener.offer(event)


class Audience:
    """How many are connected to this process, and from where."""

    def __init__(self) -> None:
        self.count = 0
        self.count_by_network: Counter[str] = Counter()

    def is_full(self) -> bool:
        return self.count >= settings.STREAM_CLIENTS

    def is_full_for(self, network: str) -> bool:
        limit = settings.STREAM_CLIENTS_PER_ADDRESS
        return bool(limit) and self.count_by_network[network] >= limit

    @contextmanager
    def seat(self, network: str) -> Iterator[bool]:
        """Within the block somebody is connected; False where there was no room any more."""
        if self.is_full() or self.is_full_for(network):
            yield False
            return
        self.count += 1
        self.count_by_network[network] += 1
        try:
            yield True
        finally:
            self.count -= 1
            self.count_by_network -= Counter([network])


audience = Audience()
_hubs: WeakKeyDictionary[asyncio.AbstractEventLoop, Hub] = WeakKeyDictionary()


def hub_here() -> Hub:
    """The hub of the event loop that runs in this thread."""
    return _hubs.setdefault(asyncio.get_running_loop(), Hub())


@receiver(about_to_stop)
def on_about_to_stop(**kwargs: object) -> None:
    for hub in _hubs.values():
        hub.close()


def _address() -> str:
    """Where Django's database is, for a connection that is not Django's."""
    # These two make connections of psycopg be what Django expects of them.
    ours = {"cursor_factory", "context", "prepare_threshold"}
    parameters = {name: value for name, value in connection.get_connection_params().items() if name not in ours}
    return psycopg.conninfo.make_conninfo(**parameters, application_name="copydesk stream")
