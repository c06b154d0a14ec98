"""The related links of the shelf: made, and offered to other stories."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Q

from api.caching import keys as cache_keys
from api.caching.outbox import forget
from api.models import PublishedArticle, RankingDue, RelatedChoice, RelatedLink, RelatedSettings, TermModel
from api.models.changes import hold_shelf
from cms.models import Article, Author, Section, Topic

from . import candidates, ranking, vectors
from .evidence import Candidate, Pair, Story
from .ranking import LATEST, Match, Rules
from .reasons import editor_reason, fallback_reason, reasons
from .terms import Terms, topic_slot

KEPT = 12
"""Links kept for each story; a reader asks for five or so and may exclude some."""
OFFERED_TO = 50
"""Nearest stories to which a new one is offered."""


def relate(article_id: int) -> None:
    """Compute the links of one published story, and offer the story to those that it is near to.

    Does nothing for a story that is not on the shelf. May run any number of times.
    """
    row = PublishedArticle.objects.filter(article_id=article_id).defer("detail", "search").first()
    if row is None:
        return
    # What takes long is done before the shelf is held, so that a publication need not wait for it.
    found = Finding.of(row)
    with transaction.atomic():
        # Whoever withdraws a story holds the shelf, so no link can come to a story that has just gone.
        hold_shelf()
        pks = [row.pk, *(one.story.pk for one in found.candidates)]
        there = dict(PublishedArticle.objects.filter(pk__in=pks).values_list("pk", "digest"))
        if there.get(row.pk) != row.digest:
            return  # It changed meanwhile, so its links are owed again.
        found.candidates = [one for one in found.candidates if one.story.pk in there]
        vectors.store(found.story, found.model)
        vectors.store_beside(row, found.story, found.counts)
        before = _links_around(row)
        _store_links(found)
        if row.may_be_suggested:
            _offer(found)
        changed = {public_id for public_id, *_ in before ^ _links_around(row)}
        forget(cache_keys.related(public_id) for public_id in changed)
        RankingDue.objects.filter(article=row.pk).delete()


def _links_around(row: PublishedArticle) -> set[tuple[Any, ...]]:
    """What readers see of the links of a story and of those to it, each after the id of the story that has it."""
    links = RelatedLink.objects.filter(Q(article=row.pk) | Q(target=row.pk))
    shown = links.values_list("article__public_id", "target", "relation", "pinned", "score", "reasons")
    return {(*line[:-1], str(line[-1])) for line in shown}


@dataclass
class Finding:
    """A story with what was found for it."""

    story: Story
    model: TermModel
    counts: vectors.Counts
    candidates: list[Candidate]
    rules: Rules
    tones: vectors.Tones

    @classmethod
    def of(cls, row: PublishedArticle) -> "Finding":
        """Look for stories that might be related to one of the shelf."""
        counts = vectors.count_row(row)
        model = vectors.current()
        terms, frequencies = vectors.weigh_with(model, counts)
        settings = RelatedSettings.load()
        tones = vectors.Tones(settings)
        story = vectors.story_of(row, terms, tones)
        found = candidates.find(story, model=model, frequencies=frequencies)
        return cls(story, model, counts, found, rules_of(settings), tones)


def rules_of(settings: RelatedSettings) -> Rules:
    return Rules(
        section_limit=settings.section_limit,
        topic_limit=settings.topic_limit,
        days_by_kind={Article.Kind.NEWS: settings.news_days, Article.Kind.LIVE: settings.live_days},
    )


class Names:
    """Names of topics and authors by slug, for reasons; without topics that are too wide to be one."""

    def __init__(self, story: Story) -> None:
        narrow = {slug for slug in story.topics if topic_slot(slug, vectors.SLOTS) not in story.terms.wide}
        named = dict(Topic.objects.filter(slug__in=narrow).values_list("slug", "name"))
        weights = story.terms.topics
        self.topics = {
            slug: named[slug]
            for slug in sorted(named, key=lambda slug: (-weights.get(topic_slot(slug, vectors.SLOTS), 0.0), slug))
        }
        self.authors = dict(Author.objects.filter(slug__in=story.authors).values_list("slug", "name"))

    def reasons(self, story: Story, match: Match) -> list[dict[str, object]]:
        return reasons(story, match, topic_names=self.topics, author_names=self.authors)


def _store_links(found: Finding) -> None:
    story = found.story
    links: list[RelatedLink] = []
    if story.suggests:
        choices = dict(RelatedChoice.objects.of(story.article_id).values_list("target_id", "verdict"))
        removed = {pk for pk, verdict in choices.items() if verdict == RelatedChoice.Verdict.REMOVED}
        pinned = {pk for pk, verdict in choices.items() if verdict == RelatedChoice.Verdict.PINNED}
        matches = ranking.rank(
            story,
            with_pinned(found, pinned),
            limit=KEPT,
            rules=found.rules,
            removed=removed,
            pinned=pinned,
        )
        names = Names(story)
        links = [_link(story, match, names, pinned) for match in matches]
        if len(links) < KEPT:
            links += _fallback(found, matches, removed)
    RelatedLink.objects.filter(article=story.pk).delete()
    RelatedLink.objects.bulk_create(links)


def with_pinned(found: Finding, pinned: set[int]) -> list[Candidate]:
    """The candidates, with pinned stories that were not found among them."""
    missing = pinned - {one.story.article_id for one in found.candidates}
    return [*found.candidates, *candidates.by_article(missing, found.tones)] if missing else found.candidates


def _link(story: Story, match: Match, names: Names, pinned: Collection[int] = ()) -> RelatedLink:
    is_pinned = match.candidate.story.article_id in pinned
    return RelatedLink(
        article_id=story.pk,
        target_id=match.candidate.story.pk,
        relation=match.relation,
        pinned=is_pinned,
        score=round(match.score, 4),
        reasons=editor_reason() if is_pinned else names.reasons(story, match),
    )


def _fallback(found: Finding, matches: list[Match], removed: set[int]) -> list[RelatedLink]:
    """What is new in the section, where too little is near; what editors fill a list with."""
    story = found.story
    taken = {match.candidate.story.pk for match in matches}
    newest = [
        Match(candidate, -float(place) / 1000, LATEST)
        for place, candidate in enumerate(
            candidates.newest_of_section(story, without=taken, limit=2 * KEPT + len(removed), tones=found.tones)
        )
        if candidate.story.article_id not in removed and ranking.may_stand_together(story, candidate.story)
    ]
    chosen = ranking.choose(
        newest,
        titles=[story.title],
        taken=matches,
        limit=KEPT - len(matches),
        rules=Rules(topic_limit=found.rules.topic_limit),
    )
    if not chosen:
        return []
    name = Section.objects.filter(slug=story.section).values_list("title", flat=True).first() or story.section
    return [
        RelatedLink(
            article_id=story.pk,
            target_id=one.candidate.story.pk,
            relation=LATEST,
            score=one.score,
            reasons=fallback_reason(name),
        )
        for one in chosen
    ]


def _offer(found: Finding) -> None:
    """Let the story into the lists of the stories near it in which it belongs.

    What two stories share is the same seen from either side, so what was found for the story is enough.
    """
    story = found.story
    hosts = [one for one in found.candidates[:OFFERED_TO] if one.story.suggests]
    removed_from = set(
        RelatedChoice.objects.filter(
            target_id=story.article_id, article_id__in=[one.story.article_id for one in hosts]
        ).values_list("article_id", flat=True)
    )
    names = Names(story)
    picked, nearby = candidates.picked_near(story, [one.story.pk for one in hosts], model=found.model)
    shown = replace(story, terms=_for_reasons(story.terms))
    links = []
    for host in hosts:
        as_candidate = Candidate(shown, host.pair.reversed(picked=picked, picked_nearby=nearby.get(host.story.pk, 0.0)))
        if host.story.article_id in removed_from or not ranking.may_be_shown(host.story, as_candidate):
            continue
        match = ranking.match(host.story, as_candidate)
        if ranking.is_fresh(host.story, match, found.rules):
            links.append(_link(host.story, match, names))
    # What is only there for being new in the section stays until something nearer takes its place.
    offered = RelatedLink.objects.filter(target=story.pk, pinned=False)
    offered.exclude(relation=LATEST).delete()
    offered.filter(article__in=[link.article_id for link in links]).delete()
    RelatedLink.objects.bulk_create(links, ignore_conflicts=True)
    _trim([link.article_id for link in links], found.rules)


def _for_reasons(terms: Terms) -> Terms:
    return Terms(heaviest=terms.heaviest, words=terms.words, name_slots=terms.name_slots, name_words=terms.name_words)


def _trim(pks: Sequence[int], rules: Rules) -> None:
    """Keep the best links of each story: of two that tell the same event the better, and no more than are allowed."""
    by_article: dict[int, list[RelatedLink]] = {}
    links = (
        RelatedLink.objects.filter(article__in=pks)
        .select_related("target")
        .only(
            "article",
            "pinned",
            "score",
            "relation",
            "target__title",
            "target__section",
            "target__topic_slugs",
            "target__published_at",
        )
        .order_by("article_id", "-pinned", "-score", "-target__published_at")
    )
    for link in links:
        by_article.setdefault(link.article_id, []).append(link)
    surplus: list[int] = []
    for of_article in by_article.values():
        pinned = [link for link in of_article if link.pinned]
        kept = ranking.choose(
            [_as_match(link) for link in of_article if not link.pinned],
            titles=[link.target.title for link in pinned],
            limit=max(KEPT - len(pinned), 0),
            rules=rules,
        )
        chosen = {match.candidate.story.pk for match in kept} | {link.target_id for link in pinned}
        surplus += [link.pk for link in of_article if link.target_id not in chosen]
    RelatedLink.objects.filter(pk__in=surplus).delete()


def _as_match(link: RelatedLink) -> Match:
    target = link.target
    story = Story(
        pk=link.target_id,
        article_id=0,
        title=target.title,
        language="",
        section=target.section,
        published_at=target.published_at,
        topics=frozenset(target.topic_slugs),
    )
    return Match(Candidate(story, Pair()), link.score, link.relation)
