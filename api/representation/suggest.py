"""Keeps what a search box may suggest in step with the shelf, in the transaction that changes it."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from django.contrib.postgres.fields import ArrayField
from django.db import connection
from django.db.models import CharField, F, Func, Value

from api.models import PublishedArticle, Suggestion, SuggestionWord
from api.representation.sources import Sources
from api.representation.spelling import pieces_of, words_of
from cms.models import Author, Section, Topic

Kind = Suggestion.Kind
Key = tuple[str, str, str, str]
"""Kind, slug, site, language."""

_BATCH = 500
_COLUMNS: tuple[tuple[Kind, str], ...] = (
    (Kind.SECTION, "section_slugs"),
    (Kind.TOPIC, "topic_slugs"),
    (Kind.AUTHOR, "author_slugs"),
)


def shown_by(row: PublishedArticle) -> list[Key]:
    """What a story on the shelf makes public: its sections, topics and authors."""
    return [
        (str(kind), slug, row.site, row.language) for kind, column in _COLUMNS for slug in set(getattr(row, column))
    ]


def keep(
    stored: Iterable[PublishedArticle],
    gone: Iterable[PublishedArticle],
    *,
    before: Mapping[int, PublishedArticle],
    sources: Sources,
) -> None:
    """Suggest what was stored and what it shows; suggest no more what is gone and what nothing else shows.

    `before` has the rows that were replaced, by the primary key of their story.
    """
    stored, gone = list(stored), list(gone)
    touched = [row.public_id for row in (*stored, *gone)]
    if not touched:
        return
    known = Suggestion.objects.filter(kind=Kind.ARTICLE, public_id__in=touched)
    counted: set[UUID] = set(known.values_list("public_id", flat=True))
    known.delete()
    changes: Counter[Key] = Counter()
    for row in gone:
        if row.public_id in counted:
            changes.subtract(shown_by(row))
    for row in stored:
        changes.update(shown_by(row))
        if row.public_id in counted and row.article_id in before:
            changes.subtract(shown_by(before[row.article_id]))
    _add([_story(row) for row in stored])
    _recount(changes, sources)


def _story(row: PublishedArticle) -> Suggestion:
    return Suggestion(
        kind=Kind.ARTICLE,
        public_id=row.public_id,
        slug=row.slug,
        site=row.site,
        language=row.language,
        title=row.title,
        path=row.path,
        weight=int(row.published_at.timestamp()),
        visible_from=row.visible_from,
        visible_until=row.visible_until,
    )


def _add(suggestions: list[Suggestion]) -> None:
    words: set[str] = set()
    for one in suggestions:
        of_title = sorted(set(words_of(one.title)))
        words.update(of_title)
        one.words = _vector(of_title)
    Suggestion.objects.bulk_create(suggestions, batch_size=_BATCH)
    SuggestionWord.objects.bulk_create(
        (SuggestionWord(word=word, pieces=pieces_of(word)) for word in sorted(words)),
        ignore_conflicts=True,
        batch_size=_BATCH,
    )


def _vector(words: list[str]) -> Func:
    return Func(
        Value(words, output_field=ArrayField(CharField())),
        function="array_to_tsvector",
        template="%(function)s((%(expressions)s)::text[])",
    )


def _recount(changes: Counter[Key], sources: Sources) -> None:
    by_change: dict[int, list[Key]] = defaultdict(list)
    for key, change in changes.items():
        if change:
            by_change[change].append(key)
    touched = {key for keys in by_change.values() for key in keys}
    sections = {section.slug: section for section in sources.sections.values()}
    there = {
        (one.kind, one.slug, one.site, one.language): one
        for one in Suggestion.objects.exclude(kind=Kind.ARTICLE)
        .filter(slug__in={slug for _kind, slug, *_rest in touched} | sections.keys())
        .defer("words")
    }
    for change, keys in by_change.items():
        pks = [there[key].pk for key in keys if key in there]
        if pks:
            Suggestion.objects.filter(pk__in=pks).update(weight=F("weight") + change)
    emptied = [there[key].pk for key in touched if key in there and there[key].weight + changes[key] <= 0]
    if emptied:
        Suggestion.objects.filter(pk__in=emptied).delete()
    _add(_named({key: changes[key] for key in touched if key not in there and changes[key] > 0}, sections))
    for one in there.values():
        section = sections.get(one.slug) if one.kind == Kind.SECTION else None
        if section and (one.title, one.path) != (section.title, section.public_path):
            rename(Kind.SECTION, section)


def _named(counts: Mapping[Key, int], sections: Mapping[str, Section]) -> list[Suggestion]:
    slugs: dict[str, set[str]] = defaultdict(set)
    for kind, slug, *_rest in counts:
        slugs[kind].add(slug)
    things: dict[tuple[str, str], Any] = {(str(Kind.SECTION), slug): section for slug, section in sections.items()}
    if topics := slugs[str(Kind.TOPIC)]:
        things |= {(str(Kind.TOPIC), one.slug): one for one in Topic.objects.filter(slug__in=topics)}
    if authors := slugs[str(Kind.AUTHOR)]:
        things |= {(str(Kind.AUTHOR), one.slug): one for one in Author.objects.filter(slug__in=authors)}
    return [
        Suggestion(
            kind=key[0],
            public_id=things[key[:2]].public_id,
            slug=key[1],
            site=key[2],
            language=key[3],
            weight=count,
            **_title_and_path(key[0], things[key[:2]]),
        )
        for key, count in counts.items()
        if key[:2] in things
    ]


def _title_and_path(kind: str, thing: Any) -> dict[str, str]:
    if kind == Kind.SECTION:
        return {"title": thing.title, "path": thing.public_path}
    return {"title": thing.name, "path": f"/{kind}s/{thing.slug}/"}


def rename(kind: str, thing: Any) -> None:
    """Suggest a section, a topic or an author by the name that it has now; one that is not suggested stays so."""
    names = _title_and_path(kind, thing)
    words = sorted(set(words_of(names["title"])))
    if Suggestion.objects.filter(kind=kind, public_id=thing.public_id).update(**names, words=_vector(words)):
        SuggestionWord.objects.bulk_create(
            (SuggestionWord(word=word, pieces=pieces_of(word)) for word in words), ignore_conflicts=True
        )


def forget_unused_words() -> None:
    """Delete words that no suggestion has any more; they are never shown, but they came from what may be withdrawn."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            DELETE FROM api_suggestionword
            WHERE word NOT IN (SELECT word FROM ts_stat('SELECT words FROM api_suggestion'))
            """
        )
