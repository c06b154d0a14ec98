"""A scheduled release: it can be held, moved and cancelled, and locks nobody out of the story."""

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse
from wagtail.models import PageLogEntry

from cms.exceptions import PublicationRefused, Refused
from cms.models import Article, NewsImage
from tests.newsroom import Newsroom
from workflows import schedules
from workflows.models import SignOff, SignOffRule
from workflows.tasks import release_due

pytestmark = pytest.mark.django_db
SIX = datetime(2030, 5, 4, 6, 0, tzinfo=UTC)
SEVEN = SIX + timedelta(hours=1)


@pytest.fixture
def scheduled(newsroom: Newsroom, freezer) -> Article:
    """A story that goes out at six; it is three now."""
    freezer.move_to(SIX - timedelta(hours=3))
    return newsroom.release(newsroom.clear(newsroom.draft("The ferry is late")), at=SIX)


def readers_see_at(newsroom: Newsroom, freezer, article: Article, at: datetime) -> str:
    """The headline that readers see at `at`; empty if there is none."""
    freezer.move_to(at)
    release_due()
    row = newsroom.readers_see(article)
    return row.title if row else ""


def page(article: Article, name: str = "schedule") -> str:
    return reverse(f"workflows:{name}", args=[article.pk])


@pytest.mark.parametrize("person", ["editor", "publisher", "boss"])
def test_a_scheduled_story_can_be_edited(newsroom: Newsroom, scheduled: Article, client, person: str):
    lock = newsroom.fresh(scheduled).get_lock()
    assert not lock.for_user(newsroom.people[person])
    client.force_login(newsroom.people[person])
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[scheduled.pk])).content.decode()
    assert "goes out on 4 May 2030" in shown


def test_a_persons_lock_holds_for_a_scheduled_story(newsroom: Newsroom, scheduled: Article):
    Article.objects.filter(pk=scheduled.pk).update(locked=True, locked_by=newsroom.editor)
    assert newsroom.fresh(scheduled).get_lock().for_user(newsroom.publisher)


def test_the_stage_of_the_new_version_locks_as_ever(newsroom: Newsroom, scheduled: Article):
    newsroom.submit(newsroom.edit(scheduled, by=newsroom.reporter, title="Mended"))
    lock = newsroom.fresh(scheduled).get_lock()
    assert lock.for_user(newsroom.reporter)
    assert not lock.for_user(newsroom.editor)


def test_an_edit_does_not_go_out_unreviewed(newsroom: Newsroom, scheduled: Article, freezer):
    newsroom.edit(scheduled, by=newsroom.editor, title="Not read by anybody")
    assert readers_see_at(newsroom, freezer, scheduled, SIX) == "The ferry is late"


def test_autosave_does_not_write_over_what_goes_out(newsroom: Newsroom, scheduled: Article, freezer):
    revision = newsroom.fresh(scheduled).scheduled_revision
    version = revision.as_object()
    version.title = "Saved by itself"
    version.save_revision(user=revision.user, overwrite_revision=revision)
    assert newsroom.fresh(scheduled).scheduled_revision == revision
    assert readers_see_at(newsroom, freezer, scheduled, SIX) == "The ferry is late"


def test_a_review_of_the_mended_version_goes_on_when_the_scheduled_one_goes_out(
    newsroom: Newsroom, scheduled: Article, freezer
):
    newsroom.edit(scheduled, by=newsroom.reporter, title="Mended")
    newsroom.sign(newsroom.submit(scheduled), by=newsroom.editor)
    assert readers_see_at(newsroom, freezer, scheduled, SIX) == "The ferry is late"
    assert newsroom.stage(scheduled) == "Copy and facts"


def test_a_mended_version_that_is_cleared_takes_the_time_only_if_a_publisher_says_so(
    newsroom: Newsroom, scheduled: Article, freezer, client
):
    newsroom.clear(newsroom.edit(scheduled, by=newsroom.reporter, title="Mended"))
    found = schedules.find(newsroom.fresh(scheduled))
    assert (found.newer, found.newer_is_ready) == (True, True)
    client.force_login(newsroom.publisher)
    assert "Let the newer version take the time" in client.get(page(scheduled)).content.decode()
    client.post(page(scheduled), {"act": "take_over", "at": "", "content_hash": newsroom.hash_of(scheduled)})
    assert readers_see_at(newsroom, freezer, scheduled, SIX) == "Mended"


