"""What is told of a change, to whom, and how it is written."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db import close_old_connections, connection
from django.utils import timezone

from api.models import Change, PublishedArticle, Tombstone
from api.v1.changes import last_sequence, tell_published, tell_withdrawn

BATCH = 200


@dataclass(eq=False)
class Event:
    """A change, and the story as readers saw it when the change was read.

    It may wait before it is sent, and the story change meanwhile: see `follow_on`.
    """

    change: Change
    row: PublishedArticle | None
    stone: Tombstone | None = None

    @property
    def sequence(self) -> int:
        return self.change.sequence

    def follow_on(self, later: "Event") -> None:
        """Tell of the same story no more than `later` does, which has become true since."""
        self.row = later.row

    def text(self, at: datetime) -> str | None:
        """The event as it goes over the line at `at`; None if readers do not see the story any more.

        Of a story that is gone nothing is told but that it was withdrawn, which is an event of its own.
        """
        if self.change.event == Change.Event.WITHDRAWN:
            data = tell_withdrawn(self.change, self.stone)
        elif self.row is None or (self.row.visible_until and self.row.visible_until <= at):
            return None
        else:
            data = tell_published(self.change.event, self.row, self.change.at, "summary")
        return f"id: {self.sequence}\nevent: {self.change.event}\ndata: {data}\n\n"


@dataclass(frozen=True)
class Wish:
    """What somebody wants to be told of; empty and None mean all."""

    events: frozenset[str] = frozenset()
    section: str = ""
    breaking: bool | None = None

    def matches(self, event: Event) -> bool:
        """Whether it is wanted. Who follows a part is told too of what leaves that part."""
        data, row = event.change.data, event.row
        if self.events and event.change.event not in self.events:
            return False
        if self.section and "sections" in data and self.section not in data["sections"]:
            return False
        if self.breaking is None or "breaking" not in data:
            return True
        return bool(data["breaking"]) if self.breaking else not (row.breaking if row else data["breaking"])


def read_events(after: int, *, until: int | None = None) -> list[Event]:
    """The events behind `after`, up to and with `until`, in order; no more than a batch."""
    _mend_connection()
    changes = Change.objects.filter(sequence__gt=after).order_by("sequence")
    if until is not None:
        changes = changes.filter(sequence__lte=until)
    return _with_stories(list(changes[:BATCH]))


def read_last_sequence() -> int:
    _mend_connection()
    return last_sequence()


def _with_stories(changes: Iterable[Change]) -> list[Event]:
    ids = {change.public_id for change in changes}
    if not ids:
        return []
    rows = {
        row.public_id: row
        for row in PublishedArticle.objects.visible(timezone.now())
        .filter(public_id__in=ids)
        .only("public_id", "version", "summary", "visible_until", "breaking")
    }
    stones = {stone.public_id: stone for stone in Tombstone.objects.filter(public_id__in=ids - rows.keys())}
    return [Event(change, rows.get(change.public_id), stones.get(change.public_id)) for change in changes]


def _mend_connection() -> None:
    """Drop a connection that was lost or is too old, which Django does only where a request begins and ends."""
    if not connection.in_atomic_block:
        close_old_connections()
