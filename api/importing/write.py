"""A batch of checked lines written to the database, all of it or nothing."""

import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db import DataError, IntegrityError, OperationalError, connection, transaction
from django.db.models import Q
from django.utils import timezone
from psycopg.errors import DeadlockDetected
from wagtail.blocks import StreamValue
from wagtail.log_actions import log
from wagtail.models import Locale, Page, PageLogEntry

from api.importing import bulk
from api.importing.body import stored_body
from api.importing.lines import BadLine, Story
from api.importing.names import get_authors, get_sections, get_topics
from api.importing.pictures import Pictures, Unusable
from api.representation.store import reconcile_many
from cms.exceptions import PublicationRefused
from cms.models import Article, ArticleAuthor, ArticleTopic, FrontPage, Takedown
from workflows.clearance import clear, content_hash, revision_hash
from workflows.models import Clearance, Standing

LOG_ACTION = "cms.import"
_LOCK = 0x496D706F  # An arbitrary constant: two imports take turns, batch by batch.
_PUBLIC_IDS = uuid.UUID("6f3f0e0b-6e07-5d0a-9d7e-3a3d1f6c2f4e")
_MAX_SLUG = 255


@dataclass
class Outcome:
    """What became of a batch."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: list[BadLine] = field(default_factory=list)

    def __iadd__(self, other: "Outcome") -> "Outcome":
        self.imported += other.imported
        self.updated += other.updated
        self.unchanged += other.unchanged
        self.refused += other.refused
        return self


@dataclass(frozen=True)
class _Known:
    """A story that is here already, and what the last import noted about it."""

    pk: int
    live: bool
    edited: bool
    digest: str
    slug: str
    section: str


@dataclass(frozen=True)
class _Ready:
    """A story with the keys of everything that it names."""

    story: Story
    section_id: int
    author_ids: tuple[int, ...]
    topic_ids: tuple[int, ...]
    image_id: int | None


def public_id_for(external_id: str) -> uuid.UUID:
    """The public id of an imported story; the same whenever and wherever it is imported."""
    return uuid.uuid5(_PUBLIC_IDS, external_id)


def write_batch(stories: Sequence[Story], front_page: FrontPage) -> Outcome:
    """Import stories that are new, update those whose line has changed since, and leave the others alone.

    One transaction. If the database or a rule of the newsroom turns a story down, the batch is halved until that story
    stands alone; it is refused and all the others are stored. If an editor and the import wait for each other, and the
    import has to give way, it begins the batch again.
    """
    if not stories:
        return Outcome()
    pictures = Pictures()
    try:
        return _write(stories, front_page, pictures)
    except OperationalError as error:
        pictures.discard()
        if not isinstance(error.__cause__, DeadlockDetected):
            raise
        return write_batch(stories, front_page)
    except (DataError, IntegrityError, PublicationRefused, ValidationError) as error:
        pictures.discard()
        if len(stories) == 1:
            reason = " ".join(error.messages) if isinstance(error, ValidationError) else str(error).strip()
            return Outcome(refused=[BadLine(stories[0].number, reason)])
    except BaseException:
        pictures.discard()
        raise
    half = len(stories) // 2
    outcome = write_batch(stories[:half], front_page)
    outcome += write_batch(stories[half:], front_page)
    return outcome


@transaction.atomic
def _write(stories: Sequence[Story], front_page: FrontPage, pictures: Pictures) -> Outcome:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])
    outcome = Outcome()
    known = _known(stories)
    digests = {story.external_id: story.digest for story in stories}
    if changed := [here.pk for external_id, here in known.items() if here.digest != digests[external_id]]:
        bulk.lock_pages(changed)
        known = _known(stories)  # An editor may have saved one meanwhile.
    taken_down = set(
        Takedown.objects.filter(public_id__in=[public_id_for(story.external_id) for story in stories]).values_list(
            "public_id", flat=True
        )
    )
    wanted: list[Story] = []
    for story in stories:
        here = known.get(story.external_id)
        if here and here.digest == story.digest:
            outcome.unchanged += 1
        elif reason := _why_not(here, gone=here is None and public_id_for(story.external_id) in taken_down):
            outcome.refused.append(BadLine(story.number, reason))
        else:
            wanted.append(story)
    ready = _get_ready(wanted, front_page, pictures, outcome)
    now = timezone.now()
    _insert([one for one in ready if one.story.external_id not in known], now, outcome)
    for one in ready:
        if here := known.get(one.story.external_id):
            _update(one, here)
            outcome.updated += 1
    return outcome


def _known(stories: Iterable[Story]) -> dict[str, _Known]:
    articles = {
        row["pk"]: row
        for row in Article.objects.filter(external_id__in=[story.external_id for story in stories]).values(
            "pk", "external_id", "live", "latest_revision_id"
        )
    }
    noted = {
        page_id: (revision_id, data)
        for page_id, revision_id, data in PageLogEntry.objects.filter(page_id__in=articles, action=LOG_ACTION)
        .order_by("page_id", "-timestamp", "-pk")
        .distinct("page_id")
        .values_list("page_id", "revision_id", "data")
    }
    known = {}
    for pk, row in articles.items():
        revision_id, data = noted.get(pk, (None, {}))
        known[str(row["external_id"])] = _Known(
            pk=pk,
            live=row["live"],
            edited=revision_id is None or revision_id != row["latest_revision_id"],
            digest=data.get("digest", ""),
            slug=data.get("slug", ""),
            section=data.get("section", ""),
        )
    return known


def _why_not(here: _Known | None, *, gone: bool) -> str:
    """Why a new or changed line is not written; empty if it may be."""
    if gone:
        return "readers were told that this story is gone, so it is not brought back"
    if here and not here.live:
        return "the newsroom has withdrawn this story since it was imported, so the changed line is not published"
    if here and here.edited:
        return "the newsroom has edited this story since it was imported, so the changed line does not overwrite it"
    return ""


def _get_ready(stories: Sequence[Story], front_page: FrontPage, pictures: Pictures, outcome: Outcome) -> list[_Ready]:
    if not stories:
        return []
    topics = get_topics({name for story in stories for name in story.topics})
    usable: list[tuple[Story, int | None]] = []
    for story in stories:
        unknown = [name for name in story.topics if name not in topics]
        try:
            if unknown:
                raise Unusable(f"no topic has the code {unknown[0]}; import IPTC's Media Topics first")
            image_id = pictures.get(story.image, story_title=story.title) if story.image else None
        except Unusable as error:
            outcome.refused.append(BadLine(story.number, str(error)))
        else:
            usable.append((story, image_id))
    sections = get_sections({story.section for story, _image in usable}, front_page)
    authors = get_authors({name for story, _image in usable for name in story.authors})
    return [
        _Ready(
            story=story,
            section_id=sections[story.section],
            author_ids=tuple(authors[name] for name in story.authors),
            topic_ids=tuple(dict.fromkeys(topics[name] for name in story.topics)),
            image_id=image_id,
        )
        for story, image_id in usable
    ]


def _insert(batch: Sequence[_Ready], now: datetime, outcome: Outcome) -> None:
    if not batch:
        return
    sections = bulk.lock_pages({one.section_id for one in batch})
    locales = Locale.objects.in_bulk({section.locale_id for section in sections.values()})
    slugs = _free_slugs([one.story.slug for one in batch])
    articles = []
    for one, slug in zip(batch, slugs, strict=True):
        story, section = one.story, sections[one.section_id]
        article = Article(
            external_id=story.external_id,
            public_id=public_id_for(story.external_id),
            locale=locales[section.locale_id],
            slug=slug,
            live=True,
            first_published_at=story.published_at,
            last_published_at=story.published_at,
            latest_revision_created_at=now,
        )
        _say(article, one)
        articles.append(article)
    bulk.place([(article, sections[one.section_id]) for article, one in zip(articles, batch, strict=True)])
    bulk.insert(articles, at=now)
    bulk.index(articles)
    hashes = [content_hash(article) for article in articles]
    Standing.objects.bulk_create(
        Standing(
            article=article,
            revision=article.latest_revision,
            content_hash=hash_,
            changed_at=now,
            word_count=article.word_count,
        )
        for article, hash_ in zip(articles, hashes, strict=True)
    )
    Clearance.objects.bulk_create(
        Clearance(article=article, content_hash=hash_, kind=Clearance.Kind.IMPORT, at=now)
        for article, hash_ in zip(articles, hashes, strict=True)
    )
    PageLogEntry.objects.bulk_create(
        PageLogEntry(
            page_id=article.pk,
            content_type=article.content_type,
            label=str(article),
            action=LOG_ACTION,
            timestamp=now,
            revision=article.latest_revision,
            content_changed=True,
            data=_note(one.story, hash_),
        )
        for article, one, hash_ in zip(articles, batch, hashes, strict=True)
    )
    reconcile_many([article.pk for article in articles], now)
    outcome.imported += len(articles)


def _say(article: Article, one: _Ready) -> None:
    """Make the article say what the line says."""
    story = one.story
    article.title = article.draft_title = story.title
    article.standfirst = story.standfirst
    article.lead_image_id = one.image_id
    before = list(article.body.raw_data) if article.pk else []
    article.body = StreamValue(article.body.stream_block, stored_body(story.body, before=before), is_lazy=True)
    article.byline.set([ArticleAuthor(author_id=pk, sort_order=place) for place, pk in enumerate(one.author_ids)])
    article.topic_links.set([ArticleTopic(topic_id=pk, sort_order=place) for place, pk in enumerate(one.topic_ids)])


def _note(story: Story, hash_: str) -> dict[str, Any]:
    return {"digest": story.digest, "hash": hash_, "slug": story.slug, "section": story.section}


def _free_slugs(wanted: Sequence[str]) -> list[str]:
    """A slug that no page has for each of `wanted`: itself, or with the next free number behind it."""
    taken = set(Page.objects.filter(slug__in=wanted).values_list("slug", flat=True))
    doubles = taken | {slug for slug, count in Counter(wanted).items() if count > 1}
    if doubles:
        numbered = reduce(or_, (Q(slug__startswith=f"{slug}-"[: _MAX_SLUG - 8]) for slug in doubles))
        taken |= set(Page.objects.filter(numbered).values_list("slug", flat=True))
    slugs = []
    for slug in wanted:
        free, number = slug, 2
        while free in taken:
            ending = f"-{number}"
            free, number = slug[: _MAX_SLUG - len(ending)] + ending, number + 1
        taken.add(free)
        slugs.append(free)
    return slugs


def _update(one: _Ready, here: _Known) -> None:
    """Publish what a changed line says, the way an editor would."""
    story = one.story
    article = Article.objects.get(pk=here.pk)
    if story.section != here.section and article.get_parent().pk != one.section_id:
        article.move(Page.objects.get(pk=one.section_id), pos="last-child")
        article = Article.objects.get(pk=here.pk)
    if story.slug not in (here.slug, article.slug):
        article.slug = _free_slugs([story.slug])[0]
    _say(article, one)
    revision = article.save_revision()
    hash_ = revision_hash(revision)
    clear(article.pk, hash_, kind=Clearance.Kind.IMPORT)
    article.publish(revision, log_action=False)
    log(article, LOG_ACTION, revision=revision, content_changed=True, data=_note(story, hash_))
