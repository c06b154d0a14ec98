"""Promise: unpublish, kill, a private section, expiry and deletion withdraw the story everywhere at once."""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from wagtail.models import PageViewRestriction
from wagtail.rich_text import RichText

from api.models import Change
from api.related.tasks import relate_all_due
from api.representation.store import reconcile
from api.tasks import reconcile_stories_showing, reconcile_strays
from cms.actions import kill, take_down
from cms.exceptions import PublicationRefused, Refused
from cms.models import OwedTask, Pick
from tests.factories import NewsImageFactory
from tests.newsroom import Newsroom
from workflows.exceptions import StoryMovedOn
from workflows.tasks import release_due

pytestmark = pytest.mark.django_db


def is_gone(client, newsroom: Newsroom, article) -> bool:
    lists = [
        "/api/v1/articles/",
        "/api/v1/articles/?q=ferry",
        "/api/v1/articles/?section=harbour",
        f"/api/v1/articles/?ids={article.public_id}",
        "/api/v1/articles/?author=ottoline-quay",
    ]
    for address in lists:
        ids = [item["id"] for item in client.get(address).json()["items"]]
        if str(article.public_id) in ids:
            return False
    for address in ("/feeds/all.rss", "/feeds/all.atom", "/feeds/all.json", "/sitemaps/news.xml"):
        if article.slug in client.get(address).content.decode():
            return False
    return client.get(f"/api/v1/articles/{article.public_id}/").status_code in (404, 410)


WAYS = {
    "killed": lambda newsroom, article: kill(article, reason="It was wrong.", by=newsroom.publisher),
    "taken_down": lambda newsroom, article: take_down(article, by=newsroom.publisher),
    "unpublished": lambda newsroom, article: article.unpublish(user=newsroom.publisher),
    "deleted": lambda newsroom, article: article.delete(),
    "section_deleted": lambda newsroom, article: newsroom.section.delete(),
    "section_private": lambda newsroom, article: PageViewRestriction.objects.create(
        page=newsroom.section.page_ptr, restriction_type=PageViewRestriction.LOGIN
    ),
}


@pytest.mark.parametrize("way", WAYS)
def test_it_is_gone_from_every_address_at_once(newsroom: Newsroom, client, way):
    image = NewsImageFactory()
    picture = image.get_rendition("width-320|format-webp").url
    article = newsroom.publish("The ferry is late", lead_image=image)
    assert not is_gone(client, newsroom, article)
    assert client.get(picture).status_code == 200
    WAYS[way](newsroom, newsroom.fresh(article))
    assert is_gone(client, newsroom, article)
    assert client.get(picture).status_code == 404
    assert Change.objects.last().event == "withdrawn"


def test_a_story_moved_to_a_private_section_is_gone(newsroom: Newsroom, client):
    PageViewRestriction.objects.create(page=newsroom.other_section.page_ptr, restriction_type=PageViewRestriction.LOGIN)
    article = newsroom.publish()
    article.move(newsroom.other_section, pos="last-child")
    assert is_gone(client, newsroom, article)


def test_a_section_made_public_again_shows_its_stories(newsroom: Newsroom, client):
    article = newsroom.publish()
    restriction = PageViewRestriction.objects.create(
        page=newsroom.section.page_ptr, restriction_type=PageViewRestriction.LOGIN
    )
    restriction.delete()
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200


def test_it_leaves_related_links_at_once(newsroom: Newsroom, client):
    one, other = newsroom.publish("The ferry is late"), newsroom.publish("A ferry for the harbour")
    relate_all_due(seconds=30)
    address = f"/api/v1/articles/{one.public_id}/related/"
    assert [item["id"] for item in client.get(address).json()["items"]] == [str(other.public_id)]
    kill(other, reason="It was wrong.", by=newsroom.publisher)
    assert client.get(address).json()["items"] == []


