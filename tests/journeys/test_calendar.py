"""The calendar in a browser: with the mouse and without it."""

import re
from datetime import UTC, datetime, time, timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from cms.models import Article
from tests.journeys.courier import Courier
from tests.journeys.desks import Desks, Screen

TITLE = "The ferry runs again on Thursday"


def next_week(*, weekday: int) -> datetime:
    """06:30 on a day of next week; Monday is 0."""
    monday = timezone.localdate() + timedelta(days=7 - timezone.localdate().weekday())
    return datetime.combine(monday + timedelta(days=weekday), time(6, 30), tzinfo=UTC)


@pytest.fixture
def scheduled(courier: Courier) -> Article:
    newsroom = courier.newsroom
    return newsroom.release(newsroom.clear(newsroom.draft(TITLE)), at=next_week(weekday=1))


def day(screen: Screen, weekday: int) -> Locator:
    return screen.page.locator(f"[data-on='{next_week(weekday=weekday):%Y-%m-%d}']")


def entry(place: Locator) -> Locator:
    return place.get_by_role("listitem").filter(has_text=TITLE)


def test_a_release_is_moved_by_mouse_and_by_keyboard(courier: Courier, scheduled: Article, desks: Desks):
    publisher = desks("publisher")
    publisher.go(f"/admin/desk/calendar/?on={next_week(weekday=0):%Y-%m-%d}")
    expect(entry(day(publisher, 1))).to_contain_text("06:30")
    entry(day(publisher, 1)).drag_to(day(publisher, 3))
    expect(publisher.page.get_by_role("status").filter(has_text=f"“{TITLE}” moved to Thursday")).to_be_visible()
    expect(entry(day(publisher, 3))).to_contain_text("06:30")
    expect(entry(day(publisher, 1))).to_have_count(0)
    publisher.photograph("calendar-after-the-drag")

    entry(day(publisher, 3)).get_by_role("link", name=f"Move “{TITLE}”").press("Enter")
    field = publisher.page.get_by_role("textbox", name=re.compile("^Move it to"))
    field.fill(f"{next_week(weekday=4):%Y-%m-%d} 18:15")
    publisher.page.get_by_role("main").get_by_role("button", name="Move", exact=True).press("Enter")
    publisher.expect_message("Moved.")
    expect(entry(day(publisher, 4))).to_contain_text("18:15")

    reporter = desks("reporter")
    reporter.go(f"/admin/desk/calendar/?on={next_week(weekday=0):%Y-%m-%d}")
    expect(entry(day(reporter, 4))).to_contain_text("You do not publish in this section")
    expect(entry(day(reporter, 4)).get_by_role("link", name=re.compile("^Move"))).to_have_count(0)
