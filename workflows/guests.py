"""Guests: people without a login who read one version by a link, remark on it, and approve of it or object."""

import hashlib
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from bs4 import BeautifulSoup
from django.conf import settings
from django.db import transaction
from django.db.models import F, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.dateformat import format as format_date
from django.utils.translation import gettext as _
from wagtail.blocks import FieldBlock, RichTextBlock, StreamValue, StructBlock
from wagtail.log_actions import log
from wagtail.models import Comment, Page

from cms.exceptions import Refused
from cms.models import Article
from workflows import actions, progress, snapshots
from workflows.exceptions import LinkClosed, NotYours, StoryMovedOn
from workflows.models import Desk, GuestRemark, GuestReview, Notice, ReviewStage, Standing
from workflows.notifications import messages

TOKEN_BYTES = 32
MAX_REMARKS = 200
MAX_REMARK_LENGTH = 5000


@dataclass(frozen=True)
class Invitation:
    """What an editor passes on. The link is nowhere else: the database has only a digest of its token."""

    review: GuestReview
    url: str


def may_invite(article: Article, user: Any) -> bool:
    """Whether this person may show this story to people outside."""
    return bool(user.has_perm("workflows.add_guestreview") and article.permissions_for_user(user).can_edit())


def asked_for(article: Article, user: Any) -> list[tuple[ReviewStage, Desk]]:
    """The stages of the story's review at which guests may sign, each with the desks of this person that sign there."""
    workflow = progress.workflow_of(article)
    if workflow is None:
        return []
    open_to_guests = (
        ReviewStage.objects.filter(workflow_tasks__workflow=workflow, active=True, guests_may_sign=True)
        .order_by("workflow_tasks__sort_order", "workflow_tasks__pk")
        .distinct()
    )
    return [(stage, desk) for stage in open_to_guests for desk in stage.desks_of(user)]


@transaction.atomic
def invite(
    article: Article,
    *,
    name: str,
    content_hash: str,
    lasts: timedelta,
    by: Any,
    email: str = "",
    stage: ReviewStage | None = None,
    desk: Desk | None = None,
    message: str = "",
) -> Invitation:
    """Make a link by which a guest reads the latest version until `lasts` has passed; mail it if there is an address.

    An approval counts as a signature of `desk` at `stage`, a desk of the inviter's own; where there is none, it is only
    told. `message` goes into the mail.

    Raises:
        NotYours: `by` may not invite guests to this story, or not for this desk.
        Refused: there is no name, or the link would last too long.
        StoryMovedOn: the latest version is not the one that `content_hash` names.
    """
    article = actions.locked(article)
    if not may_invite(article, by):
        raise NotYours(_("You do not invite guests to this story."))
    if not name.strip():
        raise Refused(_("Say who the guest is: the name stands on every page that they see."))
    if not timedelta(0) < lasts <= timedelta(days=settings.GUEST_LINK_DAYS):
        raise Refused(_("A link to a draft lasts %s days at most.") % settings.GUEST_LINK_DAYS)
    if (stage is None) is not (desk is None) or (stage and (stage, desk) not in asked_for(article, by)):
        raise NotYours(_("A guest signs only for a desk of yours, at a stage that lets guests sign."))
    if article.get_latest_revision() is None or progress.standing_of(article).content_hash != content_hash:
        raise StoryMovedOn(_("The story was changed after you opened this page. Look at it again before you show it."))
    now = timezone.now()
    token = secrets.token_urlsafe(TOKEN_BYTES)
    review = GuestReview.objects.create(
        article=article,
        snapshot=snapshots.keep_latest(article),
        name=name.strip(),
        email=email,
        stage=stage,
        desk=desk,
        token_digest=_digest(token),
        invited_by=by,
        created_at=now,
        expires_at=now + lasts,
    )
    _log(review, "guest_invited", user=by, until=review.expires_at.isoformat(timespec="seconds"))
    invitation = Invitation(review, settings.BASE_URL + reverse("guests:story", args=[token]))
    if email:
        _mail(invitation, message.strip())
    return invitation


