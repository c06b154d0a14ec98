"""What a story is about, as weighted terms. Pure.

A term is a stemmed word or a pair of neighbouring words; its weight is (1 + ln tf) * idf, the weights of a story having
length 1, so that the inner product of two stories is the cosine of their angle (Salton and Buckley 1988,
doi.org/10.1016/0306-4573(88)90021-0). Terms are hashed into slots, as in Weinberger et al. 2009 (arXiv:0902.2206).
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

import snowballstemmer

from cms.text import STEMMERS

MAX_TERMS = 800
GAP = "…"
"""Stands between the words of a pair that nobody wrote next to each other."""
MAX_SHARE = 0.3
HEAVIEST = 80
TITLE_WEIGHT = 2
STANDFIRST_WEIGHT = 1
COUNTED_FROM = 20
"""Stories from which on frequencies mean something."""

_WORD = re.compile(r"[^\W\d_][\w'’-]*|\d{3,}")


@dataclass(frozen=True)
class Terms:
    """Weights by slot, and the heaviest slots with the words that a reader would recognise, heaviest first."""

    weights: dict[int, float]
    heaviest: list[int]
    words: list[str]


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem of a lower-case word; the word itself in a language without a stemmer."""
    algorithm = STEMMERS.get(language.split("-")[0])
    return str(_stemmer(algorithm).stemWord(word)) if algorithm else word


@lru_cache
def _stemmer(algorithm: str) -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer(algorithm)


@lru_cache(maxsize=100_000)
def slot(term: str, slots: int) -> int:
    """Which of `slots` slots a term falls into; the same on every machine."""
    return zlib.crc32(term.encode()) % slots


def tokens(text: str, language: str) -> Iterator[tuple[str, str, bool]]:
    """Stem, written form, and whether it stands right behind the one before; very short words are left out."""
    end = -1
    for match in _WORD.finditer(text):
        written = match.group().replace("’", "'").removesuffix("'s")
        if len(written) > 2:
            yield stem(written.lower(), language), written, text[end : match.start()] == " "
            end = match.end()


def count_terms(pieces: Iterable[tuple[str, int]], language: str, slots: int) -> tuple[Counter[int], dict[int, str]]:
    """How often each slot occurs in pieces of text, each with its weight, and a written form for each slot."""
    counts: Counter[int] = Counter()
    written_as: dict[int, str] = {}
    for text, weight in pieces:
        previous: tuple[str, str] | None = None
        for stemmed, written, adjacent in tokens(text, language):
            one = slot(stemmed, slots)
            counts[one] += weight
            written_as.setdefault(one, written)
            if previous:
                pair = slot(f"{previous[0]} {stemmed}", slots)
                counts[pair] += weight
                written_as.setdefault(
                    pair, f"{previous[1]} {written}" if adjacent else f"{previous[1]} {GAP} {written}"
                )
            previous = stemmed, written
    return counts, written_as


def weigh(
    counts: Counter[int], written_as: Mapping[int, str], *, frequencies: Mapping[int, int], story_count: int
) -> Terms:
    """The terms of a story, given in how many of `story_count` stories each slot occurs.

    A slot that `frequencies` lacks counts as new; with no stories counted yet all slots weigh alike.
    """
    total = max(story_count, 1)
    counted = story_count >= COUNTED_FROM
    weights: dict[int, float] = {}
    for one, count in counts.items():
        frequency = frequencies.get(one, 0)
        if counted and (frequency > MAX_SHARE * total or (" " in written_as[one] and frequency < 2)):
            # What a third of all stories say tells nothing, and most pairs of words are never said again.
            continue
        weights[one] = (1 + math.log(count)) * math.log(1 + total / (1 + frequency))
    kept = sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:MAX_TERMS]
    length = math.sqrt(sum(weight * weight for _, weight in kept)) or 1.0
    # A term that no other story had cannot find another story; it stays in the vector for those to come.
    findable = [one for one, _ in kept if frequencies.get(one, 0) >= 2 or not counted][:HEAVIEST]
    return Terms(
        weights={one: weight / length for one, weight in kept},
        heaviest=findable,
        words=[written_as[one] for one in findable],
    )
