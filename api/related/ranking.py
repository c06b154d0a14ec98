"""Which candidates are shown, and in which order. Pure."""

import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib import resources

from .evidence import Candidate, Story, days_between, features

MIN_COSINE = 0.03
"""Below it, two stories share no more than the language."""
TWIN_SHARE = 0.7
"""Headlines that share this part of their words are about the same event."""
TWIN_COSINE, COPY_COSINE = 0.5, 0.95
"""Texts that are nearer than the first are one text if their headlines are nearly the same; than the second, always."""
SAME_STORY_DAYS, SAME_STORY_COSINE = 3, 0.3
FOLLOW_UP_DAYS, FOLLOW_UP_COSINE = 60, 0.35
RUNNING_TEXT, RUNNING_NAMES, RUNNING_TOPICS = 0.08, 0.3, 0.9
"""Cosines from which on stories about the same people and subject belong to one running story."""
STANDING_KINDS = frozenset({"opinion", "review"})
"""Kinds of which each piece stands for itself: columns of one author are near in words and no running story."""

SAME_STORY, FOLLOW_UP, BACKGROUND, LATEST = "same_story", "follow_up", "background", "latest"

_WORD = re.compile(r"\w+")


@dataclass(frozen=True)
class Rules:
    """What the newsroom asks of computed links; 0 stands for no limit."""

    section_limit: int = 0
    topic_limit: int = 0
    days_by_kind: Mapping[str, int] = field(default_factory=dict)
    """For a kind of story, how many days it may be suggested; not asked of a follow-up."""


@dataclass(frozen=True)
class Match:
    """A candidate that may be shown. `score` lies in (0, 1); `carried` says what each feature added to its odds."""

    candidate: Candidate
    score: float
    relation: str
    carried: Mapping[str, float] = field(default_factory=dict)


@cache
def weights() -> tuple[Mapping[str, float], float]:
    """What each feature weighs, and the bias; learned with `python -m bench.learn`, see docs/related.md."""
    read = json.loads((resources.files(__package__) / "weights.json").read_text("utf-8"))
    return read["weights"], read["bias"]


def match(story: Story, candidate: Candidate) -> Match:
    """How well a candidate belongs under a story: a logistic model over named features."""
    by_feature, bias = weights()
    carried = {name: by_feature[name] * value for name, value in features(story, candidate).items()}
    score = 1 / (1 + math.exp(-max(min(sum(carried.values()) + bias, 60.0), -60.0)))
    return Match(candidate, score, relation(story, candidate), carried)


def relation(story: Story, candidate: Candidate) -> str:
    """Whether a candidate tells the same story, what came before or after, or what lies behind."""
    apart = abs((story.published_at - candidate.story.published_at).total_seconds()) / 86_400
    pair = candidate.pair
    if story.kind in STANDING_KINDS or candidate.story.kind in STANDING_KINDS:
        return BACKGROUND
    if apart <= SAME_STORY_DAYS and pair.text >= SAME_STORY_COSINE:
        return SAME_STORY
    is_near = pair.text >= FOLLOW_UP_COSINE
    is_alike = pair.text >= RUNNING_TEXT and pair.names >= RUNNING_NAMES and pair.topics >= RUNNING_TOPICS
    if apart <= FOLLOW_UP_DAYS and (is_near or is_alike):
        return FOLLOW_UP
    return BACKGROUND


def rank(
    story: Story,
    candidates: Iterable[Candidate],
    *,
    limit: int,
    rules: Rules | None = None,
    removed: Collection[int] = (),
    pinned: Collection[int] = (),
) -> list[Match]:
    """Up to `limit` candidates, best first: none with too little in common, no event twice, what is pinned always.

    `removed` and `pinned` are ids of articles. Ties go to the newer story, so that the order is stable.
    """
    rules = rules or Rules()
    always, others = [], []
    for candidate in candidates:
        article_id = candidate.story.article_id
        if article_id in pinned:
            always.append(match(story, candidate))
        elif article_id not in removed and may_be_shown(story, candidate):
            found = match(story, candidate)
            if is_fresh(story, found, rules):
                others.append(found)
    for matches in (always, others):
        matches.sort(key=order)
    return [*always, *choose(others, titles=[], taken=always, limit=limit, rules=rules)][:limit]


def order(one: Match) -> tuple[float, float, int]:
    story = one.candidate.story
    return -one.score, -story.published_at.timestamp(), story.pk


def may_be_shown(story: Story, candidate: Candidate) -> bool:
    """Whether a candidate may be shown under a story at all."""
    other = candidate.story
    return (
        other.may_be_suggested
        and is_near(candidate)
        and not is_copy(story, candidate)
        and may_stand_together(story, other)
    )


def is_near(candidate: Candidate) -> bool:
    """Whether there is enough in common for a link."""
    return candidate.pair.text >= MIN_COSINE or candidate.pair.picked_nearby > 0


def is_copy(story: Story, candidate: Candidate) -> bool:
    """Whether a candidate tells the same once more. The next part of a series has the headline and another text."""
    cosine = candidate.pair.text
    return cosine >= COPY_COSINE or (cosine >= TWIN_COSINE and are_twins(story.title, candidate.story.title))


def may_stand_together(one: Story, other: Story) -> bool:
    """Sensitive stories and light ones are kept apart."""
    return not ((one.sensitive and other.light) or (one.light and other.sensitive))


def is_fresh(story: Story, one: Match, rules: Rules) -> bool:
    """Whether a candidate is young enough for its kind; what belongs to the same running story always is."""
    days = rules.days_by_kind.get(one.candidate.story.kind, 0)
    return not days or one.relation != BACKGROUND or days_between(story, one.candidate.story) <= days


def choose(
    matches: Iterable[Match], *, titles: Iterable[str], taken: Iterable[Match] = (), limit: int, rules: Rules
) -> list[Match]:
    """The best that tell different events and leave room for other sections and topics, in their order."""
    seen = [*titles, *(one.candidate.story.title for one in taken)]
    sections: Counter[str] = Counter()
    topics: Counter[str] = Counter()
    chosen: list[Match] = []
    for one in matches:
        story = one.candidate.story
        if any(are_twins(story.title, other) for other in seen):
            continue
        if rules.section_limit and sections[story.section] >= rules.section_limit:
            continue
        if rules.topic_limit and any(topics[topic] >= rules.topic_limit for topic in story.topics):
            continue
        chosen.append(one)
        seen.append(story.title)
        sections[story.section] += 1
        topics.update(story.topics)
        if len(chosen) == limit:
            break
    return chosen


def are_twins(one: str, other: str) -> bool:
    """Whether two headlines are nearly the same."""
    first, second = set(_WORD.findall(one.lower())), set(_WORD.findall(other.lower()))
    together = len(first | second)
    return bool(together) and len(first & second) / together >= TWIN_SHARE
