"""Setting aside a finding of a check: by somebody with the right, with a reason, for this finding only."""

from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from wagtail.log_actions import log

from cms.exceptions import Refused
from cms.models import Article
from workflows import actions, checks, progress
from workflows.models import Desk, Waiver


def may_waive(article: Article, user: Any) -> bool:
    """Whether `user` has the right to waive, and releases or signs stories of this section."""
    if not user.has_perm("workflows.add_waiver"):
        return False
    if article.permissions_for_user(user).has_publish_right():
        return True
    workflow = progress.workflow_of(article)
    return Desk.objects.filter(rules__stage__workflow_tasks__workflow=workflow, group__user=user).exists()


@transaction.atomic
def waive(article: Article, *, code: str, target: str, reason: str, by: Any) -> Waiver:
    """Let a version out although a check found `code` about `target`; the same finding about another thing asks again.

    Raises:
        Refused: `by` may not waive here, there is no reason, or there is nothing to waive.
    """
    if not reason.strip():
        raise Refused(_("Say why this does not keep the story out of print: the reason stays with the story."))
    article = actions.locked(article)
    if not may_waive(article, by):
        raise Refused(_("You may not waive checks in this section."))
    version = progress.latest_version(article)
    found = next((one for one in checks.find_all(version) if (one.code, one.target) == (code, target)), None)
    if found is None or not found.stands_in_the_way:
        raise Refused(_("There is nothing to waive: it has been mended or waived meanwhile."))
    if not found.waivable:
        raise Refused(_("This cannot be waived, only mended."))
    waiver = Waiver.objects.create(article=article, check_code=code, target=target, reason=reason.strip(), by=by)
    _log(article, "workflows.waive", waiver, by, found.message)
    return waiver


@transaction.atomic
def withdraw(waiver: Waiver, *, by: Any) -> None:
    """Let a finding stand in the way again.

    Raises:
        Refused: `by` may not waive here, or the waiver holds no longer.
    """
    article = actions.locked(waiver.article)
    if not may_waive(article, by):
        raise Refused(_("You may not waive checks in this section."))
    if not Waiver.objects.filter(pk=waiver.pk, voided_at=None).update(voided_at=timezone.now()):
        raise Refused(_("This waiver holds no longer."))
    _log(article, "workflows.withdraw_waiver", waiver, by, "")


def _log(article: Article, verb: str, waiver: Waiver, by: Any, message: str) -> None:
    standing = progress.standing_of(article)
    log(
        article,
        verb,
        user=by,
        revision=standing.revision,
        data={
            "check": waiver.check_code,
            "target": waiver.target,
            "message": message,
            "comment": waiver.reason,
            "hash": standing.content_hash,
        },
    )
