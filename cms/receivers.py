"""What follows when a picture is stored, and what keeps things that drafts name."""

from django.db.models.signals import post_save, pre_delete, pre_save
from django.dispatch import receiver
from django.utils.translation import gettext as _

from cms.celery import enqueue
from cms.exceptions import Refused
from cms.models import Article, Author, NewsImage, Topic

_SHAPED_BY = ("file", "focal_point_x", "focal_point_y", "focal_point_width", "focal_point_height")


@receiver(pre_save, sender=NewsImage)
def forget_what_was_made_of_another_file(instance: NewsImage, update_fields: object = None, **kwargs: object) -> None:
    if instance.pk and update_fields is None:
        before = NewsImage.objects.filter(pk=instance.pk).values(*_SHAPED_BY).first()
        now = {name: getattr(instance, name) for name in _SHAPED_BY} | {"file": instance.file.name}
        if before and before != now:
            instance.prepared_at = None
            instance.prepare_attempt_count = 0
            instance.prepare_error = ""


@receiver(post_save, sender=NewsImage)
def prepare_after_upload(instance: NewsImage, **kwargs: object) -> None:
    if instance.prepared_at is None and not instance.prepare_error:
        from cms.tasks import prepare_image

        enqueue(prepare_image, instance.pk)


@receiver(pre_delete, sender=NewsImage)
@receiver(pre_delete, sender=Author)
@receiver(pre_delete, sender=Topic)
def keep_what_drafts_name(instance: NewsImage | Author | Topic, **kwargs: object) -> None:
    refuse_if_named(instance)


def refuse_if_named(thing: NewsImage | Author | Topic) -> None:
    """Raise if a draft, or a version that waits for its time, names this.

    Raises:
        Refused: with the stories.
    """
    titles = list(Article.objects.whose_drafts_name(thing).order_by("pk").values_list("draft_title", flat=True)[:5])
    if titles:
        stories = ", ".join(f"“{title}”" for title in titles)
        raise Refused(
            _("“%(thing)s” is named by stories and cannot be deleted before it is taken out of them: %(stories)s.")
            % {"thing": thing, "stories": stories}
        )
