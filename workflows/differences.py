"""What changed between two versions of a story, down to words. Pure: values in, values out.

Versions are `Article.public_content`. Things that stand in it by primary key stay `Reference`s here; whoever shows the
differences gives them names.
"""

import difflib
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

from workflows.matters import MATTER_OF_KEY, of_block

_Styled = Sequence[tuple[str, tuple[str, ...]]]
"""Tokens, each with its formats."""

_TOKEN = re.compile(r"\n|[^\S\n]+|\w[\w'’-]*|[^\w\s]")
_BETWEEN = re.compile(r"[^\w\n]{1,2}")
_FORMATS = {"b": "bold", "strong": "bold", "i": "italic", "em": "italic", "h2": "heading", "h3": "heading"}
_PARAGRAPHS = {"p", "li", "h2", "h3", "h4"}
_LOOKS = {"level", "style"}
"""Values of blocks that are no words: said where they change, left out where a whole block is shown."""
_RICH = {"paragraph": {""}, "list": {"items"}, "fact_box": {"text"}}
"""Block type to the names of its values that are rich text; "" is the block itself."""


@dataclass(frozen=True)
class Piece:
    """A run of text: in both versions ("same"), only in the new ("added") or only in the old one ("removed").

    `was` and `now` name formats (bold, italic, heading, "link ...") that the run had and has, where they differ.
    """

    op: str
    text: str
    was: tuple[str, ...] = ()
    now: tuple[str, ...] = ()

    @property
    def restyled(self) -> bool:
        return self.op == "same" and self.was != self.now


@dataclass(frozen=True)
class Reference:
    """A thing that a version names by primary key; `note` is what the version says of it, a role for example."""

    kind: str
    pk: int
    note: str = ""


@dataclass(frozen=True)
class Item:
    """A reference that was added, removed, moved or stayed ("same")."""

    op: str
    reference: Reference


@dataclass(frozen=True)
class Part:
    """One value that changed. `name` is a key of the content or of a block; it has `pieces`, or `items` for things."""

    name: str
    pieces: tuple[Piece, ...] = ()
    items: tuple[Item, ...] = ()


@dataclass(frozen=True)
class BlockChange:
    """One block of the body. `op` is same, added, removed, moved or changed; a changed block may have moved too."""

    op: str
    id: str
    type: str
    parts: tuple[Part, ...] = ()
    moved: bool = False

    @property
    def matter(self) -> str:
        return of_block(self.type)


@dataclass(frozen=True)
class Differences:
    """`fields` that changed, and every block in the order of the new version, removed ones where they stood."""

    fields: tuple[Part, ...] = ()
    blocks: tuple[BlockChange, ...] = ()
    matters: frozenset[str] = field(default_factory=frozenset)

    def __bool__(self) -> bool:
        return bool(self.fields) or any(block.op != "same" for block in self.blocks)

    @property
    def changed_blocks(self) -> list[BlockChange]:
        return [block for block in self.blocks if block.op != "same"]


def compare(before: dict[str, Any], after: dict[str, Any]) -> Differences:
    """What changed from `before` to `after`; empty, and false, if nothing did."""
    fields = tuple(part for key in MATTER_OF_KEY if key != "body" for part in _field(key, before[key], after[key]))
    blocks = _blocks(before["body"], after["body"])
    touched = {MATTER_OF_KEY[part.name.partition(".")[0]] for part in fields}
    touched |= {block.matter for block in blocks if block.op != "same"}
    return Differences(fields, blocks, frozenset(touched))


def references(content: dict[str, Any]) -> dict[str, set[int]]:
    """Primary keys that a version names, by kind: picture, author, topic, story."""
    found: dict[str, set[int]] = {"picture": set(), "author": set(), "topic": set(), "story": set()}
    for key in ("lead_image", "byline", "topics", "picks"):
        for reference in _references(key, content[key]):
            found[reference.kind].add(reference.pk)
    for block in content["body"]:
        for _name, value in _block_values(block):
            if isinstance(value, tuple):
                for reference in value:
                    found[reference.kind].add(reference.pk)
    return found


