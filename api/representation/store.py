"""The one way onto the shelf and off it: compare a story with its row, and make the row true."""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from django.contrib.postgres.search import SearchVector
from django.db import transaction
from django.db.models import Value
from django.db.models.expressions import Combinable

from api.caching import keys as cache_keys
from api.caching.outbox import forget
from api.models import ArticlePath, Change, PublishedArticle, RankingDue, ReleaseDelay, Tombstone
from api.models.changes import hold_shelf, record_changes
from api.models.delays import note_delay
from api.representation import suggest
from api.representation.build import Representation, build, shape, stamp
from api.representation.sources import Sources, load
from cms.celery import enqueue, owe
from cms.checks import picture_ids
from cms.models import Article, Takedown
from cms.text import STEMMERS
from workflows.clearance import content_hash
from workflows.models import Clearance

Event = tuple[Change.Event, UUID, dict[str, Any]]

_BATCH = 200
_RERANK_AT_ONCE = 20
_COLUMNS = [
    field.name
    for field in PublishedArticle._meta.concrete_fields
    if field.name not in ("id", "article_id", "public_id", "published_at")
]


def reconcile(article_id: int, at: datetime) -> None:
    """Make the shelf agree with what readers may see of one story at `at`: store, replace or withdraw its row.

    May run any number of times; must run in the transaction that changed the story. Content that has no clearance
    changes nothing: the version that readers have stays.
    """
    reconcile_many([article_id], at)


def reconcile_many(article_ids: Sequence[int], at: datetime) -> None:
    """`reconcile` for many stories, in a number of queries that grows by the batch and not by the story."""
    ids = sorted(set(article_ids))
    for start in range(0, len(ids), _BATCH):
        with transaction.atomic():
            hold_shelf()
            due = ids[start : start + _BATCH]
            while due:
                moved, due = _reconcile_batch(due[:_BATCH], at), due[_BATCH:]
                # Some may have been built in this batch already, before what they show was there; and others may turn
                # out to be gone themselves, which those who show them must learn in their turn.
                due = sorted(_stories_that_show(moved.article_ids).union(_translations_of(moved), due))


def search_config(language: str) -> str:
    """PostgreSQL's text search configuration for a language code such as en-gb."""
    return STEMMERS.get(language.split("-")[0], "simple")


def search_vector(title: str, standfirst: str, text: str, language: str) -> Combinable:
    """What full-text search looks in: the title weighs most, then the standfirst, then the text."""
    config = search_config(language)
    # PostgreSQL's parser takes <script> for the start of something to skip; our texts are plain words.
    title, standfirst, text = (words.replace("<", " ") for words in (title, standfirst, text))
    return (
        SearchVector(Value(title), weight="A", config=config)
        + SearchVector(Value(standfirst), weight="B", config=config)
        + SearchVector(Value(text), weight="D", config=config)
    )


@dataclass
class _Moved:
    """Stories whose name, address or presence changed for readers."""

    article_ids: set[int] = field(default_factory=set)
    translation_keys: set[UUID] = field(default_factory=set)
    keys_of_gone: set[UUID] = field(default_factory=set)
    """Those of `translation_keys` whose story is not on the shelf any more."""

    def add(self, row: PublishedArticle, *, is_gone: bool = False) -> None:
        self.article_ids.add(row.article_id)
        if row.translation_key:
            self.translation_keys.add(row.translation_key)
        if row.translation_key and is_gone:
            self.keys_of_gone.add(row.translation_key)