def test_a_pending_approval_cannot_bring_it_back(newsroom: Newsroom, client):
    article = newsroom.publish()
    newsroom.edit(article, by=newsroom.reporter, title="A new version")
    newsroom.submit(article)
    newsroom.sign(article, by=newsroom.editor)
    state, seen = newsroom.task_state(article), newsroom.hash_of(article)
    kill(newsroom.fresh(article), reason="It was wrong.", by=newsroom.publisher)
    assert newsroom.stage(article) == ""
    from workflows import actions

    with pytest.raises(StoryMovedOn):
        actions.sign_off(newsroom.fresh(article), task_state_id=state.pk, content_hash=seen, by=newsroom.copy)
    assert is_gone(client, newsroom, article)


def test_what_was_cleared_before_a_kill_cannot_be_released_after_it(newsroom: Newsroom, client):
    article = newsroom.publish()
    kill(article, reason="It was wrong.", by=newsroom.publisher)
    with pytest.raises(PublicationRefused):
        newsroom.release(article)
    with pytest.raises(PublicationRefused):
        newsroom.fresh(article).get_latest_revision().publish()
    assert is_gone(client, newsroom, article)


def test_a_kill_cancels_the_schedule(newsroom: Newsroom, client, freezer):
    at = timezone.now() + timedelta(hours=1)
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=at)
    kill(article, reason="The source withdrew.", by=newsroom.publisher)
    assert not newsroom.fresh(article).approved_schedule
    freezer.move_to(at + timedelta(seconds=1))
    release_due()
    assert newsroom.readers_see(article) is None


def test_a_new_review_brings_it_back(newsroom: Newsroom, client):
    article = newsroom.publish()
    kill(article, reason="It was wrong.", by=newsroom.publisher)
    newsroom.release(newsroom.clear(newsroom.edit(article, by=newsroom.reporter, title="Now it is right")))
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["title"] == "Now it is right"


def test_a_kill_needs_a_reason_and_the_right_to_publish(newsroom: Newsroom):
    article = newsroom.publish()
    with pytest.raises(Refused, match="reason"):
        kill(article, reason=" ", by=newsroom.publisher)
    with pytest.raises(Refused, match="do not publish"):
        kill(article, reason="It was wrong.", by=newsroom.editor)
    assert newsroom.fresh(article).live


def test_an_unpublish_that_cannot_be_stored_is_not_half_done(newsroom: Newsroom, client):
    article = newsroom.publish()
    with connection.cursor() as cursor:
        # The shelf refuses to forget this row, as a lock that times out would.
        cursor.execute("ALTER TABLE api_tombstone ADD CONSTRAINT no_room CHECK (false) NOT VALID")

    def unpublish() -> None:
        newsroom.fresh(article).unpublish()

    with pytest.raises(DatabaseError), transaction.atomic():
        unpublish()
    assert newsroom.fresh(article).live
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 200


def test_the_sweep_withdraws_what_a_script_took_offline(newsroom: Newsroom, client):
    article = newsroom.publish()
    type(article).objects.filter(pk=article.pk).update(live=False)
    reconcile_strays()
    assert is_gone(client, newsroom, article)


def test_unpublishing_a_section_withdraws_its_stories(newsroom: Newsroom, client):
    article = newsroom.publish()
    newsroom.section.unpublish()
    assert is_gone(client, newsroom, article)


def test_a_reason_given_after_the_withdrawal_is_told(newsroom: Newsroom, client):
    article = newsroom.publish()
    newsroom.fresh(article).unpublish()
    kill(newsroom.fresh(article), reason="It was wrong.", by=newsroom.publisher)
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["reason"] == "It was wrong."


def test_the_old_slug_of_a_killed_story_is_gone_too(newsroom: Newsroom, client):
    article = newsroom.publish("The first headline")
    newsroom.edit(article, by=newsroom.reporter, slug="another-slug")
    newsroom.release(newsroom.clear(article))
    kill(newsroom.fresh(article), reason="It was wrong.", by=newsroom.publisher)
    assert client.get("/api/v1/articles/the-first-headline/").status_code == 410


