"""Which stories there are, who wrote them, when, and what has become of them. Pure."""

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from api.demo.markup import Story, linked_keys, read_cast, read_stories
from api.demo.people import GUESTS, REPORTERS

SEED = 1873
TEXTS = Path(__file__).parent / "texts"

PUBLISHED = ("published", "corrected", "updated")
WAITING = ("desk", "copy", "legal", "legal-one-signed")
_COLLECTIONS = ("letters", "reviews", "shops", "talks", "walks", "weather", "briefs", "opinion")
"""Files of which the stories have a form in common and not a subject."""


@dataclass(frozen=True)
class Plan:
    """A story and its fate."""

    story: Story
    state: str
    at: datetime
    """When readers first saw it, or when the last thing happened to it."""
    reporter: str
    byline: list[tuple[str, str]]
    """Short names of authors, with their roles."""
    picks: list[str] = field(default_factory=list)
    picture_inside: str = ""
    related: list[str] = field(default_factory=list)

    @property
    def external_id(self) -> str:
        return f"seed-{self.story.key}"


def read_all() -> list[Story]:
    """Every story of the Courier; the same words each time."""
    cast = read_cast(TEXTS / "cast.txt")
    files = sorted(path for path in TEXTS.glob("*.txt") if path.name != "cast.txt")
    return [story for path in files for story in read_stories(path, cast=cast, seed=SEED)]


def plan(now: datetime) -> list[Plan]:
    """What is to be made, in an order in which each story refers only to earlier ones.

    Dates are relative to `now`; everything else is the same each time.
    """
    rng = random.Random(SEED)
    dated = [(story, story.text("state") or "published") for story in read_all()]
    timed = [(_when(story, state, now, rng), story, state) for story, state in dated]
    timed.sort(key=lambda row: (row[2] not in PUBLISHED, row[0], row[1].key))
    earlier: dict[str, list[str]] = {}
    plans = []
    for at, story, state in timed:
        before = earlier.setdefault(story.file, [])
        alike = before if story.file not in _COLLECTIONS else []
        linked = set(linked_keys(story.blocks))
        unlinked = [key for key in alike if key not in linked]
        reporter = story.text("by") if story.text("by") in REPORTERS else "desmond"
        plans.append(
            Plan(
                story=story,
                state=state,
                at=at,
                reporter=reporter,
                byline=_byline(story, rng),
                picks=alike[-2:] if len(alike) >= 2 and rng.random() < 0.25 else [],
                picture_inside=_picture_inside(story, rng),
                related=unlinked[-2:] if len(unlinked) >= 2 and rng.random() < 0.2 else [],
            )
        )
        if state in PUBLISHED:
            before.append(story.key)
    return plans


def _when(story: Story, state: str, now: datetime, rng: random.Random) -> datetime:
    if story.days_ago >= 1:
        # A newspaper comes out by day.
        day = (now - timedelta(days=int(story.days_ago))).replace(hour=6, minute=0, second=0, microsecond=0)
        return day + timedelta(minutes=rng.randrange(13 * 60 + 30), seconds=rng.randrange(60))
    if state in PUBLISHED:
        return now - timedelta(days=story.days_ago)
    if story.text("late"):
        return now - timedelta(hours=rng.uniform(7, 22))
    return now - timedelta(minutes=rng.uniform(15, 105))


def _byline(story: Story, rng: random.Random) -> list[tuple[str, str]]:
    first = story.text("by")
    names = [(first, "author")]
    chance = rng.random()
    if story.text("kind") == "interview" or chance < 0.08:
        names.append(("larder", "photographer"))
    elif chance < 0.2 and first not in GUESTS:
        names.append((rng.choice([name for name in REPORTERS if name != first]), "reporter"))
    return names


def _picture_inside(story: Story, rng: random.Random) -> str:
    others = [key for key in story.items("pictures") if key != story.text("picture")]
    has_pictures = any(kind in ("image", "gallery") for kind, _value in story.blocks)
    if others and not has_pictures and len(story.blocks) >= 5 and rng.random() < 0.22:
        return rng.choice(others)
    return ""
