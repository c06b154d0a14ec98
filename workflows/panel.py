"""What the editor's side panel says of a story: where it stands, who signs, what the checks say, what changed."""

from dataclasses import dataclass, field
from typing import Any

from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from cms.models import Article
from workflows import changes, checks, guests, planning, progress, stages, waivers
from workflows.changes import Changes
from workflows.checks import Finding
from workflows.clearance import is_reviewed
from workflows.models import Commission, SignOff, Standing


@dataclass(frozen=True)
class FindingRow:
    """A finding with what a person can do about it; an address is empty where they cannot."""

    finding: Finding
    place_url: str
    waive_url: str = ""
    withdraw_url: str = ""


@dataclass(frozen=True)
class StepRow:
    """A stage in the line of stages: done, current, waiting or skipped."""

    name: str
    state: str
    desks: list[tuple[str, int, int]] = field(default_factory=list)
    """Name of a desk, how many of it have signed, how many must."""
    sign_offs: list[SignOff] = field(default_factory=list)


class ReviewPanel:
    """One story as one person sees it."""

    def __init__(self, article: Article, user: Any) -> None:
        self.article = article
        self.user = user

    @cached_property
    def version(self) -> Article:
        return progress.latest_version(self.article)

    @cached_property
    def standing(self) -> Standing:
        return progress.standing_of(self.article)

    @cached_property
    def task_state(self) -> Any:
        return self.article.current_workflow_task_state

    @cached_property
    def every_stage(self) -> list[progress.StageProgress]:
        workflow = progress.workflow_of(self.article)
        return progress.review_progress(self.version, workflow.pk, self.standing.content_hash) if workflow else []

    @cached_property
    def current(self) -> progress.StageProgress | None:
        """The stage at which the story waits; None when it is not in review."""
        state = self.task_state
        return next((one for one in self.every_stage if state and one.stage.pk == state.task_id), None)

    @cached_property
    def cleared(self) -> bool:
        return is_reviewed(self.article.pk, self.standing.content_hash)

    @cached_property
    def missing_desks(self) -> list[str]:
        """The desks that have still to sign this version, in the order in which they are asked."""
        names = [desk.name for one in self.every_stage for desk, given, required in one.desks if given < required]
        return list(dict.fromkeys(names))

    @cached_property
    def objections(self) -> list[guests.Objection]:
        return guests.find_objections(self.article, self.standing.content_hash)

    @cached_property
    def plan(self) -> Commission | None:
        """What was asked for; None for a story that nobody planned, and for a plan that was dropped."""
        commission = planning.commission_of(self.article)
        return commission if commission and commission.dropped_at is None else None

    @cached_property
    def steps(self) -> list[StepRow]:
        return [
            StepRow(
                one.stage.name,
                self.state_of(one),
                [(desk.name, given, required) for desk, given, required in one.desks],
                one.sign_offs,
            )
            for one in self.every_stage
        ]

    def state_of(self, one: progress.StageProgress) -> str:
        """Skipped, complete, current or waiting."""
        if one.skipped:
            return "skipped"
        if one.complete:
            return "complete"
        return "current" if self.current and one.stage.pk == self.current.stage.pk else "waiting"

    @cached_property
    def findings(self) -> list[Finding]:
        return checks.find_all(self.version)

    @cached_property
    def blocking_count(self) -> int:
        return sum(finding.stands_in_the_way for finding in self.findings)

    @cached_property
    def finding_rows(self) -> list[FindingRow]:
        may_waive = any(finding.waivable for finding in self.findings) and waivers.may_waive(self.article, self.user)
        return [self._row(finding, may_waive) for finding in self.findings]

    def _row(self, finding: Finding, may_waive: bool) -> FindingRow:
        waive_url = withdraw_url = ""
        if may_waive and finding.waiver:
            withdraw_url = reverse("workflows:withdraw_waiver", args=[self.article.pk, finding.waiver.pk])
        elif may_waive and finding.waivable:
            query = urlencode({"code": finding.code, "target": finding.target})
            waive_url = f"{reverse('workflows:waive', args=[self.article.pk])}?{query}"
        return FindingRow(finding, place_url(self.article.pk, finding.place), waive_url, withdraw_url)

    @cached_property
    def changes(self) -> Changes | None:
        """What changed since what means most to this person; None if there is nothing to compare with."""
        base = changes.find_base(self.article, self.user)
        return changes.build_changes(base, self.version) if base else None

    @cached_property
    def why_not_sign(self) -> str:
        """Why this person may not sign now; empty if they may."""
        if self.current is None:
            return _("This story is not in review now.")
        return stages.why_not_sign(
            user_id=self.user.pk,
            user_desk_ids=list(self.current.stage.desks_of(self.user).values_list("pk", flat=True)),
            changed_by=self.standing.writers,
            released_by=progress.released_by(self.article.pk, self.standing.content_hash),
            submitted_by=progress.submitter_id(self.article),
            needed=self.current.needed,
            signatures=[stages.Signature(one.desk_id, one.responsible_id) for one in self.current.sign_offs],
        )

    @property
    def may_submit(self) -> bool:
        """Whether this person may put the story into review, or back into the review that sent it back."""
        state = self.article.current_workflow_state
        waits = state is None or state.status == state.STATUS_NEEDS_CHANGES
        return waits and not self.cleared and self.article.permissions_for_user(self.user).can_edit()

    @property
    def may_release(self) -> bool:
        is_new = not self.article.live or self.article.has_unpublished_changes
        return is_new and self.cleared and self.article.permissions_for_user(self.user).has_publish_right()


def place_url(article_id: int, place: str) -> str:
    """The address of a field in the editor; of the form itself if `place` is empty."""
    address = reverse("wagtailadmin_pages:edit", args=[article_id])
    return f"{address}#:w:contentpath={place}" if place else address
