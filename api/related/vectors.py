"""What the stories of the shelf are about, as it is stored: counted, weighed, counted anew beside the old count."""

import json
import time
from array import array
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from django.db import connection, transaction
from django.db.models import Max
from pgvector import SparseVector

from api.models import PublishedArticle, RankingDue, RelatedSettings, TermFrequency, TermModel
from api.models import Terms as StoredTerms
from api.models.changes import hold_shelf
from api.models.related import SLOTS
from cms.models import Topic

from .evidence import Story
from .terms import COUNTED_FROM, Counts, Terms, Vector, count_story, weigh

COUNTED_AT_MOST = 100_000
"""Stories that are counted; of a larger shelf every so-manieth, which says as much about how common a word is."""
GROWTH_BEFORE_RECOUNT = 1.3
LIGHT_QCODES = ("medtop:01000000", "medtop:08000000", "medtop:10000000", "medtop:15000000")
"""IPTC's arts and entertainment, human interest, lifestyle and leisure, sport."""
_BATCH = 200
_FLUSH = 5_000
_FIELDS = [
    *("vector", "title", "names", "topics", "heaviest", "words"),
    *("name_slots", "name_words", "sensitive", "light"),
]


def current() -> TermModel:
    """The model whose vectors are compared; one that has counted nothing, for a shelf that was never counted."""
    found = TermModel.objects.filter(state=TermModel.State.CURRENT).first()
    return found or TermModel.objects.get_or_create(state=TermModel.State.CURRENT)[0]


def count_row(row: PublishedArticle) -> Counts:
    standfirst, _, body = row.text.partition("\n")
    return count_story(
        title=row.title,
        standfirst=standfirst,
        body=body,
        language=row.language,
        topic_slugs=row.topic_slugs,
        slots=SLOTS,
    )


def frequencies_of(model: TermModel, slots: Iterable[int]) -> dict[int, int]:
    """In how many counted stories each slot occurs; one that is not there occurs in one at most."""
    rows = TermFrequency.objects.filter(model=model, slot__in=list(slots))
    return dict(rows.values_list("slot", "story_count"))


def weigh_with(model: TermModel, counts: Counts) -> tuple[Terms, dict[int, int]]:
    """Terms as `model` weighs them, and the frequencies of their slots."""
    frequencies = frequencies_of(model, counts.slots())
    return weigh(counts, frequencies=frequencies, story_count=model.story_count), frequencies


def story_of(row: PublishedArticle, terms: Terms, tones: "Tones") -> Story:
    """A row of the shelf as it is ranked."""
    topics = frozenset(row.topic_slugs)
    flagged = json.loads(row.summary).get("flags", {}).get("sensitive", False)
    return Story(
        pk=row.pk,
        article_id=row.article_id,
        title=row.title,
        language=row.language,
        section=row.section,
        published_at=row.published_at,
        kind=row.kind,
        topics=topics,
        authors=frozenset(row.author_slugs),
        sensitive=tones.is_sensitive(topics, flagged=flagged),
        light=tones.is_light(topics, flagged=flagged),
        may_be_suggested=row.may_be_suggested,
        suggests=row.suggest_related,
        terms=terms,
    )


class Tones:
    """Which topics make a story sensitive, and which make it light."""

    def __init__(self, settings: RelatedSettings) -> None:
        self.sensitive = frozenset(settings.sensitive_topics.values_list("slug", flat=True))
        self.light = frozenset(settings.light_topics.values_list("slug", flat=True)) or frozenset(
            Topic.objects.filter(qcode__in=LIGHT_QCODES).values_list("slug", flat=True)
        )

    def is_sensitive(self, topics: frozenset[str], *, flagged: bool) -> bool:
        return flagged or bool(topics & self.sensitive)

    def is_light(self, topics: frozenset[str], *, flagged: bool) -> bool:
        return bool(topics & self.light) and not self.is_sensitive(topics, flagged=flagged)


def store(story: Story, model: TermModel) -> None:
    """Keep the terms of a story of the shelf."""
    row = _row(story, model)
    StoredTerms.objects.update_or_create(
        article_id=story.pk, model=model, defaults={name: getattr(row, name) for name in _FIELDS}
    )


def store_beside(row: PublishedArticle, story: Story, counts: Counts) -> None:
    """Keep the terms of a story in a model that is being made beside the current one, too."""
    for model in TermModel.objects.filter(state=TermModel.State.WEIGHING):
        terms, _ = weigh_with(model, counts)
        store(replace(story, terms=terms), model)


def to_vector(weights: Vector) -> SparseVector:
    return SparseVector(dict(weights), SLOTS)


def _row(story: Story, model: TermModel) -> StoredTerms:
    terms = story.terms
    return StoredTerms(
        article_id=story.pk,
        model=model,
        vector=to_vector(terms.text),
        title=to_vector(terms.title),
        names=to_vector(terms.names),
        topics=to_vector(terms.topics),
        heaviest=terms.heaviest,
        words=terms.words,
        name_slots=terms.name_slots,
        name_words=terms.name_words,
        sensitive=story.sensitive,
        light=story.light,
    )


# Counting anew --------------------------------------------------------------------------------------------------------


def has_grown() -> bool:
    """Whether the shelf has grown so much since it was counted that words weigh differently now."""
    model = current()
    now = PublishedArticle.objects.count()
    return now >= COUNTED_FROM and now >= max(model.shelf_count, 1) * GROWTH_BEFORE_RECOUNT


