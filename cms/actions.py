"""What the newsroom does to a live story: correct, kill, take down."""

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page

from cms.exceptions import NotLive, Refused
from cms.models import Article, Correction, Takedown
from cms.signals import article_corrected, article_withdrawn


@transaction.atomic
def correct(article: Article, *, text: str, by: Any) -> Correction:
    """Put a correction under a live article; readers see it at once.

    Raises:
        NotLive: readers have never seen the article, so an edit is enough.
        Refused: there is no text, or `by` may not correct stories here.
    """
    article = _locked(article)
    if not text.strip():
        raise Refused(_("Say what was wrong and what is right."))
    _require_right(article, by, "correct", _("You have no right to correct live stories."))
    if not article.live:
        raise NotLive(_("Readers have not seen this story; edit it instead."))
    correction = Correction.objects.create(article=article, text=text.strip(), by=by)
    log(article, "cms.correct", user=by, data={"text": correction.text})
    article_corrected.send(Article, article=article, correction=correction)
    return correction


def kill(article: Article, *, reason: str, by: Any, note: str = "") -> Takedown:
    """Withdraw a story and tell readers why.

    Raises:
        Refused: there is no reason, or `by` may not kill stories here.
        NotLive: readers have never seen the article, and it is not scheduled.
    """
    if not reason.strip():
        raise Refused(_("Readers are told why a story was killed: give the reason."))
    return _withdraw(article, kind=Takedown.Kind.KILLED, reason=reason.strip(), note=note, by=by)


def take_down(article: Article, *, by: Any, note: str = "") -> Takedown:
    """Withdraw a story and tell readers only that it is gone.

    Raises:
        Refused: `by` may not take stories down here.
        NotLive: readers have never seen the article, and it is not scheduled.
    """
    return _withdraw(article, kind=Takedown.Kind.TAKEN_DOWN, reason="", note=note, by=by)


@transaction.atomic
def _withdraw(article: Article, *, kind: Takedown.Kind, reason: str, note: str, by: Any) -> Takedown:
    article = _locked(article)
    if kind == Takedown.Kind.KILLED:
        _require_right(article, by, "kill", _("You have no right to kill stories."))
    else:
        _require_right(article, by, "take_down", _("You have no right to take stories down."))
    if not article.live and not article.approved_schedule and article.first_published_at is None:
        raise NotLive(_("Readers have never seen this story, and it is not scheduled."))
    takedown = Takedown.objects.create(
        article=article, public_id=article.public_id, kind=kind, reason=reason, note=note.strip(), by=by
    )
    log(article, f"cms.{kind.value}", user=by, data={"reason": reason, "note": takedown.note})
    if article.live:
        article.unpublish(user=by, log_action=False)
    else:
        article.revisions.filter(approved_go_live_at__isnull=False).update(approved_go_live_at=None)
    article_withdrawn.send(Article, article=article, takedown=takedown)
    return takedown


def _locked(article: Article) -> Article:
    """The article as it is now, held until the transaction ends."""
    Page.objects.select_for_update().get(pk=article.pk)
    return Article.objects.get(pk=article.pk)


def _require_right(article: Article, by: Any, right: str, refusal: str) -> None:
    if by is None:
        return
    tester = article.permissions_for_user(by)
    if not tester.has_publish_right():
        raise Refused(_("You do not publish in this section."))
    if not tester.may(right):
        raise Refused(refusal)
