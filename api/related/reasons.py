"""Why a story is shown under another, in words that fit under a headline. Pure."""

from collections.abc import Mapping, Sequence
from typing import Any

from .ranking import Candidate
from .terms import GAP

MAX_TOPICS = 2
MAX_WORDS = 3
MIN_LETTERS = 4


def reasons(
    candidate: Candidate, *, topics: frozenset[str], topic_names: Mapping[str, str], heaviest: Sequence[int]
) -> list[dict[str, Any]]:
    """Reasons, the one that carried most first: `{"kind", "text", "values"}`.

    `topic_names` gives names by slug; `heaviest` are the slots of the story under which the candidate is shown.
    """
    found: list[dict[str, Any]] = []
    shared = sorted(topics & candidate.topics & topic_names.keys())
    if shared:
        names = [topic_names[slug] for slug in shared[:MAX_TOPICS]]
        found.append({"kind": "topic", "text": f"also about {_and(names)}", "values": names})
    words = shared_words(candidate, heaviest)
    if words:
        found.append({"kind": "terms", "text": f"both mention {_and(words)}", "values": words})
    return found or [{"kind": "similar", "text": "similar in its words", "values": []}]


def fallback_reason(section_name: str) -> list[dict[str, Any]]:
    """The reason of a story that is shown because nothing is nearer."""
    return [{"kind": "section", "text": f"new in {section_name}", "values": [section_name]}]


def shared_words(candidate: Candidate, heaviest: Sequence[int]) -> list[str]:
    """Words that weigh much in both stories and no word of which is said twice."""
    mine = set(heaviest)
    words: list[str] = []
    both = [word for one, word in zip(candidate.heaviest, candidate.words, strict=True) if one in mine]
    # Short words are mostly articles and prepositions, in every language that is written with spaces.
    shared = [word for word in both if GAP not in word and all(len(part) >= MIN_LETTERS for part in word.split())]
    # A pair says more than its words, so pairs come first.
    for word in sorted(shared, key=lambda word: " " not in word):
        if not any(set(word.lower().split()) & set(other.lower().split()) for other in words):
            words.append(word)
        if len(words) == MAX_WORDS:
            break
    return words


def _and(words: Sequence[str]) -> str:
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + " and " + words[-1]
