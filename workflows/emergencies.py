"""Break glass: a release without full review. One publisher asks and says why, another agrees, and a review is owed."""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, F, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log as write_log
from wagtail.models import Page
from wagtail.permissions import policy_registry

from cms.exceptions import Refused
from cms.models import Article, Takedown
from workflows import actions, checks, deadlines, progress, reach, snapshots
from workflows.clearance import clear, is_cleared, is_reviewed
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import Clearance, Desk, EmergencyRelease, Notice, SignOff, SignOffRule, Standing
from workflows.notifications import messages

log = logging.getLogger(__name__)

RIGHT = "workflows.add_emergencyrelease"


def may(article: Article, user: Any) -> bool:
    """Whether this person may be one of the two."""
    return bool(user.has_perm(RIGHT) and article.permissions_for_user(user).has_publish_right())


def find_open(article: Article, at: datetime) -> EmergencyRelease | None:
    """The request that waits for a second person; None if there is none, or it has expired."""
    return _open().filter(article=article, asked_at__gt=at - lasts()).select_related("asked_by", "snapshot").first()


def waiting(at: datetime) -> QuerySet[EmergencyRelease]:
    """The requests to which a second person can still agree, the one that expires first in front."""
    unexpired = _open().filter(asked_at__gt=at - lasts())
    return unexpired.filter(content_hash=F("article__standing__content_hash")).order_by("asked_at", "pk")


def expires_at(request: EmergencyRelease) -> datetime:
    return request.asked_at + lasts()


def owed() -> QuerySet[EmergencyRelease]:
    """Emergency releases of live stories that are still to be reviewed: the newest of each, the most urgent first."""
    newer = EmergencyRelease.objects.filter(article=OuterRef("article"), seconded_at__gt=OuterRef("seconded_at"))
    unreviewed = EmergencyRelease.objects.filter(seconded_at__isnull=False, reviewed_at=None, article__live=True)
    return unreviewed.exclude(Exists(newer)).order_by("review_due_at", "pk")


def why_not(article: Article) -> str:
    """Why the latest version cannot go out in an emergency, whoever asks; empty if it can.

    An emergency stands for signatures that there is no time to get. It overrules nobody: not a desk that has sent this
    version back, not a check that blocks publication, and not the desks that are asked because a story is sensitive.
    """
    standing = progress.standing_of(article)
    version = progress.latest_version(article)
    if is_reviewed(article.pk, standing.content_hash):
        return _("Every desk has signed this version: release it in the ordinary way.")
    if is_cleared(article.pk, standing.content_hash):
        return _("This version was released in an emergency already.")
    if not article.live and (article.first_published_at or Takedown.objects.filter(article=article).exists()):
        return _("This story was withdrawn. It comes back only by a full review.")
    workflow = progress.workflow_of(article)
    if workflow is None:
        return _("This section has no review workflow, so no review could follow: an administrator must assign one.")
    returned = SignOff.objects.filter(
        article=article, content_hash=standing.content_hash, verdict=SignOff.Verdict.SENT_BACK, voided_at=None
    ).select_related("desk")
    if refusing := returned.first():
        return _("The %s has sent this version back. Mend what it asked for: an emergency overrules no desk.") % (
            refusing.desk
        )
    every = progress.review_progress(version, workflow.pk, standing.content_hash)
    if not any(one.rules for one in every):
        return _("No stage of the review is for this story, so no review could follow.")
    unsigned = _unsigned_of_sensitive(version, every)
    if unsigned:
        return _("A sensitive story needs the signature of the %s even in an emergency.") % ", ".join(unsigned)
    return " ".join(finding.message for finding in checks.find_blocking(version))


@transaction.atomic
def ask(article: Article, *, content_hash: str, reason: str, by: Any) -> EmergencyRelease:
    """Ask for the latest version to go out at once. Nothing does before a second person agrees to this very content.

    Raises:
        Refused: there is no reason, somebody has asked already, or the version cannot go out: see `why_not`.
        NotYours: `by` may not release in an emergency.
        StoryMovedOn: the latest version is not the one that `content_hash` names.
    """
    article = actions.locked(article)
    now = timezone.now()
    if not may(article, by):
        raise NotYours(_("You have no right to release without a full review here."))
    if not reason.strip():
        raise Refused(_("Say why it cannot wait: the reason is told to every desk, and stays in the log."))
    standing = progress.standing_of(article)
    if article.get_latest_revision() is None or standing.content_hash != content_hash:
        raise StoryMovedOn(_("The story was changed after you opened this page. Look at it again before you ask."))
    if refusal := why_not(article):
        raise Refused(refusal)
    waiting = find_open(article, now)
    if waiting and waiting.content_hash == content_hash:
        raise Refused(_("%s has asked already: a second person must agree, or refuse.") % waiting.asked_by)
    _open().filter(article=article).update(closed_at=now)
    request = EmergencyRelease.objects.create(
        article=article,
        content_hash=content_hash,
        snapshot=snapshots.keep_latest(article),
        reason=reason.strip(),
        asked_by=by,
        asked_at=now,
    )
    _log(request, "emergency_asked", standing, by, {"comment": request.reason})
    others = get_user_model().objects.with_perm(RIGHT, backend=_BACKEND)
    publishers = {person.pk for person in _publishers(article)} - {by.pk}
    messages.tell(
        Notice.Kind.EMERGENCY,
        article,
        key=f"emergency-asked-{request.pk}",
        people=others.filter(pk__in=publishers, is_active=True),
        template="emergency_asked",
        context={"request": request, "expires_at": expires_at(request)},
        url=reverse("workflows:emergency", args=[article.pk]),
    )
    return request


