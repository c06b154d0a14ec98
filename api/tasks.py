"""Work on the shelf that no request waits for."""

import logging

from celery import shared_task
from django.contrib.contenttypes.models import ContentType
from django.db import OperationalError, transaction
from django.db.models import Model, Q
from django.utils import timezone
from requests import RequestException
from wagtail.embeds.embeds import get_embed
from wagtail.embeds.exceptions import EmbedException
from wagtail.models import ReferenceIndex

from api.models import PublishedArticle
from api.representation.store import reconcile_many
from cms.models import Article, Author, NewsImage, Section, Topic

log = logging.getLogger(__name__)

_SHOWN: dict[str, type[Model]] = {"newsimage": NewsImage, "author": Author, "topic": Topic, "section": Section}


@shared_task
def reconcile_due() -> None:
    """Show stories whose embargo has ended, withdraw those that have expired or are no longer live."""
    now = timezone.now()
    on_shelf = PublishedArticle.objects.values("article_id")
    freed = (
        Article.objects.readable(now)
        .filter(embargo_until__lte=now)
        .exclude(pk__in=on_shelf)
        .values_list("pk", flat=True)
    )
    expired = PublishedArticle.objects.filter(visible_until__lte=now).values_list("article_id", flat=True)
    for article_id in [*freed, *expired]:
        try:
            reconcile_many([article_id], now)
        except Exception:
            log.exception("story %s could not be brought in step with its dates", article_id)


@shared_task(autoretry_for=(OperationalError,), retry_backoff=True, max_retries=5)
def reconcile_stories_showing(kind: str, pk: int) -> None:
    """Bring stories in step with a picture, an author, a topic or a section that was changed.

    `kind` is the name of the model in lower case.
    """
    model = _SHOWN[kind]
    if kind == "section":
        section = Section.objects.filter(pk=pk).first()
        ids = set(Article.objects.descendant_of(section).values_list("pk", flat=True)) if section else set()
    else:
        ids = {
            int(object_id)
            for object_id in ReferenceIndex.objects.filter(
                to_content_type=ContentType.objects.get_for_model(model), to_object_id=str(pk)
            ).values_list("object_id", flat=True)
            if object_id.isdigit()
        }
    shown = PublishedArticle.objects.filter(article_id__in=ids).values_list("article_id", flat=True)
    reconcile_many(list(shown), timezone.now())


@shared_task
def fetch_embed(url: str) -> None:
    """Ask the service behind an embed for its title, picture and HTML; readers are shown a link until then."""
    try:
        get_embed(url)
    except (EmbedException, RequestException, OSError) as error:
        log.warning("embed %s could not be fetched: %s", url, error)


@shared_task
def reconcile_stories_with_embed(url: str) -> None:
    """Show what was fetched in the stories that embed `url`."""
    stories = PublishedArticle.objects.filter(Q(detail__contains=url)).values_list("article_id", flat=True)
    with transaction.atomic():
        reconcile_many(list(stories), timezone.now())
