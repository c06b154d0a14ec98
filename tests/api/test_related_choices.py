"""What editors do with related links: suggestions while writing, pins and removals, and readers' clicks."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.test import override_settings
from django.urls import reverse

from api.models import RankingDue, RelatedChoice, RelatedClicks, RelatedLink, TermModel, Terms
from api.related import clicks, vectors
from api.related.choices import NotOnTheShelf, pin, remove, take_back
from api.related.tasks import relate_all_due
from cms.models import Article, User
from tests.api.test_related import ids, publish_apart, related
from tests.newsroom import Newsroom


def suggestions(client, **typed):
    return client.post(reverse("related:suggest"), typed)


@pytest.mark.django_db
def test_a_draft_is_offered_published_stories_with_reasons(newsroom: Newsroom, client):
    near = newsroom.publish("Why a boat left the harbour")
    relate_all_due(seconds=30)
    draft = newsroom.draft("The ferry at the harbour is late")
    client.force_login(newsroom.reporter)
    answer = suggestions(client, page=draft.pk, title=draft.title, body="The ferry left the harbour late.")
    (item,) = answer.json()["items"]
    assert (item["id"], item["title"]) == (near.pk, near.title)
    assert item["reasons"]


@pytest.mark.django_db
def test_asking_for_suggestions_makes_a_draft_no_candidate(newsroom: Newsroom, client):
    draft = newsroom.draft("The ferry at the harbour is late")
    client.force_login(newsroom.reporter)
    assert suggestions(client, page=draft.pk, title=draft.title).json()["items"] == []
    assert not Terms.objects.exists()


@pytest.mark.django_db
def test_what_is_picked_already_is_not_suggested(newsroom: Newsroom, client):
    near = newsroom.publish("Why a boat left the harbour")
    relate_all_due(seconds=30)
    draft = newsroom.draft("The ferry at the harbour is late")
    client.force_login(newsroom.reporter)
    answer = suggestions(client, page=draft.pk, title=draft.title, picks=json.dumps([near.pk]))
    assert answer.json()["items"] == []


@pytest.mark.django_db
def test_suggestions_are_for_those_who_may_write_there(newsroom: Newsroom, client):
    draft = newsroom.draft("The ferry at the harbour is late")
    passer_by = User.objects.create_user("passer-by", password="a-long-password")
    for person in (None, passer_by):
        if person:
            client.force_login(person)
        answer = suggestions(client, page=draft.pk, title=draft.title)
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]


@pytest.mark.django_db
def test_nonsense_in_place_of_a_draft_is_refused(newsroom: Newsroom, client):
    client.force_login(newsroom.reporter)
    draft = newsroom.draft("The ferry")
    assert suggestions(client, page=draft.pk, picks='{"a": 1}').status_code == 400
    assert suggestions(client, page="x").status_code == 400


@pytest.fixture
def pair(newsroom: Newsroom) -> tuple[Article, Article]:
    story = newsroom.publish("The ferry at the harbour is late")
    other = newsroom.publish("Why a boat left the harbour")
    relate_all_due(seconds=30)
    return story, other


@pytest.mark.django_db
def test_what_an_editor_removed_does_not_come_back(newsroom: Newsroom, client, pair):
    story, other = pair
    remove(article=story, target_id=other.pk, by=newsroom.editor)
    assert related(client, story) == []
    relate_all_due(seconds=30)
    assert related(client, story) == []
    newsroom.edit(other, by=newsroom.reporter, standfirst="The ferry and the harbour.")
    newsroom.release(newsroom.clear_at_once(other))
    relate_all_due(seconds=30)
    assert related(client, story) == []
    assert ids(related(client, other)) == [str(story.public_id)]


@pytest.mark.django_db
def test_a_removal_can_be_taken_back(newsroom: Newsroom, client, pair):
    story, other = pair
    remove(article=story, target_id=other.pk, by=newsroom.editor)
    take_back(article=story, target_id=other.pk, by=newsroom.editor)
    relate_all_due(seconds=30)
    assert ids(related(client, story)) == [str(other.public_id)]


@pytest.mark.django_db
def test_what_an_editor_pinned_comes_first_whatever_its_score(newsroom: Newsroom, client, pair):
    story, other = pair
    far = publish_apart(newsroom)
    relate_all_due(seconds=30)
    pin(article=story, target_id=far.pk, by=newsroom.editor)
    relate_all_due(seconds=30)
    links = related(client, story)
    assert ids(links) == [str(far.public_id), str(other.public_id)]
    assert (links[0]["origin"], links[0]["score"]) == ("editor", None)
    assert ids(related(client, story, "?mode=auto")) == [str(other.public_id)]


@pytest.mark.django_db
def test_decisions_are_kept_with_who_made_them(newsroom: Newsroom, pair):
    story, other = pair
    remove(article=story, target_id=other.pk, by=newsroom.editor)
    choice = RelatedChoice.objects.get()
    assert (choice.verdict, choice.by) == (RelatedChoice.Verdict.REMOVED, newsroom.editor)
    assert choice.score > 0


@pytest.mark.django_db
def test_a_draft_cannot_be_pinned(newsroom: Newsroom, pair):
    story, _other = pair
    with pytest.raises(NotOnTheShelf):
        pin(article=story, target_id=newsroom.draft("Not yet").pk, by=newsroom.editor)


@pytest.mark.django_db
def test_the_page_of_links_shows_reasons_and_removes(newsroom: Newsroom, client, pair):
    story, other = pair
    client.force_login(newsroom.editor)
    address = reverse("related:links", args=[story.pk])
    assert other.title in client.get(address).content.decode()
    client.post(address, {"verb": "remove", "target": other.pk})
    assert RelatedChoice.objects.get().verdict == RelatedChoice.Verdict.REMOVED
    assert "Allow again" in client.get(address).content.decode()
    assert client.post(address, {"verb": "delete", "target": other.pk}).status_code == 400


@pytest.mark.django_db
def test_a_new_count_is_made_beside_the_old_one_and_can_be_stopped(newsroom: Newsroom, client, pair):
    story, other = pair
    before = vectors.current()
    model = vectors.begin()
    steps = vectors.build(model)
    next(steps)
    steps.close()
    assert vectors.current() == before
    assert ids(related(client, story)) == [str(other.public_id)]
    resumed = vectors.begin()
    assert resumed == model
    for _ in vectors.build(resumed):
        pass
    assert vectors.current() == model
    assert TermModel.objects.count() == 1
    assert set(Terms.objects.values_list("model", flat=True)) == {model.pk}
    relate_all_due(seconds=30)
    assert ids(related(client, story)) == [str(other.public_id)]


@pytest.mark.django_db
def test_a_rebuild_counts_anew_and_makes_every_list_again(newsroom: Newsroom, client, pair):
    story, other = pair
    RelatedLink.objects.all().delete()
    before = vectors.current()
    progress = StringIO()
    call_command("rebuild_related", stderr=progress)
    assert vectors.current() != before
    assert not RankingDue.objects.exists()
    assert ids(related(client, story)) == [str(other.public_id)]
    assert "relating" in progress.getvalue()


def click(client, story: Article, other: Article):
    return client.post(f"/api/v1/related/{story.public_id}/{other.public_id}/click/")


@pytest.mark.django_db
def test_clicks_are_counted_where_the_newsroom_wants_it(newsroom: Newsroom, client, pair):
    story, other = pair
    clicks.store()
    RelatedClicks.objects.all().delete()
    with override_settings(COUNT_RELATED_CLICKS=True):
        answers = [click(client, story, other) for _ in range(3)]
    assert [answer.status_code for answer in answers] == [204, 204, 204]
    assert not answers[0].cookies
    assert clicks.store() == 1
    counted = RelatedClicks.objects.get()
    assert (counted.article_id, counted.target_id, counted.count) == (story.public_id, other.public_id, 3)
    assert clicks.store() == 0


@pytest.mark.django_db
def test_clicks_are_not_counted_by_default_nor_for_what_is_not_public(newsroom: Newsroom, client, pair):
    story, other = pair
    assert click(client, story, other).status_code == 404
    with override_settings(COUNT_RELATED_CLICKS=True):
        assert click(client, story, newsroom.draft("Not yet")).status_code == 404
