"""What follows when a picture is stored."""

from django.db.models.signals import post_save, pre_save
from django.dispatch import receiver

from cms.celery import enqueue
from cms.models import NewsImage


@receiver(pre_save, sender=NewsImage)
def forget_what_was_made_of_another_file(instance: NewsImage, update_fields: object = None, **kwargs: object) -> None:
    if instance.pk and update_fields is None:
        before = NewsImage.objects.filter(pk=instance.pk).values("file", "focal_point_x", "focal_point_y").first()
        now = {
            "file": instance.file.name,
            "focal_point_x": instance.focal_point_x,
            "focal_point_y": instance.focal_point_y,
        }
        if before and before != now:
            instance.prepared_at = None
            instance.prepare_attempt_count = 0


@receiver(post_save, sender=NewsImage)
def prepare_after_upload(instance: NewsImage, **kwargs: object) -> None:
    if instance.prepared_at is None and not instance.prepare_error:
        from cms.tasks import prepare_image

        enqueue(prepare_image, instance.pk)
