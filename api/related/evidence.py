"""What is known of a story, and of two stories together, when links are ranked. Pure."""

import math
from dataclasses import dataclass, field
from datetime import datetime

from .terms import Terms

FLOOR = 0.02
"""A cosine below it is noise: features are logarithms of how far above it a cosine is."""


@dataclass(frozen=True)
class Story:
    """A story under which links are shown, or that may be shown: a row of the shelf, or for the former a draft."""

    pk: int
    """Its row of the shelf; 0 for a draft."""
    article_id: int
    """Its page; 0 for one that was never saved."""
    title: str
    language: str
    section: str
    published_at: datetime
    kind: str = "news"
    topics: frozenset[str] = frozenset()
    authors: frozenset[str] = frozenset()
    sensitive: bool = False
    light: bool = False
    may_be_suggested: bool = True
    suggests: bool = True
    """Whether computed links are shown under it."""
    terms: Terms = field(default_factory=Terms)
    """Of a candidate, only the heaviest terms and names with their words."""


@dataclass(frozen=True)
class Pair:
    """What a story and a candidate have in common; cosines lie in [0, 1]."""

    text: float = 0.0
    headline_in_text: float = 0.0
    """The candidate's headline against the whole text of the story."""
    text_in_headline: float = 0.0
    """The headline of the story against the whole text of the candidate."""
    names: float = 0.0
    topics: float = 0.0
    picked: int = 0
    """Stories in which an editor has linked to the candidate."""
    picked_nearby: float = 0.0
    """Summed cosines of stories near to this one in which an editor has linked to the candidate."""

    def reversed(self, *, picked: int = 0, picked_nearby: float = 0.0) -> "Pair":
        """The same two stories seen from the candidate."""
        return Pair(
            text=self.text,
            headline_in_text=self.text_in_headline,
            text_in_headline=self.headline_in_text,
            names=self.names,
            topics=self.topics,
            picked=picked,
            picked_nearby=picked_nearby,
        )


@dataclass(frozen=True)
class Candidate:
    """A published story that might be shown, with what it shares with the story under which it would be."""

    story: Story
    pair: Pair


def days_between(story: Story, candidate: Story) -> float:
    """Days by which the candidate is older; 0 for one that is newer, which is news to whoever reads the story now."""
    return max((story.published_at - candidate.published_at).total_seconds() / 86_400, 0.0)


def features(story: Story, candidate: Candidate) -> dict[str, float]:
    """The named numbers that are weighed; each is 0 where there is nothing to say for it."""
    other, pair = candidate.story, candidate.pair
    days = days_between(story, other)
    return {
        "text": _above_noise(pair.text),
        "headline in text": _above_noise(pair.headline_in_text),
        "names": _above_noise(pair.names),
        "topics": _above_noise(pair.topics),
        "section": float(other.section == story.section),
        "author": float(bool(other.authors & story.authors)),
        "series": float(in_one_series(story.title, other.title)),
        "fortnight": 0.5 ** (days / 14),
        "years": 0.5 ** (days / 700),
        "picked": math.log1p(pair.picked),
        "picked nearby": pair.picked_nearby,
    }


def in_one_series(one: str, other: str) -> bool:
    """Whether two headlines open with the same words before a colon."""
    series, colon, _ = one.partition(":")
    other_series, other_colon, _ = other.partition(":")
    return bool(colon and other_colon) and series.strip().casefold() == other_series.strip().casefold()


def _above_noise(cosine: float) -> float:
    return math.log((max(cosine, 0.0) + FLOOR) / FLOOR)
