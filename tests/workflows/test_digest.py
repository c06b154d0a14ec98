"""One mail a day of what waits."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone
from wagtail.models import Comment

from cms.models import User
from tests.newsroom import Newsroom
from workflows.models import Assignment, Commission, Notice, NoticePreference, SignOffRule
from workflows.notifications.digest import build_digest, send_digests

pytestmark = pytest.mark.django_db

MORNING = datetime(2026, 10, 5, 7, 2, tzinfo=UTC)


@pytest.fixture(autouse=True)
def morning(freezer, settings):
    settings.DIGEST_HOUR = 7
    freezer.move_to(MORNING)
    return freezer


def digests(person: User) -> list[Notice]:
    return list(Notice.objects.filter(kind="digest", channel="mail", person=person).order_by("pk"))


def headings(person: User) -> dict[str, list[str]]:
    return {part.heading: [text for text, _url in part.lines] for part in build_digest(person, timezone.now())}


def test_in_the_morning_each_person_is_told_what_waits(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("A ferry"))
    send_digests(timezone.now())
    (digest,) = digests(newsroom.editor)
    assert digest.subject == "One thing waits for you"
    assert "A ferry" in digest.text


def test_who_has_nothing_to_do_gets_no_mail(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("A ferry"))
    send_digests(timezone.now())
    assert digests(newsroom.copy) == []


def test_it_comes_once_a_day(newsroom: Newsroom, morning):
    newsroom.submit(newsroom.draft())
    for _ in range(3):
        send_digests(timezone.now())
        morning.tick(timedelta(minutes=5))
    assert len(digests(newsroom.editor)) == 1
    morning.tick(timedelta(days=1))
    send_digests(timezone.now())
    assert len(digests(newsroom.editor)) == 2


def test_who_had_nothing_in_the_morning_gets_none_later_that_day(newsroom: Newsroom, morning):
    send_digests(timezone.now())
    newsroom.submit(newsroom.draft())
    morning.tick(timedelta(minutes=30))
    send_digests(timezone.now())
    assert digests(newsroom.editor) == []


@pytest.mark.parametrize(("hour", "count"), [(6, 0), (7, 1), (9, 1), (10, 0), (23, 0)])
def test_it_comes_in_the_morning_or_not_at_all(newsroom: Newsroom, morning, hour: int, count: int):
    newsroom.submit(newsroom.draft())
    morning.move_to(MORNING.replace(hour=hour))
    send_digests(timezone.now())
    assert len(digests(newsroom.editor)) == count


def test_the_morning_is_that_of_the_newsroom(newsroom: Newsroom, morning, settings):
    settings.TIME_ZONE = "America/New_York"
    newsroom.submit(newsroom.draft())
    send_digests(timezone.now())
    assert digests(newsroom.editor) == []
    morning.move_to(datetime(2026, 10, 5, 11, 5, tzinfo=UTC))
    send_digests(timezone.now())
    assert len(digests(newsroom.editor)) == 1


def test_it_says_what_is_assigned_and_what_is_late(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("A ferry"))
    Assignment.objects.update(assignee=newsroom.editor, due_at=timezone.now() - timedelta(hours=1))
    assert headings(newsroom.editor) == {"You have": ["A ferry, at “Desk edit” (LATE, was due 05.10. 06:02)"]}


def test_it_says_what_came_back_and_what_is_to_be_written(newsroom: Newsroom):
    newsroom.send_back(newsroom.submit(newsroom.draft("A ferry")), by=newsroom.editor, reason="Which pier?")
    Commission.objects.create(
        title="The quay", slug="quay", section=newsroom.section, writer=newsroom.reporter, due_at=timezone.now()
    )
    lines = headings(newsroom.reporter)["To write"]
    assert [line.partition(" (")[0] for line in lines] == ["A ferry", "The quay"]


def test_a_desk_that_is_not_asked_hears_nothing(newsroom: Newsroom):
    SignOffRule.objects.filter(desk__slug="legal").update(stage=SignOffRule.objects.get(desk__slug="news").stage)
    newsroom.submit(newsroom.draft("A ferry"))
    assert headings(newsroom.lawyer) == {}
    newsroom.submit(newsroom.draft("A feud", sensitive=True))
    assert headings(newsroom.lawyer) == {"Waiting for your desk": ["A feud, at “Desk edit” (due 05.10. 11:02)"]}


def test_it_says_which_mentions_were_not_read(newsroom: Newsroom):
    article = newsroom.draft("A ferry")
    Comment.objects.create(page=article.page_ptr, user=newsroom.reporter, text="@copy, right?", contentpath="title")
    assert headings(newsroom.copy) == {"Mentions you have not read": ["Reporter mentions you: A ferry"]}
    Notice.objects.update(read_at=timezone.now())
    assert headings(newsroom.copy) == {}


def test_what_a_person_wants_to_hear_once_a_day_is_in_it_once(newsroom: Newsroom, morning):
    NoticePreference.objects.create(user=newsroom.publisher, kind="ready", mail=False, inbox=False, digest=True)
    newsroom.clear(newsroom.draft("A ferry"))
    send_digests(timezone.now())
    (digest,) = digests(newsroom.publisher)
    assert "Ready: A ferry" in digest.text
    morning.tick(timedelta(days=1))
    send_digests(timezone.now())
    assert len(digests(newsroom.publisher)) == 1


def test_who_does_not_want_it_gets_none(newsroom: Newsroom):
    NoticePreference.objects.create(user=newsroom.editor, kind="digest", mail=False, inbox=False)
    newsroom.submit(newsroom.draft())
    send_digests(timezone.now())
    assert digests(newsroom.editor) == []


def test_a_long_list_ends_with_a_number(newsroom: Newsroom):
    for number in range(27):
        newsroom.submit(newsroom.draft(f"Ferry {number}"))
    (part,) = build_digest(newsroom.editor, timezone.now())
    assert (part.count, len(part.lines), part.rest) == (27, 25, 2)
