"""Promise: a process that dies at any moment loses no publication, takedown or notice; what was owed is done once.

Here the moments between two writes. Processes that are really killed: tests/journeys/test_crash.py.
"""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from api.models import Change, PublishedArticle
from api.tasks import reconcile_due, reconcile_strays
from cms.actions import kill
from tests.newsroom import Newsroom
from workflows.models import Notice
from workflows.notifications import delivery
from workflows.tasks import release_due, send_notice

pytestmark = pytest.mark.django_db
SIX = datetime(2030, 5, 4, 6, 0, tzinfo=UTC)


class PowerCut(BaseException):
    """The process ends here."""


@pytest.fixture(autouse=True)
def five(freezer):
    freezer.move_to(SIX - timedelta(hours=1))


def events(article) -> list[str]:
    return list(Change.objects.filter(public_id=article.public_id).order_by("sequence").values_list("event", flat=True))


def cut_off(act) -> None:
    """Do it, and end before the commit."""

    def act_and_die() -> None:
        act()
        raise PowerCut

    with pytest.raises(PowerCut), transaction.atomic():
        act_and_die()


def test_a_release_is_found_hours_later(newsroom: Newsroom, freezer):
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
    freezer.move_to(SIX + timedelta(hours=3))
    release_due()
    assert newsroom.readers_see(article)


def test_a_release_that_dies_before_its_commit_is_done_by_the_next_run(newsroom: Newsroom, freezer):
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
    freezer.move_to(SIX)
    cut_off(release_due)
    assert newsroom.readers_see(article) is None
    assert newsroom.fresh(article).approved_schedule
    release_due()
    assert newsroom.readers_see(article)
    assert events(article) == ["published"]


def test_a_clock_that_runs_twice_publishes_once(newsroom: Newsroom, freezer):
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
    freezer.move_to(SIX)
    for _ in range(2):
        release_due()
        reconcile_due()
        reconcile_strays()
    assert events(article) == ["published"]


def test_a_takedown_that_dies_before_its_commit_is_not_half_done(newsroom: Newsroom):
    article = newsroom.publish()
    cut_off(lambda: kill(article, reason="It was wrong.", by=newsroom.publisher))
    assert newsroom.fresh(article).live
    assert newsroom.readers_see(article)
    assert not article.takedowns.exists()
    assert events(article) == ["published"]


def test_a_row_that_should_not_be_there_is_found(newsroom: Newsroom):
    article = newsroom.publish()
    type(article).objects.filter(pk=article.pk).update(live=False)
    reconcile_strays()
    assert newsroom.readers_see(article) is None
    assert events(article) == ["published", "withdrawn"]


def test_a_row_that_is_missing_is_found(newsroom: Newsroom):
    article = newsroom.publish()
    PublishedArticle.objects.filter(article_id=article.pk).delete()
    reconcile_strays()
    assert newsroom.readers_see(article)


def test_a_notice_whose_task_was_lost_with_redis_is_found_and_sent_once(newsroom: Newsroom, mailoutbox, freezer):
    newsroom.submit(newsroom.draft("A ferry"))
    freezer.tick(timedelta(minutes=5))
    owed = list(delivery.find_owed(timezone.now()).values_list("pk", flat=True))
    for notice_id in owed * 2:
        send_notice(notice_id)
    assert [mail.to for mail in mailoutbox] == [["editor@example.org"]]
    assert not delivery.find_owed(timezone.now()).exists()


def test_a_notice_whose_task_runs_twice_is_sent_once(newsroom: Newsroom, mailoutbox):
    newsroom.submit(newsroom.draft("A ferry"))
    notice = Notice.objects.get(address="editor@example.org", channel=Notice.Channel.MAIL)
    for _ in range(2):
        send_notice(notice.pk)
    assert len(mailoutbox) == 1


def test_what_was_rolled_back_is_told_to_nobody(newsroom: Newsroom, mailoutbox, freezer):
    article = newsroom.draft()
    cut_off(lambda: newsroom.submit(article))
    freezer.tick(timedelta(minutes=5))
    assert not delivery.find_owed(timezone.now()).exists()
    assert mailoutbox == []
    assert not Notice.objects.exists()
