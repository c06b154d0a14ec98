"""Whatever changes what readers see of a story puts it through `reconcile`."""

from datetime import datetime
from typing import Any

from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.embeds.models import Embed
from wagtail.models import Page, PageViewRestriction, Revision, Site
from wagtail.signals import (
    page_published,
    page_slug_changed,
    page_unpublished,
    post_page_move,
)

from api.caching import keys as cache_keys
from api.caching.outbox import forget
from api.models import PublishedArticle, ReleaseDelay, Tombstone
from api.models.changes import hold_shelf
from api.models.delays import note_delay
from api.preview.links import revoke_all
from api.representation.store import reconcile, reconcile_many
from api.webhooks.events import tell_of_stage
from cms.celery import owe
from cms.models import Article, Author, NewsImage, Section, Takedown, Topic
from cms.signals import article_corrected, article_withdrawn
from workflows.signals import Stop, stage_changed


def _reconcile_below(page: Page) -> None:
    """Compare the stories below a page with the shelf, and those elsewhere that link to a section there."""
    articles = list(Article.objects.descendant_of(page, inclusive=True).values_list("pk", flat=True))
    sections = list(Section.objects.descendant_of(page, inclusive=True).values_list("pk", flat=True))
    if sections:
        linking = PublishedArticle.objects.filter(shown_ids__overlap=sections)
        articles += linking.values_list("article_id", flat=True)
    reconcile_many(articles, timezone.now())


@receiver([page_published, page_unpublished], sender=Article)
def on_story_published_or_not(instance: Article, revision: Revision | None = None, **kwargs: object) -> None:
    # Sent for a story that is only scheduled, too. Whatever happened, `reconcile` looks for itself.
    reconcile(instance.pk, timezone.now())
    if revision and instance.live_revision_id == revision.pk:
        _note_delay_of_schedule(instance, revision)


def _note_delay_of_schedule(article: Article, revision: Revision) -> None:
    # Wagtail has cleared the time in the table; this one still says for when the version was scheduled.
    times = [at for at in (revision.approved_go_live_at, article.embargo_until) if at]
    if (
        revision.approved_go_live_at
        and max(times) <= timezone.now()
        and PublishedArticle.objects.filter(article_id=article.pk).exists()
    ):
        note_delay(ReleaseDelay.Cause.SCHEDULE, promised_for=max(times))


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
    for stone in Tombstone.objects.filter(public_id=article.public_id):
        forget({cache_keys.story(stone.public_id), *map(cache_keys.at_address, (stone.slug, stone.path))})


@receiver(article_withdrawn, sender=Article)
def on_withdrawn_close_previews(article: Article, **kwargs: object) -> None:
    revoke_all(article, timezone.now())


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


@receiver([post_save, post_delete], sender=Section)
def on_section_changed(instance: Section, created: bool = False, **kwargs: object) -> None:
    if not created:
        _later("section", instance)


@receiver([post_save, post_delete], sender=Site)
def on_website_changed(**kwargs: object) -> None:
    """Stories carry the address of their website: the sweep stores them anew, the newest first."""
    # Otherwise a story that is stored at this moment, with the old address, would pass for one with the new.
    hold_shelf()
    PublishedArticle.objects.update(shape="")


@receiver(post_save, sender=Embed)
def on_embed_fetched(instance: Embed, **kwargs: object) -> None:
    from api.tasks import reconcile_stories_with_embed

    owe(reconcile_stories_with_embed, instance.url)


@receiver(stage_changed, sender=Article)
def on_stage_changed(article: Article, before: Stop, after: Stop, at: datetime, **kwargs: object) -> None:
    tell_of_stage(article, before=before, after=after, at=at)


def _later(kind: str, thing: Any) -> None:
    from api.tasks import reconcile_stories_showing

    owe(reconcile_stories_showing, kind, thing.pk)
