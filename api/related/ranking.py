"""Which candidates are shown, and in which order. Pure."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

TOPIC_WEIGHT = 0.03
RECENCY_WEIGHT = 0.05
RECENCY_HALF_LIFE_DAYS = 180
MIN_COSINE = 0.03
"""Below it, two stories share no more than the language."""
TWIN_SHARE = 0.7
"""Headlines that share this part of their words are about the same event."""

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Candidate:
    """A published story that might be shown under another."""

    pk: int
    title: str
    published_at: datetime
    topics: frozenset[str]
    section: str
    cosine: float
    heaviest: tuple[int, ...] = ()
    words: tuple[str, ...] = ()


@dataclass(frozen=True)
class Match:
    candidate: Candidate
    score: float


def score(candidate: Candidate, *, topics: frozenset[str], at: datetime) -> float:
    """Cosine of the terms, a little for shared topics, and a little for being recent at `at`; about 0 to 1.1."""
    together = len(topics | candidate.topics)
    shared = len(topics & candidate.topics) / together if together else 0.0
    days = max((at - candidate.published_at).total_seconds() / 86_400, 0.0)
    return candidate.cosine + TOPIC_WEIGHT * shared + RECENCY_WEIGHT * 0.5 ** (days / RECENCY_HALF_LIFE_DAYS)


def rank(
    candidates: Iterable[Candidate], *, title: str, topics: frozenset[str], at: datetime, limit: int
) -> list[Match]:
    """Up to `limit` candidates, best first: none with too little in common, no event twice.

    Ties go to the newer story, so that the order is stable.
    """
    matches = [
        Match(candidate, score(candidate, topics=topics, at=at))
        for candidate in candidates
        if candidate.cosine >= MIN_COSINE
    ]
    matches.sort(key=lambda match: (-match.score, -match.candidate.published_at.timestamp(), match.candidate.pk))
    kept = {candidate.pk for candidate in without_twins([match.candidate for match in matches], titles=[title])}
    return [match for match in matches if match.candidate.pk in kept][:limit]


def without_twins(candidates: Iterable[Candidate], *, titles: Iterable[str]) -> list[Candidate]:
    """Candidates in their order, without those whose headline is nearly one of `titles` or of an earlier candidate."""
    seen = list(titles)
    kept = []
    for candidate in candidates:
        if not any(are_twins(candidate.title, other) for other in seen):
            kept.append(candidate)
            seen.append(candidate.title)
    return kept


def are_twins(one: str, other: str) -> bool:
    """Whether two headlines are nearly the same."""
    first, second = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    together = len(first | second)
    return bool(together) and len(first & second) / together >= TWIN_SHARE
