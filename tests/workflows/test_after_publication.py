"""What is done with a story that readers have: correct it, kill it, take it down; each with a right of its own."""

import pytest
from django.contrib.auth.models import Group, Permission
from django.urls import reverse
from wagtail.models import PageLogEntry

from cms.actions import correct, kill, take_down
from cms.exceptions import Refused
from cms.models import Article
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db

VERBS = {
    "correct": lambda article, by: correct(article, text="It was noon.", by=by),
    "kill": lambda article, by: kill(article, reason="It was wrong.", by=by),
    "take_down": lambda article, by: take_down(article, by=by),
}


def page(name: str, article: Article) -> str:
    return reverse(f"workflows:{name}", args=[article.pk])


def without_right(newsroom: Newsroom, right: str) -> None:
    permission = Permission.objects.get(content_type__app_label="cms", codename=f"{right}_article")
    Group.objects.get(name="Publishers").permissions.remove(permission)
    newsroom.people["publisher"] = type(newsroom.publisher).objects.get(pk=newsroom.publisher.pk)


@pytest.mark.parametrize("right", VERBS)
def test_each_takes_a_right_of_its_own(newsroom: Newsroom, right: str):
    article = newsroom.publish()
    without_right(newsroom, right)
    for verb, act in VERBS.items():
        if verb == right:
            with pytest.raises(Refused, match="You have no right"):
                act(newsroom.fresh(article), newsroom.publisher)
    assert newsroom.readers_see(article)
    assert not article.corrections.exists()


@pytest.mark.parametrize("right", VERBS)
def test_the_right_alone_is_not_enough_where_one_does_not_publish(newsroom: Newsroom, right: str):
    article = newsroom.publish()
    permission = Permission.objects.get(content_type__app_label="cms", codename=f"{right}_article")
    Group.objects.get(name="Desk editors").permissions.add(permission)
    with pytest.raises(Refused, match="do not publish"):
        VERBS[right](article, newsroom.editor)
    assert newsroom.readers_see(article)


@pytest.mark.parametrize("right", VERBS)
def test_a_button_is_shown_only_to_who_may(newsroom: Newsroom, client, right: str):
    article = newsroom.publish()
    edit = reverse("wagtailadmin_pages:edit", args=[article.pk])
    client.force_login(newsroom.publisher)
    assert page(right, article) in client.get(edit).content.decode()
    without_right(newsroom, right)
    assert page(right, article) not in client.get(edit).content.decode()
    client.force_login(newsroom.editor)
    assert page(right, article) not in client.get(edit).content.decode()


@pytest.mark.parametrize("right", VERBS)
def test_a_page_is_closed_to_who_may_not(newsroom: Newsroom, client, right: str):
    article = newsroom.publish()
    without_right(newsroom, right)
    client.force_login(newsroom.publisher)
    posted = {"text": "No", "sure": "on", "reason": "No", "note": "", "confirmation": article.slug}
    client.post(page(right, article), posted)
    assert newsroom.readers_see(article)
    assert not article.corrections.exists()


def test_a_kill_shows_first_what_readers_will_get(newsroom: Newsroom, client):
    article = newsroom.publish()
    client.force_login(newsroom.publisher)
    answer = client.post(page("kill", article), {"reason": "The source withdrew.", "note": ""})
    shown = answer.content.decode()
    assert "The source withdrew." in shown
    assert "410 Gone" in shown
    assert newsroom.readers_see(article)


def test_readers_get_what_was_shown(newsroom: Newsroom, client):
    article = newsroom.publish()
    client.force_login(newsroom.publisher)
    posted = {"reason": "The source withdrew.", "note": "She rang.", "confirmation": article.slug}
    answer = client.post(page("kill", article), posted)
    assert answer["Location"] == page("gone", article)
    gone = client.get(f"/api/v1/articles/{article.public_id}/")
    assert (gone.status_code, gone.json()["detail"]) == (410, "The source withdrew.")
    assert "She rang." not in gone.content.decode()


def test_a_take_down_shows_what_readers_get(newsroom: Newsroom, client):
    article = newsroom.publish()
    client.force_login(newsroom.publisher)
    told = "This story was withdrawn."
    assert told in client.post(page("take_down", article), {"note": ""}).content.decode()
    client.post(page("take_down", article), {"note": "", "confirmation": article.slug})
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["detail"] == told


@pytest.mark.parametrize("typed", ["", "another-slug"])
def test_a_kill_is_confirmed_by_the_slug(newsroom: Newsroom, client, typed: str):
    article = newsroom.publish()
    client.force_login(newsroom.publisher)
    answer = client.post(page("kill", article), {"reason": "It was wrong.", "note": "", "confirmation": typed})
    assert answer.status_code == 422
    assert "Nothing has happened yet" in answer.content.decode()
    assert "It was wrong." in answer.content.decode()
    assert newsroom.readers_see(article)


def test_a_kill_by_form_needs_a_reason_all_the_same(newsroom: Newsroom, client):
    article = newsroom.publish()
    client.force_login(newsroom.publisher)
    posted = {"reason": "", "note": "", "confirmation": article.slug}
    assert client.post(page("kill", article), posted).status_code == 422
    assert newsroom.readers_see(article)


def test_the_newsroom_reads_why_a_story_is_gone_and_what_now(newsroom: Newsroom, client):
    article = newsroom.publish()
    kill(article, reason="It was wrong.", note="Call the council.", by=newsroom.publisher)
    client.force_login(newsroom.editor)
    shown = client.get(page("gone", article)).content.decode()
    assert "It was wrong." in shown
    assert "Call the council." in shown
    assert page("submit", article) in shown
    assert page("kill", article) not in shown
    assert page("gone", article) in client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).content.decode()


def test_a_story_that_came_back_is_not_marked_as_gone(newsroom: Newsroom, client):
    article = newsroom.publish()
    kill(article, reason="It was wrong.", by=newsroom.publisher)
    newsroom.release(newsroom.clear(newsroom.edit(article, by=newsroom.reporter, title="Now it is right")))
    client.force_login(newsroom.editor)
    edit = reverse("wagtailadmin_pages:edit", args=[article.pk])
    assert page("gone", article) not in client.get(edit).content.decode()


def test_a_correction_is_read_through_first(newsroom: Newsroom, client):
    article = newsroom.publish()
    client.force_login(newsroom.publisher)
    assert client.post(page("correct", article), {"text": "It was noon."}).status_code == 422
    assert not article.corrections.exists()
    client.post(page("correct", article), {"text": "It was noon.", "sure": "on"})
    told = client.get(f"/api/v1/articles/{article.public_id}/").json()["corrections"]
    assert [correction["text"] for correction in told] == ["It was noon."]


def test_the_log_says_from_which_content_to_which(newsroom: Newsroom):
    article = newsroom.publish()
    live = newsroom.hash_of(article)
    correct(newsroom.fresh(article), text="It was noon.", by=newsroom.publisher)
    newsroom.edit(article, by=newsroom.reporter, title="A draft that nobody has read")
    kill(newsroom.fresh(article), reason="It was wrong.", by=newsroom.publisher)
    corrected = PageLogEntry.objects.get(page=article, action="cms.correct")
    killed = PageLogEntry.objects.get(page=article, action="cms.killed")
    assert corrected.data["hash"] == live
    assert (killed.data["from"], killed.data["to"]) == (live, "")
