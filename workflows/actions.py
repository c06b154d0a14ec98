"""The newsroom's verbs: submit, sign off, send back, release. What follows a release is in `schedules`."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import Page, Revision, TaskState, Workflow, WorkflowState

from cms.exceptions import PublicationRefused, Refused
from cms.models import Article
from workflows import assignments, checks, clearance, differences, progress, reach, snapshots, stages
from workflows.clearance import is_cleared
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import GuestReview, Matter, ReviewStage, SignOff, Standing
from workflows.notifications import messages
from workflows.signals import SENT_BACK
from workflows.stops import announce, stop_of


@transaction.atomic
def submit(article: Article, *, by: Any) -> None:
    """Put the latest version of a story into review, or back into the review that sent it back.

    Raises:
        Refused: the section has no workflow, or the story is in review already.
    """
    article = locked(article)
    state = article.current_workflow_state
    if state is None:
        workflow: Workflow | None = article.get_workflow()
        if workflow is None:
            raise Refused("This section has no review workflow: an administrator must assign one.")
        workflow.start(article, by)
    elif state.status == state.STATUS_NEEDS_CHANGES and not progress.is_of_section(article, state.workflow_id):
        _begin_again(article, state, by=by, requested_by=by)
    elif state.status == state.STATUS_NEEDS_CHANGES:
        state.resume(by)
    elif _waits_for_nobody(article, state):
        # The rules were changed under it: what it waited for is no longer asked.
        _begin_again(article, state, by=by, requested_by=by)
    else:
        raise Refused("This story is in review already.")


@transaction.atomic
def follow_section(article: Article, *, by: Any = None) -> None:
    """Put a story that is in the review of another section into that of its own, in the name of who submitted it.

    What was signed counts there too, where the same desks are asked. A section without a review has none to go on with.
    """
    article = locked(article)
    state = article.current_workflow_state
    if state and state.status == state.STATUS_IN_PROGRESS and not progress.is_of_section(article, state.workflow_id):
        _begin_again(article, state, by=by, requested_by=state.requested_by)


def _begin_again(article: Article, state: WorkflowState, *, by: Any, requested_by: Any) -> None:
    state.cancel(user=by)
    workflow: Workflow | None = article.get_workflow()
    if workflow:
        workflow.start(Article.objects.get(pk=article.pk), requested_by)


def _waits_for_nobody(article: Article, state: WorkflowState) -> bool:
    version = progress.latest_version(article)
    every = progress.review_progress(version, state.workflow_id, progress.standing_of(article).content_hash)
    current = next((one for one in every if one.stage.pk == state.current_task_state.task_id), None)
    return current is None or current.complete


@transaction.atomic
def sign_off(article: Article, *, task_state_id: int, content_hash: str, by: Any, comment: str = "") -> SignOff:
    """Sign the version whose hash the reviewer was looking at, for the first of their desks that the stage waits for.

    The last signature of a stage moves the story on; the last of the review clears the content.

    Raises:
        StoryMovedOn: the story was changed, or is at another stage, than `content_hash` and `task_state_id` say.
        NotYours: `by` wrote or submitted it, has signed it, is in no desk that is asked, or works in other sections.
    """
    article = locked(article)
    _refuse_stranger(article, by)
    task_state, stage, standing = _current(article, task_state_id, content_hash)
    at_stage = _at_stage(article, task_state, stage)
    signatures = [stages.Signature(given.desk_id, given.responsible_id) for given in at_stage.sign_offs]
    desk_ids = list(stage.desks_of(by).values_list("pk", flat=True))
    reason = stages.why_not_sign(
        user_id=by.pk,
        user_desk_ids=desk_ids,
        changed_by=standing.writers,
        released_by=progress.released_by(article.pk, standing.content_hash),
        submitted_by=progress.submitter_id(article),
        needed=at_stage.needed,
        signatures=signatures,
    )
    if reason:
        raise NotYours(reason)
    desk_id = next(
        rule.desk_id for rule in at_stage.rules if rule.desk_id in desk_ids and rule.desk_id in at_stage.needed
    )
    return _sign(article, task_state, standing, at_stage, desk_id=desk_id, by=by, comment=comment)


@transaction.atomic
def sign_off_as_guest(guest: GuestReview, *, comment: str = "") -> SignOff:
    """Count the approval of a guest as a signature of the desk for which they were invited.

    Whoever invited the guest answers for them: where they could not sign this version themselves, their guest cannot.

    Raises:
        StoryMovedOn: the story was changed after the invitation, or is not at the stage that the guest was asked for.
        NotYours: the stage lets no guests sign, does not wait for the desk, or the inviter has left or could not sign.
    """
    article = locked(guest.article)
    state = article.current_workflow_task_state
    task_state, stage, standing = _current(article, state.pk if state else 0, guest.snapshot.content_hash)
    if guest.stage_id != stage.pk or guest.desk_id is None:
        raise StoryMovedOn("The story is not at the stage for which the guest was asked.")
    if not stage.guests_may_sign:
        raise NotYours("This stage lets no guests sign.")
    at_stage = _at_stage(article, task_state, stage)
    if not article.permissions_for_user(guest.invited_by).can_edit():
        raise NotYours("Whoever invited the guest does not work on this story any more.")
    reason = stages.why_not_sign(
        user_id=guest.invited_by_id,
        user_desk_ids=stage.desks_of(guest.invited_by).filter(pk=guest.desk_id).values_list("pk", flat=True),
        changed_by=standing.writers,
        released_by=progress.released_by(article.pk, standing.content_hash),
        submitted_by=progress.submitter_id(article),
        needed=at_stage.needed,
        signatures=[stages.Signature(given.desk_id, given.responsible_id) for given in at_stage.sign_offs],
    )
    if reason:
        raise NotYours("Whoever invited the guest could not sign this version, so neither can the guest.")
    return _sign(article, task_state, standing, at_stage, desk_id=guest.desk_id, guest=guest, comment=comment)


def _sign(
    article: Article,
    task_state: TaskState,
    standing: Standing,
    at_stage: progress.StageProgress,
    *,
    desk_id: int,
    by: Any = None,
    guest: GuestReview | None = None,
    comment: str = "",
) -> SignOff:
    """Store a signature that may be given, and move the story on if it was the last that the stage waited for."""
    snapshots.keep_latest(article)
    signed = SignOff.objects.create(
        article=article,
        stage=at_stage.stage,
        desk_id=desk_id,
        task_state=task_state,
        content_hash=standing.content_hash,
        verdict=SignOff.Verdict.APPROVED,
        comment=comment.strip(),
        by=by,
        guest=guest,
    )
    data = {
        "stage": at_stage.stage.name,
        "desk": signed.desk.name,
        "hash": standing.content_hash,
        "comment": signed.comment,
    }
    if guest:
        data["guest"] = guest.name
    verb = "workflows.sign_off_as_guest" if guest else "workflows.sign_off"
    log(article, verb, user=by, revision=standing.revision, data=data)
    signatures = [stages.Signature(given.desk_id, given.responsible_id) for given in (*at_stage.sign_offs, signed)]
    if not stages.still_needed(at_stage.rules, signatures):
        _complete(article, task_state, standing, by=by, comment=signed.comment)
    return signed


def _complete(article: Article, task_state: TaskState, standing: Standing, *, by: Any, comment: str) -> None:
    """Move a story on from a stage that every desk has signed."""
    workflow_state = task_state.workflow_state
    task_state.approve(user=by, update=False, comment=comment)
    # `approve` saved the status through another instance of the same row.
    workflow_state.current_task_state.refresh_from_db()
    if not progress.is_of_section(article, workflow_state.workflow_id):
        follow_section(article, by=by)
        return
    following = progress.next_stage(article, workflow_state.workflow_id)
    if following:
        workflow_state.update(user=by, next_task=following)
        return
    progress.clear_if_complete(article, workflow_state.workflow_id, by)
    workflow_state.update(user=by)


@transaction.atomic
def send_back(
    article: Article, *, task_state_id: int, content_hash: str, by: Any, reason: str, kind: str = ""
) -> SignOff:
    """Return a story to whoever submitted it, with the reason; `kind` is that in a word (`SignOff.Reason`), or empty.

    Raises:
        Refused: there is no reason.
        StoryMovedOn: the story was changed, or is at another stage, than `content_hash` and `task_state_id` say.
        NotYours: `by` is in no desk of the stage, or works in other sections.
    """
    if not reason.strip():
        raise Refused("Say what should change: the writer gets your reason.")
    article = locked(article)
    _refuse_stranger(article, by)
    task_state, stage, standing = _current(article, task_state_id, content_hash)
    at_stage = _at_stage(article, task_state, stage)
    asked = {rule.desk_id for rule in at_stage.rules}
    desk = stage.desks_of(by).filter(pk__in=asked).first()
    if desk is None:
        raise NotYours("This stage does not wait for a desk of yours.")
    returned = SignOff.objects.create(
        article=article,
        stage=stage,
        desk=desk,
        task_state=task_state,
        content_hash=content_hash,
        verdict=SignOff.Verdict.SENT_BACK,
        reason=kind,
        comment=reason.strip(),
        by=by,
    )
    task_state.reject(user=by, comment=returned.comment)
    log(
        article,
        "workflows.send_back",
        user=by,
        revision=standing.revision,
        data={"stage": stage.name, "desk": desk.name, "hash": content_hash, "comment": returned.comment},
    )
    assignments.put_before_writer(article, task_state.workflow_state.requested_by, by=by)
    announce(article, before=stop_of(stage), after=SENT_BACK)
    messages.sent_back(article, returned, task_state.workflow_state.requested_by)
    return returned


@transaction.atomic
def release(article: Article, *, content_hash: str, by: Any, at: datetime | None = None) -> None:
    """Publish the latest version now, or at `at` on the second. It is the version that was cleared, or nothing.

    Raises:
        Refused: `by` does not publish in this section, `at` has passed, or something blocks publication.
        StoryMovedOn: the latest version is not the one that `content_hash` names.
        PublicationRefused: the version is not cleared.
    """
    article = locked(article)
    if by is not None and not article.permissions_for_user(by).has_publish_right():
        raise Refused("You do not publish in this section.")
    if at is not None and at <= timezone.now():
        raise Refused("This time has passed. Release the story now, or choose a later time.")
    revision = article.get_latest_revision()
    if revision is None or progress.standing_of(article).content_hash != content_hash:
        raise StoryMovedOn("The story was changed after you opened this page. Look at it again before you release it.")
    expire_at = revision.as_object().expire_at
    if expire_at and expire_at <= (at or timezone.now()):
        raise Refused("The story would expire before it is published. Change its expiry first.")
    go_live_at = at.isoformat() if at else None
    if revision.content.get("go_live_at") != go_live_at:
        revision.content["go_live_at"] = go_live_at
        revision.save(update_fields=["content"])
    article.publish(revision, user=by, skip_permission_checks=True)
    Standing.objects.filter(article_id=article.pk).update(
        release_error="", release_attempt_count=0, release_retry_at=None
    )


def refuse_uncleared(article: Article, revision: Revision, *, at: datetime | None = None) -> None:
    """Raise unless `revision` may go live at `at`, by default when it says itself.

    Raises:
        PublicationRefused: it is not cleared, or a check blocks it and nobody waived that.
    """
    version = revision.as_object()
    if version.lost:
        raise PublicationRefused(" ".join(finding.message for finding in checks.find_blocking(version)))
    if not is_cleared(article.pk, clearance.content_hash(version)):
        raise PublicationRefused("This version has not been signed by every desk, so it cannot go live.")
    findings = checks.find_blocking(version, at=at)
    if findings:
        raise PublicationRefused(" ".join(finding.message for finding in findings))


def locked(article: Article) -> Article:
    """The article as it is now, held until the transaction ends: two people who act at once act one after the other."""
    Page.objects.select_for_update().get(pk=article.pk)
    return Article.objects.get(pk=article.pk)


def _refuse_stranger(article: Article, by: Any) -> None:
    """A desk may be asked in every section, and its members may work in some."""
    if not reach.may_find(by, article):
        raise NotYours("You do not work on stories of this section.")


def _current(article: Article, task_state_id: int, content_hash: str) -> tuple[TaskState, ReviewStage, Standing]:
    workflow_state = article.current_workflow_state
    task_state = workflow_state.current_task_state if workflow_state else None
    if (
        workflow_state is None
        or task_state is None
        or workflow_state.status != workflow_state.STATUS_IN_PROGRESS
        or task_state.status != TaskState.STATUS_IN_PROGRESS
        or task_state.pk != task_state_id
    ):
        raise StoryMovedOn("This story has left the stage that you were looking at. Nothing was signed.")
    standing = progress.standing_of(article)
    if standing.content_hash != content_hash:
        raise StoryMovedOn(
            f"{standing.changed_by or 'Someone'} changed this story after you opened it"
            f"{_what_changed(article, content_hash)}. Nothing was signed: read the new version first."
        )
    stage = task_state.task.specific
    if not isinstance(stage, ReviewStage):
        raise StoryMovedOn("This story is at a stage that is not signed here.")
    return task_state, stage, standing


def _what_changed(article: Article, seen_hash: str) -> str:
    """The parts of the story that the latest version says differently; empty if nobody kept what was seen."""
    seen = snapshots.find(article.pk, seen_hash)
    if seen is None:
        return ""
    before, after = snapshots.version_of(seen), progress.latest_version(article)
    matters = differences.compare(before.public_content(), after.public_content()).matters
    labels = "; ".join(str(label) for value, label in Matter.choices if value in matters)
    return f": {labels}" if labels else ""


def _at_stage(article: Article, task_state: TaskState, stage: ReviewStage) -> progress.StageProgress:
    for one in progress.keep_carried(article, task_state.workflow_state.workflow_id):
        if one.stage.pk == stage.pk:
            return one
    raise StoryMovedOn("This stage is no longer part of the review.")
