"""A fix of the live version while a larger draft is under way: the draft steps aside, and comes back with the fix."""

import json
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import get_user_model
from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction
from django.db.models import Model
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.locks import BasicLock
from wagtail.log_actions import log as write_log
from wagtail.models import Page, PageLogEntry

from cms.blocks import BodyBlock
from cms.exceptions import Refused
from cms.models import Article, Author, NewsImage, Topic
from cms.text import body_paragraphs
from workflows import actions, merging, progress, schedules, snapshots
from workflows.clearance import is_cleared
from workflows.exceptions import StoryMovedOn
from workflows.models import Notice, SetAside
from workflows.notifications import messages

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Clash:
    """Something that both the draft and the fix changed, in words: the draft's stands, the fix's is to be looked at."""

    what: str
    draft: str
    fix: str


def find_open(article: Article) -> SetAside | None:
    """The draft of a story that is set aside now; None if there is none."""
    return SetAside.objects.filter(article=article, restored_at=None).select_related("draft", "live", "by").first()


def may(article: Article, user: Any) -> bool:
    """Whether this person may set a draft aside and bring it back: whoever edits or publishes in the section."""
    tester = article.permissions_for_user(user)
    return bool(user.is_active and (user.is_superuser or {"change", "publish"} & tester.permissions))


def why_locked(article: Article, user: Any) -> str:
    """Why this person has to wait for whoever locked the story; empty if nobody did.

    The stage of a review locks nobody out here: the review ends when its draft steps aside.
    """
    lock = article.get_lock()
    if isinstance(lock, BasicLock) and lock.for_user(user):
        return _("It is locked. Whoever locked it may unlock it.")
    return ""


def why_not(article: Article, user: Any) -> str:
    """Why this person cannot fix the live version beside a larger draft, rights aside; empty if they can."""
    if not article.live:
        return _("Readers do not have this story: edit it instead.")
    if find_open(article):
        return _("A draft is set aside already: what you edit now is the fix.")
    standing = progress.standing_of(article)
    if standing.content_hash == standing.live_hash:
        return _("There is no larger draft: edit the story, it is the live version.")
    if article.approved_schedule:
        return _("A version is scheduled, and would go out without the fix. Hold it first.")
    return why_locked(article, user)


@transaction.atomic
def set_aside(article: Article, *, content_hash: str, by: Any) -> SetAside:
    """Put the latest version aside and make the live one the latest, to be edited, reviewed and released as ever.

    A review of the draft ends, and those who signed are told; what they signed stays signed.

    Raises:
        Refused: see `why_not`; or `by` does not edit stories here.
        StoryMovedOn: the latest version is not the one that `content_hash` names.
    """
    article = actions.locked(article)
    if not may(article, by):
        raise Refused(_("You do not edit stories of this section."))
    if refusal := why_not(article, by):
        raise Refused(refusal)
    standing = progress.standing_of(article)
    if standing.content_hash != content_hash:
        raise StoryMovedOn(_("The story was changed after you opened this page. Look at it again first."))
    state = article.current_workflow_state
    in_review = bool(state and state.status == state.STATUS_IN_PROGRESS)
    submitted = in_review or is_cleared(article.pk, standing.content_hash)
    aside = SetAside.objects.create(
        article=article,
        draft=snapshots.keep_latest(article, anew=True),
        live=snapshots.keep_live(article, anew=True),
        changed_by=standing.changed_by,
        also_changed_by=standing.also_changed_by,
        submitted_by=_submitter(article, by) if submitted else None,
        by=by,
    )
    write_log(
        article,
        "workflows.set_aside",
        user=by,
        revision=standing.revision,
        data={"hash": standing.content_hash, "from": standing.content_hash, "to": standing.live_hash},
    )
    if state:
        state.cancel(user=by)
    live = Article.objects.get(pk=article.pk)
    live.save_revision(user=by, changed=False, clean=False, log_action=True)
    Page.objects.filter(pk=article.pk).update(has_unpublished_changes=False, draft_title=live.title)
    _tell_writers(aside, "set_aside", by)
    return aside


