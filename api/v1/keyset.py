"""Pages of a list by keyset: no row is repeated or lost when many share a date; deep pages cost as first ones."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core import signing
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.http import HttpRequest

from .problems import InvalidParameters

_SALT = "api.v1.cursor"


@dataclass(frozen=True)
class Order:
    """A total order: `fields` compared as one row, the last of them unique."""

    name: str
    fields: tuple[str, ...]
    descending: bool = True


@dataclass(frozen=True)
class Page:
    rows: list[Any]
    next: str | None
    previous: str | None


class _Row(Func):
    """Compares columns with values as rows, so that one index range serves a page: (a, b) < (x, y)."""

    output_field = BooleanField()

    def __init__(self, fields: Sequence[str], operator: str, values: Sequence[Any]) -> None:
        self.width = len(fields)
        super().__init__(*(F(name) for name in fields), *(Value(value) for value in values))
        self.operator = operator

    def as_sql(self, compiler: Any, connection: Any, **kwargs: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        parts, parameters = [], []
        for expression in self.get_source_expressions():
            sql, values = compiler.compile(expression)
            parts.append(sql)
            parameters += values
        left, right = ", ".join(parts[: self.width]), ", ".join(parts[self.width :])
        return f"(({left}) {self.operator} ({right}))", parameters


def paginate(queryset: QuerySet[Any], *, order: Order, limit: int, cursor: str | None, request: HttpRequest) -> Page:
    """One page of `queryset` (rows must carry the fields of `order`), and the addresses of those beside it.

    Raises:
        InvalidParameters: the cursor was altered, or belongs to a list with other parameters.
    """
    fingerprint = _fingerprint(request, order)
    position, backwards, inclusive = _read(cursor, fingerprint) if cursor else (None, False, False)
    descending = order.descending != backwards
    if position is not None:
        operator = ("<" if descending else ">") + ("=" if inclusive else "")
        queryset = queryset.filter(_Row(order.fields, operator, position))
    prefix = "-" if descending else ""
    rows = list(queryset.order_by(*(prefix + name for name in order.fields))[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    after = more if not backwards else True
    before = more if backwards else position is not None

    def link(values: Sequence[Any], *, back: bool, inclusive: bool = False) -> str:
        # Without a date, which would make other bytes of the same page each second.
        token = signing.Signer(salt=_SALT).sign_object(
            [[_plain(value) for value in values], int(back) + 2 * int(inclusive), fingerprint]
        )
        query = request.GET.copy()
        query["cursor"] = token
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")

    if not rows and position is not None:
        # All that was here has gone since. The way back leads over where one came from, and that is not left out.
        back_again = link(position, back=not backwards, inclusive=True)
        return Page(rows, next=back_again if backwards else None, previous=None if backwards else back_again)
    return Page(
        rows=rows,
        next=link(_position(rows[-1], order), back=False) if rows and after else None,
        previous=link(_position(rows[0], order), back=True) if rows and before else None,
    )


def _position(row: Any, order: Order) -> list[Any]:
    return [_value(row, name) for name in order.fields]


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _read(cursor: str, fingerprint: str) -> tuple[list[Any], bool, bool]:
    """The position in a cursor, whether the page before it is wanted, and whether the position belongs to that page."""
    try:
        values, way, bound_to = signing.Signer(salt=_SALT).unsign_object(cursor)
    except signing.BadSignature:
        raise InvalidParameters({"cursor": "This is not a cursor that the API gave out."}) from None
    if bound_to != fingerprint:
        raise InvalidParameters({"cursor": "This cursor belongs to a list with other parameters."})
    position = [datetime.fromisoformat(one["at"]) if isinstance(one, dict) else one for one in values]
    return position, bool(way & 1), bool(way & 2)


def _fingerprint(request: HttpRequest, order: Order) -> str:
    """What a cursor is bound to: the address and all parameters that choose or order rows."""
    chosen = sorted(
        (name, value)
        for name, values in request.GET.lists()
        if name not in ("cursor", "limit", "fields", "include", "count", "highlight", "facets", "facet_limit")
        for value in values
    )
    return hashlib.sha256(repr((request.path.rstrip("/"), order.name, chosen)).encode()).hexdigest()[:16]