@transaction.atomic
def withdraw(review: GuestReview, *, by: Any) -> None:
    """Close a link before its time; what the guest has said stays.

    Raises:
        NotYours: `by` may not invite guests to this story.
    """
    if not may_invite(actions.locked(review.article), by):
        raise NotYours(_("You do not invite guests to this story."))
    if GuestReview.objects.filter(pk=review.pk, revoked_at=None).update(revoked_at=timezone.now()):
        _log(review, "guest_withdrawn", user=by)


@dataclass(frozen=True)
class Objection:
    """What a guest holds against a version."""

    review: GuestReview
    is_of_this_version: bool


def find_objections(article: Article, content_hash: str) -> list[Objection]:
    """The objections of guests to any version, those to the version `content_hash` first, then the newest first."""
    objected = (
        GuestReview.objects.filter(article=article, verdict=GuestReview.Verdict.OBJECTED)
        .select_related("snapshot")
        .prefetch_related("remarks")
        .order_by("-verdict_at", "-pk")
    )
    found = [Objection(review, review.snapshot.content_hash == content_hash) for review in objected]
    return sorted(found, key=lambda objection: not objection.is_of_this_version)


def withdraw_all(article: Article, *, at: datetime) -> None:
    """Close every link to a story that was withdrawn from readers."""
    article.guest_reviews.filter(revoked_at=None).update(revoked_at=at)


def find_open(token: str, at: datetime) -> GuestReview | None:
    """The invitation of a link; None if there never was one, it has expired or was withdrawn: nobody is told which.

    Nor does it outlast the inviter's own right to show the story: who leaves the newsroom leaves no way in.
    """
    review = _open_at(at).filter(token_digest=_digest(token)).first()
    return review if review and may_invite(review.article, review.invited_by) else None


def _open_at(at: datetime) -> QuerySet[GuestReview]:
    return GuestReview.objects.filter(revoked_at=None, expires_at__gt=at, invited_by__is_active=True).select_related(
        "article", "snapshot", "invited_by", "stage", "desk"
    )


def _held(review: GuestReview) -> GuestReview:
    """The invitation as it is now, with its story held until the transaction ends: an editor may just have closed it.

    Raises:
        LinkClosed: it opens nothing any more.
    """
    article = actions.locked(review.article)
    found = _open_at(timezone.now()).select_for_update(of=["self"]).filter(pk=review.pk).first()
    if found is None or not may_invite(article, found.invited_by):
        raise LinkClosed(_("This link is closed."))
    return found


def _digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def version_of(review: GuestReview, at: datetime) -> Article:
    """The version that the guest was invited to, without a trace of other stories that readers cannot see at `at`."""
    version = snapshots.version_of(review.snapshot)
    blocks = [dict(block) for block in version.body.raw_data]
    named = _pages_named(blocks) | {pick.article_id for pick in version.picks.all()}
    sections = Page.objects.live().public().not_type(Article).filter(pk__in=named)
    shown = {*Article.objects.readable(at).filter(pk__in=named).values_list("pk", flat=True)}
    shown |= {*sections.values_list("pk", flat=True)}
    version.body = StreamValue(version.body.stream_block, _without(blocks, named - shown), is_lazy=True)
    version.picks.set([pick for pick in version.picks.all() if pick.article_id in shown])
    return version


def has_moved_on(review: GuestReview) -> bool:
    """Whether the story was changed since the guest was invited."""
    standing = Standing.objects.filter(article_id=review.article_id).first()
    return standing is None or standing.content_hash != review.snapshot.content_hash


def note_opened(review: GuestReview, at: datetime) -> None:
    """Count that the link was opened; the first time is in the story's log."""
    if GuestReview.objects.filter(pk=review.pk, opened_at=None).update(opened_at=at):
        _log(review, "guest_opened")
    GuestReview.objects.filter(pk=review.pk).update(open_count=F("open_count") + 1)


