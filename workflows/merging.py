"""Three versions made one: a draft, a fix of the live version, and what was live before. Pure: values in, values out.

Versions are the content of revisions, as JSON. The draft wins where both changed the same thing, and that is told.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

FIELDS = (
    "title",
    "short_title",
    "kicker",
    "standfirst",
    "kind",
    "lead_image",
    "breaking",
    "sensitive",
    "sponsored",
    "embargo_until",
    "expire_at",
    "suggest_related",
    "may_be_suggested",
    "usage_terms",
    "may_be_syndicated",
    "canonical_url",
    "robots",
    "slug",
    "seo_title",
    "search_description",
)
CHILDREN = {"byline": ("author", "role"), "topic_links": ("topic",), "picks": ("article",)}
"""Lists beside the fields, and what counts of each of their rows; a list is merged as a whole."""
MOMENTS = {"embargo_until", "expire_at"}
ORDER = "order"
"""The name of a conflict about the order of the blocks."""

Content = Mapping[str, Any]
Block = Mapping[str, Any]


@dataclass(frozen=True)
class Conflict:
    """Both changed this. `name` is a field, a list, "body" or "order"; a value is None where the thing was removed."""

    name: str
    draft: Any
    fix: Any
    block_id: str = ""


@dataclass(frozen=True)
class Merge:
    """The draft with the fix in it. `taken` names what came from the fix: fields, lists, and ids of blocks."""

    content: dict[str, Any]
    conflicts: tuple[Conflict, ...]
    taken: tuple[str, ...]


def merge(base: Content, draft: Content, fix: Content) -> Merge:
    """`draft` with everything in it that `fix` changed of `base` and `draft` did not."""
    content = dict(draft)
    conflicts: list[Conflict] = []
    taken: list[str] = []
    for name in (*FIELDS, *CHILDREN):
        before, ours, theirs = (_comparable(name, one.get(name)) for one in (base, draft, fix))
        if theirs in (before, ours):
            continue
        if ours == before:
            content[name] = fix.get(name)
            taken.append(name)
        else:
            conflicts.append(Conflict(name, ours, theirs))
    body = _merge_body(_blocks(base), _blocks(draft), _blocks(fix), conflicts, taken)
    content["body"] = json.dumps(body) if isinstance(draft.get("body"), str) else body
    return Merge(content, tuple(conflicts), tuple(taken))


def _comparable(name: str, value: Any) -> Any:
    if name in CHILDREN:
        rows = sorted(value or [], key=lambda row: row.get("sort_order") or 0)
        return [[row.get(key) for key in CHILDREN[name]] for row in rows]
    if name in MOMENTS and value:
        # A row gives it in UTC and a revision in the newsroom's time zone.
        return datetime.fromisoformat(value).timestamp()
    return value


def _blocks(content: Content) -> list[Block]:
    body = content.get("body") or []
    return list(json.loads(body) if isinstance(body, str) else body)


def _merge_body(
    base: Sequence[Block],
    draft: Sequence[Block],
    fix: Sequence[Block],
    conflicts: list[Conflict],
    taken: list[str],
) -> list[Block]:
    before, ours, theirs = ({block["id"]: block for block in one} for one in (base, draft, fix))
    result: dict[str, Block] = dict(ours)
    for block_id in {**before, **theirs}:
        was, mine, other = before.get(block_id), ours.get(block_id), theirs.get(block_id)
        if _same(other, was) or _same(other, mine):
            continue
        if not _same(mine, was):
            conflicts.append(Conflict("body", _value(mine), _value(other), block_id))
        elif other is None:
            del result[block_id]
            taken.append(block_id)
        else:
            result[block_id] = other
            taken.append(block_id)
    order = _order(list(before), list(ours), list(theirs), set(result), conflicts)
    return [result[block_id] for block_id in order]


def _order(
    before: list[str], ours: list[str], theirs: list[str], kept: set[str], conflicts: list[Conflict]
) -> list[str]:
    """Ids of `kept` in the draft's order, or in the fix's where only the fix moved them; what is new in the fix follows
    the block that it follows there."""
    common = [block_id for block_id in before if block_id in ours and block_id in theirs and block_id in kept]
    in_ours = [block_id for block_id in ours if block_id in common]
    in_theirs = [block_id for block_id in theirs if block_id in common]
    order = [block_id for block_id in ours if block_id in kept]
    if in_theirs not in (common, in_ours):
        if in_ours == common:
            moved = iter(in_theirs)
            order = [next(moved) if block_id in common else block_id for block_id in order]
        else:
            conflicts.append(Conflict(ORDER, in_ours, in_theirs))
    for place, block_id in enumerate(theirs):
        if block_id in kept and block_id not in order:
            earlier = [other for other in theirs[:place] if other in order]
            order.insert(order.index(earlier[-1]) + 1 if earlier else 0, block_id)
    return order


def _same(one: Block | None, other: Block | None) -> bool:
    return _value(one) == _value(other)


def _value(block: Block | None) -> dict[str, Any] | None:
    return {"type": block["type"], "value": block["value"]} if block else None
