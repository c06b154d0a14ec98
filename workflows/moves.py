"""Where a story on the board may go next, by which verb, and why not elsewhere. Pure: values in, values out."""

from dataclasses import dataclass
from enum import StrEnum

from django.utils.translation import gettext as _


class Verb(StrEnum):
    """What a card's menu offers; each is one of the newsroom's verbs or leads to the page where it is done."""

    SUBMIT = "submit"
    SIGN = "sign"
    SEND_BACK = "send-back"
    PUBLISH = "publish"
    SCHEDULE = "schedule"
    HOLD = "hold"
    CLAIM = "claim"
    ASSIGN = "assign"


PLANNED, DRAFTS, SENT_BACK, READY, SCHEDULED = "planned", "drafts", "sent-back", "ready", "scheduled"
EMBARGOED, PUBLISHED, OWED, HELD_BACK = "embargoed", "published", "owed", "uncleared"


def stage_key(stage_id: int) -> str:
    """The key of a stage's column."""
    return f"stage-{stage_id}"


@dataclass(frozen=True)
class Situation:
    """A card as one person sees it: where it is, and what that person may do with it."""

    column: str
    may_edit: bool = False
    may_release: bool = False
    under_embargo: bool = False
    enters_at: str = ""
    """The column of the first stage that this story needs; empty when no stage is for it."""
    follows: str = READY
    """The column after the stage where it is."""
    why_not_sign: str = ""
    why_not_send_back: str = ""
    why_not_claim: str = ""


@dataclass(frozen=True)
class Move:
    """One entry of a card's menu; `target` is the column that it leads to, or empty; with a `reason` it is refused."""

    verb: Verb
    target: str
    reason: str = ""


def find_moves(situation: Situation) -> list[Move]:
    """What the menu of this card offers, legal or not, in the order in which it is shown."""
    column = situation.column
    if column in (DRAFTS, SENT_BACK):
        reason = "" if situation.may_edit else _("You do not work on stories of this section.")
        if not situation.enters_at:
            reason = _("No stage of the review is for this story: an administrator must look at the workflow.")
        return [Move(Verb.SUBMIT, situation.enters_at, reason)]
    if column.startswith("stage-"):
        return [
            Move(Verb.SIGN, situation.follows, situation.why_not_sign),
            Move(Verb.SEND_BACK, SENT_BACK, situation.why_not_send_back),
            Move(Verb.CLAIM, "", situation.why_not_claim),
            Move(Verb.ASSIGN, ""),
        ]
    if column not in (READY, SCHEDULED):
        return []
    reason = "" if situation.may_release else _("You do not publish in this section.")
    out = EMBARGOED if situation.under_embargo else PUBLISHED
    moves = [Move(Verb.PUBLISH, out, reason), Move(Verb.SCHEDULE, SCHEDULED, reason)]
    if column == SCHEDULED:
        moves.append(Move(Verb.HOLD, READY, reason))
    return moves


def why_not_there(situation: Situation, target: str) -> str:
    """Why no move leads from where the card is to the column `target`."""
    column = situation.column
    if target == PLANNED:
        return _("A plan comes before its page.")
    if target in (OWED, HELD_BACK):
        return _("Nothing is put here by hand.")
    if column == PLANNED:
        return _("This story has no page yet: open the plan and make it.")
    if column in (EMBARGOED, PUBLISHED, OWED, HELD_BACK):
        return _("It is out already. Correct it, kill it or take it down from its page; to change it, edit it.")
    if target == SENT_BACK:
        return _("Only a story in review can be sent back.")
    if target == DRAFTS:
        if column.startswith("stage-"):
            return _("Send it back with a reason instead.")
        return _("Edit the story: a changed version is a draft again.")
    if column in (READY, SCHEDULED):
        return _why_not_from_ready(situation, target)
    if target.startswith("stage-"):
        if column.startswith("stage-"):
            return _("It goes through the stages in order, a signature at a time.")
        return _("A story enters the review at the first stage that it needs.")
    return _("Every desk that is asked must sign it first.")


def _why_not_from_ready(situation: Situation, target: str) -> str:
    if target.startswith("stage-"):
        return _("Every desk has signed it. To have it read again, change it and submit it.")
    if target == EMBARGOED:
        return _("It has no embargo: that is set in the story.")
    if target == PUBLISHED and situation.under_embargo:
        return _("It is under embargo: released now, it waits under Embargoed.")
    return _("Nothing is scheduled for it.")
