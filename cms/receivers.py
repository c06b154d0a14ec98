"""What follows when a picture is stored."""

from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver

from cms.celery import enqueue
from cms.models import NewsImage

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
