"""What a story is about, as weighted terms. Pure.

A term is a stemmed word or a pair of neighbouring words; its weight is (1 + ln tf) * idf, the weights of a story having
length 1, so that the inner product of two stories is the cosine of their angle (Salton and Buckley 1988,
doi.org/10.1016/0306-4573(88)90021-0). Terms are hashed into slots, as in Weinberger et al. 2009 (arXiv:0902.2206).
Names and topics are terms as well, in slots of their own.
"""

import math
import re
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import snowballstemmer
from stop_words import safe_get_stop_words

from cms.text import STEMMERS

from .names import find_names

MAX_TERMS = 800
MAX_NAMES = 30
GAP = "…"
"""Stands between the words of a pair that nobody wrote next to each other."""
MAX_SHARE = 0.3
HEAVIEST = 80
SAID_OFTEN = 2
"""A pair of words that a story says less often, its headline counting twice, is not what the story is about; a word
must be said once more."""
COUNTED_FROM = 20
"""Stories from which on frequencies mean something."""
WIDE_SHARE = 0.15
"""What more of all stories have says little about any of them."""

_WORD = re.compile(r"[^\W\d_][\w'’-]*|\d{3,}")

Vector = dict[int, float]


@dataclass
class Counts:
    """How often each slot occurs in the parts of a story, and a written form for each slot."""

    text: Counter[int] = field(default_factory=Counter)
    title: Counter[int] = field(default_factory=Counter)
    names: Counter[int] = field(default_factory=Counter)
    topics: Counter[int] = field(default_factory=Counter)
    written: dict[int, str] = field(default_factory=dict)

    def slots(self) -> set[int]:
        """Every slot that is counted in how many stories it occurs."""
        return {*self.text, *self.names, *self.topics}


@dataclass(frozen=True)
class Terms:
    """A story's vectors, its heaviest terms and names with the words a reader would recognise, heaviest first.

    The words of a term that the story only mentions in passing are empty.
    """

    text: Vector = field(default_factory=dict)
    title: Vector = field(default_factory=dict)
    names: Vector = field(default_factory=dict)
    topics: Vector = field(default_factory=dict)
    heaviest: list[int] = field(default_factory=list)
    words: list[str] = field(default_factory=list)
    name_slots: list[int] = field(default_factory=list)
    name_words: list[str] = field(default_factory=list)
    wide: frozenset[int] = frozenset()
    """Slots of names and topics that too many stories have to say anything of one."""


@lru_cache(maxsize=100_000)
def stem(word: str, language: str) -> str:
    """The stem of a lower-case word; the word itself in a language without a stemmer."""
    algorithm = STEMMERS.get(language.split("-")[0])
    return str(_stemmer(algorithm).stemWord(word)) if algorithm else word


@lru_cache
def _stemmer(algorithm: str) -> "snowballstemmer.stemmer":
    return snowballstemmer.stemmer(algorithm)


@lru_cache
def stop_words(language: str) -> frozenset[str]:
    """Words that say nothing; none in a language without a list."""
    return frozenset(safe_get_stop_words(STEMMERS.get(language.split("-")[0], "")))


@lru_cache(maxsize=100_000)
def slot(term: str, slots: int) -> int:
    """Which of `slots` slots a term falls into; the same on every machine."""
    return zlib.crc32(term.encode()) % slots


def topic_slot(slug: str, slots: int) -> int:
    return slot(f"topic:{slug}", slots)


def tokens(text: str, language: str) -> Iterator[tuple[str, str, bool]]:
    """Stem, written form, and whether it stands right behind the one before.

    Very short words and words that say nothing are left out.
    """
    silent = stop_words(language)
    end = -1
    for match in _WORD.finditer(text):
        written = match.group().replace("’", "'").removesuffix("'s")
        lower = written.lower()
        if len(written) > 2 and lower not in silent:
            yield stem(lower, language), written, text[end : match.start()] == " "
            end = match.end()


