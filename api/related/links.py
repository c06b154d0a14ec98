"""The related links of the shelf: made, offered to older stories, recounted."""

from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from itertools import islice

from django.db import connection, transaction

from api.models import PublishedArticle, RankingDue, RelatedLink, TermFrequency
from api.models import Terms as StoredTerms
from api.models.changes import hold_shelf
from api.models.related import SLOTS
from cms.models import Section, Topic

from . import candidates, ranking
from .ranking import Candidate, Match
from .reasons import fallback_reason, reasons
from .terms import STANDFIRST_WEIGHT, TITLE_WEIGHT, Terms, count_terms, weigh

KEPT = 12
"""Links kept for each story; a reader asks for five or so and may exclude some."""
_TOTAL_SLOT = -1
_GROWTH_BEFORE_RECOUNT = 1.3
_BATCH = 500


def relate(article_id: int) -> None:
    """Compute the links of one published story, and offer the story to those that it is near to.

    Does nothing for a story that is not on the shelf. May run any number of times.
    """
    with transaction.atomic():
        # Whoever withdraws a story holds the shelf, so no link can come to a story that has just gone.
        hold_shelf()
        article = PublishedArticle.objects.filter(article_id=article_id).defer("detail", "search").first()
        if article is None:
            return
        terms = _store_terms(article)
        found = candidates.find(article, terms)
        topics = frozenset(article.topic_slugs)
        matches = []
        if article.suggest_related:
            matches = ranking.rank(found, title=article.title, topics=topics, at=article.published_at, limit=KEPT)
        _store_links(article, terms, matches)
        if article.may_be_suggested:
            _offer(article, terms, found)
        RankingDue.objects.filter(article=article).delete()


def count_text(article: PublishedArticle) -> tuple[Counter[int], dict[int, str]]:
    """How often each term occurs in a story, headline and standfirst weighing more."""
    standfirst, _, body = article.text.partition("\n")
    pieces = [(article.title, TITLE_WEIGHT), (standfirst, STANDFIRST_WEIGHT), (body, 1)]
    return count_terms(pieces, article.language, SLOTS)


def _store_terms(article: PublishedArticle) -> Terms:
    counts, written_as = count_text(article)
    frequencies = dict(TermFrequency.objects.filter(slot__in=[*counts, _TOTAL_SLOT]).values_list("slot", "story_count"))
    terms = weigh(counts, written_as, frequencies=frequencies, story_count=frequencies.pop(_TOTAL_SLOT, 0))
    StoredTerms.objects.update_or_create(
        article=article,
        defaults={
            "vector": candidates.to_vector(terms.weights),
            "heaviest": terms.heaviest,
            "words": terms.words,
        },
    )
    return terms


def _store_links(article: PublishedArticle, terms: Terms, matches: list[Match]) -> None:
    topics = frozenset(article.topic_slugs)
    names = _topic_names(topics)
    links = [
        RelatedLink(
            article=article,
            target_id=match.candidate.pk,
            score=round(match.score, 4),
            reasons=reasons(match.candidate, topics=topics, topic_names=names, heaviest=terms.heaviest),
        )
        for match in matches
    ]
    if article.suggest_related and len(links) < KEPT:
        links += _fallback(article, matches)
    RelatedLink.objects.filter(article=article).delete()
    RelatedLink.objects.bulk_create(links)


def _fallback(article: PublishedArticle, matches: list[Match]) -> list[RelatedLink]:
    """What is new in the section, where too little is near; what editors fill a list with."""
    chosen = {match.candidate.pk for match in matches}
    newest = ranking.without_twins(
        candidates.newest_of_section(article, without=chosen, limit=2 * KEPT),
        titles=[article.title, *(match.candidate.title for match in matches)],
    )[: KEPT - len(matches)]
    name = Section.objects.filter(slug=article.section).values_list("title", flat=True).first() or article.section
    return [
        RelatedLink(article=article, target_id=one.pk, score=-float(place) / 1000, reasons=fallback_reason(name))
        for place, one in enumerate(newest)
    ]


