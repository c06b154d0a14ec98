"""Promise: an approval names what the reviewer looked at; if that changed, 409 says how, and nothing is signed."""

import pytest
from django.urls import reverse

from tests.newsroom import Newsroom
from workflows.models import SignOff

pytestmark = pytest.mark.django_db


def review(article) -> str:
    return reverse("workflows:review", args=[article.pk])


def opened(newsroom: Newsroom, client, article, *, by) -> dict:
    """What the form of a reviewer says, who opens the story now."""
    client.force_login(by)
    form = client.get(review(article)).context["form"]
    return {name: form.get_initial_for_field(form.fields[name], name) for name in ("content_hash", "task_state_id")} | {
        "comment": "",
        "verdict": "approve",
    }


def test_the_form_carries_the_content_and_the_stage(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    form = opened(newsroom, client, article, by=newsroom.editor)
    assert form["content_hash"] == newsroom.hash_of(article)
    assert form["task_state_id"] == newsroom.task_state(article).pk


@pytest.mark.parametrize("verdict", ["approve", "send_back"])
def test_a_changed_story_is_a_conflict_that_says_who_changed_what(newsroom: Newsroom, client, verdict):
    article = newsroom.submit(newsroom.draft())
    form = opened(newsroom, client, article, by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, title="Another headline", breaking=True)
    answer = client.post(review(article), form | {"verdict": verdict, "comment": "Read it."})
    refusal = answer.context["refusal"]
    assert answer.status_code == 409
    assert str(newsroom.reporter) in refusal
    assert "Headline, kicker and standfirst; Flags." in refusal
    assert "Text" not in refusal
    assert not SignOff.objects.exists()


def test_a_version_that_autosave_wrote_over_in_place_is_a_conflict_too(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    form = opened(newsroom, client, article, by=newsroom.editor)
    revision = newsroom.fresh(article).get_latest_revision()
    version = revision.as_object()
    version.body = [("paragraph", "<p>Quite another story.</p>")]
    version.save_revision(user=newsroom.reporter, overwrite_revision=revision)
    answer = client.post(review(article), form)
    assert answer.status_code == 409
    assert "changed this story after you opened it: Text." in answer.context["refusal"]
    assert not SignOff.objects.exists()


def test_what_was_typed_stays_and_the_form_names_the_new_version(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    form = opened(newsroom, client, article, by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, title="Another headline")
    again = client.post(review(article), form | {"comment": "A long comment"}).context["form"].data
    assert again["comment"] == "A long comment"
    assert again["content_hash"] == newsroom.hash_of(article)
    assert client.post(review(article), dict(again) | {"verdict": "approve"}).status_code == 302


def test_a_story_that_left_the_stage_is_a_conflict(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    form = opened(newsroom, client, article, by=newsroom.editor)
    newsroom.send_back(article, by=newsroom.editor, reason="Too long.")
    newsroom.submit(article)
    answer = client.post(review(article), form)
    assert answer.status_code == 409
    assert "has left the stage" in answer.context["refusal"]
    assert not SignOff.objects.valid().exists()


def test_saving_without_a_change_is_no_conflict(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    form = opened(newsroom, client, article, by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter)
    assert client.post(review(article), form).status_code == 302
    assert SignOff.objects.valid().count() == 1


def test_a_release_names_what_the_publisher_saw(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft("As signed"))
    client.force_login(newsroom.publisher)
    address = reverse("workflows:release", args=[article.pk])
    seen = client.get(address).context["form"].initial["content_hash"]
    newsroom.edit(article, by=newsroom.reporter, title="Changed meanwhile")
    assert client.post(address, {"content_hash": seen, "at": ""}).status_code == 409
    assert newsroom.readers_see(article) is None
