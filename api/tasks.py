"""Work on the shelf that no request waits for."""

import logging
import time
from collections.abc import Iterable
from datetime import datetime, timedelta

from celery import shared_task
from django.conf import settings
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import Exists, Model, OuterRef, Q
from django.utils import timezone
from requests import RequestException
from wagtail.embeds.embeds import get_embed
from wagtail.embeds.exceptions import EmbedException
from wagtail.models import Page, ReferenceIndex

from api.models import Change, PublishedArticle
from api.representation import suggest
from api.representation.build import shape
from api.representation.store import reconcile_many
from cms.models import Article, Author, NewsImage, Section, Topic
from workflows.models import Clearance
from workflows.tasks import forget_failures, note_failure

log = logging.getLogger(__name__)

_SHAPED_AT_ONCE = 100
_SHOWN: dict[str, type[Model]] = {"newsimage": NewsImage, "author": Author, "topic": Topic, "section": Section}


@shared_task
def reconcile_due() -> None:
    """Show stories whose embargo has ended in the last minutes, withdraw those that have expired."""
    now = timezone.now()
    freed = (
        Article.objects.readable(now)
        .filter(embargo_until__lte=now, embargo_until__gt=now - timedelta(minutes=5))
        .filter(~Exists(PublishedArticle.objects.filter(article_id=OuterRef("pk"))))
        .values_list("pk", flat=True)
    )
    expired = PublishedArticle.objects.filter(visible_until__lte=now).values_list("article_id", flat=True)
    _reconcile_each([*freed, *expired], now)


@shared_task
def reconcile_strays() -> None:
    """Repair what no signal told of: a program stopped between two writes, or a worker was away for long."""
    now = timezone.now()
    shown = PublishedArticle.objects.filter(article_id=OuterRef("pk"))
    hidden = Article.objects.readable(now).filter(
        ~Exists(shown),
        Exists(Clearance.objects.filter(article_id=OuterRef("pk"), voided_at=None)),
    )
    readable = Article.objects.readable(now).filter(pk=OuterRef("article_id"))
    stale = PublishedArticle.objects.filter(~Exists(readable))
    _reconcile_each([*hidden.values_list("pk", flat=True), *stale.values_list("article_id", flat=True)], now)
    _reconcile_of_other_shapes()


def _reconcile_of_other_shapes(seconds: float = 30) -> None:
    """After an upgrade, or a change of addresses: store rows anew for so long, the newest first."""
    ends = time.monotonic() + seconds
    rows = PublishedArticle.objects.exclude(shape=shape()).order_by("-published_at")
    owed = list(rows.values_list("article_id", flat=True))
    for start in range(0, len(owed), _SHAPED_AT_ONCE):
        if time.monotonic() > ends:
            return
        ids, now = owed[start : start + _SHAPED_AT_ONCE], timezone.now()
        try:
            reconcile_many(ids, now)
        except Exception:
            log.exception("%s stories could not be stored anew together; each is tried by itself", len(ids))
            _reconcile_each(ids, now)


def _reconcile_each(article_ids: list[int], now: datetime) -> None:
    for article_id in article_ids:
        try:
            with transaction.atomic():
                reconcile_many([article_id], now)
                forget_failures([article_id])
        except Exception as error:
            log.exception(
                "story %s could not be brought in step with its dates", article_id, extra={"story": article_id}
            )
            note_failure(article_id, error)


@shared_task
def reconcile_stories_showing(kind: str, pk: int) -> None:
    """Bring stories in step with a picture, an author, a topic or a section that was changed.

    `kind` is the name of the model in lower case.
    """
    ids: set[int] = set()
    if kind in suggest.Kind.values and (thing := _SHOWN[kind]._default_manager.filter(pk=pk).first()):
        suggest.rename(kind, thing)
    if kind == "section":
        section = Section.objects.filter(pk=pk).first()
        ids = set(Article.objects.live().descendant_of(section).values_list("pk", flat=True)) if section else set()
        # Here not the reference index, which forgets a page that was deleted.
        ids |= set(PublishedArticle.objects.filter(shown_ids__contains=[pk]).values_list("article_id", flat=True))
    elif kind == "topic":
        # What stands above a topic is shown with it, as a filter.
        ids = _stories_that_refer_to(Topic, Topic.objects.under(pk).values_list("pk", flat=True))
    else:
        ids = _stories_that_refer_to(_SHOWN[kind], [pk])
    reconcile_many(list(Article.objects.live().filter(pk__in=ids).values_list("pk", flat=True)), timezone.now())


def _stories_that_refer_to(model: type[Model], pks: Iterable[int]) -> set[int]:
    references = ReferenceIndex.objects.filter(
        to_content_type=ContentType.objects.get_for_model(model),
        to_object_id__in=[str(pk) for pk in pks],
        base_content_type=ContentType.objects.get_for_model(Page),
    )
    return {int(object_id) for object_id in references.values_list("object_id", flat=True)}


@shared_task
def forget_old_changes() -> None:
    """Delete changes that no copy of the publication can be waiting for; the last one stays, for its number."""
    last = Change.objects.order_by("-sequence").first()
    if last:
        kept = timezone.now() - timedelta(days=settings.API_CHANGES_DAYS)
        Change.objects.filter(at__lt=kept, sequence__lt=last.sequence).delete()


@shared_task
def forget_unused_words() -> None:
    """Delete words that no suggestion has any more."""
    suggest.forget_unused_words()


@shared_task
def fetch_embed(url: str) -> None:
    """Ask the service behind an embed for its title, picture and HTML; readers are shown a link until then."""
    try:
        get_embed(url)
    except (EmbedException, RequestException, OSError) as error:
        log.warning("embed %s could not be fetched: %s", url, type(error).__name__)


@shared_task
def reconcile_stories_with_embed(url: str) -> None:
    """Show what was fetched in the stories that embed `url`."""
    stories = PublishedArticle.objects.filter(Q(detail__contains=url)).values_list("article_id", flat=True)
    with transaction.atomic():
        reconcile_many(list(stories), timezone.now())
