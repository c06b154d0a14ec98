"""What the review does when a story is saved, is about to be published, or is withdrawn."""

import json
from typing import Any

from django.contrib.contenttypes.models import ContentType
from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Q, QuerySet
from django.db.models.signals import post_delete, post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils import timezone
from wagtail.models import Page, PageLogEntry, Revision, WorkflowState
from wagtail.signals import page_published, page_unpublished, post_page_move, workflow_cancelled

from cms.models import Article, FrontPage, Section
from cms.signals import about_to_publish, article_withdrawn
from workflows import actions, emergencies, fixes, guests, limits, progress, schedules
from workflows.clearance import content_hash, is_cleared, is_reviewed, revision_hash, void_all
from workflows.models import Clearance, Commission, Notice, SignOff, Standing
from workflows.newsroom import equip
from workflows.notifications import messages
from workflows.signals import DRAFT, PUBLISHED, READY
from workflows.stops import announce, last_stop


@receiver(post_save, sender=Revision)
def on_version_saved(instance: Revision, created: bool, update_fields: Any = None, **kwargs: object) -> None:
    """Keep `Standing` in step. Autosave writes a revision again in place, so its id does not name its content."""
    if update_fields is not None and "content" not in update_fields:
        return
    if instance.content_type.model_class() is not Article:
        return
    if not created and not instance.is_latest_revision():
        return
    # What was saved, not what was handed over: JSON rounds dates, for example.
    stored = json.loads(json.dumps(instance.content, cls=DjangoJSONEncoder))
    version = instance.content_object.with_content_json(stored)
    hash_ = content_hash(version)
    # Whoever releases holds the page and then its standing; taken in the same order, neither waits for the other.
    Page.objects.select_for_update().filter(pk=version.pk).first()
    standing = Standing.objects.filter(article_id=version.pk).first()
    if standing is None:
        standing = Standing(article_id=version.pk)
    changed = standing.content_hash != hash_
    if changed:
        standing.content_hash = hash_
        standing.changed_by_id = instance.user_id
        standing.also_changed_by = []
        standing.changed_at = instance.created_at
        standing.word_count = version.word_count
    standing.revision = instance
    if standing._state.adding:
        standing.save()
    else:
        fields = ["revision", "content_hash", "changed_by", "also_changed_by", "changed_at", "word_count"]
        standing.save(update_fields=fields)
    if changed:
        _tell_who_signs_again(version, hash_)


def _tell_who_signs_again(version: Article, hash_: str) -> None:
    task_state = version.current_workflow_task_state
    if task_state is None:
        return
    here = Q(task_state=task_state) | Q(stage=task_state.task_id, carried_from__isnull=False)
    fallen = SignOff.objects.valid().filter(here, article_id=version.pk).exclude(content_hash=hash_)
    if fallen:
        # The page does not name this version as its latest yet.
        messages.signature_fell(version, task_state, fallen.select_related("desk", "stage"))


@receiver(post_save, sender=Article)
def on_story_stored(instance: Article, created: bool, update_fields: Any = None, **kwargs: object) -> None:
    """Note what is live, also where a program saved the page past every form; the board shows what is not cleared."""
    if update_fields is not None and "live" not in update_fields:
        return
    # The byline and other children are stored after the page, so what is in memory counts here.
    live_hash = content_hash(instance) if instance.live else ""
    if instance.live:
        progress.standing_of(instance)
    Standing.objects.filter(article_id=instance.pk).update(live_hash=live_hash)


_PUBLISHED = {"wagtail.publish", "wagtail.publish.scheduled"}
_WITHDRAWN = {"wagtail.unpublish", "wagtail.unpublish.scheduled", "wagtail.delete", "cms.killed", "cms.taken_down"}
_IMPORTED = {"cms.import"}
_OF_THE_LIVE_VERSION = {"cms.correct"}
# Wagtail names the version with which the stage began, and the review goes on with the latest.
_OF_A_REVIEW = {"wagtail.workflow.start", "wagtail.workflow.resume", "wagtail.workflow.cancel"}


@receiver(pre_save, sender=PageLogEntry)
def on_logged(instance: PageLogEntry, **kwargs: object) -> None:
    """Every entry about a story names its content, whoever writes it; a publication says from which hash to which."""
    if instance.pk or instance.content_type_id != ContentType.objects.get_for_model(Article).pk:
        return
    standing = Standing.objects.filter(article_id=instance.page_id).first()
    if standing is None:
        return
    if instance.action in _OF_THE_LIVE_VERSION:
        named = standing.live_hash
    elif instance.revision is None or instance.revision_id == standing.revision_id or instance.action in _OF_A_REVIEW:
        named = standing.content_hash
    else:
        named = revision_hash(instance.revision)
    instance.data = {"hash": named, **instance.data}
    if instance.action in _PUBLISHED | _WITHDRAWN:
        telling = _PUBLISHED | _WITHDRAWN | _IMPORTED
        earlier = PageLogEntry.objects.filter(page_id=instance.page_id, action__in=telling)
        last = earlier.order_by("-timestamp", "-pk").values_list("data", flat=True).first() or {}
        now_live = named if instance.action in _PUBLISHED else ""
        instance.data = {"from": last.get("to", last.get("hash", "")), "to": now_live, **instance.data}


