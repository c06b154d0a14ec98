"""Words as people type them: without accents, unfinished, misspelt. Pure."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz.distance import OSA
from wagtail.coreutils import string_to_ascii

MAX_WORDS = 40
MAX_WORD_LENGTH = 60
SHORTEST_MISSPELT = 4
"""Shorter words are taken as they are: nearly everything is one letter away from them."""
_APOSTROPHES = re.compile(r"['\u2019\u02bc]")
_WORD = re.compile(r"[a-z0-9]+")


@dataclass(frozen=True, order=True)
class Fit:
    """How well a title answers what was typed; the smaller, the better."""

    typos: int
    unfinished: int
    """Words of which only the beginning was typed."""
    later: bool
    """Whether the title begins with other words."""


def words_of(text: str) -> list[str]:
    """The words of a text in Latin letters without accents, in lower case, in their order."""
    plain = string_to_ascii(_APOSTROPHES.sub("", text)).lower()
    return [word[:MAX_WORD_LENGTH] for word in _WORD.findall(plain)][:MAX_WORDS]


def pieces_of(word: str) -> list[str]:
    """All that is three letters long in a word; two spaces before it make its beginning count for more."""
    padded = f"  {word}"
    return sorted({padded[start : start + 3] for start in range(len(padded) - 2)})


def typos_between(typed: str, word: str) -> int | None:
    """Letters to change, add, leave out or swap until `typed` begins `word`; None where it is another word."""
    if word.startswith(typed):
        return 0
    allowed = typos_allowed(typed)
    if not allowed:
        return None
    lengths = range(len(typed) - allowed, len(typed) + allowed + 1)
    distance = min(OSA.distance(typed, word[:length], score_cutoff=allowed) for length in lengths)
    return int(distance) if distance <= allowed else None


def typos_allowed(typed: str) -> int:
    if len(typed) < SHORTEST_MISSPELT:
        return 0
    return 1 if len(typed) < 2 * SHORTEST_MISSPELT else 2


def nearest(typed: str, words: Iterable[str], *, limit: int) -> list[str]:
    """The words that `typed` may have been meant to begin, those with the fewest typos first."""
    found = [(typos, len(word), word) for word in words if (typos := typos_between(typed, word))]
    return [word for _typos, _length, word in sorted(found)[:limit]]


def fit(typed: Sequence[str], title: Sequence[str]) -> Fit | None:
    """How `title` answers the words `typed`; None unless it has all of them."""
    typos = unfinished = 0
    for one in typed:
        found = [(distance, word != one) for word in title if (distance := typos_between(one, word)) is not None]
        if not found:
            return None
        distance, is_unfinished = min(found)
        typos += distance
        unfinished += is_unfinished
    later = not title or typos_between(typed[0], title[0]) is None
    return Fit(typos, unfinished, later)
