"""What the Courier has planned: stories that were asked for, who has taken what, who heads a desk, who is away."""

import random
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from api.demo.clock import clock_at
from api.demo.stories import SEED
from cms.models import Article, Section, User
from workflows import absences, assignments
from workflows.models import Absence, Assignment, Commission, Desk, Notice

HEADS = {"news": "harriet", "copy": "wilma", "legal": "cordelia", "pictures": "nell"}
"""Slug of each desk to who is told when a story is late there."""

AWAY = (("piers", 0, 2), ("oswin", 4, 6), ("desmond", 9, 15))
"""Who is away, from how many days after today to how many."""


@dataclass(frozen=True)
class Wanted:
    """A story that was asked for and has no page yet. Hours and days are counted from now."""

    slug: str
    title: str
    section: str
    writer: str
    words: int
    brief: str
    kind: str = "news"
    due_hours: float = 24
    publish_days: int | None = None
    publish_hour: int = 6


WANTED = (
    Wanted(
        "ferry-gearbox",
        "The Prudence gets her gearbox",
        "harbour",
        "jonah",
        450,
        "It is said to be on a lorry. See it, do not believe it. Ask the Estuary Line what it cost.",
        due_hours=-3,
        publish_days=1,
    ),
    Wanted(
        "council-lamps",
        "Every second street lamp",
        "council",
        "mira",
        600,
        "The council wants to switch half of them off after midnight. Walk home in the dark and tell us. The numbers "
        "are in the energy paper; ask who wrote it.",
        due_hours=5,
        publish_days=1,
        publish_hour=12,
    ),
    Wanted(
        "school-kitchen",
        "A week in the school kitchen",
        "schools",
        "sunniva",
        900,
        "Five days, five lunches, what is left on the plates. The cook has agreed; the head teacher must be asked.",
        kind="explainer",
        due_hours=27,
        publish_days=2,
    ),
    Wanted(
        "marsh-fence",
        "Who put up the fence on Pellow Marsh?",
        "environment",
        "jonah",
        500,
        "Nobody admits to it. The warden, both farmers, the land register.",
        due_hours=30,
        publish_days=3,
    ),
    Wanted(
        "bakery-year",
        "A year after the strike at Tolliver's",
        "business",
        "sunniva",
        1100,
        "The same people, the same counter. What became of the night shift?",
        kind="analysis",
        due_hours=52,
        publish_days=4,
    ),
    Wanted(
        "library-night",
        "The library stays open all night",
        "culture",
        "desmond",
        400,
        "Go at three in the morning and see who reads what.",
        due_hours=54,
        publish_days=4,
        publish_hour=18,
    ),
    Wanted(
        "wanderers-keeper",
        "The keeper who is afraid of the left corner",
        "sport",
        "jonah",
        700,
        "A portrait, with the drawing of every goal that she let in.",
        kind="interview",
        due_hours=76,
        publish_days=5,
    ),
    Wanted(
        "bridge-toll",
        "What a toll on the bridge would bring",
        "council",
        "mira",
        800,
        "Both sets of figures, side by side, and why they differ.",
        kind="analysis",
        due_hours=98,
    ),
    Wanted(
        "rowers-winter",
        "Rowing when the slipway is frozen",
        "sport",
        "",
        350,
        "Somebody who can swim.",
        due_hours=120,
        publish_days=8,
    ),
    Wanted(
        "playhouse-prompter",
        "The last prompter of the Lantern Playhouse",
        "culture",
        "desmond",
        750,
        "She retires after the winter season. Sit beside her for one evening.",
        kind="interview",
        due_hours=400,
        publish_days=19,
    ),
)

_TEXT_DUE_HOURS = (-2, 4, 20, 29, 46, 70)


@transaction.atomic
def make_plans(users: Mapping[str, User], *, now: datetime) -> None:
    """Add what is missing of the plans; nothing that somebody changed since is put back."""
    for slug, name in HEADS.items():
        Desk.objects.filter(slug=slug, head=None).update(head=users[name])
    news = Desk.objects.get(slug="news")
    for wanted in WANTED:
        _ask_for(wanted, users, news, now)
    _plan_drafts(users, news, now)
    if not Absence.objects.exists():
        # Who is away today was there when the stories came in, and their stories are back at the desk.
        _hand_out(now)
        for name, first, last in AWAY:
            today = absences.newsroom_date()
            assignments.be_away(
                users[name],
                starts_on=today + timedelta(days=first),
                ends_on=today + timedelta(days=last),
                by=users["harriet"],
            )
    Notice.objects.filter(sent_at=None).update(sent_at=now)
    # Who comes in today finds in the inbox what happened since yesterday, not two months of it.
    old = Notice.objects.filter(channel=Notice.Channel.INBOX, read_at=None, created_at__lt=now - timedelta(days=1))
    old.update(read_at=F("created_at"))


def _ask_for(wanted: Wanted, users: Mapping[str, User], news: Desk, now: datetime) -> None:
    publish_at = None
    if wanted.publish_days is not None:
        day = timezone.localdate(now) + timedelta(days=wanted.publish_days)
        publish_at = timezone.make_aware(datetime.combine(day, time(wanted.publish_hour)))
    due_at = now + timedelta(hours=wanted.due_hours)
    Commission.objects.get_or_create(
        slug=wanted.slug,
        defaults={
            "title": wanted.title,
            "section": Section.objects.get(slug=wanted.section),
            "desk": news,
            "writer": users.get(wanted.writer),
            "kind": wanted.kind,
            "word_count": wanted.words,
            "brief": wanted.brief,
            "due_at": due_at.replace(minute=0, second=0, microsecond=0),
            "publish_at": publish_at,
            "created_by": users["harriet"],
            "created_at": now - timedelta(days=3),
        },
    )


def _plan_drafts(users: Mapping[str, User], news: Desk, now: datetime) -> None:
    """The first drafts were asked for, too: they have a length and a time."""
    drafts = Article.objects.filter(
        external_id__startswith="seed-", live=False, assignments=None, commission=None, first_published_at=None
    )
    for article, hours in zip(drafts.select_related("standing").order_by("external_id"), _TEXT_DUE_HOURS, strict=False):
        due_at = (now + timedelta(hours=hours)).replace(minute=0, second=0, microsecond=0)
        Commission.objects.create(
            title=article.draft_title,
            slug=article.slug,
            section=Section.objects.get(pk=article.get_parent().pk),
            desk=news,
            writer=article.owner,
            kind=article.kind,
            word_count=max(200, round(article.standing.word_count, -2)),
            due_at=due_at,
            publish_at=due_at + timedelta(hours=18),
            article=article,
            created_by=users["harriet"],
            created_at=now - timedelta(days=2),
        )


def _hand_out(now: datetime) -> None:
    """About half of what waits at the desks has been taken by somebody."""
    rng = random.Random(f"{SEED} assignments")
    waiting = Assignment.objects.filter(ended_at=None, stage__isnull=False, assignee=None).select_related("article")
    for assignment in waiting.order_by("article__external_id"):
        people = assignments.candidates(assignment.article)
        if people and rng.random() < 0.6:
            taken_at = assignment.since + timedelta(minutes=rng.uniform(4, 25))
            with clock_at(min(taken_at, now - timedelta(minutes=1))):
                assignments.claim(assignment.article, by=rng.choice(people))
