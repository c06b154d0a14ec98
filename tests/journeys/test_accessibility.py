"""No page of the desk has a barrier that axe-core calls serious or critical: a page more is a line more in PLACES."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone
from playwright.sync_api import Browser, BrowserContext, Page, expect

from cms.models import Article
from tests.journeys.accessibility import find_barriers
from tests.journeys.courier import Courier
from workflows.models import Assignment, Commission

DESK = {"width": 1440, "height": 900}
PHONE = {"width": 390, "height": 844}


@dataclass(frozen=True)
class Place:
    """A page, who looks at it and how. `path` may name a story of `stories`; `open` is a button to press first."""

    name: str
    person: str
    path: str
    dark: bool = False
    phone: bool = False
    open: str = ""


PLACES = (
    Place("board", "editor", "/admin/desk/board/"),
    Place("board in the dark", "editor", "/admin/desk/board/", dark=True),
    Place("board on a phone", "editor", "/admin/desk/board/", phone=True),
    Place("menu of a card", "editor", "/admin/desk/board/", open="What can be done with “At the desk”"),
    Place("menu of a card in the dark", "editor", "/admin/desk/board/", dark=True, open="What can be done with “Late”"),
    Place("calendar", "publisher", "/admin/desk/calendar/"),
    Place("calendar in the dark", "publisher", "/admin/desk/calendar/", dark=True),
    Place("calendar by day", "publisher", "/admin/desk/calendar/?by=day"),
    Place("calendar on a phone", "publisher", "/admin/desk/calendar/", phone=True),
    Place("move in the calendar", "publisher", "/admin/desk/calendar/scheduled/{scheduled}/move/"),
    Place("my desk", "editor", "/admin/"),
    Place("my desk on a phone", "editor", "/admin/", phone=True),
    Place("my desk of a publisher", "publisher", "/admin/"),
    Place("new story", "reporter", "/admin/desk/stories/new/"),
    Place("plans", "editor", "/admin/plans/"),
    Place("new plan", "editor", "/admin/plans/new/"),
    Place("plan of a story", "editor", "/admin/desk/stories/{at_the_desk}/plan/", dark=True),
    Place("editor", "reporter", "/admin/pages/{draft}/edit/"),
    Place("editor with the review", "editor", "/admin/pages/{at_the_desk}/edit/", open="Toggle review"),
    Place("review", "editor", "/admin/desk/stories/{at_the_desk}/review/"),
    Place("review in the dark", "editor", "/admin/desk/stories/{at_the_desk}/review/", dark=True),
    Place("changes", "editor", "/admin/desk/stories/{at_the_desk}/changes/"),
    Place("release", "publisher", "/admin/desk/stories/{ready}/release/"),
    Place("schedule", "publisher", "/admin/desk/stories/{scheduled}/schedule/"),
    Place("emergency", "publisher", "/admin/desk/stories/{at_the_desk}/emergency/"),
    Place("correct", "publisher", "/admin/desk/stories/{out}/correct/"),
    Place("kill", "publisher", "/admin/desk/stories/{out}/kill/"),
    Place("take down", "publisher", "/admin/desk/stories/{out}/take-down/"),
    Place("guests", "editor", "/admin/desk/stories/{at_the_desk}/guests/"),
    Place("assign", "publisher", "/admin/desk/stories/{at_the_desk}/assign/"),
    Place("inbox", "editor", "/admin/desk/inbox/"),
    Place("absences", "editor", "/admin/desk/absences/"),
    Place("flow", "publisher", "/admin/desk/flow/"),
)


@pytest.fixture(scope="module")
def stories(courier: Courier) -> dict[str, int]:
    """A story in each state, by name, as its number in the admin."""
    newsroom = courier.newsroom
    now = timezone.now()
    made: dict[str, Article] = {
        "draft": newsroom.draft("A draft"),
        "at_the_desk": newsroom.submit(newsroom.draft("At the desk", breaking=True, sensitive=True)),
        "late": newsroom.submit(newsroom.draft("Late")),
        "returned": newsroom.send_back(newsroom.submit(newsroom.draft("Returned")), by=newsroom.editor, reason="Why?"),
        "ready": newsroom.clear(newsroom.draft("Ready")),
        "scheduled": newsroom.release(newsroom.clear(newsroom.draft("For tonight")), at=now + timedelta(hours=5)),
        "out": newsroom.publish("Out"),
    }
    Assignment.objects.filter(article=made["late"], ended_at=None).update(
        due_at=now - timedelta(hours=1), assignee=newsroom.editor
    )
    Commission.objects.create(title="A plan", slug="a-plan", section=newsroom.section, due_at=now, word_count=600)
    Commission.objects.create(
        title="At the desk", slug="b", section=newsroom.section, article=made["at_the_desk"], word_count=5, due_at=now
    )
    return {name: story.pk for name, story in made.items()}


@pytest.fixture
def keys(courier: Courier, stories: dict[str, int]) -> dict[str, str]:
    """Each person's session, so that nobody has to sign in again and again."""
    sessions = {}
    for name, person in courier.newsroom.people.items():
        client = Client()
        client.force_login(person)
        sessions[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    return sessions


@pytest.fixture
def window(courier: Courier, keys: dict[str, str], chromium: Browser, place: Place) -> Iterator[BrowserContext]:
    context = chromium.new_context(
        viewport=PHONE if place.phone else DESK,
        color_scheme="dark" if place.dark else "light",
        reduced_motion="reduce",
    )
    context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": keys[place.person], "url": courier.url}])
    yield context
    context.close()


@pytest.mark.parametrize("place", PLACES, ids=lambda place: place.name)
def test_everybody_can_work_at(courier: Courier, stories: dict[str, int], window: BrowserContext, place: Place):
    page: Page = window.new_page()
    response = page.goto(courier.url + place.path.format(**stories))
    assert response
    assert response.status == 200
    if place.open:
        page.get_by_role("button", name=place.open).click()
        expect(page.locator("[role=menu], .form-side__panel:not([hidden])").first).to_be_visible()
    assert find_barriers(page) == []