def test_left_alone_the_version_that_was_scheduled_goes_out(newsroom: Newsroom, scheduled: Article, freezer):
    newsroom.clear(newsroom.edit(scheduled, by=newsroom.reporter, title="Mended"))
    assert readers_see_at(newsroom, freezer, scheduled, SIX) == "The ferry is late"


def test_a_text_fix_asks_only_the_desks_concerned(newsroom: Newsroom, image, freezer):
    SignOffRule.objects.filter(desk__slug="pictures").update(matters=["pictures"])
    freezer.move_to(SIX - timedelta(hours=3))
    article = newsroom.release(newsroom.clear(newsroom.draft(lead_image=image)), at=SIX)
    freezer.tick(60)
    newsroom.submit(newsroom.edit(article, by=newsroom.reporter, standfirst="Mended in one word."))
    newsroom.sign(article, by=newsroom.editor)
    newsroom.sign(article, by=newsroom.copy)
    assert newsroom.stage(article) == ""
    carried = SignOff.objects.get(article=article, content_hash=newsroom.hash_of(article), desk__slug="pictures")
    assert carried.carried_from


def test_a_moved_release_goes_out_at_the_new_time(newsroom: Newsroom, scheduled: Article, freezer):
    schedules.move(newsroom.fresh(scheduled), at=SEVEN, by=newsroom.publisher)
    assert readers_see_at(newsroom, freezer, scheduled, SIX) == ""
    assert readers_see_at(newsroom, freezer, scheduled, SEVEN) == "The ferry is late"


def test_moving_keeps_the_version_that_was_scheduled(newsroom: Newsroom, scheduled: Article, freezer):
    newsroom.edit(scheduled, by=newsroom.editor, title="Not read by anybody")
    seen = newsroom.hash_of(scheduled)
    schedules.move(newsroom.fresh(scheduled), at=SEVEN, by=newsroom.publisher)
    assert newsroom.hash_of(scheduled) == seen
    assert readers_see_at(newsroom, freezer, scheduled, SEVEN) == "The ferry is late"


@pytest.mark.parametrize("at", [SIX - timedelta(hours=4), SIX - timedelta(hours=3)])
def test_a_release_cannot_be_moved_into_the_past(newsroom: Newsroom, scheduled: Article, at: datetime):
    with pytest.raises(Refused, match="This time has passed"):
        schedules.move(newsroom.fresh(scheduled), at=at, by=newsroom.publisher)


def test_a_release_cannot_be_moved_beyond_the_expiry(newsroom: Newsroom, freezer):
    freezer.move_to(SIX - timedelta(hours=3))
    article = newsroom.release(newsroom.clear(newsroom.draft(expire_at=SEVEN)), at=SIX)
    with pytest.raises(Refused, match="expire"):
        schedules.move(newsroom.fresh(article), at=SEVEN, by=newsroom.publisher)


def test_a_release_cannot_be_moved_beyond_the_rights_to_a_picture(newsroom: Newsroom, image, freezer):
    freezer.move_to(SIX - timedelta(hours=3))
    NewsImage.objects.filter(pk=image.pk).update(rights_end_on=SIX.date())
    article = newsroom.release(newsroom.clear(newsroom.draft(lead_image=image)), at=SIX)
    with pytest.raises(PublicationRefused, match="rights to the picture"):
        schedules.move(newsroom.fresh(article), at=SIX + timedelta(days=2), by=newsroom.publisher)
    assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == SIX


def test_a_release_can_be_moved_from_after_the_rights_to_a_picture_to_before_they_end(
    newsroom: Newsroom, image, freezer
):
    freezer.move_to(SIX - timedelta(hours=3))
    article = newsroom.release(newsroom.clear(newsroom.draft(lead_image=image)), at=SIX + timedelta(days=2))
    NewsImage.objects.filter(pk=image.pk).update(rights_end_on=SIX.date())
    schedules.move(newsroom.fresh(article), at=SIX, by=newsroom.publisher)
    assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == SIX


