"""Stories to pick for a story that is being written. A draft is only ever asked for here; it is no candidate."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from api.models import RelatedSettings
from api.models.related import SLOTS
from cms.models import Author, Topic

from . import candidates, ranking, vectors
from .evidence import Story
from .links import Names, rules_of
from .ranking import Match
from .terms import count_story

SUGGESTED = 8


@dataclass(frozen=True)
class Draft:
    """What has been typed so far."""

    title: str
    standfirst: str
    body: str
    language: str
    section: str
    article_id: int | None = None
    topic_ids: Collection[int] = ()
    author_ids: Collection[int] = ()
    sensitive: bool = False


@dataclass(frozen=True)
class Suggestion:
    """A published story that might be picked, and why."""

    match: Match
    reasons: list[dict[str, Any]]


def suggest(draft: Draft, *, without: Collection[int] = (), limit: int = SUGGESTED) -> list[Suggestion]:
    """Published stories that belong beside a draft, best first, without those of `without` (ids of articles)."""
    slugs = dict(Topic.objects.filter(pk__in=draft.topic_ids).values_list("pk", "slug"))
    above = Topic.objects.ancestor_slugs(slugs) if slugs else {}
    topics = frozenset(slug for path in above.values() for slug in path)
    counts = count_story(
        title=draft.title,
        standfirst=draft.standfirst,
        body=draft.body,
        language=draft.language,
        topic_slugs=topics,
        slots=SLOTS,
    )
    model = vectors.current()
    terms, frequencies = vectors.weigh_with(model, counts)
    settings = RelatedSettings.load()
    tones = vectors.Tones(settings)
    story = Story(
        pk=0,
        article_id=draft.article_id or 0,
        title=draft.title,
        language=draft.language,
        section=draft.section,
        published_at=timezone.now(),
        topics=topics,
        authors=frozenset(Author.objects.filter(pk__in=draft.author_ids).values_list("slug", flat=True)),
        sensitive=tones.is_sensitive(topics, flagged=draft.sensitive),
        light=tones.is_light(topics, flagged=draft.sensitive),
        terms=terms,
    )
    own = {draft.article_id} if draft.article_id else set()
    matches = ranking.rank(
        story,
        candidates.find(story, model=model, frequencies=frequencies),
        limit=limit,
        rules=rules_of(settings),
        removed={*without, *own},
    )
    names = Names(story)
    return [Suggestion(match, names.reasons(story, match)) for match in matches]
