"""The calendar."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.users.models import UserProfile

from cms.models import Article
from tests.newsroom import Newsroom
from workflows import calendar
from workflows.clearance import is_cleared
from workflows.models import Commission, Desk

pytestmark = pytest.mark.django_db

MONDAY = date(2026, 11, 23)


@pytest.fixture(autouse=True)
def monday_morning(freezer):
    freezer.move_to("2026-11-23 09:00:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(f"2026-11-{text}:00+00:00")


def plan(newsroom: Newsroom, title: str, **fields) -> Commission:
    defaults = {"slug": "planned", "section": newsroom.section, "writer": newsroom.reporter}
    return Commission.objects.create(title=title, **(defaults | fields))


def week(newsroom: Newsroom, **filters) -> dict[int, list[tuple[str, str]]]:
    """Day of the month to what stands there, in order."""
    days = calendar.build_calendar(
        newsroom.publisher, calendar.Filters(**filters), first=MONDAY, day_count=7, now=timezone.now()
    )
    return {day.on.day: [(entry.kind.value, entry.title) for entry in day.entries] for day in days if day.entries}


def scheduled(newsroom: Newsroom, title: str = "For later", *, moment: datetime | None = None) -> Article:
    return newsroom.release(newsroom.clear(newsroom.draft(title)), at=moment or at("25T06:00"))


def move(client, kind: str, pk: int, **fields):
    return client.post(reverse("workflows:calendar_move", args=[kind, pk]), fields)


def test_each_story_stands_on_its_day(newsroom: Newsroom):
    newsroom.publish("Out")
    scheduled(newsroom)
    newsroom.publish("Embargoed", embargo_until=at("26T06:00"))
    plan(newsroom, "Planned", publish_at=at("27T12:00"), due_at=at("24T12:00"))
    plan(newsroom, "Only due", due_at=at("24T12:00"))
    assert week(newsroom) == {
        23: [("published", "Out")],
        24: [("due", "Only due")],
        25: [("scheduled", "For later")],
        26: [("embargoed", "Embargoed")],
        27: [("planned", "Planned")],
    }


def test_what_was_planned_and_is_scheduled_or_out_stands_there_once(newsroom: Newsroom):
    for title, article in (("Plan one", scheduled(newsroom)), ("Plan two", newsroom.publish("Out"))):
        plan(newsroom, title, article=article, publish_at=at("27T12:00"))
    assert week(newsroom) == {23: [("published", "Out")], 25: [("scheduled", "For later")]}


def test_dropped_plans_are_not_shown(newsroom: Newsroom):
    plan(newsroom, "Dropped", publish_at=at("27T12:00"), dropped_at=timezone.now())
    assert week(newsroom) == {}


def test_a_story_under_embargo_is_published_when_its_embargo_ended(newsroom: Newsroom, freezer):
    newsroom.publish("Embargoed", embargo_until=at("24T06:00"))
    freezer.move_to("2026-11-25 09:00:00")
    assert week(newsroom) == {24: [("published", "Embargoed")]}


def test_filters_narrow_it(newsroom: Newsroom):
    desk = Desk.objects.get(slug="news")
    plan(newsroom, "Harbour plan", publish_at=at("24T12:00"), desk=desk)
    plan(newsroom, "Council plan", publish_at=at("24T13:00"), section=newsroom.other_section, kind="opinion")
    scheduled(newsroom, "Harbour story")
    assert week(newsroom, section="council") == {24: [("planned", "Council plan")]}
    assert week(newsroom, kind="opinion") == {24: [("planned", "Council plan")]}
    assert week(newsroom, desk="news") == {24: [("planned", "Harbour plan")]}


def test_one_sees_the_sections_in_which_one_works(newsroom: Newsroom, client):
    plan(newsroom, "Harbour plan", publish_at=at("24T12:00"))
    scheduled(newsroom, "Harbour story")
    Group.objects.get(name="Reporters").page_permissions.update(page=newsroom.other_section.page_ptr)
    client.force_login(newsroom.reporter)
    shown = client.get(reverse("workflows:calendar"), {"on": "2026-11-24"}).content.decode()
    assert "Harbour plan" not in shown
    assert "Harbour story" not in shown


def test_a_full_day_says_how_many_more_there_are(newsroom: Newsroom, client):
    for number in range(calendar.DAY_LENGTH + 3):
        plan(newsroom, f"Plan {number}", slug=f"plan-{number}", publish_at=at("24T12:00") + timedelta(minutes=number))
    client.force_login(newsroom.editor)
    shown = client.get(reverse("workflows:calendar")).content.decode()
    assert "and 3 more" in shown
    assert "Plan 14" not in shown
    assert "Plan 14" in client.get(reverse("workflows:calendar"), {"by": "day", "on": "2026-11-24"}).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_stories(newsroom: Newsroom):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            week(newsroom)
        return len(captured)

    def fill(first: int, last: int) -> None:
        for number in range(first, last):
            plan(newsroom, "Planned", slug=f"plan-{number}", publish_at=at("24T12:00"))
            article = newsroom.clear_at_once(newsroom.draft())
            newsroom.release(article, at=at("25T06:00"))
            newsroom.release(newsroom.clear_at_once(newsroom.draft()))

    fill(0, 2)
    count()
    few = count()
    fill(2, 20)
    assert count() == few
    assert few <= 15


# The page


def test_the_week_begins_on_monday_and_its_neighbours_are_linked(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    answer = client.get(reverse("workflows:calendar"), {"on": "2026-11-25", "section": "harbour"})
    assert [day.on.day for day in answer.context["days"]] == [23, 24, 25, 26, 27, 28, 29]
    assert answer.context["later_url"] == "?on=2026-11-30&section=harbour"
    assert answer.context["earlier_url"] == "?on=2026-11-16&section=harbour"


def test_a_day_has_its_hours(newsroom: Newsroom, client):
    scheduled(newsroom, moment=at("25T06:30"))
    client.force_login(newsroom.editor)
    day = client.get(reverse("workflows:calendar"), {"by": "day", "on": "2026-11-25"}).context["days"][0]
    assert [(hour, [entry.title for entry in entries]) for hour, entries in day.hours if entries] == [
        (6, ["For later"])
    ]


def test_a_date_that_does_not_exist_shows_today(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    for nonsense in ("2026-02-31", "tomorrow"):
        assert client.get(reverse("workflows:calendar"), {"on": nonsense}).context["days"][0].on == MONDAY


@pytest.mark.parametrize("query", ["on=0001-01-01", "on=9999-12-31", "on=9999-12-31&by=day", "desk=%00", "section=%00"])
def test_an_address_that_nobody_would_write_shows_the_calendar(newsroom: Newsroom, client, query: str):
    client.force_login(newsroom.editor)
    assert client.get(f"{reverse('workflows:calendar')}?{query}").status_code == 200


@pytest.mark.parametrize("on", ["0001-01-01", "9999-12-31"])
def test_a_plan_is_not_dropped_at_the_end_of_time(newsroom: Newsroom, client, on: str):
    planned = plan(newsroom, "A ferry", due_at=at("24T10:00"))
    client.force_login(newsroom.editor)
    answer = client.post(reverse("workflows:calendar_move", args=["due", planned.pk]), {"on": on, "hour": "0"})
    assert (answer.status_code, answer.json()) == (422, {"reason": "There is no such day."})


def test_days_are_those_of_the_readers_own_time_zone(newsroom: Newsroom, client):
    UserProfile.objects.create(user=newsroom.editor, current_time_zone="Pacific/Auckland")
    scheduled(newsroom, moment=at("25T18:00"))
    client.force_login(newsroom.editor)
    answer = client.get(reverse("workflows:calendar"))
    assert [day.on.day for day in answer.context["days"] if day.entries] == [26]
    assert "Pacific/Auckland" in answer.content.decode()


# Moving


def test_a_scheduled_story_dropped_on_another_day_keeps_its_hour_and_its_clearance(newsroom: Newsroom, client):
    article = scheduled(newsroom, moment=at("25T06:30"))
    client.force_login(newsroom.publisher)
    answer = move(client, "scheduled", article.pk, on="2026-11-27", seen_at=at("25T06:30").isoformat())
    assert answer.json() == {"message": "“For later” moved to Friday 27 November, 06:30."}
    article = newsroom.fresh(article)
    assert article.scheduled_revision.approved_go_live_at == at("27T06:30")
    assert is_cleared(article.pk, newsroom.hash_of(article))


def test_a_story_dropped_on_another_hour_keeps_its_minutes(newsroom: Newsroom, client):
    article = scheduled(newsroom, moment=at("25T06:30"))
    client.force_login(newsroom.publisher)
    move(client, "scheduled", article.pk, on="2026-11-25", hour=14)
    assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == at("25T14:30")


def test_hours_are_those_of_whoever_drags(newsroom: Newsroom, client):
    UserProfile.objects.create(user=newsroom.publisher, current_time_zone="Pacific/Auckland")
    article = scheduled(newsroom, moment=at("25T06:30"))
    client.force_login(newsroom.publisher)
    move(client, "scheduled", article.pk, on="2026-11-26", hour=8)
    moved = newsroom.fresh(article).scheduled_revision.approved_go_live_at
    assert moved == datetime(2026, 11, 26, 8, 30, tzinfo=ZoneInfo("Pacific/Auckland"))


def test_the_form_moves_it_without_a_mouse(newsroom: Newsroom, client):
    article = scheduled(newsroom)
    client.force_login(newsroom.publisher)
    assert client.get(reverse("workflows:calendar_move", args=["scheduled", article.pk])).status_code == 200
    answer = move(client, "scheduled", article.pk, at="2026-11-28 07:15", seen_at=at("25T06:00").isoformat())
    assert answer.url == reverse("workflows:calendar") + "?on=2026-11-28"
    assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == at("28T07:15")


def test_a_story_that_has_gone_out_meanwhile_is_not_scheduled_again(newsroom: Newsroom, client):
    article = scheduled(newsroom)
    newsroom.release(article)
    client.force_login(newsroom.publisher)
    answer = move(client, "scheduled", article.pk, on="2026-11-27", seen_at=at("25T06:00").isoformat())
    assert answer.status_code == 409
    assert newsroom.fresh(article).live
    assert newsroom.fresh(article).scheduled_revision is None


def test_a_story_that_somebody_else_moved_is_not_moved_again(newsroom: Newsroom, client):
    article = scheduled(newsroom)
    client.force_login(newsroom.publisher)
    move(client, "scheduled", article.pk, on="2026-11-26", seen_at=at("25T06:00").isoformat())
    answer = move(client, "scheduled", article.pk, on="2026-11-27", seen_at=at("25T06:00").isoformat())
    assert answer.status_code == 409
    assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == at("26T06:00")


def test_a_reporter_does_not_move_a_release(newsroom: Newsroom, client):
    article = scheduled(newsroom)
    client.force_login(newsroom.reporter)
    answer = move(client, "scheduled", article.pk, on="2026-11-27")
    assert "You do not publish" in answer.json()["reason"]
    assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == at("25T06:00")


def test_nothing_moves_into_the_past(newsroom: Newsroom, client):
    article = scheduled(newsroom)
    client.force_login(newsroom.publisher)
    assert move(client, "scheduled", article.pk, on="2026-11-22").status_code == 422
    assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == at("25T06:00")


def test_an_embargo_is_not_moved_because_it_was_signed(newsroom: Newsroom, client):
    article = newsroom.publish("Embargoed", embargo_until=at("26T06:00"))
    client.force_login(newsroom.publisher)
    answer = move(client, "embargoed", article.pk, on="2026-11-27")
    assert "part of what the desks signed" in answer.json()["reason"]
    assert newsroom.fresh(article).embargo_until == at("26T06:00")


def test_a_published_story_stays_where_it_is(newsroom: Newsroom, client):
    article = newsroom.publish("Out")
    client.force_login(newsroom.publisher)
    assert "It is published" in move(client, "published", article.pk, on="2026-11-27").json()["reason"]
    shown = client.get(reverse("workflows:calendar_move", args=["published", article.pk])).content.decode()
    assert "readers have seen it at this time" in shown


def test_a_plan_moves(newsroom: Newsroom, client):
    planned = plan(newsroom, "Planned", publish_at=at("27T12:00"), due_at=at("24T12:00"))
    due = plan(newsroom, "Due", slug="due", due_at=at("24T12:00"))
    client.force_login(newsroom.editor)
    move(client, "planned", planned.pk, on="2026-11-28")
    move(client, "due", due.pk, on="2026-11-25")
    planned.refresh_from_db()
    due.refresh_from_db()
    assert (planned.publish_at, planned.due_at, due.due_at) == (at("28T12:00"), at("24T12:00"), at("25T12:00"))


def test_a_reporter_does_not_move_a_plan(newsroom: Newsroom, client):
    planned = plan(newsroom, "Planned", publish_at=at("27T12:00"))
    client.force_login(newsroom.reporter)
    assert move(client, "planned", planned.pk, on="2026-11-28").status_code == 403
    planned.refresh_from_db()
    assert planned.publish_at == at("27T12:00")
