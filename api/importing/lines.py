"""One line of an archive: what it must hold, and in plain words what is wrong with it. Knows no database."""

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

MAX_ID = 200
MAX_TITLE = 255
MAX_STANDFIRST = 500
MAX_NAME = 160
MAX_BLOCK_LINE = 150
MAX_BLOCKS = 2000
BLOCK_TYPES = ("paragraph", "heading", "quote")

_SLUG = re.compile(r"[-a-zA-Z0-9_]+")
_QUOTED = 60


@dataclass(frozen=True, slots=True)
class Block:
    """A piece of the body as plain text; an empty line inside a paragraph begins another."""

    type: str
    text: str
    attribution: str = ""


@dataclass(frozen=True, slots=True)
class Story:
    """One line, checked. Names are without white space around them, and no name stands twice."""

    number: int
    external_id: str
    slug: str
    title: str
    standfirst: str
    section: str
    authors: tuple[str, ...]
    topics: tuple[str, ...]
    published_at: datetime
    body: tuple[Block, ...]
    image: Path | None
    digest: str
    """SHA-256 of everything but the number of the line and `published_at`, which never changes after publication."""


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that was not imported, and why."""

    number: int
    reason: str

    def __str__(self) -> str:
        return f"line {self.number}: {self.reason}"


class _Refused(ValueError):
    pass


def parse_line(number: int, line: bytes, *, directory: Path, now: datetime) -> Story | BadLine:
    """What line `number` of an archive in `directory` says, or why it cannot be imported."""
    try:
        return _story(number, _json_object(line), directory, now)
    except _Refused as refusal:
        return BadLine(number, str(refusal))


def _json_object(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line.decode())
    except UnicodeDecodeError:
        raise _Refused("not UTF-8") from None
    except (ValueError, RecursionError) as error:
        raise _Refused(f"not JSON: {error}") from None
    if not isinstance(value, dict):
        raise _Refused(f"{_kind(value)} instead of an object")
    return value


def _story(number: int, line: dict[str, Any], directory: Path, now: datetime) -> Story:
    slug = _text(line, "slug", limit=MAX_TITLE)
    if not _SLUG.fullmatch(slug):
        raise _Refused(f'"slug" may hold letters a to z, digits, hyphens and underscores only: {_quote(slug)}')
    values = {
        "external_id": _id(line),
        "slug": slug,
        "title": _text(line, "title", limit=MAX_TITLE),
        "standfirst": _text(line, "standfirst", limit=MAX_STANDFIRST),
        "section": _text(line, "section", limit=MAX_TITLE),
        "authors": _names(line, "authors"),
        "topics": _names(line, "topics"),
        "body": _body(line),
        "image": _image(line, directory),
    }
    content = json.dumps(values, default=_plain_value, sort_keys=True)
    return Story(
        number=number,
        published_at=_moment(line, now),
        digest=hashlib.sha256(content.encode()).hexdigest(),
        **values,  # type: ignore[arg-type]
    )


def _plain_value(value: Block | Path) -> object:
    return [value.type, value.text, value.attribution] if isinstance(value, Block) else value.name


def _id(line: dict[str, Any]) -> str:
    value = line.get("id")
    if isinstance(value, int) and not isinstance(value, bool):
        line = {"id": str(value)}
    return _text(line, "id", limit=MAX_ID)


def _field(line: dict[str, Any], name: str) -> Any:
    if name not in line:
        raise _Refused(f'"{name}" is missing')
    return line[name]


def _text(line: dict[str, Any], name: str, *, limit: int) -> str:
    return _clean(_field(line, name), f'"{name}"', limit=limit)


def _clean(value: Any, name: str, *, limit: int | None = None, one_line: bool = True) -> str:
    if not isinstance(value, str):
        raise _Refused(f"{name} is {_kind(value)} instead of text")
    text = " ".join(value.split()) if one_line else value.strip()
    if not text:
        raise _Refused(f"{name} is empty")
    if limit and len(text) > limit:
        raise _Refused(f"{name} has {len(text)} characters; {limit} are allowed")
    if "\x00" in text:
        raise _Refused(f"{name} holds a NUL character")
    if not text.isascii():
        try:
            text.encode()
        except UnicodeEncodeError:
            raise _Refused(f"{name} holds half a character (a lone surrogate)") from None
    return text


def _names(line: dict[str, Any], field: str) -> tuple[str, ...]:
    values = _list(line, field)
    names = [_clean(value, f'item {number} of "{field}"', limit=MAX_NAME) for number, value in enumerate(values, 1)]
    return tuple(dict.fromkeys(names))


def _list(line: dict[str, Any], field: str) -> list[Any]:
    value = _field(line, field)
    if not isinstance(value, list):
        raise _Refused(f'"{field}" is {_kind(value)} instead of a list')
    return value


def _body(line: dict[str, Any]) -> tuple[Block, ...]:
    values = _list(line, "body")
    if len(values) > MAX_BLOCKS:
        raise _Refused(f'"body" has {len(values)} blocks; {MAX_BLOCKS} are allowed')
    return tuple(_block(value, f'block {number} of "body"') for number, value in enumerate(values, 1))


def _block(value: Any, where: str) -> Block:
    if not isinstance(value, dict):
        raise _Refused(f"{where} is {_kind(value)} instead of an object")
    for field in ("type", "text"):
        if field not in value:
            raise _Refused(f'{where} lacks "{field}"')
    kind = value["type"]
    if kind not in BLOCK_TYPES:
        raise _Refused(f"{where} has the unknown type {_quote(kind)}; known are {', '.join(BLOCK_TYPES)}")
    heading = kind == "heading"
    text = _clean(value["text"], f'"text" of {where}', limit=MAX_BLOCK_LINE if heading else None, one_line=heading)
    attribution = ""
    if kind == "quote" and value.get("attribution") not in (None, ""):
        attribution = _clean(value["attribution"], f'"attribution" of {where}', limit=MAX_BLOCK_LINE)
    return Block(kind, text, attribution)


def _moment(line: dict[str, Any], now: datetime) -> datetime:
    text = _text(line, "published_at", limit=MAX_TITLE)
    try:
        at = datetime.fromisoformat(text)
        at = at.replace(tzinfo=UTC) if at.tzinfo is None else at.astimezone(UTC)
    except (ValueError, OverflowError):
        raise _Refused(f'"published_at" is no date and time that exists, in ISO 8601: {_quote(text)}') from None
    if at > now:
        raise _Refused(f'"published_at" has not come yet: {_quote(text)}; only what was published is imported')
    return at


def _image(line: dict[str, Any], directory: Path) -> Path | None:
    if line.get("image") in (None, ""):
        return None
    text = _clean(line["image"], '"image"')
    address = urlsplit(text) if "://" in text or text.startswith("file:") else None
    if address and address.scheme.lower() != "file":
        raise _Refused(f'"image" must be a file on this machine, nothing is fetched: {_quote(text)}')
    if address and address.netloc not in ("", "localhost"):
        raise _Refused(f'"image" lies on another machine: {_quote(text)}')
    path = directory / (unquote(address.path) if address else text)
    if not _try(path.is_file):
        raise _Refused(f'"image" names a file that is not there: {_quote(text)}')
    return path


def _try(check: Callable[[], bool]) -> bool:
    try:
        return check()
    except (OSError, ValueError):
        return False


def _kind(value: Any) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case _:
            return "an object"


def _quote(value: Any) -> str:
    shown = json.dumps(value, ensure_ascii=True)
    return shown if len(shown) <= _QUOTED else shown[: _QUOTED - 3] + "..."