def _reconcile_batch(ids: Sequence[int], at: datetime) -> _Moved:
    rows = {row.article_id: row for row in PublishedArticle.objects.filter(article_id__in=ids).defer("search", "text")}
    sources = load(ids)
    readable = {pk: article for pk, article in sources.articles.items() if _is_readable(article, sources, at)}
    hashes = {pk: _signed_hash(article, rows.get(pk)) for pk, article in readable.items()}
    cleared = set(
        Clearance.objects.filter(article_id__in=readable, voided_at=None).values_list("article_id", "content_hash")
    )
    returning = [article.public_id for pk, article in readable.items() if pk not in rows]
    stones = {stone.public_id: stone for stone in Tombstone.objects.filter(public_id__in=returning)}
    gone = [row for pk, row in rows.items() if pk not in readable]
    stored: list[PublishedArticle] = []
    events: list[Event] = []
    moved = _Moved()
    relabelled: list[int] = []
    for pk, article in readable.items():
        row = rows.get(pk)
        if (pk, hashes[pk]) not in cleared:
            # What readers have stays as it is; the sweep need not come back for it.
            if row and row.shape != shape():
                relabelled.append(pk)
            continue
        built = build(article, sources)
        new = _row(article, built, hashes[pk], row, stones.get(article.public_id), at)
        if new is None:
            if row and row.shape != shape():
                relabelled.append(pk)
            continue
        if row and row.content_hash == new.content_hash:
            new.pick_ids = row.pick_ids
        new.shown_ids = sorted(sources.page_ids[pk])
        new.image_ids = sorted(picture_ids(article) & sources.images.keys())
        stored.append(new)
        if row is None and article.public_id not in stones and (embargo_until := _embargo_that_held(article)):
            note_delay(ReleaseDelay.Cause.EMBARGO, promised_for=embargo_until)
        event = Change.Event.UPDATED if row else Change.Event.PUBLISHED
        events.append((event, new.public_id, {"version": new.version, **_whom_it_concerns(row, new)}))
        if row is None or (row.site, row.path, row.title) != (new.site, new.path, new.title):
            moved.add(new)
    _keep_old_addresses(stored, rows, at)
    _write(stored)
    if relabelled:
        PublishedArticle.objects.filter(article_id__in=relabelled).update(shape=shape())
    events += _withdraw(gone, at)
    suggest.keep(stored, gone, before=rows, sources=sources)
    record_changes(events, at=at)
    forget(_keys_of(stored, gone, before=rows))
    _rerank([new for new in stored if _says_something_new(new, rows.get(new.article_id))])
    _fetch_embeds(sources)
    for row in gone:
        moved.add(row, is_gone=True)
    return moved


def _signed_hash(article: Article, row: PublishedArticle | None) -> str:
    """The hash of a story's content.

    A pick goes with the story that was picked when that is deleted. Nobody needs to sign that: it is the hash of what
    readers have, with the pick.
    """
    hash_ = content_hash(article)
    if row is None or row.content_hash == hash_:
        return hash_
    left = [pick.article_id for pick in article.picks.all()]
    lost = [pk for pk in row.pick_ids if pk not in left]
    if lost and content_hash(article, picks=row.pick_ids) == row.content_hash:
        return hash_ if Article.objects.filter(pk__in=lost).exists() else row.content_hash
    return hash_


def _is_readable(article: Article, sources: Sources, at: datetime) -> bool:
    return (
        article.live
        and not article.expired
        and not (article.embargo_until and article.embargo_until > at)
        and not (article.expire_at and article.expire_at <= at)
        and not sources.is_private(article)
    )


def _embargo_that_held(article: Article) -> datetime | None:
    """The end of an embargo that it was released before, so that readers were to see it at that moment."""
    released = article.last_published_at
    return article.embargo_until if released and article.embargo_until and released < article.embargo_until else None


