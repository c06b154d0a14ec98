"""The daily digest: one mail a day, in the morning, of what waits for a person. Nothing waits: no mail."""

import logging
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urljoin

from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils import timezone
from wagtail.permissions import policy_registry

from cms.models import Article
from workflows import deadlines
from workflows.models import Assignment, Commission, EmergencyRelease, Notice, NoticePreference

from . import messages

log = logging.getLogger(__name__)

HOURS_TO_SEND = 3
"""After the hour of the digest; if the clock was away for longer, that day has none."""
LINES = 25
"""Stories named under one heading; the rest is a number."""


@dataclass
class Part:
    """What stands under one heading of the digest."""

    heading: str
    lines: list[tuple[str, str]] = field(default_factory=list)
    """What to say, and the address."""
    count: int = 0

    def add(self, text: str, url: str) -> None:
        self.count += 1
        if len(self.lines) < LINES:
            self.lines.append((text, urljoin(settings.BASE_URL, url) if url else ""))

    @property
    def rest(self) -> int:
        return self.count - len(self.lines)


def send_digests(at: datetime) -> int:
    """Write the digests of the day of `at` in the newsroom's time zone; returns how many mails there will be.

    Does nothing outside the hours of the digest. May run any number of times: each person is considered once a day.
    """
    local = timezone.localtime(at, timezone.get_default_timezone())
    if not settings.DIGEST_HOUR <= local.hour < settings.DIGEST_HOUR + HOURS_TO_SEND:
        return 0
    key = f"digest-{local.date().isoformat()}"
    desks_asked: dict[int, set[int]] = {}
    count = 0
    for person in _readers(key):
        try:
            with transaction.atomic():
                count += _send(person, key, at, desks_asked)
        except Exception:
            log.exception("the digest of %s could not be written", person)
    return count


def _readers(key: str) -> QuerySet[Any]:
    """Those who get a digest and were not considered today."""
    works_here = Q(is_superuser=True) | Q(groups__permissions__codename="access_admin")
    considered = Notice.objects.filter(key=key, channel=Notice.Channel.DIGEST).values("person")
    without = NoticePreference.objects.filter(kind=Notice.Kind.DIGEST, mail=False).values("user")
    people = get_user_model().objects.filter(works_here, is_active=True).exclude(email="")
    return people.exclude(pk__in=considered).exclude(pk__in=without).distinct().order_by("pk")


def _send(person: Any, key: str, at: datetime, desks_asked: dict[int, set[int]]) -> bool:
    # The mark that this person was considered today; it stays when there is nothing to say, and goes if this fails.
    _mark, is_new = Notice.objects.get_or_create(
        key=key,
        channel=Notice.Channel.DIGEST,
        address=str(person.pk),
        defaults={"kind": Notice.Kind.DIGEST, "person": person, "subject": key, "sent_at": at},
    )
    if not is_new:
        return False
    parts = build_digest(person, at, desks_asked)
    _kept(person).update(sent_at=at)
    if not parts:
        return False
    messages.tell_only(
        Notice.Channel.MAIL,
        Notice.Kind.DIGEST,
        None,
        key=f"{key}-{person.pk}",
        person=person,
        template="digest",
        context={"parts": parts, "person": person, "count": sum(part.count for part in parts), "day": at},
        url=reverse("wagtailadmin_home"),
    )
    return True


def build_digest(person: Any, at: datetime, desks_asked: dict[int, set[int]] | None = None) -> list[Part]:
    """What waits for a person at `at`, heading by heading; empty if nothing does.

    `desks_asked` remembers from one person to the next which desks each story waits for.
    """
    desks_asked = {} if desks_asked is None else desks_asked
    visible = policy_registry.get_by_type(Article).explorable_instances(person)
    waiting = (
        Assignment.objects.filter(ended_at=None, article__in=visible.values("pk"))
        .select_related("article", "stage", "article__standing")
        .order_by("due_at", "since")
    )
    mine, to_write, at_desk = Part("You have"), Part("To write"), Part("Waiting for your desk")
    for assignment in waiting.filter(assignee=person):
        (mine if assignment.stage else to_write).add(_line(assignment, at), _url(assignment))
    day_ahead = at + timedelta(days=1)
    for commission in deadlines.find_unwritten().filter(writer=person, due_at__lte=day_ahead):
        to_write.add(f"{commission}{_due(commission.due_at, at)}", _commission_url(commission))
    own_desks = set(person.groups.filter(desk__isnull=False).values_list("desk", flat=True))
    if own_desks:
        unclaimed = waiting.filter(assignee=None, stage__rules__desk__in=own_desks).distinct()
        written = Q(article__standing__changed_by=person) | Q(article__standing__also_changed_by__contains=[person.pk])
        released = EmergencyRelease.objects.unreviewed().by(person)
        of_this = released.filter(article=OuterRef("article"), content_hash=OuterRef("article__standing__content_hash"))
        for assignment in unclaimed.exclude(written).exclude(Exists(of_this)):
            if own_desks & _asked(assignment, desks_asked):
                at_desk.add(_line(assignment, at), _url(assignment))
    unread = Part("Mentions you have not read")
    for notice in Notice.objects.filter(
        person=person, channel=Notice.Channel.INBOX, kind=Notice.Kind.MENTION, read_at=None
    ).order_by("-created_at"):
        unread.add(notice.subject, notice.url)
    others = Part("Since the last digest")
    for notice in _kept(person).order_by("created_at"):
        others.add(notice.subject, notice.url)
    return [part for part in (mine, to_write, at_desk, unread, others) if part.count]


def _kept(person: Any) -> QuerySet[Notice]:
    """What the person wants to hear of once a day, and has not heard yet."""
    return Notice.objects.filter(person=person, channel=Notice.Channel.DIGEST, sent_at=None)


def _asked(assignment: Assignment, known: dict[int, set[int]]) -> set[int]:
    if assignment.article_id not in known:
        known[assignment.article_id] = deadlines.desks_asked(assignment.article, assignment.stage_id)
    return known[assignment.article_id]


def _line(assignment: Assignment, at: datetime) -> str:
    stage = f", at “{assignment.stage.name}”" if assignment.stage else ""
    return f"{assignment.article.draft_title}{stage}{_due(assignment.due_at, at)}"


def _due(due_at: datetime | None, at: datetime) -> str:
    if due_at is None:
        return ""
    word = "LATE, was due" if due_at < at else "due"
    return f" ({word} {timezone.localtime(due_at, timezone.get_default_timezone()):%d.%m. %H:%M})"


def _url(assignment: Assignment) -> str:
    view = "workflows:review" if assignment.stage_id else "wagtailadmin_pages:edit"
    return reverse(view, args=[assignment.article_id])


def _commission_url(commission: Commission) -> str:
    if commission.article_id:
        return reverse("wagtailadmin_pages:edit", args=[commission.article_id])
    return reverse("plans:index")
