"""Promise: a story scheduled for 06:00:00 is readable within 5 seconds of it, a hundred at once too."""

from datetime import UTC, datetime, timedelta

import pytest

from cms.exceptions import Refused
from tests.newsroom import Newsroom
from workflows import schedules
from workflows.tasks import release_due

pytestmark = pytest.mark.django_db
SIX = datetime(2030, 5, 4, 6, 0, tzinfo=UTC)


def test_it_is_readable_at_its_second_and_not_before(newsroom: Newsroom, client, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
    freezer.move_to(SIX - timedelta(seconds=1))
    release_due()
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 404
    freezer.move_to(SIX)
    release_due()
    answer = client.get(f"/api/v1/articles/{article.public_id}/")
    assert answer.status_code == 200
    assert answer.json()["published_at"] == "2030-05-04T06:00:00Z"


def test_many_at_once_are_released_by_one_run(newsroom: Newsroom, client, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    for _ in range(30):
        newsroom.release(newsroom.clear_at_once(newsroom.draft()), at=SIX)
    freezer.move_to(SIX)
    release_due()
    assert client.get("/api/v1/articles/?count=true&limit=1").json()["count"] == 30


def test_one_broken_story_delays_no_other(newsroom: Newsroom, client, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    broken = newsroom.release(newsroom.clear(newsroom.draft("Broken")), at=SIX)
    sound = newsroom.release(newsroom.clear(newsroom.draft("Sound")), at=SIX)
    broken.clearances.update(voided_at=SIX)
    freezer.move_to(SIX)
    release_due()
    assert client.get(f"/api/v1/articles/{sound.public_id}/").status_code == 200
    assert client.get(f"/api/v1/articles/{broken.public_id}/").status_code == 404
    assert newsroom.fresh(broken).approved_schedule
    client.force_login(newsroom.publisher)
    assert "Failed, retrying" in client.get("/admin/desk/board/").content.decode()


def test_a_story_that_failed_is_tried_again(newsroom: Newsroom, client, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
    article.clearances.update(voided_at=SIX)
    freezer.move_to(SIX)
    release_due()
    article.clearances.update(voided_at=None)
    freezer.move_to(SIX + timedelta(seconds=10))
    release_due()
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200
    assert newsroom.fresh(article).standing.release_error == ""


def test_a_time_that_has_passed_is_refused(newsroom: Newsroom, freezer):
    freezer.move_to(SIX)
    article = newsroom.clear(newsroom.draft())
    with pytest.raises(Refused, match="This time has passed"):
        newsroom.release(article, at=SIX - timedelta(minutes=1))


def test_a_held_story_does_not_go_out_and_stays_cleared(newsroom: Newsroom, client, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
    schedules.hold(newsroom.fresh(article), by=newsroom.publisher)
    freezer.move_to(SIX)
    release_due()
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 404
    newsroom.release(article)
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200


def test_an_expired_story_disappears_at_its_second(newsroom: Newsroom, client, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    article = newsroom.publish(expire_at=SIX)
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200
    freezer.move_to(SIX)
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 410
    release_due()
    assert not newsroom.fresh(article).live
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 410