def _row(
    article: Article,
    built: Representation,
    hash_: str,
    row: PublishedArticle | None,
    stone: Tombstone | None,
    at: datetime,
) -> PublishedArticle | None:
    """The row as it should be; None if it is so already."""
    path = built.summary["path"]
    digest = built.digest()
    if row and row.digest == digest and row.visible_until == article.expire_at and row.content_hash == hash_:
        return None
    published_at = row.published_at if row else (stone and stone.published_at) or article.published_at() or at
    if stone:
        updated_at = at
    elif row is None:
        updated_at = max(published_at, article.last_published_at or published_at)
    elif row.content_hash != hash_ or any(one.at > row.updated_at for one in article.corrections.all()):
        updated_at = at
    else:
        updated_at = row.updated_at
    version = 1 + (row.version if row else stone.version if stone else 0)
    aliases = [path_ for path_ in _aliases(article, row, path) if path_ != path]
    summary, detail = stamp(built, published_at=published_at, updated_at=updated_at, version=version, aliases=aliases)
    return PublishedArticle(
        article_id=article.pk,
        public_id=article.public_id,
        content_hash=hash_,
        path=path,
        slug=article.slug,
        section=built.section_slugs[-1],
        section_slugs=built.section_slugs,
        author_slugs=built.author_slugs,
        topic_slugs=built.topic_slugs,
        kind=article.kind,
        language=built.summary["language"],
        site=built.summary["site"],
        translation_key=article.translation_key,
        breaking=article.breaking,
        may_be_suggested=article.may_be_suggested,
        suggest_related=article.suggest_related,
        is_indexable=article.robots == Article.Robots.INDEX and not article.canonical_url,
        pick_ids=[pick.article_id for pick in article.picks.all() if pick.article_id != article.pk],
        version=version,
        published_at=published_at,
        updated_at=updated_at,
        modified_at=at,
        visible_from=published_at,
        visible_until=article.expire_at,
        title=article.title,
        text=built.text,
        summary=summary,
        detail=detail,
        summary_keys=" ".join(cache_keys.shown_in(json.loads(summary))),
        detail_keys=" ".join(cache_keys.shown_in(json.loads(detail))),
        etag=hashlib.sha256(detail.encode()).hexdigest()[:32],
        digest=digest,
        shape=shape(),
        search=search_vector(article.title, article.standfirst, built.text, built.summary["language"]),
    )


def _aliases(article: Article, row: PublishedArticle | None, path: str) -> list[str]:
    if row is None and article.first_published_at == article.last_published_at:
        return []  # Published for the first time, so it was never anywhere else.
    earlier = list(
        ArticlePath.objects.filter(public_id=article.public_id).order_by("pk").values_list("path", flat=True)
    )
    if row and row.path != path and row.path not in earlier:
        earlier.append(row.path)
    return earlier


def _keep_old_addresses(stored: Iterable[PublishedArticle], rows: dict[int, PublishedArticle], at: datetime) -> None:
    left = [
        ArticlePath(public_id=row.public_id, path=row.path, slug=row.slug, at=at)
        for new in stored
        if (row := rows.get(new.article_id)) and row.path != new.path
    ]
    if left:
        ArticlePath.objects.bulk_create(
            left, update_conflicts=True, unique_fields=["path"], update_fields=["public_id", "slug", "at"]
        )
    moved_to = [new.path for new in stored if new.article_id not in rows or rows[new.article_id].path != new.path]
    if moved_to:
        ArticlePath.objects.filter(path__in=moved_to).delete()


def _write(stored: list[PublishedArticle]) -> None:
    if not stored:
        return
    PublishedArticle.objects.bulk_create(
        stored, update_conflicts=True, unique_fields=["article_id"], update_fields=_COLUMNS, batch_size=_BATCH
    )
    Tombstone.objects.filter(public_id__in=[row.public_id for row in stored]).delete()


def _withdraw(gone: list[PublishedArticle], at: datetime) -> list[Event]:
    if not gone:
        return []
    takedowns: dict[UUID, Takedown] = {}
    for takedown in Takedown.objects.filter(public_id__in=[row.public_id for row in gone]).order_by("at"):
        takedowns[takedown.public_id] = takedown
    events: list[Event] = []
    stones = []
    for row in gone:
        last = takedowns.get(row.public_id)
        reason = last.reason if last and last.at >= row.modified_at else ""
        stones.append(
            Tombstone(
                public_id=row.public_id,
                slug=row.slug,
                path=row.path,
                site=row.site,
                reason=reason,
                withdrawn_at=at,
                published_at=row.published_at,
                version=row.version,
            )
        )
        data = {**({"reason": reason} if reason else {}), **_whom_it_concerns(row)}
        events.append((Change.Event.WITHDRAWN, row.public_id, data))
    Tombstone.objects.bulk_create(
        stones,
        update_conflicts=True,
        unique_fields=["public_id"],
        update_fields=["slug", "path", "site", "reason", "withdrawn_at", "published_at", "version"],
    )
    ids = [row.pk for row in gone]
    owed = PublishedArticle.objects.filter(related_links__target__in=ids).exclude(pk__in=ids).distinct()
    _owe_ranking(owed.values_list("pk", flat=True))
    PublishedArticle.objects.filter(pk__in=ids).delete()
    return events