def begin() -> TermModel:
    """The model that is being made, or a new one to be made."""
    unfinished = TermModel.objects.exclude(state=TermModel.State.CURRENT).order_by("-pk").first()
    if unfinished:
        return unfinished
    now = PublishedArticle.objects.count()
    return TermModel.objects.create(shelf_count=now, every=max(1, -(-now // COUNTED_AT_MOST)))


def build(model: TermModel, *, seconds: float | None = None) -> Iterator[int]:
    """Count and weigh the shelf with a new model, then make it the current one; yields how many stories were done.

    What is done is kept, so that it may be stopped at any moment, or after `seconds`, and called again.
    """
    until = time.monotonic() + seconds if seconds is not None else None
    for step in (_count, _weigh):
        for done in step(model):
            yield done
            if until and time.monotonic() > until:
                return
    _switch_to(model)


def steps(model: TermModel) -> int:
    """How many stories `build` will report, from the beginning."""
    shelf = PublishedArticle.objects.count()
    return shelf // model.every + shelf


def steps_done(model: TermModel) -> int:
    """How many of these are done already."""
    behind = PublishedArticle.objects.filter(pk__lte=model.last_pk).count()
    if model.state == TermModel.State.COUNTING:
        return behind // model.every
    return PublishedArticle.objects.count() // model.every + behind


def _count(model: TermModel) -> Iterator[int]:
    """Count in how many stories each slot occurs; what was counted is written every few thousand stories."""
    while model.state == TermModel.State.COUNTING:
        counted, last = array("I", bytes(4 * SLOTS)), model.last_pk
        stories = 0
        for row in _rows_after(model.last_pk, _FLUSH * model.every):
            last = row.pk
            if row.pk % model.every:
                continue
            for one in count_row(row).slots():
                counted[one] += 1
            stories += 1
            if stories % _BATCH == 0:
                yield _BATCH
        with transaction.atomic():
            _add(model, counted)
            model.story_count += stories
            if last == model.last_pk:
                model.state, model.last_pk = TermModel.State.WEIGHING, 0
            else:
                model.last_pk = last
            model.save(update_fields=["state", "story_count", "last_pk"])
        yield stories % _BATCH


def _add(model: TermModel, counted: "array[int]") -> None:
    """Add to the frequencies of a model."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE counted (slot integer, story_count integer)")
        with cursor.copy("COPY counted (slot, story_count) FROM STDIN") as copy:
            for one, count in enumerate(counted):
                if count:
                    copy.write_row((one, count))
        cursor.execute(
            "INSERT INTO api_termfrequency (model_id, slot, story_count) SELECT %s, slot, story_count FROM counted "
            "ON CONFLICT (model_id, slot) DO UPDATE SET story_count = api_termfrequency.story_count "
            "+ EXCLUDED.story_count",
            [model.pk],
        )
        cursor.execute("DROP TABLE counted")


class _Frequencies(Mapping[int, int]):
    """In how many stories each slot occurs, in four bytes a slot."""

    def __init__(self, model: TermModel) -> None:
        self.counts = array("I", bytes(4 * SLOTS))
        for one, count in model.frequencies.values_list("slot", "story_count").iterator(chunk_size=20_000):
            self.counts[one] = count

    def __getitem__(self, slot: int) -> int:
        return self.counts[slot]

    def __iter__(self) -> Iterator[int]:
        return iter(range(SLOTS))

    def __len__(self) -> int:
        return SLOTS


def _weigh(model: TermModel) -> Iterator[int]:
    """Weigh the terms of every story with a counted model, beside those that are compared now."""
    known = _Frequencies(model)
    tones = Tones(RelatedSettings.load())
    while rows := list(_rows_after(model.last_pk, _BATCH)):
        stored = []
        for row in rows:
            terms = weigh(count_row(row), frequencies=known, story_count=model.story_count)
            stored.append(_row(story_of(row, terms, tones), model))
        with transaction.atomic():
            hold_shelf()
            there = set(PublishedArticle.objects.filter(pk__in=[row.pk for row in rows]).values_list("pk", flat=True))
            StoredTerms.objects.bulk_create(
                [one for one in stored if one.article_id in there],
                update_conflicts=True,
                unique_fields=["article", "model"],
                update_fields=_FIELDS,
            )
            model.last_pk = rows[-1].pk
            model.save(update_fields=["last_pk"])
        yield len(rows)


def _switch_to(model: TermModel) -> None:
    """Compare with this model from now on, and owe every story new links."""
    with transaction.atomic():
        hold_shelf()
        TermModel.objects.filter(state=TermModel.State.CURRENT).delete()
        model.state = TermModel.State.CURRENT
        model.save(update_fields=["state"])
        last = PublishedArticle.objects.aggregate(last=Max("pk"))["last"] or 0
        with connection.cursor() as cursor:
            cursor.execute(
                "INSERT INTO api_rankingdue (article_id, attempt_count) "
                "SELECT id, 0 FROM api_publishedarticle WHERE id <= %s ON CONFLICT DO NOTHING",
                [last],
            )
    RankingDue.objects.filter(attempt_count__gt=0).update(attempt_count=0)


def _rows_after(pk: int, limit: int) -> Iterator[PublishedArticle]:
    rows = PublishedArticle.objects.filter(pk__gt=pk).order_by("pk").defer("detail", "search")[:limit]
    return rows.iterator(chunk_size=_BATCH)