def count_terms(text: str, language: str, slots: int) -> tuple[Counter[int], dict[int, str]]:
    """How often each slot occurs in a text, and a written form for each slot."""
    counts: Counter[int] = Counter()
    written_as: dict[int, str] = {}
    previous: tuple[str, str] | None = None
    for stemmed, written, adjacent in tokens(text, language):
        one = slot(stemmed, slots)
        counts[one] += 1
        written_as.setdefault(one, written)
        if previous:
            pair = slot(f"{previous[0]} {stemmed}", slots)
            counts[pair] += 1
            written_as.setdefault(pair, f"{previous[1]} {written}" if adjacent else f"{previous[1]} {GAP} {written}")
        previous = stemmed, written
    return counts, written_as


def count_story(
    *, title: str, standfirst: str, body: str, language: str, topic_slugs: Iterable[str] = (), slots: int
) -> Counts:
    """Count the parts of a story; in its text the headline counts twice."""
    title_counts, title_words = count_terms(title, language, slots)
    standfirst_counts, standfirst_words = count_terms(standfirst, language, slots)
    body_counts, body_words = count_terms(body, language, slots)
    counts = Counts(
        text=title_counts + title_counts + standfirst_counts + body_counts,
        title=title_counts,
        topics=Counter({topic_slot(slug, slots): 1 for slug in topic_slugs}),
        written={**title_words, **standfirst_words, **body_words},
    )
    for name, times in find_names([standfirst, *body.split("\n")], language, stop_words(language)).items():
        one = slot(f"name:{name.casefold()}", slots)
        counts.names[one] += times
        counts.written.setdefault(one, name)
    return counts


def weigh(counts: Counts, *, frequencies: Mapping[int, int], story_count: int) -> Terms:
    """The terms of a story, given in how many of `story_count` stories each slot occurs.

    A slot that `frequencies` lacks counts as new; with too few stories counted all slots weigh alike.
    """
    total = story_count if story_count >= COUNTED_FROM else 0

    def seen(one: int) -> int:
        return frequencies.get(one, 0)

    def idf(one: int) -> float:
        return math.log(1 + total / (1 + seen(one))) if total else 1.0

    def telling(one: int) -> bool:
        # What a third of all stories say tells nothing, and most pairs of words are never said again.
        return not total or not (seen(one) > MAX_SHARE * total or (" " in counts.written[one] and seen(one) < 2))

    def vector(part: Counter[int], keep: Collection[int] | None = None, limit: int = MAX_TERMS) -> Vector:
        weights = {one: (1 + math.log(count)) * idf(one) for one, count in part.items() if keep is None or one in keep}
        return _unit(sorted(weights.items(), key=lambda item: (-item[1], item[0]))[:limit])

    def said_often(one: int) -> bool:
        return counts.text[one] >= (SAID_OFTEN if " " in counts.written[one] else SAID_OFTEN + 1)

    kept = {one for one in counts.text if telling(one)}
    text = vector(counts.text, kept)
    names = vector(
        counts.names, {one for one in counts.names if seen(one) <= MAX_SHARE * total or not total}, MAX_NAMES
    )
    # A term that no other story had cannot find another story; it stays in the vector for those to come.
    findable = [one for one in text if seen(one) >= 2 or not total][:HEAVIEST]
    wide = frozenset(one for one in [*counts.names, *counts.topics] if total and seen(one) > WIDE_SHARE * total)
    telling_names = [one for one in names if one not in wide]
    return Terms(
        text=text,
        title=vector(counts.title, kept),
        names=names,
        topics=vector(counts.topics),
        heaviest=findable,
        words=[counts.written[one] if said_often(one) else "" for one in findable],
        name_slots=telling_names,
        name_words=[counts.written[one] for one in telling_names],
        wide=wide,
    )


def affordable(slots: Iterable[int], frequencies: Mapping[int, int], *, story_count: int, budget: float) -> list[int]:
    """The first of `slots` that together occur in no more than `budget` stories, and at least one.

    Each of them is looked up in an index, so this bounds what a look-up costs, however large the archive.
    """
    chosen: list[int] = []
    spent = 0.0
    for one in slots:
        spent += max(frequencies.get(one, 0), 1) if story_count >= COUNTED_FROM else 1
        if chosen and spent > budget:
            break
        chosen.append(one)
    return chosen


def _unit(items: list[tuple[int, float]]) -> Vector:
    length = math.sqrt(sum(weight * weight for _, weight in items)) or 1.0
    return {one: weight / length for one, weight in items}
