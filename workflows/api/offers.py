"""What a person may do with a story now, and why not the rest. The verbs decide; this says what they would say."""

from typing import Any

from django.utils.translation import gettext as _

from cms.models import Article
from workflows import assignments, reach, schedules
from workflows.clearance import is_cleared
from workflows.panel import ReviewPanel

ACTIONS = ("submit", "sign", "send-back", "claim", "assign", "give-back", "publish", "schedule", "hold")


def find_refusals(article: Article, user: Any, review: ReviewPanel) -> dict[str, str]:
    """Each action with why this person may not take it now; empty where they may."""
    claim, assign = _assigning(article, user)
    held = assignments.open_assignment(article)
    release = _why_not_release(article, user, review)
    given = "" if held and held.assignee_id else _("Nobody has this story, so there is nothing to hand over.")
    return {
        "submit": _why_not_submit(article, user, review),
        "sign": _why_not_find(article, user) or review.why_not_sign,
        "send-back": _why_not_find(article, user) or _why_not_send_back(user, review),
        "claim": claim,
        "assign": assign,
        "give-back": given or assign,
        "publish": release,
        "schedule": "" if _may_hold(article, user) else release,
        "hold": "" if _may_hold(article, user) else _("Nothing is scheduled, or you do not publish in this section."),
    }


def _why_not_find(article: Article, user: Any) -> str:
    return "" if reach.may_find(user, article) else _("You do not work on stories of this section.")


def _why_not_submit(article: Article, user: Any, review: ReviewPanel) -> str:
    if not article.permissions_for_user(user).can_edit():
        return _("You may not edit this story now.")
    if article.get_workflow() is None:
        return _("This section has no review workflow.")
    if review.cleared:
        return _("Every desk has signed this version.")
    # At a stage that waits for nobody any more, since its rules were changed, the review can be begun again.
    waits = review.task_state and review.current and not review.current.complete
    return _("This story is in review already.") if waits else ""


def _why_not_send_back(user: Any, review: ReviewPanel) -> str:
    current = review.current
    if current is None:
        return _("This story is not in review now.")
    asked = {rule.desk_id for rule in current.rules}
    if current.stage.desks_of(user).filter(pk__in=asked).exists():
        return ""
    return _("This stage does not wait for a desk of yours.")


def _assigning(article: Article, user: Any) -> tuple[str, str]:
    may_claim, may_assign = assignments.offered(article, by=user)
    held = assignments.open_assignment(article)
    claim = "" if may_claim else _("You may not do this work now.")
    if held and held.assignee_id:
        claim = _("You have it already.") if held.assignee_id == user.pk else _("%s has it.") % held.assignee
    return claim, "" if may_assign else _("You may not give this story to anybody now.")


def _why_not_release(article: Article, user: Any, review: ReviewPanel) -> str:
    if not article.permissions_for_user(user).has_publish_right():
        return _("You do not publish in this section.")
    if article.live and review.standing.content_hash == review.standing.live_hash:
        return _("This version is live already.")
    if not is_cleared(article.pk, review.standing.content_hash):
        return _("This version has not been signed by every desk, so it cannot go live.")
    return _("A check stands in the way.") if review.blocking_count else ""


def _may_hold(article: Article, user: Any) -> bool:
    return schedules.find(article) is not None and article.permissions_for_user(user).has_publish_right()
