"""Stories as plain text files: how they are written, and what is read from them. Pure.

A file holds one running story, or one kind of story. `# Name` opens it, with fields that hold for each of its stories;
`@rule` is followed by alternatives, one a line, of which `{rule}` takes the next from a shuffled deck, so that a
sentence comes back only when all others have been used. `## Headline` opens a story: fields, an empty line, its body.
A story without a body takes `{body}`. A field of the story may be used like a rule.

Pieces of a body are divided by an empty line (inside a rule by ` // `):

    Running text with *italic*, **bold** and [[key of another story|link]]
    ### Heading
    > Words of a speaker | Name              (>> for a pull quote)
    - item                                   (or 1. item)
    | head | head                            (lines of a table)
    [picture key]  [gallery Title: key, key]  [embed url | caption]
    [facts Title: point; point]  [related Title: key, key]  ---
"""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.utils.text import slugify

Block = tuple[str, Any]
"""Type of a block and its value, with keys of pictures and stories where the database has primary keys."""

_FIELD = re.compile(r"([a-z_]+): (.*)")
_SLOT = re.compile(r"\{([a-z_]+)\}")
_BRACKET = re.compile(r"\[(picture|gallery|embed|facts|related) (.*)\]", re.S)
_NUMBER = re.compile(r"\d+(?:\.\d+)?")


@dataclass(frozen=True)
class Story:
    """One story as it stands in its file."""

    key: str
    title: str
    file: str
    fields: dict[str, str]
    blocks: list[Block]

    def text(self, name: str) -> str:
        return self.fields.get(name, "")

    def items(self, name: str) -> list[str]:
        return [item.strip() for item in self.text(name).split(";") if item.strip()]

    @property
    def days_ago(self) -> float:
        return float(self.fields.get("day", "0"))


@dataclass
class Decks:
    """The alternatives of a file's rules, dealt without repetition while there is something left to deal."""

    rules: dict[str, list[str]]
    rng: random.Random
    left: dict[str, list[str]] = field(default_factory=dict)

    def deal(self, rule: str, dealt: set[str]) -> str:
        """The next alternative of a rule that is not among those that the story has been `dealt`."""
        left = self.left.setdefault(rule, [])
        fresh = [one for one in left if one not in dealt]
        if not fresh:
            left[:0] = self.rng.sample(self.rules[rule], len(self.rules[rule]))
            fresh = [one for one in left if one not in dealt] or left
        # The last one of its kind, since a second shuffle may have put it in twice.
        del left[len(left) - 1 - left[::-1].index(fresh[-1])]
        dealt.add(fresh[-1])
        return fresh[-1]

    def expand(self, text: str, fields: dict[str, str]) -> str:
        """`text` with every slot filled, from the story's fields or else from a deck.

        Raises:
            KeyError: a slot has neither.
        """
        dealt: set[str] = set()
        while match := _SLOT.search(text):
            name = match.group(1)
            filling = fields[name] if name in fields else self.deal(name, dealt)
            text = text[: match.start()] + filling + text[match.end() :]
        return text


def read_cast(path: Path) -> dict[str, str]:
    """Everyone who is quoted: name to role."""
    return dict(line.split(": ", 1) for line in path.read_text().splitlines() if line)


def read_stories(path: Path, *, cast: dict[str, str], seed: int) -> list[Story]:
    """The stories of one file in its order; the same seed deals the same sentences."""
    head, *chapters = re.split(r"^## ", path.read_text(), flags=re.M)
    shared, rules = _read_head(head)
    decks = Decks(rules, random.Random(f"{seed} {path.stem}"))
    return [_read_story(chapter, shared, decks, file=path.stem, cast=cast) for chapter in chapters]


def _read_head(head: str) -> tuple[dict[str, str], dict[str, list[str]]]:
    shared: dict[str, str] = {}
    rules: dict[str, list[str]] = {}
    current: list[str] | None = None
    for line in head.splitlines()[1:]:
        if line.startswith("@"):
            current = rules.setdefault(line[1:], [])
        elif not line:
            continue
        elif current is not None:
            current.append(line)
        elif match := _FIELD.fullmatch(line):
            shared[match.group(1)] = match.group(2)
    return shared, rules


def _read_story(chapter: str, shared: dict[str, str], decks: Decks, *, file: str, cast: dict[str, str]) -> Story:
    opening, _, body = chapter.partition("\n\n")
    title, *lines = opening.strip().splitlines()
    own = {match.group(1): match.group(2) for line in lines if (match := _FIELD.fullmatch(line))}
    fields = shared | own
    text = decks.expand(body.strip() or "{body}", fields).replace(" // ", "\n\n")
    pieces = [piece.strip() for piece in re.split(r"\n\s*\n", text) if piece.strip()]
    return Story(
        fields.get("key") or slugify(title), title, file, fields, [_read_block(piece, cast) for piece in pieces]
    )


def _read_block(piece: str, cast: dict[str, str]) -> Block:
    lines = piece.splitlines()
    if piece.startswith("### "):
        return "heading", {"text": piece[4:], "level": "2"}
    if piece == "---":
        return "divider", None
    if piece.startswith(">"):
        words, _, name = piece.lstrip(">").partition(" | ")
        style = "pull" if piece.startswith(">>") else "block"
        name = name.strip()
        return "quote", {"text": words.strip(), "attribution": name, "role": _role(cast, name), "style": style}
    if all(line.startswith("- ") for line in lines):
        return "list", {"style": "bulleted", "items": [line[2:] for line in lines]}
    if all(re.match(r"\d+\. ", line) for line in lines):
        return "list", {"style": "numbered", "items": [line.partition(". ")[2] for line in lines]}
    if piece.startswith("|"):
        return "table", _read_table(lines)
    if match := _BRACKET.fullmatch(piece):
        return _read_bracket(match.group(1), match.group(2))
    return "paragraph", " ".join(lines)


def _role(cast: dict[str, str], name: str) -> str:
    role = cast.get(name, "")
    return role[:1].upper() + role[1:]


def _read_table(lines: list[str]) -> dict[str, Any]:
    heads, *rows = ([cell.strip() for cell in line.strip("|").split("|")] for line in lines)
    numeric = [all(_NUMBER.fullmatch(row[place]) for row in rows) for place in range(len(heads))]
    columns = [
        {"type": "number" if number else "text", "heading": head} for head, number in zip(heads, numeric, strict=True)
    ]
    return {"columns": columns, "rows": [{"values": row} for row in rows], "caption": ""}


def _read_bracket(kind: str, text: str) -> Block:
    if kind == "picture":
        return "image", text
    if kind == "embed":
        url, _, caption = text.partition(" | ")
        return "embed", {"url": url, "caption": caption}
    title, _, rest = text.partition(": ")
    if kind == "facts":
        return "fact_box", {"title": title, "points": [point.strip() for point in rest.split(";")]}
    return kind, {"title": title, "keys": [key.strip() for key in rest.split(",")]}


def linked_keys(blocks: list[Block]) -> Iterator[str]:
    """Keys of the stories to which a body refers."""
    for kind, value in blocks:
        if kind == "related":
            yield from value["keys"]
        elif kind == "paragraph":
            yield from re.findall(r"\[\[([^|\]]+)\|", value)
