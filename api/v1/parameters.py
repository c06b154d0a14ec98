"""Query parameters: what they may hold, and what an address without meaning is told."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from uuid import UUID

from django.http import QueryDict

from .problems import InvalidParameters

MAX_LIMIT = 100
DEFAULT_LIMIT = 20
MAX_IDS = 100
_SLUG = re.compile(r"[\w-]+", re.ASCII)
_YES, _NO = "true", "false"
MAY_BE_EMPTY = ("cursor", "q")
_LENGTHS = {"language": 20, "site": 255}
"""How long at most, of those that are long only by mistake."""


def refuse_unknown(query: QueryDict, known: Collection[str]) -> None:
    """Raise unless each parameter is known and given once.

    Raises:
        InvalidParameters: naming each one that is not.
    """
    errors, allowed = {}, {}
    for name, values in query.lists():
        if name not in known:
            errors[name] = f"There is no such parameter. Known: {', '.join(sorted(known)) or 'none'}."
            allowed[name] = sorted(known)
        elif len(values) > 1:
            errors[name] = "This parameter was given more than once."
        elif "\x00" in values[0]:
            errors[name] = "This parameter holds a NUL."
        elif len(values[0]) > _LENGTHS.get(name, len(values[0])):
            errors[name] = f"This parameter has at most {_LENGTHS[name]} characters."
        elif not values[0] and name not in MAY_BE_EMPTY:
            errors[name] = "This parameter is empty: give it a value, or leave it out."
    if errors:
        raise InvalidParameters(errors, allowed=allowed)


def read_flag(query: QueryDict, name: str, *, default: bool = False) -> bool:
    """A yes or no: true, false."""
    value = query.get(name)
    if value is None:
        return default
    if value not in (_YES, _NO):
        raise InvalidParameters({name: "Give true or false."}, allowed={name: ["true", "false"]})
    return value == _YES


def read_limit(query: QueryDict, *, default: int = DEFAULT_LIMIT, maximum: int = MAX_LIMIT) -> int:
    return read_number(query, "limit", default=default, maximum=maximum) or default


def read_number(query: QueryDict, name: str, *, default: int | None, maximum: int) -> int | None:
    """A whole number from 1 to `maximum`; `default` where it is not given."""
    value = query.get(name)
    if value is None:
        return default
    if not re.fullmatch(r"[0-9]{1,6}", value) or not 1 <= int(value) <= maximum:
        raise InvalidParameters({name: f"Give a whole number from 1 to {maximum}."})
    return int(value)


def read_choice(query: QueryDict, name: str, choices: Collection[str], *, default: str) -> str:
    value = query.get(name, default)
    if value not in choices:
        raise InvalidParameters({name: f"Give one of: {', '.join(choices)}."}, allowed={name: choices})
    return value


def read_names(query: QueryDict, name: str, known: Collection[str]) -> list[str]:
    """Comma-separated names out of `known`, in the order given; empty where it is not given."""
    value = query.get(name)
    if value is None:
        return []
    names = [one.strip() for one in value.split(",")]
    unknown = [one for one in names if one not in known]
    if unknown:
        sentence = f"Unknown: {', '.join(unknown)}. Known: {', '.join(known)}."
        raise InvalidParameters({name: sentence}, allowed={name: known})
    return list(dict.fromkeys(names))


def read_ids(query: QueryDict, name: str) -> list[UUID]:
    """Up to a hundred comma-separated ids; empty where it is not given."""
    value = query.get(name)
    if value is None:
        return []
    try:
        ids = [UUID(one.strip()) for one in value.split(",")]
    except ValueError:
        raise InvalidParameters({name: "Give ids (UUIDs), divided by commas."}) from None
    if len(ids) > MAX_IDS:
        raise InvalidParameters({name: f"Give at most {MAX_IDS} ids."})
    return ids


@dataclass(frozen=True)
class Clause:
    """Slugs of which one must (or, negated, none may) be there."""

    slugs: tuple[str, ...]
    negated: bool = False


def parse_expression(value: str) -> list[Clause]:
    """Clauses divided by commas, all of which must hold: `a,b|c,-d` is a, and b or c, and not d.

    Raises:
        ValueError: a clause is empty or holds something that is no slug.
    """
    clauses = []
    for part in value.split(","):
        negated = part.strip().startswith("-")
        slugs = tuple(slug.strip() for slug in part.strip().removeprefix("-").split("|"))
        if not all(_SLUG.fullmatch(slug) for slug in slugs):
            raise ValueError("Give slugs: a comma for all of them, | for any, - before one for none.")
        clauses.append(Clause(slugs, negated))
    return clauses
