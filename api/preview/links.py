"""Links to one version of one story: made and closed by editors, good for a quarter of an hour."""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from api.models import PreviewLink
from cms.exceptions import Refused
from cms.models import Article
from cms.website_preview import PREVIEW_LASTS, website_address
from workflows import snapshots
from workflows.actions import locked
from workflows.exceptions import NotYours
from workflows.reach import may_find

TOKEN_BYTES = 32
KEPT = timedelta(days=7)
"""For so long the list of a story's links names those that are closed; the log of the story names them for ever."""


@dataclass(frozen=True)
class MadeLink:
    """What an editor passes on. The address is nowhere else: the database has only a digest of its token."""

    link: PreviewLink
    url: str


def may_make(article: Article, user: Any) -> bool:
    """Whether this person edits or reviews the story now, or publishes in its section."""
    may = article.permissions_for_user(user)
    return bool(may.can_edit() or may.has_publish_right())


@transaction.atomic
def make(article: Article, *, by: Any) -> MadeLink:
    """Make a link to the latest saved version.

    Raises:
        NotYours: `by` neither edits nor reviews the story.
        Refused: the story was never saved.
    """
    article = locked(article)
    if not may_make(article, by):
        raise NotYours(_("You do not edit or review this story."))
    if article.get_latest_revision() is None:
        raise Refused(_("There is no saved version yet."))
    now = timezone.now()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    link = PreviewLink.objects.create(
        article=article,
        snapshot=snapshots.keep_latest(article, anew=True),
        token_digest=_digest(token),
        made_by=by,
        made_at=now,
        expires_at=now + PREVIEW_LASTS,
    )
    until = link.expires_at.isoformat(timespec="seconds")
    _log("preview_made", link, by, until=until)
    address = website_address(token) if settings.PREVIEW_URL else f"{settings.BASE_URL}/api/v1/previews/{token}/"
    return MadeLink(link, address)


@transaction.atomic
def revoke(link: PreviewLink, *, by: Any) -> None:
    """Close a link before its time.

    Raises:
        NotYours: `by` neither made it nor edits or reviews the story.
    """
    if link.made_by_id != by.pk and not may_make(locked(link.article), by):
        raise NotYours(_("You do not edit or review this story."))
    if PreviewLink.objects.filter(pk=link.pk, revoked_at=None).update(revoked_at=timezone.now(), revoked_by=by):
        _log("preview_revoked", link, by)


def revoke_all(article: Article, at: datetime) -> None:
    """Close every link to a story that was withdrawn from readers."""
    PreviewLink.objects.filter(article=article, revoked_at=None, expires_at__gt=at).update(revoked_at=at)


def find_open(token: str, at: datetime) -> PreviewLink | None:
    """The link with this token; None if there never was one, it has expired or was revoked.

    Nor does it outlast the right of who made it to find the story in the admin.
    """
    link = (
        PreviewLink.objects.filter(token_digest=_digest(token), revoked_at=None, expires_at__gt=at)
        .select_related("article", "snapshot", "made_by")
        .first()
    )
    return link if link and link.made_by.is_active and may_find(link.made_by, link.article) else None


def forget_old(at: datetime) -> None:
    """Delete links that have long been closed."""
    PreviewLink.objects.filter(expires_at__lt=at - KEPT).delete()


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _log(verb: str, link: PreviewLink, by: Any, **data: Any) -> None:
    log(link.article, f"api.{verb}", user=by, data={"hash": link.snapshot.content_hash, **data})
