"""Why a story is shown under another, in words that fit under a headline. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext as _

from .evidence import Story
from .ranking import FOLLOW_UP, SAME_STORY, Match
from .terms import GAP

MAX_REASONS = 3
MAX_TOPICS = 2
MAX_NAMES = 2
MAX_WORDS = 2
MIN_LETTERS = 4
MIN_CARRIED = 0.2
"""A feature that added less to the odds is no reason."""

Reason = dict[str, Any]

_TEXT_FEATURES = ("text", "headline in text")


def reasons(
    story: Story, match: Match, *, topic_names: Mapping[str, str], author_names: Mapping[str, str]
) -> list[Reason]:
    """Up to three reasons, the one that carried most first: `{"kind", "text", "values"}`.

    Each stands for features that raised the score. `topic_names` and `author_names` give names by slug; topics that
    are too wide to be a reason are left out of them.
    """
    candidate = match.candidate.story
    carried = match.carried
    found: list[tuple[float, Reason]] = []

    def add(weight: float, kind: str, text: str, values: Sequence[str] = ()) -> None:
        if weight >= MIN_CARRIED:
            found.append((weight, {"kind": kind, "text": text, "values": list(values)}))

    names = _names(story, candidate)
    if names:
        add(carried.get("names", 0.0) + 1, "name", _("both mention %s") % _and(names), names)
    topics = [topic_names[slug] for slug in topic_names if slug in story.topics & candidate.topics][:MAX_TOPICS]
    if topics:
        add(carried.get("topics", 0.0), "topic", _("also about %s") % _and(topics), topics)
    authors = [author_names[slug] for slug in sorted(story.authors & candidate.authors) if slug in author_names]
    if authors:
        add(carried.get("author", 0.0), "author", _("also by %s") % _and(authors), authors)
    if carried.get("series"):
        series = story.title.partition(":")[0].strip()
        add(carried["series"], "series", _("from the series %s") % series, [series])
    # What the stories say themselves is of more interest to a reader.
    add(
        min(carried.get("picked", 0.0) + carried.get("picked nearby", 0.0), MIN_CARRIED),
        "picked",
        _("linked by editors in stories like this one")
        if carried.get("picked nearby", 0.0) > 0
        else _("often linked by editors"),
    )
    words = shared_words(story, candidate, without=names)
    if words:
        weight = sum(max(carried.get(name, 0.0), 0.0) for name in _TEXT_FEATURES) / 4
        add(weight, "terms", _("both about %s") % _and([f"“{word}”" for word in words]), words)
    found.sort(key=lambda item: -item[0])
    ordered = [reason for _weight, reason in found]
    if match.relation in (SAME_STORY, FOLLOW_UP):
        text = _("the same story") if match.relation == SAME_STORY else _("part of the same running story")
        ordered.insert(0, {"kind": match.relation, "text": text, "values": []})
    return ordered[:MAX_REASONS] or [{"kind": "similar", "text": _("similar in its words"), "values": []}]


def fallback_reason(section_name: str) -> list[Reason]:
    """The reason of a story that is shown because nothing is nearer."""
    return [{"kind": "section", "text": _("new in %s") % section_name, "values": [section_name]}]


def editor_reason() -> list[Reason]:
    return [{"kind": "editor", "text": _("picked by the editor"), "values": []}]


def _names(story: Story, candidate: Story) -> list[str]:
    theirs = set(candidate.terms.name_slots)
    pairs = zip(story.terms.name_slots, story.terms.name_words, strict=True)
    shared = [name for one, name in pairs if one in theirs]
    kept: list[str] = []
    for name in shared:
        if not any(set(name.split()) & set(other.split()) for other in kept):
            kept.append(name)
    return kept[:MAX_NAMES]


def shared_words(story: Story, candidate: Story, *, without: Collection[str] = ()) -> list[str]:
    """Words that weigh much in both stories, no word of which is said twice or in a name of `without`."""
    pairs = zip(candidate.terms.heaviest, candidate.terms.words, strict=True)
    theirs = {one for one, word in pairs if word}
    said = {word.casefold() for name in without for word in name.split()}
    words: list[str] = []
    both = [word for one, word in zip(story.terms.heaviest, story.terms.words, strict=True) if one in theirs]
    # Short words are mostly articles and prepositions, in every language that is written with spaces.
    shared = [
        word for word in both if word and GAP not in word and all(len(part) >= MIN_LETTERS for part in word.split())
    ]
    # A pair says more than its words, so pairs come first; a word alone says little.
    for word in sorted(shared, key=lambda word: " " not in word):
        parts = set(word.casefold().split())
        if not parts & said and not any(part.isdigit() for part in parts):
            words.append(word)
            said |= parts
        if len(words) == MAX_WORDS:
            break
    return words


def _and(words: Sequence[str]) -> str:
    return (
        words[0] if len(words) == 1 else _("%(some)s and %(last)s") % {"some": ", ".join(words[:-1]), "last": words[-1]}
    )
