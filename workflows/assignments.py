"""Who has a story: claimed, assigned, handed over, given back by those who are away."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page, WorkflowState
from wagtail.permissions import policy_registry

from cms.exceptions import Refused
from cms.models import Article
from workflows import absences, progress, reach, stages
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import Absence, Assignment, Desk, Notice, ReviewStage
from workflows.notifications import messages


class Taken(StoryMovedOn):
    """Somebody else has the story already. HTTP 409."""


def open_assignment(article: Article) -> Assignment | None:
    """Who has the story now, or which stage waits for somebody to take it; None if nothing is to be done."""
    found = Assignment.objects.filter(article_id=article.pk, ended_at=None)
    return found.select_related("assignee", "assigned_by", "stage").first()


@transaction.atomic
def claim(article: Article, *, by: Any) -> Assignment:
    """Take a story that nobody has; whoever has it already keeps it.

    Raises:
        Taken: somebody else has it.
        NotYours: `by` may not sign it at this stage, or may not edit the draft.
        Refused: `by` is away, or nothing is to be done with the story.
    """
    article = _locked(article)
    held = open_assignment(article)
    if held and held.assignee_id:
        if held.assignee_id == by.pk:
            return held
        since = date_format(timezone.localtime(held.since), "j F, H:i")
        raise Taken(f"{held.assignee} has had this story since {since}. Ask them to hand it over.")
    work = _work(article)
    _refuse_unfit(article, work, person=by, by=by, given=held is not None)
    taken = _give(article, work, held, to=by, by=by)
    log(article, "workflows.claim", user=by, data=_words(work))
    return taken


@transaction.atomic
def assign(article: Article, *, to: Any, by: Any) -> Assignment:
    """Give a story to somebody, also if somebody else has it; both are told.

    Raises:
        NotYours: `by` may not give it away, or `to` may not do the work.
        Refused: `to` is away, or nothing is to be done with the story.
    """
    article = _locked(article)
    held = open_assignment(article)
    if held and held.assignee_id == to.pk:
        return held
    work = _work(article)
    _refuse_giver(article, work, held, by)
    _refuse_unfit(article, work, person=to, by=by, given=True)
    before = held.assignee if held else None
    given = _give(article, work, held, to=to, by=by)
    data = {**_words(work), "to": str(to), "from": str(before or "")}
    log(article, "workflows.hand_over" if before else "workflows.assign", user=by, data=data)
    if to.pk != by.pk:
        _tell(article, given, "assigned", people=[to], by=by)
    if before and before.pk != by.pk:
        _tell(article, given, "taken", people=[before], by=by)
    return given


@transaction.atomic
def hand_over(article: Article, *, by: Any, to: Any = None) -> Assignment:
    """Pass a story on, to a person or, with `to` left out, back to the desk.

    Raises:
        Refused: nobody has it, or `to` is away.
        NotYours: `by` does not have it and may not give it away, or `to` may not do the work.
    """
    article = _locked(article)
    held = open_assignment(article)
    if held is None or held.assignee is None:
        raise Refused("Nobody has this story, so there is nothing to hand over.")
    if to is not None:
        return assign(article, to=to, by=by)
    work = _work(article)
    _refuse_giver(article, work, held, by)
    return _give_back(article, held, by=by)


def put_before_writer(article: Article, writer: Any, *, by: Any) -> Assignment:
    """Give a story that `by` sent back to its writer, or to the desk while the writer is away."""
    if absences.find_absence(writer.pk if writer else None) is None:
        return progress.assign(article, stage=None, assignee=writer)
    waiting = progress.assign(article, stage=None)
    _tell_desks(article, waiting, by=None, before=writer)
    return waiting


def offered(article: Article, *, by: Any) -> tuple[bool, bool]:
    """Whether this person may take the story now, and whether they may give it to somebody."""
    held = open_assignment(article)
    try:
        work = _work(article)
    except Refused:
        return False, False
    may_claim = held is None or held.assignee_id is None
    try:
        if may_claim:
            _refuse_unfit(article, work, person=by, by=by, given=held is not None)
    except Refused:
        may_claim = False
    try:
        _refuse_giver(article, work, held, by)
    except Refused:
        return may_claim, False
    return may_claim, True


def candidates(article: Article) -> list[Any]:
    """Those to whom the story may be given now, by name; people who are away are left out."""
    try:
        work = _work(article)
    except Refused:
        return []
    held = open_assignment(article)
    if work:
        barred = progress.barred_from_signing(article) | {one.responsible_id for one in work.sign_offs}
        people = messages.members_of(Desk.objects.filter(pk__in=list(work.needed)), article).exclude(pk__in=barred)
    else:
        policy = policy_registry.get_by_type(Article)
        people = policy.users_with_any_permission_for_instance({"add", "change"}, article, include_superusers=False)
    people = people.filter(is_active=True).order_by("first_name", "last_name", "username").distinct()
    away = absences.away_ids(people.order_by().values("pk"))
    return [person for person in people if person.pk not in away and person.pk != (held.assignee_id if held else None)]


# Absence --------------------------------------------------------------------------------------------------------------


@transaction.atomic
def be_away(user: Any, *, starts_on: date, ends_on: date, by: Any) -> Absence:
    """Note that a person is away from one day to another, both included; from the first their work goes to the desk.

    Raises:
        Refused: the days are over, or in the wrong order.
        NotYours: `by` may not say so for others.
    """
    if by.pk != user.pk and not by.has_perm("workflows.add_absence"):
        raise NotYours("You may enter only your own days away.")
    if ends_on < starts_on:
        raise Refused("The last day away comes before the first.")
    if ends_on < absences.newsroom_date():
        raise Refused("These days are over.")
    absence = Absence.objects.create(user=user, starts_on=starts_on, ends_on=ends_on)
    log(user, "workflows.away", user=by, data={"days": absences.describe(absence)})
    give_back_of_absent([user.pk])
    return absence


@transaction.atomic
def be_back(absence: Absence, *, by: Any) -> None:
    """Strike out an absence; what was given back stays with the desk.

    Raises:
        NotYours: it is somebody else's, and `by` may not change it.
    """
    if by.pk != absence.user_id and not by.has_perm("workflows.delete_absence"):
        raise NotYours("You may change only your own days away.")
    log(absence.user, "workflows.back", user=by, data={"days": absences.describe(absence)})
    absence.delete()


def give_back_of_absent(user_ids: Iterable[int] | None = None) -> int:
    """Give to the desk whatever is assigned to people who are away today; how many stories that were."""
    held = Assignment.objects.filter(ended_at=None, assignee__isnull=False)
    if user_ids is not None:
        held = held.filter(assignee_id__in=list(user_ids))
    away = absences.away_ids(held.values_list("assignee_id", flat=True))
    count = 0
    for article_id in held.filter(assignee_id__in=away).order_by("article_id").values_list("article_id", flat=True):
        with transaction.atomic():
            Page.objects.select_for_update().get(pk=article_id)
            article = Article.objects.get(pk=article_id)
            assignment = open_assignment(article)
            # They may have handed it over, or come back, while others were given back.
            if assignment and absences.find_absence(assignment.assignee_id):
                _give_back(article, assignment, by=None)
                count += 1
    return count


# ----------------------------------------------------------------------------------------------------------------------


def _locked(article: Article) -> Article:
    Page.objects.select_for_update().get(pk=article.pk)
    return Article.objects.get(pk=article.pk)


def _work(article: Article) -> progress.StageProgress | None:
    """The stage at which the story is; None while somebody writes it.

    Raises:
        Refused: nobody needs to have it.
    """
    state = article.current_workflow_state
    if state and state.status == WorkflowState.STATUS_IN_PROGRESS:
        standing = progress.standing_of(article)
        version = progress.latest_version(article)
        for one in progress.review_progress(version, state.workflow_id, standing.content_hash):
            if state.current_task_state and one.stage.pk == state.current_task_state.task_id:
                return one
        raise Refused("This story is at a stage that nobody takes.")
    if article.live and not article.has_unpublished_changes:
        raise Refused("This story is published, and nobody has begun a new version.")
    if progress.is_ready(article):
        raise Refused("Every desk has signed this story: it waits for a publisher.")
    return None


def _refuse_unfit(article: Article, work: progress.StageProgress | None, *, person: Any, by: Any, given: bool) -> None:
    absence = absences.find_absence(person.pk)
    if absence:
        raise Refused(f"{person} is away: {absences.describe(absence)}.")
    if not person.is_active:
        raise Refused(f"{person} does not work here any more.")
    if work is None:
        if not _is_fit(article, work, person, given=given):
            raise NotYours(
                "You may not edit this story." if person.pk == by.pk else f"{person} may not edit this story."
            )
        return
    reason = _why_not_sign(article, work, person)
    if reason and person.pk != by.pk:
        reason = (
            f"{person} cannot sign this story now: they changed, submitted or signed it, no desk of theirs is asked, "
            "or they do not work in this section."
        )
    if reason:
        raise NotYours(reason)


def _is_fit(article: Article, work: progress.StageProgress | None, person: Any, *, given: bool) -> bool:
    if work:
        return not _why_not_sign(article, work, person)
    if article.permissions_for_user(person).can_edit():
        return True
    # A reporter may edit only what they own: a draft that is given to them, or lies at the desk, becomes theirs.
    return given and bool(article.get_parent().specific.permissions_for_user(person).can_add_subpage())


def _why_not_sign(article: Article, work: progress.StageProgress, person: Any) -> str:
    if not reach.may_find(person, article):
        return _("You do not work on stories of this section.")
    standing = progress.standing_of(article)
    return stages.why_not_sign(
        user_id=person.pk,
        user_desk_ids=list(work.stage.desks_of(person).values_list("pk", flat=True)),
        changed_by=standing.writers,
        released_by=progress.released_by(article.pk, standing.content_hash),
        submitted_by=progress.submitter_id(article),
        needed=work.needed,
        signatures=[stages.Signature(one.desk_id, one.responsible_id) for one in work.sign_offs],
    )


def _refuse_giver(article: Article, work: progress.StageProgress | None, held: Assignment | None, by: Any) -> None:
    tester = article.permissions_for_user(by)
    if held and held.assignee_id == by.pk:
        return
    if tester.has_publish_right() or (by.has_perm("workflows.change_commission") and tester.can_edit()):
        return
    if work:
        if Desk.objects.filter(head=by, rules__stage=work.stage).exists():
            return
        nobody_has_it = held is None or held.assignee_id is None
        if nobody_has_it and work.stage.desks_of(by).filter(pk__in=list(work.needed)).exists():
            return
    raise NotYours(
        "Only whoever has the story, the head of the desk, or those who plan stories may give it to someone."
    )


def _give(
    article: Article, work: progress.StageProgress | None, held: Assignment | None, *, to: Any, by: Any
) -> Assignment:
    if work is None and not article.permissions_for_user(to).can_edit():
        # A reporter may edit the drafts that they own.
        Page.objects.filter(pk=article.pk).update(owner=to)
    return _follow(article, held, stage=work.stage if work else None, to=to, by=by)


def _give_back(article: Article, held: Assignment, *, by: Any) -> Assignment:
    before = held.assignee
    waiting = _follow(article, held, stage=held.stage, to=None, by=by)
    data = {"from": str(before), "stage": held.stage.name if held.stage else _("Writing")}
    log(article, "workflows.give_back", user=by, data=data)
    _tell_desks(article, waiting, by=by, before=before)
    return waiting


def _tell_desks(article: Article, waiting: Assignment, *, by: Any, before: Any) -> None:
    desks = _desks_of(article, waiting.stage)
    told = messages.members_of(desks, article).exclude(pk__in=[person.pk for person in (by, before) if person])
    _tell(article, waiting, "given_back", people=told, desks=desks, by=by, before=before)


def _follow(article: Article, held: Assignment | None, *, stage: ReviewStage | None, to: Any, by: Any) -> Assignment:
    """End the open assignment and open the next one, due when the first was."""
    progress.end_assignment(article)
    return Assignment.objects.create(
        article=article,
        stage=stage,
        assignee=to,
        assigned_by=by,
        since=timezone.now(),
        due_at=held.due_at if held else None,
    )


def _desks_of(article: Article, stage: ReviewStage | None) -> list[Desk]:
    """The desks to which a story goes back: those of its stage; of a draft the one that asked for it, or the first."""
    desks = Desk.objects.select_related("group")
    if stage is None:
        commissioned = list(desks.filter(commissions__article=article))
        if commissioned:
            return commissioned
        workflow = progress.workflow_of(article)
        stage = (
            ReviewStage.objects.filter(workflow_tasks__workflow=workflow, active=True)
            .order_by("workflow_tasks__sort_order")
            .first()
        )
    return list(desks.filter(rules__stage=stage).distinct())


def _words(work: progress.StageProgress | None) -> dict[str, str]:
    return {"stage": work.stage.name if work else _("Writing")}


def _tell(
    article: Article,
    assignment: Assignment,
    template: str,
    *,
    people: Iterable[Any],
    desks: Iterable[Desk] = (),
    **context: Any,
) -> None:
    kind = Notice.Kind.WAITING if template == "given_back" else Notice.Kind.ASSIGNED
    messages.tell(
        kind,
        article,
        key=f"{template}-{assignment.pk}",
        people=people,
        desks=desks,
        template=template,
        context={"assignment": assignment, **context},
    )