def agree(request: EmergencyRelease, *, content_hash: str, by: Any) -> None:
    """Release what was asked for, as the second person: it goes out now, and a review is owed.

    If the story has changed since, or the request has expired, the request is closed and nothing goes out.

    Raises:
        NotYours: `by` asked for it, changed or submitted the story, or may not release in an emergency.
        StoryMovedOn: the story, or the request, is no longer what `by` was looking at.
        Refused: the version cannot go out: see `why_not`.
    """
    if reason := _agree_or_close(request, content_hash, by):
        raise StoryMovedOn(reason)


@transaction.atomic
def _agree_or_close(request: EmergencyRelease, content_hash: str, by: Any) -> str:
    """Release it; or close the request and return why. What is raised would undo that it was closed."""
    article = actions.locked(request.article)
    request.refresh_from_db()
    now = timezone.now()
    if request.closed_at or request.seconded_at:
        return _("This request is no longer open. Nothing went out.")
    standing = progress.standing_of(article)
    if not may(article, by):
        raise NotYours(_("You have no right to release without a full review here."))
    overtaken = ""
    if expires_at(request) <= now:
        overtaken = _("This request has expired. Nothing went out: ask again if it still cannot wait.")
    elif standing.content_hash != request.content_hash or content_hash != request.content_hash:
        overtaken = _(
            "The story was changed after the release was asked for. Nothing went out, and the request is closed: read "
            "the new version and ask again."
        )
    elif is_cleared(article.pk, request.content_hash):
        overtaken = _("Every desk has signed meanwhile. Nothing went out yet: release it in the ordinary way.")
    if overtaken:
        request.closed_at = now
        request.save(update_fields=["closed_at"])
        _log(request, "emergency_closed", standing, by, {"comment": overtaken})
        return overtaken
    if reason := why_not_agree(request, article, by):
        raise NotYours(reason)
    if refusal := why_not(article):
        raise Refused(refusal)
    clear(article.pk, request.content_hash, kind=Clearance.Kind.EMERGENCY)
    request.seconded_by, request.seconded_at = by, now
    request.review_due_at = now + timedelta(hours=settings.EMERGENCY_REVIEW_HOURS)
    request.save(update_fields=["seconded_by", "seconded_at", "review_due_at"])
    skipped = _desks_skipped(article)
    # Who asked, who agreed and what was skipped stand in the log before the publication does.
    data = {"comment": request.reason, "asked_by": str(request.asked_by), "desks": [desk.name for desk in skipped]}
    _log(request, "emergency_released", standing, by, data)
    actions.release(article, content_hash=request.content_hash, by=by)
    _put_into_review(article, request)
    messages.tell(
        Notice.Kind.EMERGENCY,
        article,
        key=f"emergency-released-{request.pk}",
        people=[person for person in _concerned(article, skipped) if person.pk != by.pk],
        desks=skipped,
        template="emergency_released",
        context={"request": request, "skipped": skipped},
        url=reverse("workflows:review", args=[article.pk]),
    )
    return ""


def why_not_agree(request: EmergencyRelease, article: Article, user: Any) -> str:
    """Why this person cannot be the second; empty if they can. No right overrides it, a superuser's neither."""
    if not may(article, user):
        return _("You have no right to release without a full review here.")
    if user.pk == request.asked_by_id:
        return _("You asked for it, so someone else must agree.")
    if user.pk in progress.standing_of(article).writers:
        return _("You changed this story last, so someone else must agree.")
    if user.pk == progress.submitter_id(article):
        return _("You submitted this story, so someone else must agree.")
    return ""


@transaction.atomic
def close(request: EmergencyRelease, *, by: Any, why: str = "") -> None:
    """Refuse a request, or take back one's own; the story goes on as if nobody had asked.

    Raises:
        NotYours: `by` did not ask for it and may not release in an emergency.
        StoryMovedOn: it is not open any more.
    """
    article = actions.locked(request.article)
    request.refresh_from_db()
    if by.pk != request.asked_by_id and not may(article, by):
        raise NotYours(_("You have no right to release without a full review here."))
    if request.closed_at or request.seconded_at:
        raise StoryMovedOn(_("This request is no longer open."))
    request.closed_at = timezone.now()
    request.save(update_fields=["closed_at"])
    verb = "emergency_taken_back" if by.pk == request.asked_by_id else "emergency_refused"
    _log(request, verb, progress.standing_of(article), by, {"comment": why.strip()})
    if by.pk != request.asked_by_id:
        messages.tell(
            Notice.Kind.EMERGENCY,
            article,
            key=f"emergency-refused-{request.pk}",
            people=[request.asked_by],
            template="emergency_refused",
            context={"request": request, "by": by, "why": why.strip()},
        )


