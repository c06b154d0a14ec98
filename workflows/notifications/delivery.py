"""Sending what is owed: one attempt at a time, with a growing pause between them, and an end."""

import logging
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import F, Q, QuerySet

from workflows.models import Notice

from .channels import NotDelivered, Transport
from .chat import Chat
from .email import Mail

log = logging.getLogger(__name__)

TRANSPORTS: dict[str, Transport] = {Notice.Channel.MAIL: Mail(), Notice.Channel.CHAT: Chat()}

FIRST_PAUSE_SECONDS = 30
MAX_ATTEMPTS = 10
"""With pauses that double, the last attempt is some four hours after the first."""
UNHEARD_OF_SECONDS = 30
"""After so long a notice that nobody tried to send was lost on its way to a worker."""


@transaction.atomic
def deliver(notice_id: int, *, at: datetime) -> None:
    """Make one attempt at a notice that is owed at `at`; nothing if it was sent, given up or has to wait.

    Success or failure is stored with the notice. Two workers never try the same notice at once.
    """
    notice = (
        Notice.objects.select_for_update(skip_locked=True, of=("self",))
        .select_related("desk")
        .filter(Q(retry_at__lte=at) | Q(attempt_count=0), pk=notice_id, sent_at=None, channel__in=TRANSPORTS)
        .first()
    )
    if notice is None:
        return
    notice.attempt_count += 1
    try:
        TRANSPORTS[notice.channel].send(notice)
    except NotDelivered as failure:
        _note_failure(notice, str(failure), at, permanent=failure.permanent)
    except Exception as error:
        log.exception("notice %s met something unexpected", notice_id)
        _note_failure(notice, type(error).__name__, at, permanent=False)
    else:
        notice.sent_at, notice.error, notice.retry_at = at, "", None
    notice.save(update_fields=["attempt_count", "sent_at", "error", "retry_at"])


def _note_failure(notice: Notice, reason: str, at: datetime, *, permanent: bool) -> None:
    notice.error = reason
    if permanent or notice.attempt_count >= MAX_ATTEMPTS:
        notice.retry_at = None
    else:
        notice.retry_at = at + timedelta(seconds=FIRST_PAUSE_SECONDS * 2 ** (notice.attempt_count - 1))
    log.warning("notice %s by %s was not delivered: %s", notice.pk, notice.channel, reason)


def find_owed(at: datetime) -> QuerySet[Notice]:
    """Notices of which an attempt is due: after a pause, or because none was ever made."""
    unheard_of = Q(attempt_count=0, created_at__lt=at - timedelta(seconds=UNHEARD_OF_SECONDS))
    owed = Notice.objects.filter(unheard_of | Q(retry_at__lte=at), sent_at=None, channel__in=TRANSPORTS)
    return owed.order_by("created_at")


def find_undelivered() -> QuerySet[Notice]:
    """Notices that failed, those that are no longer tried first."""
    failed = Notice.objects.filter(sent_at=None, channel__in=TRANSPORTS).exclude(error="")
    return failed.select_related("desk", "person", "article").order_by(
        F("retry_at").asc(nulls_first=True), "-created_at"
    )


def try_again(notices: QuerySet[Notice]) -> int:
    """Ask for one more round of attempts of what failed; returns of how many notices."""
    from .messages import send

    owed = list(notices.filter(sent_at=None).exclude(error=""))
    Notice.objects.filter(pk__in=[notice.pk for notice in owed]).update(attempt_count=0, retry_at=None, error="")
    send(owed)
    return len(owed)


def forget_older_than(at: datetime) -> int:
    """Delete the notices written before `at`, read or not; returns how many."""
    count, _each = Notice.objects.filter(created_at__lt=at).delete()
    return count
