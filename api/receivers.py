"""Whatever changes what readers see of a story puts it through `reconcile`."""

from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.embeds.models import Embed
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from api.models import Tombstone
from api.representation.store import reconcile, reconcile_many
from cms.celery import enqueue
from cms.models import Article, Author, NewsImage, Section, Takedown, Topic
from cms.signals import article_corrected, article_withdrawn


def _reconcile_below(page: Page) -> None:
    articles = Article.objects.descendant_of(page, inclusive=True).values_list("pk", flat=True)
    reconcile_many(list(articles), timezone.now())


@receiver([page_published, page_unpublished], sender=Article)
def on_story_published_or_not(instance: Page, **kwargs: object) -> None:
    # Sent for a story that is only scheduled, too. Whatever happened, `reconcile` looks for itself.
    reconcile(instance.pk, timezone.now())


@receiver([page_slug_changed, post_page_move])
def on_address_changed(instance: Page, **kwargs: object) -> None:
    _reconcile_below(instance)


@receiver(page_unpublished, sender=Section)
def on_section_unpublished(instance: Section, **kwargs: object) -> None:
    _reconcile_below(instance)


@receiver(article_corrected, sender=Article)
def on_corrected(article: Article, **kwargs: object) -> None:
    reconcile(article.pk, timezone.now())


@receiver(article_withdrawn, sender=Article)
def on_withdrawn(article: Article, takedown: Takedown, **kwargs: object) -> None:
    """A story that was gone already, and is now killed with a reason, says that reason from now on."""
    reconcile(article.pk, timezone.now())
    Tombstone.objects.filter(public_id=article.public_id).update(reason=takedown.reason)


@receiver(post_delete, sender=Article)
def on_deleted(instance: Article, **kwargs: object) -> None:
    reconcile(instance.pk, timezone.now())


@receiver([post_save, post_delete], sender=PageViewRestriction)
def on_privacy_changed(instance: PageViewRestriction, **kwargs: object) -> None:
    _reconcile_below(instance.page)


@receiver(post_save, sender=NewsImage)
@receiver(post_save, sender=Author)
@receiver(post_save, sender=Topic)
def on_shown_thing_changed(sender: type[Any], instance: Any, created: bool, **kwargs: object) -> None:
    if not created:
        _later(sender._meta.model_name or "", instance)


@receiver(post_save, sender=Section)
def on_section_saved(instance: Section, created: bool, **kwargs: object) -> None:
    if not created:
        _later("section", instance)


@receiver(post_save, sender=Embed)
def on_embed_fetched(instance: Embed, **kwargs: object) -> None:
    from api.tasks import reconcile_stories_with_embed

    enqueue(reconcile_stories_with_embed, instance.url)


def _later(kind: str, thing: Any) -> None:
    from api.tasks import reconcile_stories_showing

    enqueue(reconcile_stories_showing, kind, thing.pk)
