"""The newsroom around the stories: sections, stages, rules and desks, as one person meets them."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q, Value
from wagtail.permissions import policy_registry

from cms.models import Section
from workflows.models import Desk, ReviewStage, SignOffRule
from workflows.moves import READY, stage_key
from workflows.stages import Rule, Story, rules_for, stage_applies


@dataclass
class House:
    """What one person meets there, and which desks are theirs."""

    user: Any
    sections: list[Section]
    """Those that this person may see, in the order of the tree."""
    stages: list[Any]
    rules: dict[int, list[SignOffRule]]
    desks: dict[int, Any]

    @cached_property
    def section_names(self) -> dict[str, str]:
        """Path in the tree to title."""
        return {section.path: section.draft_title for section in self.sections}

    def sections_within(self, slug: str) -> list[Section]:
        """The section of that name and those below it; none if this person does not see it."""
        around = next((section for section in self.sections if section.slug == slug), None)
        return [section for section in self.sections if around and section.path.startswith(around.path)]

    def desk_slugs_of(self, stage: ReviewStage) -> set[str]:
        return {self.desks[rule.desk_id].slug for rule in self.rules.get(stage.pk, [])}

    def my_desks_at(self, stage_id: int) -> list[int]:
        asked = [rule.desk_id for rule in self.rules.get(stage_id, [])]
        return [desk_id for desk_id in asked if self.user.pk in self.desks[desk_id].members]

    def empty_desks_of(self, stage: ReviewStage) -> list[str]:
        desks = (self.desks[rule.desk_id] for rule in self.rules.get(stage.pk, []))
        return [desk.name for desk in desks if not desk.members]

    def rules_at(self, stage: Any, story: Story) -> list[Rule]:
        """The rules of a stage that apply to a story, as `progress.rules_for` finds them, without a query."""
        if not stage_applies(story, kinds=stage.kinds, section_paths=stage.limits):
            return []
        rules = [Rule(rule.desk_id, rule.required, rule.condition) for rule in self.rules.get(stage.pk, [])]
        return rules_for(story, rules)

    def key_after(self, stage_id: int | None, story: Story) -> str:
        """The column of the first stage behind `stage_id` that is for this story; None asks for the first of all."""
        passed = stage_id is None
        for stage in self.stages:
            if passed and self.rules_at(stage, story):
                return stage_key(stage.pk)
            passed = passed or stage.pk == stage_id
        return READY if stage_id is not None else ""


def read_house(user: Any) -> House:
    """The newsroom as `user` sees it. Five queries."""
    explorable = policy_registry.get_by_type(Section).explorable_instances(user)
    sections = list(Section.objects.filter(pk__in=explorable.values("pk")).order_by("path"))
    limits = Section.objects.filter(reviewstage=OuterRef("pk")).values("path")
    in_order = (
        ReviewStage.objects.filter(active=True, workflow_tasks__workflow__active=True)
        .annotate(limits=ArraySubquery(limits))
        .order_by("workflow_tasks__sort_order", "workflow_tasks__pk")
    )
    rules: dict[int, list[SignOffRule]] = {}
    for rule in SignOffRule.objects.all():
        rules.setdefault(rule.stage_id, []).append(rule)
    members = ArrayAgg("group__user", filter=Q(group__user__is_active=True), default=Value([]))
    # A stage may be part of two workflows; it is one column.
    found = list({stage.pk: stage for stage in in_order}.values())
    return House(user, sections, found, rules, {desk.pk: desk for desk in Desk.objects.annotate(members=members)})
