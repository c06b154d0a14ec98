"""Incremental sync: first everything on the shelf, then what happened since, in the order in which it became true."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar

from django.core import signing
from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework import exceptions, status
from rest_framework.request import Request

from api.models import Change, PublishedArticle, Scope, Tombstone
from api.representation.build import dump, moment

from . import documents
from .parameters import read_choice, read_limit
from .problems import InvalidParameters
from .responses import answer
from .views import ReadView

SHAPES = ("detail", "summary")
FRESH_SECONDS = 1
_SALT = "api.v1.changes"


class CursorExpired(exceptions.APIException):
    """What happened after this cursor is not kept any more."""

    status_code = status.HTTP_410_GONE
    default_detail = "What happened after this cursor is not kept any more. Resync: start again without a cursor."
    default_code = "cursor-expired"


@dataclass(frozen=True)
class Position:
    """How far a replica has got.

    `sequence` is the last change it has heard of; `row` the last row of the shelf while it is still fetching what was
    there when it began, None afterwards.
    """

    sequence: int
    row: int | None = None

    def cursor(self) -> str:
        return signing.Signer(salt=_SALT).sign_object([self.sequence, self.row])

    @classmethod
    def read(cls, cursor: str) -> "Position":
        """The position that a cursor stands for.

        Raises:
            InvalidParameters: the API did not give it out.
        """
        try:
            sequence, row = signing.Signer(salt=_SALT).unsign_object(cursor)
        except signing.BadSignature:
            raise InvalidParameters({"cursor": "This is not a cursor that the API gave out."}) from None
        return cls(sequence, row)


class ChangeList(ReadView):
    """What a copy of the publication must do to be equal to it."""

    parameters: ClassVar[tuple[str, ...]] = ("cursor", "limit", "shape")
    scopes: ClassVar[tuple[str, ...]] = (Scope.SYNC,)

    @extend_schema(**documents.CHANGE_LIST)
    def get(self, request: Request) -> HttpResponse:
        limit = read_limit(request.query_params, default=100)
        shape = read_choice(request.query_params, "shape", SHAPES, default="detail")
        cursor = request.query_params.get("cursor")
        position = Position.read(cursor) if cursor else Position(last_sequence(), row=0)
        if position.row is not None:
            items, after, more = self._shelf(position, limit, shape)
        else:
            items, after, more = self._changes(position, limit, shape)
        query = request.query_params.copy()
        query["cursor"] = after.cursor()
        address = request.build_absolute_uri(f"{request.path}?{query.urlencode()}")
        body = dump({"next": address, "has_more": more, "limit": limit})
        # A cache may answer everybody who follows for a second; longer would make news late.
        until = self.now + timedelta(seconds=FRESH_SECONDS)
        return answer(request, f'{{"items":[{",".join(items)}],{body[1:]}', at=self.now, until=until)

    def _shelf(self, position: Position, limit: int, shape: str) -> tuple[list[str], Position, bool]:
        """The next rows; what changes meanwhile comes afterwards, since `sequence` was read before the first row."""
        rows = list(
            PublishedArticle.objects.visible(self.now)
            .filter(pk__gt=position.row or 0)
            .order_by("pk")
            .only("pk", "public_id", "version", "modified_at", shape)[:limit]
        )
        items = [tell_published(Change.Event.PUBLISHED, row, row.modified_at, shape) for row in rows]
        if len(rows) == limit:
            return items, Position(position.sequence, rows[-1].pk), True
        caught_up = not Change.objects.filter(sequence__gt=position.sequence).exists()
        return items, Position(position.sequence), not caught_up

    def _changes(self, position: Position, limit: int, shape: str) -> tuple[list[str], Position, bool]:
        changes = list(Change.objects.filter(sequence__gt=position.sequence).order_by("sequence")[: limit + 1])
        if is_forgotten(position.sequence, changes):
            raise CursorExpired
        more = len(changes) > limit
        changes = changes[:limit]
        latest = {change.public_id: change for change in changes}
        rows = {
            row.public_id: row
            for row in PublishedArticle.objects.visible(self.now)
            .filter(public_id__in=latest)
            .only("pk", "public_id", "version", "modified_at", shape)
        }
        stones = {
            stone.public_id: stone
            for stone in Tombstone.objects.filter(public_id__in=[one for one in latest if one not in rows])
        }
        items = []
        for change in changes:
            # An earlier change of the same page would tell what the later one overtakes.
            if latest[change.public_id] is not change:
                continue
            row = rows.get(change.public_id)
            if row:
                event = change.event if change.event != Change.Event.WITHDRAWN else Change.Event.UPDATED
                items.append(tell_published(event, row, change.at, shape))
            else:
                items.append(tell_withdrawn(change, stones.get(change.public_id)))
        after = Position(changes[-1].sequence if changes else position.sequence)
        return items, after, more


def tell_published(event: str, row: PublishedArticle, at: Any, shape: str) -> str:
    """An item of a story that readers see."""
    head = dump({"event": str(event), "id": str(row.public_id), "at": moment(at), "version": row.version})
    return f'{head[:-1]},"reason":null,"article":{getattr(row, shape)}}}'


def tell_withdrawn(change: Change, stone: Tombstone | None) -> str:
    """An item of a story that they do not see any more."""
    return dump(
        {
            "event": "withdrawn",
            "id": str(change.public_id),
            "at": moment(stone.withdrawn_at if stone else change.at),
            "version": stone.version if stone else None,
            "reason": (stone.reason or None) if stone else change.data.get("reason"),
            "article": None,
        }
    )


def last_sequence() -> int:
    """Of the last change; 0 where there has been none."""
    return Change.objects.order_by("-sequence").values_list("sequence", flat=True).first() or 0


def is_forgotten(sequence: int, following: Sequence[Change] | None = None) -> bool:
    """Whether changes after `sequence` were deleted. The last one never is, so numbers go on.

    `following` are those that are there, or at least the first; read where they are not given.
    """
    if following is None:
        following = list(Change.objects.filter(sequence__gt=sequence).order_by("sequence")[:1])
    if following:
        return following[0].sequence > sequence + 1
    return sequence > last_sequence()
