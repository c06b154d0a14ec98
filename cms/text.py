"""A body as plain words: for counting, searching and comparing."""

import html
import re
from collections.abc import Iterator
from typing import Any

from django.utils.html import strip_tags

_END_OF_PIECE = re.compile(r"</(?:p|li|h\d)>|<br\s*/?>")
_WORD = re.compile(r"\w[\w'’-]*")
STEMMERS = {
    "da": "danish",
    "de": "german",
    "en": "english",
    "es": "spanish",
    "fi": "finnish",
    "fr": "french",
    "it": "italian",
    "nb": "norwegian",
    "nl": "dutch",
    "pt": "portuguese",
    "sv": "swedish",
}
"""Snowball's algorithm for a language, which is also the name of PostgreSQL's text search configuration for it."""
_EDITORS_KEY = re.compile(r'\sdata-block-key="[^"]*"')
_LINK = re.compile(r"<a\s([^<>]*)>")
_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
WORDS_A_MINUTE = 230
"""Silent reading of non-fiction in English: Brysbaert (2019), doi.org/10.1016/j.jml.2019.104047 (238, rounded down)."""


def plain(source: str) -> str:
    """The words of a piece of rich text, paragraphs divided by a space."""
    return " ".join(html.unescape(strip_tags(_END_OF_PIECE.sub(" ", source))).split())


def body_paragraphs(raw: list[dict[str, Any]]) -> Iterator[str]:
    """Plain text of each piece of a body, in reading order.

    `raw` is the body as it is stored (`StreamValue.get_prep_value()`): a list of `{"type", "value", "id"}`.
    """
    for block in raw:
        value = block["value"]
        match block["type"]:
            case "paragraph":
                yield plain(value)
            case "heading":
                yield value["text"]
            case "list":
                for item in value["items"]:
                    yield plain(item["value"] if isinstance(item, dict) else item)
            case "quote":
                yield value["text"]
                if value.get("attribution"):
                    yield value["attribution"]
            case "fact_box":
                yield value["title"]
                yield plain(value["text"])
            case "image" | "embed":
                if value.get("caption"):
                    yield value["caption"]
            case "gallery" | "related":
                if value.get("title"):
                    yield value["title"]
            case "table":
                for row in value.get("rows", []):
                    yield " ".join(str(cell) for cell in row["values"] if cell is not None)


def count_words(text: str) -> int:
    return len(_WORD.findall(text))


def reading_minutes(word_count: int) -> int:
    """Whole minutes to read `word_count` words; at least 1 unless there is nothing to read."""
    return max(1, round(word_count / WORDS_A_MINUTE)) if word_count else 0


def without_editors_marks(raw: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A stored body without what the editor's form writes anew when nobody typed anything.

    That is the key of each paragraph of rich text and the order of a link's attributes. Plain text stays as it is.
    """
    return [block | {"value": _canonical(block["type"], block["value"])} for block in raw]


def _canonical(kind: str, value: Any) -> Any:
    match kind:
        case "paragraph":
            return _canonical_html(value)
        case "fact_box":
            return value | {"text": _canonical_html(value["text"])}
        case "list":
            items = [
                item | {"value": _canonical_html(item["value"])} if isinstance(item, dict) else _canonical_html(item)
                for item in value["items"]
            ]
            return value | {"items": items}
    return value


def _canonical_html(html: str) -> str:
    return _LINK.sub(lambda link: f"<a {' '.join(sorted(_ATTRIBUTE.findall(link[1])))}>", _EDITORS_KEY.sub("", html))
