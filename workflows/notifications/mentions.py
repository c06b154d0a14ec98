"""Comments: whom they mention, and who follows them. Each hears of a comment once."""

import re
from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.db.models.functions import Lower
from django.urls import reverse
from wagtail.models import Comment, CommentReply, PageSubscription

from cms.models import Article
from workflows.models import Desk, GuestRemark, Notice
from workflows.reach import may_find

from . import messages

# Not inside an address (harbour@example.org) or a path; the names are those that Django and Wagtail allow.
_NAME = re.compile(r"(?<![\w@.+/-])@([\w.@+-]+)")


def find_names(text: str) -> list[str]:
    """Names after an @ in a text, in lower case, in order, each once; without the full stop that ends a sentence."""
    return list(dict.fromkeys(name for found in _NAME.findall(text) if (name := found.rstrip(".@+-").lower())))


def tell_mentioned(remark: Comment | CommentReply) -> None:
    """Tell the people and desks that a comment or reply names with an @; its author hears which names reach nobody.

    A comment that is saved again tells only those who were not told before. Names that a guest wrote call nobody,
    though the comment stands in the name of whoever invited them.
    """
    of_guest = _names_of_guest(remark)
    names = [name for name in find_names(remark.text) if name not in of_guest]
    comment = remark.comment if isinstance(remark, CommentReply) else remark
    article = Article.objects.filter(pk=comment.page_id).first() if names else None
    if article is None:
        return
    named = get_user_model().objects.annotate(name=Lower("username")).filter(name__in=names, is_active=True)
    people: dict[str, Any] = {person.username.lower(): person for person in named}
    desks = {desk.slug: desk for desk in Desk.objects.filter(slug__in=names)}
    members = get_user_model().objects.filter(groups__desk__in=desks.values(), is_active=True).distinct()
    kept_out = [name for name, person in people.items() if not may_find(person, article)]
    told = {person.pk: person for name, person in people.items() if name not in kept_out}
    told |= {person.pk: person for person in members if may_find(person, article)}
    told.pop(remark.user_id, None)
    _tell(article, comment, remark, told.values(), desks.values(), mentioned=True)
    unknown = [name for name in names if name not in people and name not in desks]
    if unknown or kept_out:
        messages.tell_only(
            Notice.Channel.INBOX,
            Notice.Kind.MENTION,
            article,
            key=f"{_key(remark)}-unheard-{'-'.join((*unknown, *kept_out))}"[:200],
            person=remark.user,
            template="unheard",
            context={"unknown": unknown, "kept_out": kept_out},
            url=_url(article, comment),
        )


def _names_of_guest(remark: Comment | CommentReply) -> list[str]:
    guest_text = ""
    if isinstance(remark, Comment):
        guest_text = GuestRemark.objects.filter(comment=remark).values_list("text", flat=True).first() or ""
    return find_names(guest_text)


def tell_followers(article: Article, comment: Comment, remark: Comment | CommentReply, *, by: Any) -> None:
    """Tell those who follow the comments of a story, or took part in this one; not again if they were mentioned."""
    followers = get_user_model().objects.filter(
        Q(pk__in=PageSubscription.objects.filter(page=article, comment_notifications=True).values("user"))
        | Q(pk=comment.user_id)
        | Q(comment_replies__comment=comment),
        is_active=True,
    )
    told = [person for person in followers.exclude(pk=by.pk).distinct() if may_find(person, article)]
    _tell(article, comment, remark, told, (), mentioned=False)


def tell_resolved(article: Article, comment: Comment, *, by: Any) -> None:
    """Tell whoever wrote a comment that somebody else has settled it."""
    if comment.user_id != by.pk and may_find(comment.user, article):
        messages.tell(
            Notice.Kind.MENTION,
            article,
            key=f"comment-{comment.pk}-resolved",
            people=[comment.user],
            template="resolved",
            context={"comment": comment, "by": by},
        )


def _tell(
    article: Article,
    comment: Comment,
    remark: Comment | CommentReply,
    people: Iterable[Any],
    desks: Iterable[Desk],
    *,
    mentioned: bool,
) -> None:
    messages.tell(
        Notice.Kind.MENTION,
        article,
        # One key for both ways to hear of it, so that whoever follows a story and is mentioned hears once.
        key=_key(remark),
        people=people,
        desks=desks,
        template="comment",
        context={"remark": remark, "mentioned": mentioned},
        url=_url(article, comment),
    )


def _key(remark: Comment | CommentReply) -> str:
    return f"reply-{remark.pk}" if isinstance(remark, CommentReply) else f"comment-{remark.pk}"


def _url(article: Article, comment: Comment) -> str:
    return f"{reverse('wagtailadmin_pages:edit', args=[article.pk])}?comment={comment.pk}"