def test_a_story_released_by_the_clock_loses_its_link_to_a_killed_one(newsroom: Newsroom, client, freezer):
    killed = newsroom.publish("The claim that was wrong")
    at = timezone.now() + timedelta(hours=1)
    text = f'<p>As in <a linktype="page" id="{killed.pk}">an earlier story</a>.</p>'
    draft = newsroom.draft(text="<p>Words.</p>")
    article = newsroom.edit(draft, by=newsroom.reporter, body=[("paragraph", RichText(text))])
    newsroom.release(newsroom.clear(article), at=at)
    freezer.move_to(at + timedelta(seconds=1))
    release_due()
    address = f"/api/v1/articles/{article.public_id}/"
    assert "the-claim-that-was-wrong" in client.get(address).content.decode()
    kill(newsroom.fresh(killed), reason="It was wrong.", by=newsroom.publisher)
    assert "the-claim-that-was-wrong" not in client.get(address).content.decode()


def test_a_deleted_story_goes_from_the_story_that_picked_it(newsroom: Newsroom, client):
    """The pick goes with it, which nobody has signed."""
    gone, other = newsroom.publish("The ferry that was not"), newsroom.publish()
    draft = newsroom.draft(text=f'<p>See <a linktype="page" id="{gone.pk}">that</a>.</p>')
    version = newsroom.edit(draft, by=newsroom.reporter, picks=[Pick(article=gone), Pick(article=other)])
    article = newsroom.release(newsroom.clear(version))
    address = f"/api/v1/articles/{article.public_id}/"
    assert [pick["id"] for pick in client.get(address).json()["picks"]] == [str(gone.public_id), str(other.public_id)]
    newsroom.fresh(gone).delete()
    shown = client.get(address)
    assert [pick["id"] for pick in shown.json()["picks"]] == [str(other.public_id)]
    assert str(gone.public_id) not in shown.content.decode()
    kill(other, reason="It was wrong.", by=newsroom.publisher)
    assert client.get(address).json()["picks"] == []


def test_a_large_section_that_goes_is_named_by_nobody_who_linked_into_it(newsroom: Newsroom, client, monkeypatch):
    """Stories of one section that link to each other meet in more than one batch."""
    first = newsroom.publish("The first of many")
    second = newsroom.publish("The second of many", text=link_to(first))
    outside = newsroom.publish("The view from the council", text=link_to(second), section=newsroom.other_section)
    address = f"/api/v1/articles/{outside.public_id}/"
    assert "the-second-of-many" in client.get(address).content.decode()
    monkeypatch.setattr("api.representation.store._BATCH", 1)
    newsroom.section.unpublish()
    assert "the-second-of-many" not in client.get(address).content.decode()


def test_a_section_that_becomes_private_is_named_in_no_text(newsroom: Newsroom, client):
    article = newsroom.publish(text=link_to(newsroom.other_section))
    address = f"/api/v1/articles/{article.public_id}/"
    assert client.get(address).json()["body"]["blocks"][0]["value"]["links"][0]["slug"] == "council"
    private = PageViewRestriction.objects.create(
        page=newsroom.other_section.page_ptr, restriction_type=PageViewRestriction.LOGIN
    )
    assert client.get(address).json()["body"]["blocks"][0]["value"]["links"] == []
    private.delete()
    assert client.get(address).json()["body"]["blocks"][0]["value"]["links"][0]["slug"] == "council"


def test_a_section_that_is_deleted_is_named_in_no_text(newsroom: Newsroom, client, django_capture_on_commit_callbacks):
    article = newsroom.publish(text=link_to(newsroom.other_section))
    with django_capture_on_commit_callbacks(execute=False):
        newsroom.other_section.delete()
    for owed in OwedTask.objects.filter(task=reconcile_stories_showing.name):
        reconcile_stories_showing(*owed.args)
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["body"]["blocks"][0]["value"]["links"] == []


def link_to(page) -> str:
    return f'<p>See <a linktype="page" id="{page.pk}">there</a>.</p>'


def test_a_pick_that_an_editor_takes_away_is_not_published_without_a_signature(newsroom: Newsroom, client):
    other = newsroom.publish()
    article = newsroom.publish(picks=[Pick(article=other)])
    Pick.objects.filter(picked_by=article.pk).delete()
    reconcile(article.pk, timezone.now())
    assert len(client.get(f"/api/v1/articles/{article.public_id}/").json()["picks"]) == 1
