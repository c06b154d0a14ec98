"""Due times: who is told before, at and after them, and who when nobody did it."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from wagtail.models import GroupPagePermission

from cms.models import Article, User
from tests.newsroom import Newsroom
from workflows import progress
from workflows.deadlines import Step, steps_at, tell_of_deadlines
from workflows.models import Assignment, Commission, Desk, Notice

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 10, 5, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture(autouse=True)
def clock(freezer, settings):
    settings.DUE_SOON_MINUTES, settings.LATE_AFTER_MINUTES, settings.ESCALATE_AFTER_MINUTES = 60, 15, 90
    freezer.move_to(NOON - timedelta(hours=4))
    return freezer


@pytest.fixture
def story(newsroom: Newsroom) -> Article:
    """In review, at the desk edit, due at noon; nobody has taken it."""
    article = newsroom.submit(newsroom.draft("A ferry"))
    due(article, NOON)
    return article


@pytest.fixture
def commission(newsroom: Newsroom) -> Commission:
    """A text that the reporter owes the news desk at noon."""
    return Commission.objects.create(
        title="The new quay",
        slug="quay",
        section=newsroom.section,
        desk=Desk.objects.get(slug="news"),
        writer=newsroom.reporter,
        created_by=newsroom.editor,
        due_at=NOON,
    )


def due(article: Article, at: datetime | None, assignee: User | None = None) -> None:
    Assignment.objects.filter(article=article, ended_at=None).update(due_at=at, assignee=assignee)


def run(clock, at: datetime) -> None:
    """The clock of the newsroom, each minute from now to `at`."""
    now = timezone.now()
    while now < at:
        now = min(now + MINUTE * 5, at)
        clock.move_to(now)
        tell_of_deadlines(now)


def told(person: User) -> list[str]:
    """Subjects of what a person was told of due times, in order."""
    notices = Notice.objects.filter(person=person, channel="mail", kind__in=["due", "escalation"])
    return list(notices.order_by("created_at", "pk").values_list("subject", flat=True))


@pytest.mark.parametrize(
    ("minutes", "steps"),
    [
        (-61, []),
        (-60, [Step.SOON]),
        (-1, [Step.SOON]),
        (0, [Step.NOW]),
        (14, [Step.NOW]),
        (15, [Step.LATE]),
        (89, [Step.LATE]),
        (90, [Step.LATE, Step.ESCALATED]),
    ],
)
def test_what_is_told_depends_on_how_near_it_is(minutes: int, steps: list[Step]):
    assert steps_at(NOON, NOON + MINUTE * minutes) == steps


def test_whoever_has_a_story_is_told_before_at_and_after_its_due_time(newsroom: Newsroom, story: Article, clock):
    due(story, NOON, newsroom.editor)
    run(clock, NOON + timedelta(minutes=60))
    assert told(newsroom.editor) == ["Due at 12:00: A ferry", "Due now: A ferry", "Late: A ferry"]


def test_nothing_is_told_before_its_time(newsroom: Newsroom, story: Article, clock):
    run(clock, NOON - timedelta(minutes=65))
    assert told(newsroom.editor) == []


def test_the_desk_is_told_of_what_nobody_took(newsroom: Newsroom, story: Article, clock):
    Desk.objects.filter(slug="news").update(email="desk@example.org")
    clock.move_to(NOON)
    tell_of_deadlines(NOON)
    notices = Notice.objects.filter(kind="due", channel="mail")
    assert {notice.address for notice in notices} == {"editor@example.org", "desk@example.org"}
    assert "Nobody has taken it yet." in notices[0].text


def test_whoever_wrote_it_is_not_told_to_review_it(newsroom: Newsroom, story: Article, clock):
    newsroom.edit(story, by=newsroom.editor, title="A late ferry")
    tell_of_deadlines(NOON)
    assert told(newsroom.editor) == []


def test_the_head_of_the_desk_is_told_when_it_stays_late(newsroom: Newsroom, story: Article, clock):
    Desk.objects.filter(slug="news").update(head=newsroom.publisher)
    due(story, NOON, newsroom.editor)
    run(clock, NOON + timedelta(minutes=200))
    assert told(newsroom.publisher) == ["Still late: A ferry"]
    assert "Editor has it." in Notice.objects.get(person=newsroom.publisher, channel="mail").text


def test_without_a_head_the_desk_is_told_when_it_stays_late(newsroom: Newsroom, story: Article, clock):
    due(story, NOON, newsroom.editor)
    run(clock, NOON + timedelta(minutes=200))
    assert told(newsroom.editor)[-1] == "Still late: A ferry"


def test_a_head_who_has_left_is_passed_over(newsroom: Newsroom, story: Article, clock):
    User.objects.filter(pk=newsroom.publisher.pk).update(is_active=False)
    Desk.objects.filter(slug="news").update(head=newsroom.publisher)
    run(clock, NOON + timedelta(minutes=200))
    assert told(newsroom.publisher) == []
    assert "Still late: A ferry" in told(newsroom.editor)


def test_two_runs_in_one_minute_tell_once(newsroom: Newsroom, story: Article):
    tell_of_deadlines(NOON)
    tell_of_deadlines(NOON)
    assert told(newsroom.editor) == ["Due now: A ferry"]


def test_a_new_due_time_is_told_of_anew(newsroom: Newsroom, story: Article, clock):
    due(story, NOON, newsroom.editor)
    run(clock, NOON)
    due(story, NOON + timedelta(hours=2), newsroom.editor)
    run(clock, NOON + timedelta(hours=2))
    assert told(newsroom.editor) == [
        "Due at 12:00: A ferry",
        "Due now: A ferry",
        "Due at 14:00: A ferry",
        "Due now: A ferry",
    ]


def test_whoever_gets_a_late_story_is_told_and_the_one_before_no_more(newsroom: Newsroom, story: Article, clock):
    due(story, NOON, newsroom.editor)
    run(clock, NOON)
    progress.end_assignment(story)
    Assignment.objects.create(
        article=story, stage=Assignment.objects.get().stage, assignee=newsroom.publisher, due_at=NOON
    )
    run(clock, NOON + timedelta(minutes=30))
    assert told(newsroom.editor) == ["Due at 12:00: A ferry", "Due now: A ferry"]
    assert told(newsroom.publisher) == ["Due now: A ferry", "Late: A ferry"]


def test_what_is_signed_in_time_is_told_of_no_more(newsroom: Newsroom, story: Article, clock):
    newsroom.sign(story, by=newsroom.editor)
    due(story, None)
    run(clock, NOON + timedelta(hours=3))
    assert told(newsroom.editor) == []


def test_a_cancelled_review_has_no_deadline(newsroom: Newsroom, story: Article, clock):
    story.current_workflow_state.cancel(user=newsroom.reporter)
    run(clock, NOON + timedelta(hours=3))
    assert told(newsroom.editor) == []


def test_a_clock_that_was_away_says_only_what_is_still_true(newsroom: Newsroom, story: Article, clock):
    due(story, NOON, newsroom.editor)
    clock.move_to(NOON + timedelta(hours=3))
    tell_of_deadlines(timezone.now())
    assert told(newsroom.editor) == ["Late: A ferry", "Still late: A ferry"]


def test_what_was_late_long_ago_is_not_told_of(newsroom: Newsroom, story: Article, clock):
    clock.move_to(NOON + timedelta(days=7))
    tell_of_deadlines(timezone.now())
    assert told(newsroom.editor) == []


def test_who_does_not_want_to_hear_of_it_costs_nothing(newsroom: Newsroom, story: Article, clock):
    from workflows.models import NoticePreference

    NoticePreference.objects.create(user=newsroom.editor, kind="due", mail=False, inbox=False)
    due(story, NOON, newsroom.editor)
    assert tell_of_deadlines(NOON) == 0


# The text of a commission ---------------------------------------------------------------------------------------------


def test_the_writer_is_told_when_a_text_is_due(newsroom: Newsroom, commission: Commission, clock):
    run(clock, NOON + timedelta(minutes=20))
    assert told(newsroom.reporter) == ["Due at 12:00: The new quay", "Due now: The new quay", "Late: The new quay"]


def test_a_text_that_stays_away_reaches_the_head_of_the_desk(newsroom: Newsroom, commission: Commission, clock):
    Desk.objects.filter(slug="news").update(head=newsroom.publisher)
    run(clock, NOON + timedelta(hours=3))
    assert told(newsroom.publisher) == ["Still late: The new quay"]


def test_a_text_that_no_desk_asked_for_reaches_whoever_did(newsroom: Newsroom, commission: Commission, clock):
    Commission.objects.update(desk=None)
    run(clock, NOON + timedelta(hours=3))
    assert told(newsroom.editor) == ["Still late: The new quay"]


def test_a_text_that_is_in_review_is_due_no_more(newsroom: Newsroom, commission: Commission, clock):
    article = newsroom.submit(newsroom.draft("The new quay"))
    due(article, None)
    Commission.objects.update(article=article)
    run(clock, NOON + timedelta(hours=3))
    assert told(newsroom.reporter) == []


def test_a_text_that_came_back_is_due_again(newsroom: Newsroom, commission: Commission, clock):
    article = newsroom.send_back(newsroom.submit(newsroom.draft()), by=newsroom.editor, reason="Which pier?")
    Commission.objects.update(article=article)
    run(clock, NOON)
    assert len(told(newsroom.reporter)) == 2


@pytest.mark.parametrize("state", ["cleared", "published", "dropped"])
def test_a_text_that_nobody_waits_for_is_not_due(newsroom: Newsroom, commission: Commission, clock, state: str):
    article = newsroom.draft()
    Commission.objects.update(article=article)
    if state == "dropped":
        Commission.objects.update(dropped_at=timezone.now())
    else:
        newsroom.clear_at_once(article)
    if state == "published":
        newsroom.release(article)
    run(clock, NOON + timedelta(hours=3))
    assert told(newsroom.reporter) == []


def test_a_minute_costs_the_same_however_many_stories_are_late(
    newsroom: Newsroom, story: Article, clock, django_assert_max_num_queries
):
    for _ in range(10):
        due(newsroom.submit(newsroom.draft()), NOON, newsroom.editor)
    tell_of_deadlines(NOON)
    with django_assert_max_num_queries(4):
        assert tell_of_deadlines(NOON) == 0


def test_the_head_of_a_desk_hears_nothing_of_sections_that_are_closed_to_them(newsroom: Newsroom, story: Article):
    GroupPagePermission.objects.filter(group__name="Desk editors").update(page=newsroom.other_section)
    Desk.objects.filter(slug="news").update(head=newsroom.editor)
    before = Notice.objects.filter(person=newsroom.editor).count()
    assert tell_of_deadlines(NOON + 100 * MINUTE)
    assert Notice.objects.filter(person=newsroom.editor).count() == before


def test_a_plan_of_a_section_that_is_closed_to_them_is_no_business_of_the_members_of_its_desk(
    newsroom: Newsroom, commission: Commission
):
    GroupPagePermission.objects.filter(group__name="Desk editors").update(page=newsroom.other_section)
    Commission.objects.update(writer=None)
    assert tell_of_deadlines(NOON + MINUTE)
    assert not Notice.objects.filter(person=newsroom.editor).exists()
