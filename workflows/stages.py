"""Which sign-offs a version still needs, and who may give them. Pure: values in, values out."""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Story:
    """What decides which rules apply."""

    sensitive: bool
    has_picture: bool
    kind: str
    section_paths: tuple[str, ...] = ()
    """Tree paths of the section and of the sections around it."""


@dataclass(frozen=True)
class Rule:
    desk_id: int
    required: int
    condition: str
    matters: frozenset[str] = frozenset()
    """What the desk is responsible for; empty for everything."""


@dataclass(frozen=True)
class Signature:
    desk_id: int
    user_id: int


def stage_applies(story: Story, *, kinds: Collection[str], section_paths: Collection[str]) -> bool:
    """Whether a stage limited to `kinds` and to sections at `section_paths` (empty means any) is for this story."""
    if kinds and story.kind not in kinds:
        return False
    return not section_paths or any(path in story.section_paths for path in section_paths)


def rules_for(story: Story, rules: Iterable[Rule]) -> list[Rule]:
    """The rules whose condition holds for `story`."""
    holds = {"always": True, "sensitive": story.sensitive, "with_picture": story.has_picture}
    return [rule for rule in rules if holds[rule.condition]]


def still_needed(rules: Iterable[Rule], signatures: Iterable[Signature]) -> dict[int, int]:
    """How many signatures each desk still owes, by desk id; empty when the stage is complete."""
    given = Counter(signature.desk_id for signature in signatures)
    return {rule.desk_id: rule.required - given[rule.desk_id] for rule in rules if given[rule.desk_id] < rule.required}


def carries(rule: Rule, changed: Collection[str]) -> bool:
    """Whether a signature for `rule` still holds after these matters have changed; never if the rule names none."""
    return bool(rule.matters) and rule.matters.isdisjoint(changed)


def why_not_sign(
    *,
    user_id: int,
    user_desk_ids: Collection[int],
    changed_by: Collection[int],
    released_by: Collection[int],
    submitted_by: int | None,
    needed: Mapping[int, int],
    signatures: Iterable[Signature],
) -> str:
    """Why this person may not sign; empty if they may. No right overrides it, a superuser's neither."""
    if user_id in changed_by:
        return "You changed this story last, so someone else must sign it."
    if user_id in released_by:
        return "You released this version without a full review, so someone else must sign it."
    if user_id == submitted_by:
        return "You submitted this story, so someone else must sign it."
    if any(signature.user_id == user_id for signature in signatures):
        return "You have signed this version at this stage already."
    if not set(user_desk_ids) & set(needed):
        return "This stage does not wait for a desk of yours."
    return ""