def test_a_release_that_is_no_longer_cleared_cannot_be_moved(newsroom: Newsroom, scheduled: Article):
    scheduled.clearances.update(voided_at=SIX - timedelta(hours=3))
    with pytest.raises(PublicationRefused):
        schedules.move(newsroom.fresh(scheduled), at=SEVEN, by=newsroom.publisher)


@pytest.mark.parametrize("stop", [schedules.hold, schedules.cancel])
def test_a_release_that_was_stopped_does_not_go_out_and_stays_cleared(
    newsroom: Newsroom, scheduled: Article, freezer, stop
):
    stop(newsroom.fresh(scheduled), by=newsroom.publisher)
    assert readers_see_at(newsroom, freezer, scheduled, SIX) == ""
    newsroom.release(scheduled)
    assert newsroom.readers_see(scheduled)


def test_a_held_release_remembers_its_time(newsroom: Newsroom, scheduled: Article, client):
    schedules.hold(newsroom.fresh(scheduled), by=newsroom.publisher)
    client.force_login(newsroom.publisher)
    assert "2030-05-04 06:00" in client.get(page(scheduled, "release")).content.decode()


def test_a_cancelled_time_is_forgotten(newsroom: Newsroom, scheduled: Article, client):
    schedules.cancel(newsroom.fresh(scheduled), by=newsroom.publisher)
    client.force_login(newsroom.publisher)
    assert "2030-05-04" not in client.get(page(scheduled, "release")).content.decode()


def test_stopping_the_older_version_does_not_touch_the_newer_one(newsroom: Newsroom, scheduled: Article):
    newsroom.edit(scheduled, by=newsroom.editor, title="Not read by anybody")
    seen = newsroom.hash_of(scheduled)
    schedules.hold(newsroom.fresh(scheduled), by=newsroom.publisher)
    assert newsroom.hash_of(scheduled) == seen
    assert newsroom.fresh(scheduled).standing.changed_by == newsroom.editor


def test_a_version_that_is_written_again_later_does_not_pass_for_the_latest(newsroom: Newsroom, scheduled: Article):
    newsroom.edit(scheduled, by=newsroom.editor, title="Not read by anybody")
    seen = newsroom.hash_of(scheduled)
    newsroom.fresh(scheduled).scheduled_revision.save()
    assert newsroom.hash_of(scheduled) == seen


@pytest.mark.parametrize("person", ["reporter", "editor", "copy", "lawyer"])
def test_who_does_not_publish_changes_no_schedule(newsroom: Newsroom, scheduled: Article, client, person: str):
    for act in (schedules.hold, schedules.cancel):
        with pytest.raises(Refused, match="do not publish"):
            act(newsroom.fresh(scheduled), by=newsroom.people[person])
    with pytest.raises(Refused, match="do not publish"):
        schedules.move(newsroom.fresh(scheduled), at=SEVEN, by=newsroom.people[person])
    client.force_login(newsroom.people[person])
    client.post(page(scheduled), {"act": "hold"})
    assert newsroom.fresh(scheduled).approved_schedule


@pytest.mark.parametrize(("act", "left"), [("hold", None), ("cancel", None), ("move", SEVEN)])
def test_it_is_done_on_a_page(newsroom: Newsroom, scheduled: Article, client, act: str, left: datetime | None):
    client.force_login(newsroom.publisher)
    assert client.post(page(scheduled), {"act": act, "at": "2030-05-04 07:00:00"}).status_code == 302
    revision = newsroom.fresh(scheduled).scheduled_revision
    assert (revision.approved_go_live_at if revision else None) == left


def test_the_log_says_who_moved_it_from_when_to_when(newsroom: Newsroom, scheduled: Article):
    schedules.move(newsroom.fresh(scheduled), at=SEVEN, by=newsroom.publisher)
    entry = PageLogEntry.objects.get(page=scheduled, action="workflows.move_release")
    assert entry.user == newsroom.publisher
    assert entry.data["hash"] == newsroom.hash_of(scheduled)
    assert (entry.data["from_time"], entry.data["to_time"]) == (SIX.isoformat(), SEVEN.isoformat())