@transaction.atomic
def bring_back(article: Article, *, by: Any, with_fix: bool = True) -> list[Clash]:
    """Make the draft the latest version again, with the fix merged into it, and put it back into review.

    A fix that readers have is always merged. One that is not live is merged if `with_fix`, and else left in the
    history; a review or a schedule of it ends. Where both changed the same thing the draft's stands, and it is
    returned.

    It goes back into review if it was there, or if every desk had signed it, and the story is live.

    Raises:
        Refused: no draft is set aside, `by` does not edit stories here, or somebody else has locked the story.
    """
    article = actions.locked(article)
    aside = find_open(article)
    if aside is None:
        raise Refused(_("No draft of this story is set aside."))
    if by is not None and not may(article, by):
        raise Refused(_("You do not edit stories of this section."))
    if by is not None and (locked := why_locked(article, by)):
        raise Refused(locked)
    standing = progress.standing_of(article)
    unreleased = standing.content_hash != (standing.live_hash or aside.live.content_hash)
    snapshots.keep_latest(article)
    fix = article.get_latest_revision().content if with_fix or not unreleased else _live_content(article, aside)
    merged = merging.merge(aside.live.content, aside.draft.content, _plain(fix))
    state = article.current_workflow_state
    if state:
        state.cancel(user=by)
    if not with_fix and article.approved_schedule:
        schedules.give_up(article, by=by)
        article = Article.objects.get(pk=article.pk)
    writer = standing.changed_by if merged.taken else aside.changed_by
    version = article.with_content_json(merged.content)
    revision = version.save_revision(user=writer, clean=False, log_action=False)
    aside.restored_at = timezone.now()
    aside.save(update_fields=["restored_at"])
    clashes = [_in_words(conflict) for conflict in merged.conflicts]
    article = Article.objects.get(pk=article.pk)
    restored = progress.standing_of(article)
    # None of those who wrote what is saved now is asked to sign it: the draft's writers, nor whoever made the fix.
    has_fix = bool(merged.taken) or restored.content_hash == standing.content_hash
    writers = aside.writers | (standing.writers if has_fix else set())
    restored.also_changed_by = sorted(writers - {restored.changed_by_id})
    restored.save(update_fields=["also_changed_by"])
    write_log(
        article,
        "workflows.bring_back",
        user=by,
        revision=revision,
        data={
            "hash": restored.content_hash,
            "from": standing.content_hash,
            "to": restored.content_hash,
            "taken": list(merged.taken),
            "clashes": [[clash.what, clash.draft, clash.fix] for clash in clashes],
        },
    )
    if aside.submitted_by and article.live and not is_cleared(article.pk, restored.content_hash):
        actions.submit(article, by=aside.submitted_by)
    _tell_writers(aside, "brought_back", by, clashes=clashes)
    return clashes


def after_publication(article: Article, *, live_hash: str) -> None:
    """The fix is live, and nobody edits it further: the draft comes back. If it cannot, it is brought back by hand."""
    aside = find_open(article)
    if aside is None or live_hash == aside.live.content_hash or progress.standing_of(article).content_hash != live_hash:
        return
    try:
        with transaction.atomic():
            bring_back(article, by=None)
    except Exception:
        log.exception(
            "the draft of story %s could not be brought back after the fix", article.pk, extra={"story": article.pk}
        )


def find_clashes(article: Article) -> list[Clash]:
    """What both changed when the draft came back, until somebody saves another version; empty if there was nothing."""
    entry = (
        PageLogEntry.objects.filter(page_id=article.pk, action="workflows.bring_back")
        .order_by("-timestamp", "-pk")
        .first()
    )
    if entry is None or entry.data.get("hash") != progress.standing_of(article).content_hash:
        return []
    return [Clash(*one) for one in entry.data.get("clashes", [])]


def _submitter(article: Article, by: Any) -> Any:
    """Who submitted the draft; or `by`, if that login was deleted since: somebody must put it back into review."""
    submitter_id = progress.submitter_id(article)
    return (submitter_id and get_user_model().objects.filter(pk=submitter_id).first()) or by


def _live_content(article: Article, aside: SetAside) -> Any:
    return article.serializable_data() if article.live else aside.live.content


def _plain(content: Any) -> Any:
    """As it is stored: JSON."""
    return json.loads(json.dumps(content, cls=DjangoJSONEncoder))


def _tell_writers(aside: SetAside, template: str, by: Any, **context: Any) -> None:
    people = [person for person in (aside.changed_by, aside.submitted_by) if person and person != by]
    messages.tell(
        Notice.Kind.ASSIGNED,
        aside.article,
        key=f"{template}-{aside.pk}",
        people=people,
        template=template,
        context={"by": by, **context},
    )


def _in_words(conflict: merging.Conflict) -> Clash:
    if conflict.name == merging.ORDER:
        return Clash(_("Order of the paragraphs"), _("as in the draft"), _("as in the fix"))
    if conflict.name == "body":
        block = conflict.draft or conflict.fix
        label = BodyBlock().child_blocks[block["type"]].label
        return Clash(str(label), _block_in_words(conflict.draft), _block_in_words(conflict.fix))
    label = _LISTS.get(conflict.name) or getattr(Article._meta.get_field(conflict.name), "verbose_name", "")
    draft, fix = (_value_in_words(conflict.name, value) for value in (conflict.draft, conflict.fix))
    return Clash(capfirst(str(label)), draft, fix)


_LISTS = {"byline": gettext_lazy("byline"), "topic_links": gettext_lazy("topics"), "picks": gettext_lazy("picks")}


def _block_in_words(block: dict[str, Any] | None) -> str:
    if block is None:
        return _("(removed)")
    return " ".join(body_paragraphs([block])) or _("(no words)")


def _value_in_words(name: str, value: Any) -> str:
    if value in (None, "", []):
        return _("(empty)")
    match name:
        case "byline":
            return ", ".join(_names(Author, [author for author, _role in value]))
        case "topic_links":
            return ", ".join(_names(Topic, [topic for (topic,) in value]))
        case "picks":
            return ", ".join(_names(Article, [article for (article,) in value]))
        case "lead_image":
            return ", ".join(_names(NewsImage, [value]))
    if name in merging.MOMENTS:
        return date_format(localtime(datetime.fromtimestamp(value, UTC)), "DATETIME_FORMAT")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    return str(value)


def _names(model: type[Model], ids: list[int]) -> list[str]:
    found = model._default_manager.in_bulk(ids)
    return [str(found.get(pk, _("(gone)"))) for pk in ids]
