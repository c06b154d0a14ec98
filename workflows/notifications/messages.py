"""Who hears what. Notices are written with what happened and sent after it is certain."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from wagtail.models import Page, Revision, TaskState

from cms.celery import enqueue
from cms.models import Article
from workflows import reach
from workflows.models import Clearance, Desk, Notice, ReviewStage, SignOff
from workflows.notifications import preferences

SENT_AT_ONCE = (Notice.Channel.MAIL, Notice.Channel.CHAT)
"""Channels that leave the house; the inbox is read where it is written, and a digest waits for its hour."""


def tell(
    kind: Notice.Kind,
    article: Article | None,
    *,
    key: str,
    people: Iterable[Any] = (),
    desks: Iterable[Desk] = (),
    template: str = "",
    context: dict[str, Any] | None = None,
    url: str = "",
) -> None:
    """Write what `people` and `desks` are to hear; it is sent once the current transaction has committed.

    Each active person is told by the channels that they chose for `kind`, each desk by its shared mailbox and its
    chat; the members of a desk are told if they are among `people`. `key` names what it is about: who was told of it
    by a channel is not told again. The words are `templates/notifications/<template or kind>.txt` and
    `<...>_subject.txt`; they get `context`, `title`, `article`, `url` and the addresses of the story's pages. `url`
    is a path in the admin, by default that of the story's form.
    """
    _write(kind, article, key, (*_ways_to_people(kind, people), *_ways_to_desks(desks)), template, context, url)


def tell_only(
    channel: Notice.Channel,
    kind: Notice.Kind,
    article: Article | None,
    *,
    key: str,
    person: Any,
    template: str,
    context: dict[str, Any] | None = None,
    url: str = "",
) -> None:
    """Tell one person by one channel, whatever they chose: what answers them, or gathers what they chose."""
    address = person.email if channel == Notice.Channel.MAIL else str(person.pk)
    _write(kind, article, key, [(channel, address, person, None)], template, context, url)


def _write(
    kind: Notice.Kind,
    article: Article | None,
    key: str,
    ways: Iterable["_Way"],
    template: str,
    context: dict[str, Any] | None,
    url: str,
) -> None:
    if article and not url:
        url = reverse("wagtailadmin_pages:edit", args=[article.pk])
    name = template or kind.value
    # Whoever did it may read the admin in another language and time zone than those who are told.
    with translation.override(settings.LANGUAGE_CODE), timezone.override(timezone.get_default_timezone()):
        words = _words(article, url) | (context or {})
        subject = " ".join(render_to_string(f"notifications/{name}_subject.txt", words).split())[:250]
        text = render_to_string(f"notifications/{name}.txt", words)
    now = timezone.now()
    notices = [
        Notice(
            article=article,
            kind=kind,
            key=key,
            subject=subject,
            text=text,
            url=url,
            created_at=now,
            sent_at=now if channel == Notice.Channel.INBOX else None,
            channel=channel,
            address=address,
            person=person,
            desk=desk,
        )
        for channel, address, person, desk in ways
    ]
    # Two of one address in a single INSERT are one notice, as is one that another transaction has just written.
    Notice.objects.bulk_create(notices, ignore_conflicts=True)
    send(Notice.objects.filter(key=key, created_at=now, sent_at=None, channel__in=SENT_AT_ONCE))


def send(notices: Iterable[Notice]) -> None:
    """Hand notices to a worker, each by itself, once the current transaction has committed."""
    from workflows.tasks import send_notice

    for notice in notices:
        enqueue(send_notice, notice.pk)


def _words(article: Article | None, url: str) -> dict[str, Any]:
    words: dict[str, Any] = {"article": article, "title": "", "url": settings.BASE_URL + url if url else ""}
    if article:
        words |= {
            "title": article.draft_title or article.title,
            "edit_url": settings.BASE_URL + reverse("wagtailadmin_pages:edit", args=[article.pk]),
            "review_url": settings.BASE_URL + reverse("workflows:review", args=[article.pk]),
            "release_url": settings.BASE_URL + reverse("workflows:release", args=[article.pk]),
        }
    return words


_Way = tuple[Notice.Channel, str, Any, Desk | None]


def _ways_to_people(kind: Notice.Kind, people: Iterable[Any]) -> list[_Way]:
    ways: list[_Way] = []
    awake = {person.pk: person for person in people if person.is_active}
    chosen = preferences.choices_of(awake, kind)
    for pk, person in sorted(awake.items()):
        choice = chosen[pk]
        if choice.mail and person.email:
            ways.append((Notice.Channel.MAIL, person.email, person, None))
        # Whoever has no address would otherwise hear nothing at all; the digest is a mail, too.
        if choice.inbox or ((choice.mail or choice.digest) and not person.email):
            ways.append((Notice.Channel.INBOX, str(pk), person, None))
        if choice.digest and person.email:
            ways.append((Notice.Channel.DIGEST, str(pk), person, None))
    return ways


def _ways_to_desks(desks: Iterable[Desk]) -> list[_Way]:
    ways: list[_Way] = []
    for desk in desks:
        if desk.email:
            ways.append((Notice.Channel.MAIL, desk.email, None, desk))
        if desk.chat_webhook_url:
            ways.append((Notice.Channel.CHAT, desk.slug, None, desk))
    return ways


def waiting_for_desks(article: Article, stage: ReviewStage, task_state: TaskState) -> None:
    """Tell the desks of which a stage needs a signature, and their members; not whoever wrote or submitted it."""
    from workflows import progress

    standing = progress.standing_of(article)
    version, workflow_id = progress.latest_version(article), task_state.workflow_state.workflow_id
    every = progress.review_progress(version, workflow_id, standing.content_hash)
    asked = Desk.objects.filter(pk__in=[pk for one in every if one.stage.pk == stage.pk for pk in one.needed])
    members = members_of(asked, article)
    submitter = progress.submitter_id(article) or task_state.workflow_state.requested_by_id
    tell(
        Notice.Kind.WAITING,
        article,
        key=f"waiting-{task_state.pk}",
        people=members.exclude(pk__in={*progress.barred_from_signing(article), submitter or 0}),
        desks=asked,
        context={"stage": stage},
        url=reverse("workflows:review", args=[article.pk]),
    )
    for desk in asked.exclude(group__user__in=members):
        nobody_at_desk(article, desk, stage)


def signature_fell(version: Article, task_state: TaskState, fallen: Iterable[SignOff]) -> None:
    """Tell the desks that signed at the stage where the story is, and must again because `version` was saved.

    Once for each signature, however often the story is saved until the desk signs again.
    """
    from workflows import progress

    standing = progress.standing_of(version)
    every = progress.review_progress(version, task_state.workflow_state.workflow_id, standing.content_hash)
    needed = {pk for one in every if one.stage.pk == task_state.task_id for pk in one.needed}
    barred = progress.barred_from_signing(version)
    for signed in {one.desk_id: one for one in fallen if one.desk_id in needed}.values():
        tell(
            Notice.Kind.WAITING,
            version,
            key=f"signature-fell-{signed.pk}",
            people=members_of([signed.desk], version).exclude(pk__in=barred),
            desks=[signed.desk],
            template="signature_fell",
            context={"stage": signed.stage, "desk": signed.desk, "by": standing.changed_by},
            url=reverse("workflows:review", args=[version.pk]),
        )


def members_of(desks: Iterable[Desk], page: Page) -> QuerySet[Any]:
    """Those who work at one of `desks` and in the section of `page`: a desk may be for more sections than a member."""
    members = get_user_model().objects.filter(groups__desk__in=desks, is_active=True)
    return reach.those_who_may_find(page, members).distinct()


def nobody_at_desk(article: Article, desk: Desk, stage: ReviewStage) -> None:
    """Tell the administrators that a story waits for a desk without people; of each desk once a day."""
    may_mend = Q(groups__permissions__codename="change_desk") | Q(is_superuser=True)
    tell(
        Notice.Kind.ESCALATION,
        article,
        key=f"nobody-{desk.pk}-{timezone.localdate(timezone=timezone.get_default_timezone())}",
        people=get_user_model().objects.filter(may_mend, is_active=True).distinct(),
        desks=[desk],
        template="nobody_at_desk",
        context={"desk": desk, "stage": stage},
        url=reverse("desk:edit", args=[desk.pk]),
    )


def sent_back(article: Article, returned: SignOff, submitter: Any) -> None:
    """Tell whoever submitted a story why it came back."""
    if submitter:
        tell(
            Notice.Kind.SENT_BACK,
            article,
            key=f"sent-back-{returned.pk}",
            people=[submitter],
            context={"returned": returned},
        )


def ready_for_release(article: Article, clearance: Clearance) -> None:
    """Tell the publishers of the section that a story is cleared."""
    tell(
        Notice.Kind.READY,
        article,
        key=f"ready-{clearance.pk}",
        people=_publishers(article),
        url=reverse("workflows:release", args=[article.pk]),
    )


def held_after_move(article: Article, scheduled: Revision) -> None:
    """Tell the publishers that a scheduled release stops: where the story is now, other desks are asked."""
    tell(
        Notice.Kind.READY,
        article,
        key=f"held-{scheduled.pk}-{timezone.now().timestamp()}",
        people=_publishers(article),
        template="held_after_move",
        context={"at": scheduled.approved_go_live_at, "section": article.get_parent()},
        url=reverse("workflows:release", args=[article.pk]),
    )


def _publishers(article: Article) -> list[Any]:
    from wagtail.permissions import policy_registry

    publishers = policy_registry.get_by_type(Page).users_with_permission_for_instance("publish", article)
    return [person for person in publishers if not person.is_superuser]


def review_cancelled(article: Article, key: str, people: Iterable[Any], by: Any) -> None:
    """Tell those who had signed that the review was cancelled."""
    tell(
        Notice.Kind.CANCELLED,
        article,
        key=f"cancelled-{key}",
        people=[person for person in people if by is None or person.pk != by.pk],
        context={"by": by},
    )