@transaction.atomic
def remark(review: GuestReview, *, text: str, block_id: str = "") -> GuestRemark:
    """Put what a guest says of a block, or of the whole story, into the editor as a comment, and tell the inviter.

    Raises:
        LinkClosed: the link was closed or has expired.
        Refused: there are no words or too many, too many remarks already, or no such block in this version.
    """
    review = _held(review)
    if not text.strip():
        raise Refused(_("Write what you want to say first."))
    made = _remark(review, text=text.strip(), block_id=block_id)
    # The first remark of an hour is told: whoever reads it finds the others beside it.
    _tell(review, "guest_remarked", key=f"guest-remarks-{review.pk}-{made.at:%Y%m%d%H}", text=made.text)
    return made


def _remark(review: GuestReview, *, text: str, block_id: str = "") -> GuestRemark:
    if len(text) > MAX_REMARK_LENGTH:
        raise Refused(_("This is too long for one remark: %s characters are the most.") % MAX_REMARK_LENGTH)
    if review.remarks.count() >= MAX_REMARKS:
        raise Refused(_("You have written as many remarks as we can take. Please write to the newsroom."))
    if block_id and block_id not in {block.id for block in snapshots.version_of(review.snapshot).body}:
        raise Refused(_("This part is not in the version that you were sent."))
    comment = _comment(review, review.article, text, block_id)
    made = GuestRemark.objects.create(review=review, block_id=block_id, text=text, comment=comment)
    _log(review, "guest_remarked", comment=text, block=block_id)
    return made


@transaction.atomic
def answer(review: GuestReview, *, verdict: GuestReview.Verdict, text: str = "") -> GuestReview:
    """Store that a guest approves or objects, once and for good, and tell the inviter.

    An approval is a signature where the stage lets guests sign and the story is still the one they read; elsewhere it
    is only told. An objection says why.

    Raises:
        LinkClosed: the link was closed or has expired.
        Refused: the guest has answered before, or objects without a reason.
    """
    review = _held(review)
    if review.verdict:
        raise Refused(_("You have answered already. If you think otherwise now, write a remark: we are told at once."))
    if verdict == GuestReview.Verdict.OBJECTED and not text.strip():
        raise Refused(_("Say what you object to, so that it can be mended."))
    review.verdict, review.verdict_at = verdict, timezone.now()
    review.save(update_fields=["verdict", "verdict_at"])
    _log(review, "guest_answered", verdict=str(verdict.label), comment=text.strip())
    if text.strip():
        _remark(review, text=text.strip())
    counts = verdict == GuestReview.Verdict.APPROVED and _sign(review, comment=text)
    _tell(review, "guest_answered", key=f"guest-answer-{review.pk}", text=text.strip(), counts=counts)
    return review


def _sign(review: GuestReview, *, comment: str) -> bool:
    """Sign for a guest; False where that counts for nothing, which the guest and the inviter are told."""
    if not review.stage_id:
        return False
    try:
        actions.sign_off_as_guest(review, comment=comment)
    except (NotYours, StoryMovedOn):
        return False
    return True


def forget_link(notice: Notice) -> None:
    """Take the link out of a mail that has been sent: whoever reads the database cannot open the story with it."""
    if notice.sent_at and notice.key.startswith("guest-link-") and _link_prefix() in notice.text:
        text = re.sub(re.escape(_link_prefix()) + r"\S+", str(_("(the link)")), notice.text)
        Notice.objects.filter(pk=notice.pk).update(text=text)


def _link_prefix() -> str:
    return settings.BASE_URL + "/guest/"


def _mail(invitation: Invitation, message: str) -> None:
    review = invitation.review
    words = {"review": review, "link": invitation.url, "message": message, "title": _title(review)}
    subject = " ".join(render_to_string("notifications/guest_link_subject.txt", words).split())[:250]
    notice = Notice.objects.create(
        article_id=review.article_id,
        kind=Notice.Kind.GUEST,
        key=f"guest-link-{review.pk}",
        address=review.email,
        subject=subject,
        text=render_to_string("notifications/guest_link.txt", words),
    )
    messages.send([notice])


def _tell(review: GuestReview, template: str, *, key: str, **context: Any) -> None:
    messages.tell(
        Notice.Kind.GUEST,
        review.article,
        key=key,
        people=[review.invited_by],
        template=template,
        context={"review": review, **context},
        url=reverse("workflows:guests", args=[review.article_id]),
    )


