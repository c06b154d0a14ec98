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
    position, backwards = (None, False) if cursor is None else _read(cursor, fingerprint)
    descending = order.descending != backwards
    if position is not None:
        queryset = queryset.filter(_Row(order.fields, "<" if descending else ">", position))
    prefix = "-" if descending else ""
    rows = list(queryset.order_by(*(prefix + name for name in order.fields))[: limit + 1])
    more = len(rows) > limit
    rows = rows[:limit]
    if backwards:
        rows.reverse()
    after = more if not backwards else True
    before = more if backwards else position is not None

    def link(row: Any, *, back: bool) -> str:
        values = [_plain(_value(row, name)) for name in order.fields]
        token = signing.dumps([values, int(back), fingerprint], salt=_SALT, compress=False)
        query = request.GET.copy()
        query["cursor"] = token
        return request.build_absolute_uri(f"{request.path}?{query.urlencode()}")

    return Page(
        rows=rows,
        next=link(rows[-1], back=False) if rows and after else None,
        previous=link(rows[0], back=True) if rows and before else None,
    )


def _value(row: Any, name: str) -> Any:
    return row[name] if isinstance(row, dict) else getattr(row, name)


def _plain(value: Any) -> Any:
    return {"at": value.isoformat()} if isinstance(value, datetime) else value


def _read(cursor: str, fingerprint: str) -> tuple[list[Any], bool]:
    try:
        values, back, bound_to = signing.loads(cursor, salt=_SALT)
    except signing.BadSignature:
        raise InvalidParameters({"cursor": "This is not a cursor that the API gave out."}) from None
    if bound_to != fingerprint:
        raise InvalidParameters({"cursor": "This cursor belongs to a list with other parameters."})
    return [datetime.fromisoformat(one["at"]) if isinstance(one, dict) else one for one in values], bool(back)


def _fingerprint(request: HttpRequest, order: Order) -> str:
    """What a cursor is bound to: the address and all parameters that choose or order rows."""
    chosen = sorted(
        (name, value)
        for name, values in request.GET.lists()
        if name not in ("cursor", "limit", "fields", "include", "count", "highlight")
        for value in values
    )
    return hashlib.sha256(repr((request.path, order.name, chosen)).encode()).hexdigest()[:16]
