"""What follows for feeds when the shelf has changed."""

from celery import shared_task

from .hub import tell_hub


@shared_task
def ping_hub() -> None:
    """Tell the WebSub hub of what has changed. Runs every few seconds; does nothing where there is no hub."""
    tell_hub()