def _keys_of(
    stored: list[PublishedArticle], gone: list[PublishedArticle], *, before: dict[int, PublishedArticle]
) -> set[str]:
    """Keys of every answer that these stories were in or come to be in, and of pictures that are public or not now."""
    keys: set[str] = set()
    for row, new in [(before.get(new.article_id), new) for new in stored] + [(row, None) for row in gone]:
        was, now = (_shown_keys(one) if one else set() for one in (row, new))
        keys |= {key for key in was ^ now if key.startswith("image-")}
        for one in (row, new):
            keys |= cache_keys.memberships(one) if one else set()
    return keys


def _shown_keys(row: PublishedArticle) -> set[str]:
    """Keys of what a story shows; of one that was stored before rows had them, found in what it shows."""
    return set(row.detail_keys.split() or cache_keys.shown_in(json.loads(row.detail)))


def _whom_it_concerns(*rows: PublishedArticle | None) -> dict[str, Any]:
    """Where a story is and was, and whether it is or was breaking: who follows only a part hears that it left, too."""
    found = [row for row in rows if row]
    sections = sorted({slug for row in found for slug in row.section_slugs})
    return {"sections": sections, "breaking": any(row.breaking for row in found)}


def _stories_that_show(article_ids: set[int]) -> set[int]:
    """Stories on the shelf with a link to one of these in their text or among their picks."""
    if not article_ids:
        return set()
    # The shelf's own column and not Wagtail's reference index, which follows a release by a while.
    shown = PublishedArticle.objects.filter(shown_ids__overlap=sorted(article_ids))
    return set(shown.values_list("article_id", flat=True))


def _translations_of(moved: _Moved) -> set[int]:
    """Stories on the shelf in whose alternates one of these stands, or stood."""
    if not moved.translation_keys:
        return set()
    found: dict[UUID | None, set[int]] = defaultdict(set)
    rows = PublishedArticle.objects.filter(translation_key__in=moved.translation_keys)
    for key, article_id in rows.values_list("translation_key", "article_id"):
        found[key].add(article_id)
    return {
        pk
        for key, group in found.items()
        if len(group) > 1 or key in moved.keys_of_gone or not group <= moved.article_ids
        for pk in group
    }


def _fetch_embeds(sources: Sources) -> None:
    from api.tasks import fetch_embed

    for url in sources.embed_urls - sources.embeds.keys():
        owe(fetch_embed, url)


def _says_something_new(new: PublishedArticle, row: PublishedArticle | None) -> bool:
    """Whether a story may belong beside other stories than before."""
    return row is None or (row.content_hash, row.topic_slugs) != (new.content_hash, new.topic_slugs)


def _rerank(stored: list[PublishedArticle]) -> None:
    """Owe related links, and ask for them at once; of many stories (an import) the sweep takes care."""
    from api.related.tasks import rerank

    ids = [row.article_id for row in stored]
    _owe_ranking(PublishedArticle.objects.filter(article_id__in=ids).values_list("pk", flat=True))
    if len(ids) <= _RERANK_AT_ONCE:
        for article_id in ids:
            enqueue(rerank, article_id)


def _owe_ranking(pks: Iterable[int]) -> None:
    RankingDue.objects.bulk_create((RankingDue(article_id=pk) for pk in pks), ignore_conflicts=True)