def _title(review: GuestReview) -> str:
    return str(review.snapshot.content["title"])


def _log(review: GuestReview, verb: str, *, user: Any = None, **data: Any) -> None:
    data = {"guest": review.name, "hash": review.snapshot.content_hash, **data}
    log(review.article, f"workflows.{verb}", user=user, data=data)


def _comment(review: GuestReview, article: Article, text: str, block_id: str) -> Comment:
    """A comment in the editor, beside the block if the story still has it; signed for by whoever invited the guest."""
    latest = progress.latest_version(article)
    block = next((block for block in latest.body if block.id == block_id), None) if block_id else None
    path, position = ("standfirst", "")
    if block:
        path, position = _place(block.block, f"body.{block_id}")
    if has_moved_on(review):
        words = _("%(guest)s (guest), of the version of %(at)s: %(text)s")
    else:
        words = _("%(guest)s (guest): %(text)s")
    at = format_date(timezone.localtime(review.created_at), "j M H:i")
    comment = Comment(
        page_id=article.pk,
        user=review.invited_by,
        text=words % {"guest": review.name, "at": at, "text": text},
        contentpath=path,
        position=position,
        revision_created=article.get_latest_revision(),
    )
    # Sends no signal: it stands in the inviter's name, who would call whomever the guest names with an @.
    Comment.objects.bulk_create([comment])
    return comment


def _place(block: Any, path: str) -> tuple[str, str]:
    """Where Wagtail's editor shows a comment on a block: on the block itself, or on its first field."""
    if isinstance(block, StructBlock):
        for name, child in block.child_blocks.items():
            if isinstance(child, FieldBlock):
                return _place(child, f"{path}.{name}")
        return "standfirst", ""
    if isinstance(block, RichTextBlock):
        # The editor of rich text reads the position as JSON: nowhere in particular, so at its first line.
        return path, "[]"
    return (path, "") if isinstance(block, FieldBlock) else ("standfirst", "")


def _pages_named(raw: list[dict[str, Any]]) -> set[int]:
    """Primary keys of the stories and sections that stored blocks link to."""
    found: set[int] = set()

    def note(anchor: Any) -> None:
        found.add(_page_id(anchor))

    for block in raw:
        if block["type"] == "related":
            found |= {int(_value(item)) for item in block["value"]["stories"] if _value(item)}
        else:
            _edit_links(block["value"], note)
    return found


def _without(raw: list[dict[str, Any]], hidden: set[int]) -> list[dict[str, Any]]:
    """The blocks with no link to the pages in `hidden`: the words of a link stay, a headline in a list goes."""

    def unlink(anchor: Any) -> None:
        if _page_id(anchor) in hidden:
            anchor.unwrap()

    kept = []
    for block in raw:
        value = block["value"]
        if block["type"] == "related":
            stories = [item for item in value["stories"] if _value(item) and int(_value(item)) not in hidden]
            value = {**value, "stories": stories}
        else:
            value = _edit_links(value, unlink)
        kept.append({**block, "value": value})
    return kept


def _edit_links(value: Any, edit: Callable[[Any], None]) -> Any:
    """A copy of a stored value in which `edit` has been given each link to a page of ours."""
    if isinstance(value, dict):
        return {key: _edit_links(part, edit) for key, part in value.items()}
    if isinstance(value, list):
        return [_edit_links(part, edit) for part in value]
    if not isinstance(value, str) or 'linktype="page"' not in value:
        return value
    soup = BeautifulSoup(value, "html.parser")
    for anchor in soup.find_all("a", linktype="page"):
        edit(anchor)
    return str(soup)


def _page_id(anchor: Any) -> int:
    id_ = str(anchor.get("id", ""))
    return int(id_) if id_.isascii() and id_.isdecimal() else 0


def _value(item: Any) -> Any:
    """What an item of a stored list holds: lists keep an id beside each value, older ones do not."""
    return item.get("value") if isinstance(item, dict) else item
