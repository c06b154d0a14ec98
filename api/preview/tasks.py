"""Clearing away."""

from celery import shared_task
from django.utils import timezone

from cms import website_preview

from . import links


@shared_task
def forget_old_previews() -> None:
    """Delete drafts and links that nobody can open any more."""
    website_preview.forget_old()
    links.forget_old(timezone.now())