def settle(article_id: int, *, live_hash: str) -> None:
    """Something went live: what was owed is done if this is reviewed, and an earlier emergency is good no longer."""
    now = timezone.now()
    emergency = Clearance.objects.filter(article_id=article_id, kind=Clearance.Kind.EMERGENCY, voided_at=None)
    if is_reviewed(article_id, live_hash):
        EmergencyRelease.objects.filter(article_id=article_id, seconded_at__isnull=False, reviewed_at=None).update(
            reviewed_at=now
        )
    if is_cleared(article_id, live_hash):
        emergency.exclude(content_hash=live_hash).update(voided_at=now)


def close_of_withdrawn(article_id: int) -> None:
    """A story was withdrawn: nobody can agree any more to what was asked for before."""
    _open().filter(article_id=article_id).update(closed_at=timezone.now())


def tell_of_owed(at: datetime) -> int:
    """Tell of owed reviews that are due soon, due, or late; returns how many tellings were tried. May run often."""
    horizon = at + timedelta(minutes=settings.DUE_SOON_MINUTES)
    count = 0
    for request in owed().filter(review_due_at__lte=horizon).select_related("article", "asked_by", "seconded_by"):
        assert request.review_due_at is not None
        for step in deadlines.steps_at(request.review_due_at, at):
            key = f"emergency-{step.value}-{request.pk}"
            if Notice.objects.filter(key=key).exists():
                continue
            count += 1
            try:
                with transaction.atomic():
                    _tell_of_owed(request, step, key)
            except Exception:
                log.exception(
                    "the owed review of story %s could not be told of",
                    request.article_id,
                    extra={"story": request.article_id},
                )
    return count


def _tell_of_owed(request: EmergencyRelease, step: deadlines.Step, key: str) -> None:
    article = request.article
    asked = _desks_skipped(article)
    escalated = step is deadlines.Step.ESCALATED
    heads = [desk.head for desk in asked if desk.head and reach.may_find(desk.head, article)]
    messages.tell(
        Notice.Kind.EMERGENCY,
        article,
        key=key,
        people=[*heads, *_publishers(article), *_administrators()] if escalated else _concerned(article, asked),
        desks=asked,
        template="emergency_owed",
        context={"request": request, "late": step is not deadlines.Step.SOON},
        url=reverse("workflows:review", args=[article.pk]),
    )


def _put_into_review(article: Article, request: EmergencyRelease) -> None:
    """The desks that were skipped are asked now; a review that runs already goes on."""
    article = Article.objects.get(pk=article.pk)
    state = article.current_workflow_state
    if state is None or state.status == state.STATUS_NEEDS_CHANGES:
        actions.submit(article, by=request.asked_by)


def _unsigned_of_sensitive(version: Article, every: Iterable[progress.StageProgress]) -> list[str]:
    if not version.sensitive:
        return []
    needed = {one.stage.pk: set(one.needed) for one in every if one.rules}
    rules = SignOffRule.objects.filter(stage__in=needed, condition=SignOffRule.Condition.SENSITIVE)
    return [rule.desk.name for rule in rules.select_related("desk") if rule.desk_id in needed[rule.stage_id]]


def _desks_skipped(article: Article) -> list[Desk]:
    """The desks that have not signed the latest version."""
    workflow = progress.workflow_of(article)
    if workflow is None:
        return []
    hash_ = progress.standing_of(article).content_hash
    every = progress.review_progress(progress.latest_version(article), workflow.pk, hash_)
    ids = {desk_id for one in every for desk_id in one.needed}
    return list(Desk.objects.filter(pk__in=ids).select_related("head"))


def _concerned(article: Article, desks: Iterable[Desk]) -> list[Any]:
    """Members of `desks`, the publishers of the section and the administrators."""
    return [*messages.members_of(desks, article), *_publishers(article), *_administrators()]


def _publishers(article: Article) -> list[Any]:
    return list(policy_registry.get_by_type(Page).users_with_permission_for_instance("publish", article))


_BACKEND = "django.contrib.auth.backends.ModelBackend"


def _administrators() -> list[Any]:
    """Whoever may change how the desks are made up."""
    return list(get_user_model().objects.with_perm("workflows.change_desk", backend=_BACKEND))


def _open() -> QuerySet[EmergencyRelease]:
    return EmergencyRelease.objects.filter(seconded_at=None, closed_at=None)


def lasts() -> timedelta:
    """How long a request waits for the second person."""
    return timedelta(minutes=settings.EMERGENCY_REQUEST_MINUTES)


def _log(request: EmergencyRelease, verb: str, standing: Standing, by: Any, data: dict[str, Any]) -> None:
    write_log(
        request.article,
        f"workflows.{verb}",
        user=by,
        revision=standing.revision,
        data={"hash": request.content_hash, "emergency": request.pk, **data},
    )
