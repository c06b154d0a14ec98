"""The body of an imported story in the form in which Wagtail stores it."""

import html
import random
import re
import string
import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from api.importing.lines import Block

_BETWEEN_PARAGRAPHS = re.compile(r"\n\s*\n")
_SPACES = re.compile(r"[ \t\r\f\v]+")
_KEY_LETTERS = string.ascii_lowercase + string.digits
_KEY_LENGTH = 5


def stored_body(blocks: Iterable[Block], *, before: Sequence[dict[str, Any]] = ()) -> list[dict[str, Any]]:
    """Blocks as `StreamValue` keeps them: a list of `{"type", "value", "id"}`.

    `before` is the stored body that this one takes the place of. A block that says the same in the same place stays as
    it is, and one of the same type in the same place keeps its id, so that a comparison of versions shows what changed.
    """
    body = []
    for place, block in enumerate(blocks):
        old = before[place] if place < len(before) and before[place]["type"] == block.type else None
        value = _value(block)
        if old and _same(old["value"], value):
            value = old["value"]
        body.append({"type": block.type, "value": value, "id": old["id"] if old else str(uuid.uuid4())})
    return body


def _value(block: Block) -> Any:
    match block.type:
        case "paragraph":
            return paragraph_html(block.text)
        case "heading":
            return {"text": block.text, "level": "2"}
        case _:
            return {"text": block.text, "attribution": block.attribution, "role": "", "style": "block"}


def paragraph_html(text: str) -> str:
    """Plain text as rich text, byte for byte as Wagtail's editor would save it; markup in `text` becomes visible."""
    return "".join(
        f'<p data-block-key="{_key()}">{_lines(paragraph)}</p>' for paragraph in _BETWEEN_PARAGRAPHS.split(text)
    )


def _lines(paragraph: str) -> str:
    lines = [_SPACES.sub(" ", line).strip() for line in paragraph.strip().split("\n")]
    return "<br/>".join(html.escape(line, quote=False) for line in lines)


def _key() -> str:
    return "".join(random.choices(_KEY_LETTERS, k=_KEY_LENGTH))  # noqa: S311 - a label, not a secret


def _same(old: Any, new: Any) -> bool:
    if isinstance(old, str) and isinstance(new, str):
        return _without_keys(old) == _without_keys(new)
    return bool(old == new)


def _without_keys(source: str) -> str:
    return re.sub(r' data-block-key="[^"]*"', "", source)
