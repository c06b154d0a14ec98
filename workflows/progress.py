"""How far a story has got: what is signed, what is needed next, and when it is due."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.utils import timezone
from wagtail.log_actions import log
from wagtail.models import PageLogEntry, TaskState, Workflow

from cms.models import Article
from workflows import carrying, stages
from workflows.clearance import clear, content_hash, is_cleared, revision_hash
from workflows.models import Assignment, Clearance, Desk, EmergencyRelease, ReviewStage, SignOff, Standing
from workflows.signals import PUBLISHED, READY
from workflows.stops import announce, last_stop, stop_of

_BODY_PICTURES = {"image", "gallery"}


def standing_of(article: Article) -> Standing:
    """Where the latest saved version stands; made now if the story predates it."""
    found = Standing.objects.filter(article_id=article.pk).first()
    if found:
        return found
    revision = article.get_latest_revision()
    version = revision.as_object() if revision else article
    return Standing.objects.create(
        article_id=article.pk,
        revision=revision,
        content_hash=revision_hash(revision) if revision else content_hash(article),
        changed_at=revision.created_at if revision else timezone.now(),
        changed_by_id=revision.user_id if revision else None,
        word_count=version.word_count,
    )


def latest_version(article: Article) -> Article:
    """The story as it was last saved, live or not."""
    revision = article.get_latest_revision()
    return revision.as_object() if revision else article


def facts(version: Article) -> stages.Story:
    """What decides which desks must sign this version."""
    steplen = version.steplen
    return stages.Story(
        sensitive=version.sensitive,
        has_picture=bool(version.lead_image_id)
        or any(block["type"] in _BODY_PICTURES for block in version.body.get_prep_value()),
        kind=version.kind,
        section_paths=tuple(version.path[:length] for length in range(steplen, len(version.path), steplen)),
    )


def rules_for(stage: ReviewStage, story: stages.Story) -> list[stages.Rule]:
    """The sign-off rules of a stage that apply to a story; empty if the stage is skipped for it."""
    limits = [section.path for section in stage.sections.all()]
    if not stages.stage_applies(story, kinds=stage.kinds, section_paths=limits):
        return []
    rules = [
        stages.Rule(rule.desk_id, rule.required, rule.condition, frozenset(rule.matters)) for rule in stage.rules.all()
    ]
    return stages.rules_for(story, rules)


@dataclass(frozen=True)
class StageProgress:
    """One stage of a review as it stands for one version."""

    stage: ReviewStage
    rules: list[stages.Rule]
    sign_offs: list[SignOff]
    needed: dict[int, int]
    """Desk id to the number of signatures still owed."""

    @property
    def skipped(self) -> bool:
        return not self.rules

    @property
    def complete(self) -> bool:
        return not self.needed

    @property
    def desks(self) -> list[tuple[Desk, int, int]]:
        """Each desk that signs here, how many of it have signed, how many must."""
        names = {rule.desk_id: rule.desk for rule in self.stage.rules.all()}
        return [
            (names[rule.desk_id], rule.required - self.needed.get(rule.desk_id, 0), rule.required)
            for rule in self.rules
        ]


def review_progress(
    version: Article, workflow_id: int, hash_: str, *, submitted_by: int | None = None
) -> list[StageProgress]:
    """Every active stage of the workflow in order, with what is signed and what is owed for the content `hash_`.

    A signature of whoever changed the story last, or submitted it last, counts for nothing: they signed before. Nor
    does one of the two who released it in an emergency: the review that is owed is by others. One of an earlier version
    counts where `carrying` finds that it still holds; it may be unsaved, see `keep_carried`.
    `submitted_by` is who is submitting it just now, of which the log knows nothing yet.
    """
    standing = Standing.objects.filter(article_id=version.pk, content_hash=hash_).first()
    writers = {*(standing.writers if standing else ()), submitted_by or submitter_id(version)}
    barred = writers | released_by(version.pk, hash_)
    in_order = list(
        ReviewStage.objects.filter(workflow_tasks__workflow=workflow_id, active=True)
        .order_by("workflow_tasks__sort_order", "workflow_tasks__pk")
        .prefetch_related("rules__desk", "sections")
    )
    given = SignOff.objects.valid().filter(article_id=version.pk, content_hash=hash_, carried_from=None)
    signed: dict[int, list[SignOff]] = {}
    for sign_off in (
        *given.select_related("by", "desk", "guest"),
        *carrying.find_carried(version, hash_, in_order, lambda stage, then: rules_for(stage, facts(then))),
    ):
        at_stage = signed.setdefault(sign_off.stage_id, [])
        if sign_off.responsible_id not in {*barred, *(other.responsible_id for other in at_stage)}:
            at_stage.append(sign_off)
    story = facts(version)
    result = []
    for stage in in_order:
        rules = rules_for(stage, story)
        sign_offs = signed.get(stage.pk, [])
        signatures = [stages.Signature(sign_off.desk_id, sign_off.responsible_id) for sign_off in sign_offs]
        result.append(StageProgress(stage, rules, sign_offs, stages.still_needed(rules, signatures)))
    return result


def keep_carried(article: Article, workflow_id: int, *, submitted_by: int | None = None) -> list[StageProgress]:
    """`review_progress` of the latest version, after storing which signatures of earlier versions were carried onto it.

    Called when a review goes on, by whoever holds the page.
    """
    standing = standing_of(article)
    every = review_progress(latest_version(article), workflow_id, standing.content_hash, submitted_by=submitted_by)
    carried = [one for stage in every for one in stage.sign_offs if one.carried_from_id]
    # A rule that was changed since may ask again a desk whose signature was carried.
    SignOff.objects.valid().filter(
        article_id=article.pk, content_hash=standing.content_hash, carried_from__isnull=False
    ).exclude(pk__in=[one.pk for one in carried if one.pk]).update(voided_at=timezone.now())
    for one in carried:
        if one.pk is None:
            one.save()
            log(
                article,
                "workflows.carry",
                revision=standing.revision,
                data={
                    "stage": one.stage.name,
                    "desk": one.desk.name,
                    "signer": one.signer,
                    "from": one.carried_from.content_hash if one.carried_from else "",
                    "to": standing.content_hash,
                },
            )
    return every


def next_stage(article: Article, workflow_id: int, *, submitted_by: int | None = None) -> ReviewStage | None:
    """The first stage that the latest version still needs; None if every desk has signed it."""
    hash_ = standing_of(article).content_hash
    for progress in review_progress(latest_version(article), workflow_id, hash_, submitted_by=submitted_by):
        if not progress.complete:
            return progress.stage
    return None


def is_complete(version: Article, workflow_id: int) -> bool:
    """Whether every desk that this version needs has signed it."""
    return all(one.complete for one in review_progress(version, workflow_id, content_hash(version)))


def clear_if_complete(article: Article, workflow_id: int, by: Any) -> bool:
    """Clear the latest version if at least one stage asks for it and every one that does is signed; True if so.

    Only the workflow of its section clears a story: it may have got another since the review began.
    """
    from workflows.notifications import messages

    if not is_of_section(article, workflow_id):
        return False
    standing = standing_of(article)
    every = review_progress(latest_version(article), workflow_id, standing.content_hash)
    if all(one.skipped for one in every) or not all(one.complete for one in every):
        return False
    clearance = clear(article.pk, standing.content_hash, kind=Clearance.Kind.REVIEW)
    log(article, "workflows.cleared", user=by, revision=standing.revision, data={"hash": standing.content_hash})
    end_assignment(article)
    is_live = standing.content_hash == standing.live_hash
    announce(article, before=last_stop(article.current_workflow_state), after=PUBLISHED if is_live else READY)
    if not is_live:
        messages.ready_for_release(article, clearance)
    return True


def begin(article: Article, stage: ReviewStage, task_state: TaskState) -> None:
    """Put the story before the desks of `stage` and tell them."""
    from workflows.notifications import messages

    assign(article, stage=stage, due_in=timedelta(hours=stage.review_hours))
    announce(article, before=last_stop(task_state.workflow_state, leaving_out=task_state), after=stop_of(stage))
    messages.waiting_for_desks(article, stage, task_state)


def assign(
    article: Article, *, stage: ReviewStage | None, assignee: Any = None, due_in: timedelta | None = None
) -> Assignment:
    """End the open assignment of a story and open another."""
    now = timezone.now()
    end_assignment(article)
    return Assignment.objects.create(
        article_id=article.pk, stage=stage, assignee=assignee, since=now, due_at=now + due_in if due_in else None
    )


def end_assignment(article: Article) -> None:
    Assignment.objects.filter(article_id=article.pk, ended_at=None).update(ended_at=timezone.now())


def submitter_id(article: Article) -> int | None:
    """Who last put the story into review; None if nobody did, or a program."""
    return (
        PageLogEntry.objects.filter(
            page_id=article.pk, action__in=["wagtail.workflow.start", "wagtail.workflow.resume"]
        )
        .order_by("-timestamp", "-pk")
        .values_list("user_id", flat=True)
        .first()
    )


def is_of_section(article: Article, workflow_id: int) -> bool:
    """Whether this is the workflow that the section of the story asks for now."""
    workflow = article.get_workflow()
    return workflow is not None and workflow.pk == workflow_id


def released_by(article_id: int, hash_: str) -> set[int]:
    """The two people of an emergency release of this content that has not been reviewed yet."""
    released = EmergencyRelease.objects.unreviewed().filter(article=article_id, content_hash=hash_)
    return {pk for both in released.values_list("asked_by", "seconded_by") for pk in both}


def barred_from_signing(article: Article) -> set[int]:
    """Who may not sign the latest version, whichever desk is asked: its writers, its submitter, who released it."""
    standing = standing_of(article)
    barred = standing.writers | released_by(article.pk, standing.content_hash)
    submitter = submitter_id(article)
    return barred | {submitter} if submitter else barred


def workflow_of(article: Article) -> Workflow | None:
    """The workflow in which the story is, or would be if it were submitted."""
    state = article.current_workflow_state
    return state.workflow if state else article.get_workflow()


def is_ready(article: Article) -> bool:
    """Whether a publisher may release the latest version."""
    return is_cleared(article.pk, standing_of(article).content_hash)
