"""What editors do with computed links: remove one for good, pin one, take that back."""

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from api.caching import keys as cache_keys
from api.caching.outbox import forget
from api.models import PublishedArticle, RankingDue, RelatedChoice, RelatedLink
from api.models.changes import hold_shelf
from cms.celery import enqueue
from cms.exceptions import Refused
from cms.models import Article, User

from .links import KEPT
from .reasons import editor_reason


class NotOnTheShelf(Refused):
    """One of the two stories cannot be read by anyone, so there is nothing to link."""


class TooManyPins(Refused):
    """As many links are pinned as a list holds."""


@transaction.atomic
def remove(*, article: Article, target_id: int, by: User) -> RelatedChoice:
    """Say that a story is not related, so that it is never again shown under `article` by itself.

    Raises:
        NotOnTheShelf: readers see no such story.
    """
    hold_shelf()
    rows = _rows(article, target_id)
    choice = _choose(article, target_id, RelatedChoice.Verdict.REMOVED, by, rows)
    RelatedLink.objects.filter(article=rows[article.pk], target=rows[target_id]).delete()
    _relate_again(article, rows)
    log(article, "api.related.remove", user=by, data={"story": rows[target_id].title})
    return choice


@transaction.atomic
def pin(*, article: Article, target_id: int, by: User) -> RelatedChoice:
    """Keep a story at the head of the computed links of `article`, whatever its score.

    Raises:
        NotOnTheShelf: readers see no such story.
        TooManyPins: there is no room for another.
    """
    hold_shelf()
    rows = _rows(article, target_id)
    pinned = RelatedChoice.objects.of(article.pk).filter(verdict=RelatedChoice.Verdict.PINNED)
    if pinned.exclude(target_id=target_id).count() >= KEPT:
        raise TooManyPins(_("%s links are pinned already. Unpin one first.") % KEPT)
    choice = _choose(article, target_id, RelatedChoice.Verdict.PINNED, by, rows)
    RelatedLink.objects.update_or_create(
        article=rows[article.pk],
        target=rows[target_id],
        defaults={"pinned": True, "reasons": editor_reason()},
        create_defaults={"pinned": True, "reasons": editor_reason(), "score": 0.0},
    )
    _relate_again(article, rows)
    log(article, "api.related.pin", user=by, data={"story": rows[target_id].title})
    return choice


@transaction.atomic
def take_back(*, article: Article, target_id: int, by: User) -> None:
    """Forget what an editor said of a link, so that it is ranked like any other.

    Raises:
        NotOnTheShelf: readers see no such story.
    """
    hold_shelf()
    rows = _rows(article, target_id)
    RelatedChoice.objects.of(article.pk).filter(target_id=target_id).delete()
    RelatedLink.objects.filter(article=rows[article.pk], target=rows[target_id], pinned=True).delete()
    _relate_again(article, rows)
    log(article, "api.related.take_back", user=by, data={"story": rows[target_id].title})


def _rows(article: Article, target_id: int) -> dict[int, PublishedArticle]:
    found = PublishedArticle.objects.filter(article_id__in=[article.pk, target_id]).only(
        "article_id", "public_id", "title"
    )
    rows = {row.article_id: row for row in found}
    if len(rows) < 2:
        raise NotOnTheShelf(_("Readers do not see both stories, so there is no link between them."))
    return rows


def _choose(
    article: Article, target_id: int, verdict: RelatedChoice.Verdict, by: User, rows: dict[int, PublishedArticle]
) -> RelatedChoice:
    link = RelatedLink.objects.filter(article=rows[article.pk], target=rows[target_id]).first()
    choice, _created = RelatedChoice.objects.update_or_create(
        article_id=article.pk,
        target_id=target_id,
        defaults={"verdict": verdict, "by": by, "score": link.score if link else None},
    )
    return choice


def _relate_again(article: Article, rows: dict[int, PublishedArticle]) -> None:
    from .tasks import rerank

    forget({cache_keys.related(rows[article.pk].public_id)})
    RankingDue.objects.get_or_create(article=rows[article.pk])
    enqueue(rerank, article.pk)