@receiver(post_save, sender=FrontPage)
def on_front_page_made(instance: FrontPage, created: bool, **kwargs: object) -> None:
    """Without a review nothing of a new website or language could be released."""
    if created:
        equip(instance)


@receiver(about_to_publish, sender=Article)
def on_about_to_publish(article: Article, revision: Revision, **kwargs: object) -> None:
    actions.refuse_uncleared(article, revision)


@receiver(page_published, sender=Article)
def on_published(instance: Article, **kwargs: object) -> None:
    """What follows when a version is live. Sent for a version that is only scheduled, too."""
    if not instance.live:
        return
    standing = progress.standing_of(instance)
    review = instance.current_workflow_state
    announce(instance, before=last_stop(review) if review else READY, after=PUBLISHED)
    emergencies.settle(instance.pk, live_hash=standing.live_hash)
    _end_needless_review(instance, standing)
    fixes.after_publication(instance, live_hash=standing.live_hash)


def _end_needless_review(article: Article, standing: Standing) -> None:
    """Nothing is left to review if what is live is the latest version and every desk has signed it.

    Wagtail would end the review of whatever was published: also that of a newer version, when an older one goes out by
    the clock, and the review that an emergency owes.
    """
    state = article.current_workflow_state
    if state and standing.content_hash == standing.live_hash and is_reviewed(article.pk, standing.live_hash):
        state.cancel()


@receiver(post_page_move, sender=Article)
def keep_plan_with_story(instance: Page, **kwargs: object) -> None:
    """A plan is seen where its story is."""
    Commission.objects.filter(article_id=instance.pk).update(
        section_id=Page.objects.get(pk=instance.pk).get_parent().pk
    )


@receiver(post_page_move)
def on_moved(instance: Page, **kwargs: object) -> None:
    """A section may ask desks that the old one did not: what is not live yet needs them before it goes out."""
    moved = Article.objects.descendant_of(instance, inclusive=True)
    running = WorkflowState.objects.filter(status=WorkflowState.STATUS_IN_PROGRESS, base_content_type__model="page")
    in_review = [int(pk) for pk in running.values_list("object_id", flat=True)]
    for article in moved.filter(pk__in=in_review):
        actions.follow_section(article)
    cleared = Clearance.objects.filter(kind=Clearance.Kind.REVIEW, voided_at=None)
    for article in moved.filter(pk__in=cleared.values("article_id")):
        workflow = article.get_workflow()
        kept = [progress.standing_of(article).live_hash]
        scheduled = article.scheduled_revision
        for version in (progress.latest_version(article), scheduled.as_object() if scheduled else None):
            if version and workflow and progress.is_complete(version, workflow.pk):
                kept.append(content_hash(version))
        cleared.filter(article=article).exclude(content_hash__in=kept).update(voided_at=timezone.now())
        if scheduled and not is_cleared(article.pk, revision_hash(scheduled)):
            messages.held_after_move(article, scheduled)
            schedules.hold(article, by=None)


@receiver(page_unpublished, sender=Article)
def on_unpublished(instance: Article, **kwargs: object) -> None:
    stop_review(instance)


@receiver(article_withdrawn, sender=Article)
def on_withdrawn(article: Article, takedown: Any, **kwargs: object) -> None:
    stop_review(article, by=takedown.by)


def stop_review(article: Article, *, by: Any = None) -> None:
    """A story that was withdrawn: its review and schedule end, links to it close, what was signed holds no longer."""
    state = article.current_workflow_state
    if state:
        state.cancel(user=by)
    void_all(article.pk, at=timezone.now())
    guests.withdraw_all(article, at=timezone.now())
    emergencies.close_of_withdrawn(article.pk)
    article.revisions.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=None)
    progress.end_assignment(article)


@receiver(workflow_cancelled, sender=WorkflowState)
def on_review_cancelled(instance: WorkflowState, user: Any = None, **kwargs: object) -> None:
    article = instance.content_object.specific if instance.content_object else None
    if isinstance(article, Article):
        progress.end_assignment(article)
        standing = progress.standing_of(article)
        if standing.content_hash != standing.live_hash:
            announce(article, before=last_stop(instance), after=DRAFT)
        signed = SignOff.objects.valid().filter(task_state__workflow_state=instance).select_related("by")
        messages.review_cancelled(article, str(instance.pk), {sign_off.by for sign_off in signed if sign_off.by}, user)


@receiver(pre_delete, sender=Section)
def on_section_deleted(instance: Section, origin: Any = None, **kwargs: object) -> None:
    """A stage is not widened by it. Sections go together with the ones below, so each asks for all of them."""
    several = isinstance(origin, QuerySet) and issubclass(origin.model, Page)
    limits.refuse_widening(origin.values_list("pk", flat=True) if several else [instance.pk])


@receiver(post_delete, sender=Article)
def on_deleted(instance: Article, **kwargs: object) -> None:
    WorkflowState.objects.filter(object_id=str(instance.pk), base_content_type__model="page").delete()


@receiver(post_save, sender=Notice)
def on_notice_saved(instance: Notice, **kwargs: object) -> None:
    guests.forget_link(instance)