def _offer(article: PublishedArticle, terms: Terms, found: list[Candidate]) -> None:
    """Let `article` into the lists of the stories near it in which it belongs.

    The cosine is the same seen from either side, so what was found for `article` is enough.
    """
    near = {one.pk: one for one in found if one.cosine >= ranking.MIN_COSINE}
    hosts = PublishedArticle.objects.filter(pk__in=near, suggest_related=True).only(
        "pk", "title", "published_at", "topic_slugs"
    )
    topics = frozenset(article.topic_slugs)
    names = _topic_names(topics)
    RelatedLink.objects.filter(target=article, article__in=near).delete()
    links = []
    for host in hosts:
        if ranking.are_twins(host.title, article.title):
            continue
        seen = near[host.pk]
        as_candidate = Candidate(
            pk=article.pk,
            title=article.title,
            published_at=article.published_at,
            topics=topics,
            section=article.section,
            cosine=seen.cosine,
            heaviest=tuple(terms.heaviest),
            words=tuple(terms.words),
        )
        links.append(
            RelatedLink(
                article=host,
                target=article,
                score=round(ranking.score(as_candidate, topics=frozenset(host.topic_slugs), at=host.published_at), 4),
                reasons=reasons(
                    as_candidate,
                    topics=frozenset(host.topic_slugs),
                    topic_names=names,
                    heaviest=seen.heaviest,
                ),
            )
        )
    RelatedLink.objects.bulk_create(links)
    _trim([host.pk for host in hosts])


def _trim(article_ids: list[int]) -> None:
    """Keep the best links of each story, and of two that tell the same event only the better."""
    by_article: dict[int, list[tuple[int, str]]] = {}
    rows = (
        RelatedLink.objects.filter(article__in=article_ids)
        .order_by("article_id", "-score", "-target__published_at")
        .values_list("article_id", "pk", "target__title")
    )
    for article_id, pk, title in rows:
        by_article.setdefault(article_id, []).append((pk, title))
    surplus: list[int] = []
    for links in by_article.values():
        titles: list[str] = []
        for pk, title in links:
            if len(titles) >= KEPT or any(ranking.are_twins(title, other) for other in titles):
                surplus.append(pk)
            else:
                titles.append(title)
    RelatedLink.objects.filter(pk__in=surplus).delete()


def recount_if_grown() -> bool:
    """Count term frequencies again once the shelf has grown by a third; True if that was done.

    Weights depend on frequencies, so every story's terms are made again and its links become due.
    """
    counted = TermFrequency.objects.filter(slot=_TOTAL_SLOT).values_list("story_count", flat=True).first() or 0
    now = PublishedArticle.objects.count()
    if now < 20 or now < counted * _GROWTH_BEFORE_RECOUNT:
        return False
    recount()
    return True


def recount() -> None:
    """Count in how many stories each term occurs, then weigh the terms of every story again."""
    known = _Frequencies()
    total = 0
    for article in _all_stories():
        counts, _ = count_text(article)
        for one in counts:
            known.counts[one] += 1
        total += 1
    with transaction.atomic(), connection.cursor() as cursor:
        TermFrequency.objects.all().delete()
        with cursor.copy("COPY api_termfrequency (slot, story_count) FROM STDIN") as copy:
            copy.write_row((_TOTAL_SLOT, total))
            for one, count in enumerate(known.counts):
                if count > 1:  # A term of a single story needs no row: it weighs as a new one does.
                    copy.write_row((one, count))
    for batch in _in_batches(_all_stories()):
        stored = []
        for article in batch:
            counts, written_as = count_text(article)
            terms = weigh(counts, written_as, frequencies=known, story_count=total)
            stored.append(
                StoredTerms(
                    article_id=article.pk,
                    vector=candidates.to_vector(terms.weights),
                    heaviest=terms.heaviest,
                    words=terms.words,
                )
            )
        with transaction.atomic():
            hold_shelf()
            still_there = set(
                PublishedArticle.objects.filter(pk__in=[one.article_id for one in stored]).values_list("pk", flat=True)
            )
            StoredTerms.objects.bulk_create(
                [one for one in stored if one.article_id in still_there],
                update_conflicts=True,
                unique_fields=["article"],
                update_fields=["vector", "heaviest", "words"],
            )
            RankingDue.objects.bulk_create((RankingDue(article_id=pk) for pk in still_there), ignore_conflicts=True)


class _Frequencies(Mapping[int, int]):
    """In how many stories each slot occurs, in four bytes a slot."""

    def __init__(self) -> None:
        self.counts = array("I", bytes(4 * SLOTS))

    def __getitem__(self, slot: int) -> int:
        return self.counts[slot]

    def __iter__(self) -> Iterator[int]:
        return iter(range(SLOTS))

    def __len__(self) -> int:
        return SLOTS


def _all_stories() -> Iterator[PublishedArticle]:
    return PublishedArticle.objects.order_by("pk").only("pk", "title", "text", "language").iterator(chunk_size=_BATCH)


def _in_batches(stories: Iterable[PublishedArticle]) -> Iterator[list[PublishedArticle]]:
    remaining = iter(stories)
    while batch := list(islice(remaining, _BATCH)):
        yield batch


def _topic_names(slugs: frozenset[str]) -> dict[str, str]:
    return dict(Topic.objects.filter(slug__in=slugs).values_list("slug", "name"))
