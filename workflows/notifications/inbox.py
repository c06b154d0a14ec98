"""The inbox of a person: notices that are read where they are written, and never sent."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import QuerySet

from workflows.models import Notice

COUNTED = 100
"""Where the number on the bell stops: 99+."""


def find_notices(user: Any, *, unread_only: bool = False) -> QuerySet[Notice]:
    """What a person was told, the newest first."""
    notices = Notice.objects.filter(person=user, channel=Notice.Channel.INBOX).order_by("-created_at", "-pk")
    return notices.filter(read_at=None) if unread_only else notices


def count_unread(user: Any) -> int:
    """How many notices a person has not read, up to COUNTED."""
    return find_notices(user, unread_only=True)[:COUNTED].count()


def mark_read(user: Any, *, at: datetime, notice_id: int | None = None) -> int:
    """Mark one notice as read, or all; returns how many were unread. Those of other people are left alone."""
    notices = find_notices(user, unread_only=True).order_by()
    if notice_id is not None:
        notices = notices.filter(pk=notice_id)
    return notices.update(read_at=at)


def gist(notice: Notice) -> str:
    """The text without the lines that say where to click: in the inbox the subject leads there."""
    return "\n".join(line for line in notice.text.splitlines() if settings.BASE_URL not in line).strip()