def words(before: str, after: str) -> tuple[Piece, ...]:
    """Two plain texts as one run of pieces, word by word.

    What is same or removed makes `before` again, and what is same or added makes `after`.
    """
    return _diff([(token, ()) for token in tokens(before)], [(token, ()) for token in tokens(after)])


def rich_words(before: str, after: str) -> tuple[Piece, ...]:
    """Two pieces of rich text as one run of pieces; words that only changed their format are "same" and `restyled`."""
    return _diff(styled_tokens(before), styled_tokens(after))


def tokens(text: str) -> list[str]:
    """Words, runs of space and single signs; joined, they are `text` again."""
    return _TOKEN.findall(text)


def styled_tokens(source: str) -> list[tuple[str, tuple[str, ...]]]:
    """The tokens of a piece of rich text with the formats of each; a new line stands between paragraphs."""
    reader = _RichText()
    reader.feed(source)
    reader.close()
    return reader.result


class _RichText(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.result: list[tuple[str, tuple[str, ...]]] = []
        self._open: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in _PARAGRAPHS or tag == "br":
            self._new_line()
        if tag == "a":
            given = dict(attrs)
            self._open.append((tag, f"link {given.get('href') or given.get('id') or ''}".strip()))
        elif tag in _FORMATS:
            self._open.append((tag, _FORMATS[tag]))

    def handle_endtag(self, tag: str) -> None:
        for index in range(len(self._open) - 1, -1, -1):
            if self._open[index][0] == tag:
                del self._open[index]
                break

    def handle_data(self, data: str) -> None:
        formats = tuple(sorted({format_ for _tag, format_ in self._open}))
        self.result += [(token, formats) for token in tokens(data.replace("\n", " "))]

    def _new_line(self) -> None:
        if self.result and self.result[-1][0] != "\n":
            self.result.append(("\n", ()))


def _diff(before: _Styled, after: _Styled) -> tuple[Piece, ...]:
    old, new = [token for token, _formats in before], [token for token, _formats in after]
    start = _common(old, new)
    end = _common(old[start:][::-1], new[start:][::-1])
    # Spaces and, in long texts, words that come often do not anchor: they would cut a rewritten sentence into crumbs,
    # and comparing every "the" with every other takes minutes.
    matcher = difflib.SequenceMatcher(str.isspace, old[start : len(old) - end], new[start : len(new) - end])
    steps: list[tuple[str, int, int, int, int]] = [
        ("equal", 0, start, 0, start),
        *((op, i + start, j + start, k + start, m + start) for op, i, j, k, m in matcher.get_opcodes()),
        ("equal", len(old) - end, len(old), len(new) - end, len(new)),
    ]
    pieces: list[Piece] = []
    for op, old_from, old_to, new_from, new_to in steps:
        if op == "equal":
            for (token, was), (_token, now) in zip(before[old_from:old_to], after[new_from:new_to], strict=True):
                _append(pieces, Piece("same", token, was, now))
        else:
            for token, was in before[old_from:old_to]:
                _append(pieces, Piece("removed", token, was))
            for token, now in after[new_from:new_to]:
                _append(pieces, Piece("added", token, (), now))
    return tuple(_joined(pieces))


def _common(one: Sequence[str], other: Sequence[str]) -> int:
    """How many tokens two sequences share at their start."""
    pairs = zip(one, other, strict=False)
    return next((index for index, (left, right) in enumerate(pairs) if left != right), min(len(one), len(other)))


def _append(pieces: list[Piece], piece: Piece) -> None:
    last = pieces[-1] if pieces else None
    if last and (last.op, last.was, last.now) == (piece.op, piece.was, piece.now):
        pieces[-1] = Piece(last.op, last.text + piece.text, last.was, last.now)
    else:
        pieces.append(piece)


def _joined(pieces: list[Piece]) -> list[Piece]:
    """One change instead of several that only a space or a sign divides: sentences are read, not words counted."""
    result: list[Piece] = []
    removed = added = ""

    def flush() -> None:
        nonlocal removed, added
        if removed:
            result.append(Piece("removed", removed))
        if added:
            result.append(Piece("added", added))
        removed = added = ""

    for index, piece in enumerate(pieces):
        if piece.op == "removed":
            removed += piece.text
        elif piece.op == "added":
            added += piece.text
        elif (
            _BETWEEN.fullmatch(piece.text)
            and not piece.restyled
            and removed
            and added
            and _replaces(pieces[index + 1 : index + 3])
        ):
            removed, added = removed + piece.text, added + piece.text
        else:
            flush()
            result.append(piece)
    flush()
    return result


def _replaces(following: Sequence[Piece]) -> bool:
    return [piece.op for piece in following] == ["removed", "added"]


def _field(key: str, before: Any, after: Any) -> list[Part]:
    if before == after:
        return []
    if isinstance(after, dict):
        return [
            Part(f"{key}.{name}", words(_plain(before[name]), _plain(after[name])))
            for name in after
            if before[name] != after[name]
        ]
    old, new = _references(key, before), _references(key, after)
    if old or new:
        return [Part(key, items=_items(old, new, ordered=key != "topics"))]
    if isinstance(after, str) and key not in ("kind", "language", "embargo_until"):
        return [Part(key, words(before, after))]
    return [Part(key, _replaced(_plain(before), _plain(after)))]


def _references(key: str, value: Any) -> list[Reference]:
    if key == "lead_image":
        return [Reference("picture", value)] if value else []
    if key == "byline":
        return [Reference("author", pk, role) for pk, role in value]
    if key == "topics":
        return [Reference("topic", pk) for pk in value]
    if key == "picks":
        return [Reference("story", pk) for pk in value]
    return []


def _items(before: Sequence[Reference], after: Sequence[Reference], *, ordered: bool) -> tuple[Item, ...]:
    """References in the order of the new version, removed ones last."""
    stayed = _in_order([one for one in before if one in after], [one for one in after if one in before])
    items = []
    for reference in after:
        if reference not in before:
            items.append(Item("added", reference))
        else:
            items.append(Item("same" if not ordered or reference in stayed else "moved", reference))
    return (*items, *(Item("removed", reference) for reference in before if reference not in after))


def _in_order(before: Sequence[Any], after: Sequence[Any]) -> set[Any]:
    """What kept its place when the same things were put in another order."""
    matcher = difflib.SequenceMatcher(None, before, after, autojunk=False)
    return {one for block in matcher.get_matching_blocks() for one in before[block.a : block.a + block.size]}


def _blocks(before: list[dict[str, Any]], after: list[dict[str, Any]]) -> tuple[BlockChange, ...]:
    old, new = _with_ids(before), _with_ids(after)
    kept = _in_order([id_ for id_ in old if id_ in new], [id_ for id_ in new if id_ in old])
    result = []
    for id_, block in new.items():
        if id_ not in old or old[id_]["type"] != block["type"]:
            result.append(BlockChange("added", id_, block["type"], _shown(block, "added")))
            continue
        parts, moved = _block_parts(old[id_], block), id_ not in kept
        op = "changed" if parts else "moved" if moved else "same"
        result.append(BlockChange(op, id_, block["type"], parts or _shown(block, "same"), moved))
    for id_, follows in _removed(old, new):
        place = next((index + 1 for index, change in enumerate(result) if change.id == follows), 0)
        result.insert(place, BlockChange("removed", id_, old[id_]["type"], _shown(old[id_], "removed")))
    return tuple(result)


def _removed(old: dict[str, Any], new: dict[str, Any]) -> Iterable[tuple[str, str]]:
    """Blocks that are gone, each with the id of the block that stood before it."""
    before = ""
    for id_ in old:
        if id_ not in new or new[id_]["type"] != old[id_]["type"]:
            yield id_, before
        before = id_


def _with_ids(body: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """Blocks by id, in order. A body that was made by a program may lack ids: then the place is one."""
    return {str(block.get("id") or f"at-{index}"): block for index, block in enumerate(body)}


def _block_parts(before: dict[str, Any], after: dict[str, Any]) -> tuple[Part, ...]:
    old, new = dict(_block_values(before)), dict(_block_values(after))
    parts = []
    for name in (*new, *(name for name in old if name not in new)):
        was, now = old.get(name), new.get(name)
        if was == now:
            continue
        if isinstance(was or now, tuple):
            parts.append(Part(name, items=_items(was or (), now or (), ordered=True)))  # type: ignore[arg-type]
        elif name in _RICH.get(after["type"], ()):
            parts.append(Part(name, rich_words(str(was or ""), str(now or ""))))
        else:
            parts.append(Part(name, words(str(was or ""), str(now or ""))))
    return tuple(parts)


def _shown(block: dict[str, Any], op: str) -> tuple[Part, ...]:
    """The words and things of a whole block as it is, or was."""
    parts = []
    for name, value in _block_values(block):
        if name in _LOOKS:
            continue
        if isinstance(value, tuple):
            parts.append(Part(name, items=tuple(Item(op, reference) for reference in value)))
        elif value:
            text = "".join(token for token, _formats in styled_tokens(value)) if _is_rich(block, name) else value
            parts.append(Part(name, (Piece(op, text),)))
    return tuple(parts)


def _is_rich(block: dict[str, Any], name: str) -> bool:
    return name in _RICH.get(block["type"], ())


def _block_values(block: dict[str, Any]) -> list[tuple[str, str | tuple[Reference, ...]]]:
    """The values of a block by name: text, rich text where `_RICH` says so, or references."""
    value = block["value"]
    match block["type"]:
        case "image":
            return [("image", _pictures([value["image"]])), *_texts(value, "alt", "caption")]
        case "gallery":
            pictures = [item.get("value", item) for item in value.get("pictures", [])]
            captions = "\n".join(
                " - ".join(text for text in (one.get("caption"), one.get("alt")) if text) for one in pictures
            )
            return [
                *_texts(value, "title"),
                ("pictures", _pictures([one["image"] for one in pictures])),
                ("captions", captions),
            ]
        case "related":
            stories = [item["value"] if isinstance(item, dict) else item for item in value.get("stories", [])]
            return [*_texts(value, "title"), ("stories", tuple(Reference("story", pk) for pk in stories if pk))]
        case "list":
            items = [item["value"] if isinstance(item, dict) else item for item in value.get("items", [])]
            return [("style", _plain(value.get("style"))), ("items", "".join(f"<p>{item}</p>" for item in items))]
        case "table":
            return [("caption", _plain(value.get("caption"))), ("rows", "\n".join(_rows(value)))]
        case _ if isinstance(value, dict):
            return _texts(value, *value)
        case _:
            return [("", _plain(value))]


def _texts(value: dict[str, Any], *names: str) -> list[tuple[str, str | tuple[Reference, ...]]]:
    return [(name, _plain(value.get(name))) for name in names]


def _pictures(pks: Iterable[int | None]) -> tuple[Reference, ...]:
    return tuple(Reference("picture", pk) for pk in pks if pk)


def _rows(table: dict[str, Any]) -> Iterable[str]:
    yield " | ".join(column.get("heading") or "" for column in table.get("columns", []))
    for row in table.get("rows", []):
        yield " | ".join(_plain(cell) for cell in row["values"])


def _replaced(before: str, after: str) -> tuple[Piece, ...]:
    return tuple(Piece(op, text) for op, text in (("removed", before), ("added", after)) if text)


def _plain(value: Any) -> str:
    return "" if value is None else str(value)
