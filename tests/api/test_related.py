"""Related stories: picks first, then computed ones, each with its reasons."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from api.models import RelatedLink, RelatedSettings
from api.related.tasks import relate_all_due, rerank
from cms.models import Article, Topic
from tests.newsroom import Newsroom


def related(client, article: Article, query: str = "") -> list[dict]:
    return client.get(f"/api/v1/articles/{article.public_id}/related/{query}").json()["items"]


def ids(links: list[dict]) -> list[str]:
    return [link["id"] for link in links]


def publish_with_pick(newsroom: Newsroom, title: str, picked: Article) -> Article:
    article = newsroom.draft(title)
    version = article.get_latest_revision().as_object()
    version.picks.create(article=picked)
    version.save_revision(user=newsroom.reporter)
    return newsroom.release(newsroom.clear(article))


def publish_about(newsroom: Newsroom, title: str, *topics: Topic, **fields) -> Article:
    article = newsroom.draft(title, **fields)
    version = article.get_latest_revision().as_object()
    for topic in topics:
        version.topic_links.create(topic=topic)
    version.save_revision(user=newsroom.reporter)
    return newsroom.release(newsroom.clear_at_once(article))


def publish_apart(newsroom: Newsroom) -> Article:
    """A story that has no word in common with those about the ferry."""
    article = newsroom.draft("School choir wins prize", text="<p>They sang until midnight.</p>")
    newsroom.edit(article, by=newsroom.reporter, standfirst="Loud voices.")
    return newsroom.release(newsroom.clear_at_once(article))


@pytest.mark.django_db
def test_picks_come_first_and_say_who_picked_them(newsroom: Newsroom, client):
    near = newsroom.publish("Another ferry at the harbour")
    far = newsroom.publish("School choir wins prize", text="<p>They sang until midnight.</p>")
    article = publish_with_pick(newsroom, "The ferry at the harbour is late", far)
    relate_all_due(seconds=30)
    links = related(client, article)
    assert ids(links) == [str(far.public_id), str(near.public_id)]
    assert [link["origin"] for link in links] == ["editor", "related"]
    assert links[0]["reasons"][0]["text"] == "picked by the editor"
    assert links[0]["relation"] is None
    assert links[1]["score"] > 0
    assert links[1]["reasons"]


@pytest.mark.django_db
def test_a_pick_is_not_repeated_among_the_computed(newsroom: Newsroom, client):
    near = newsroom.publish("Another ferry at the harbour")
    article = publish_with_pick(newsroom, "The ferry at the harbour is late", near)
    relate_all_due(seconds=30)
    assert ids(related(client, article)) == [str(near.public_id)]


@pytest.mark.django_db
def test_a_new_story_becomes_related_to_an_older_one(newsroom: Newsroom, client):
    old = newsroom.publish("The ferry at the harbour")
    rerank(old.pk)
    new = newsroom.publish("Why the ferry left the harbour")
    rerank(new.pk)
    assert ids(related(client, old)) == [str(new.public_id)]


@pytest.mark.django_db
def test_a_story_that_changed_leaves_the_lists_in_which_it_no_longer_belongs(newsroom: Newsroom, client):
    host = newsroom.publish("The ferry at the harbour")
    other = newsroom.publish("Why the ferry left the harbour", section=newsroom.other_section)
    relate_all_due(seconds=30)
    assert ids(related(client, host)) == [str(other.public_id)]
    newsroom.edit(
        other,
        by=newsroom.reporter,
        title="Prize for a choir",
        standfirst="Singing.",
        body=[("paragraph", "<p>Joy.</p>")],
    )
    newsroom.release(newsroom.clear_at_once(other))
    relate_all_due(seconds=30)
    assert related(client, host) == []


@pytest.mark.django_db
def test_a_story_that_is_taken_down_leaves_every_list(newsroom: Newsroom, client):
    host = newsroom.publish("The ferry at the harbour")
    other = newsroom.publish("Why the ferry left the harbour")
    relate_all_due(seconds=30)
    assert ids(related(client, host)) == [str(other.public_id)]
    newsroom.fresh(other).unpublish()
    assert related(client, host) == []


@pytest.mark.django_db
def test_modes_and_exclusions(newsroom: Newsroom, client):
    near = newsroom.publish("Another ferry at the harbour")
    far = newsroom.publish("School choir wins prize", text="<p>They sang until midnight.</p>")
    article = publish_with_pick(newsroom, "The ferry at the harbour is late", far)
    relate_all_due(seconds=30)
    assert [link["origin"] for link in related(client, article, "?mode=editor")] == ["editor"]
    assert str(near.public_id) in ids(related(client, article, "?mode=auto"))
    assert related(client, article, f"?exclude={near.public_id},{far.public_id}") == []
    assert len(related(client, article, "?limit=1")) == 1


@pytest.mark.django_db
def test_links_can_be_asked_for_by_what_they_are_to_the_story(newsroom: Newsroom, client):
    same = newsroom.publish("Another ferry at the harbour")
    publish_apart(newsroom)
    article = newsroom.publish("The ferry at the harbour is late")
    relate_all_due(seconds=30)
    assert ids(related(client, article, "?relation=same_story")) == [str(same.public_id)]
    assert related(client, article, "?relation=follow_up") == []
    answer = client.get(f"/api/v1/articles/{article.public_id}/related/?relation=cousin")
    assert answer.status_code == 400


@pytest.mark.django_db
def test_a_story_that_may_not_be_suggested_is_not(newsroom: Newsroom, client):
    article = newsroom.publish("The ferry at the harbour")
    newsroom.publish("Why a boat left the harbour", may_be_suggested=False)
    relate_all_due(seconds=30)
    assert related(client, article) == []


@pytest.mark.django_db
def test_a_story_that_may_not_be_suggested_is_shown_others(newsroom: Newsroom, client):
    hidden = newsroom.publish("The ferry at the harbour", may_be_suggested=False)
    relate_all_due(seconds=30)
    other = newsroom.publish("Why a boat left the harbour")
    relate_all_due(seconds=30)
    assert ids(related(client, hidden)) == [str(other.public_id)]


@pytest.mark.django_db
def test_a_story_that_wants_no_computed_links_has_none(newsroom: Newsroom, client):
    newsroom.publish("The ferry at the harbour")
    article = newsroom.publish("Why a boat left the harbour", suggest_related=False)
    relate_all_due(seconds=30)
    assert related(client, article) == []


@pytest.mark.django_db
def test_a_story_is_never_related_to_itself(newsroom: Newsroom):
    newsroom.publish("The ferry at the harbour")
    relate_all_due(seconds=30)
    assert not RelatedLink.objects.exists()


@pytest.mark.django_db
def test_relating_twice_changes_nothing(newsroom: Newsroom):
    newsroom.publish("The ferry at the harbour")
    other = newsroom.publish("Why a boat left the harbour")
    relate_all_due(seconds=30)
    before = list(RelatedLink.objects.order_by("article").values_list("article", "target", "score"))
    assert before
    rerank(other.pk)
    assert list(RelatedLink.objects.order_by("article").values_list("article", "target", "score")) == before


@pytest.mark.django_db
def test_a_draft_is_never_suggested(newsroom: Newsroom, client):
    article = newsroom.publish("The ferry at the harbour")
    newsroom.draft("A draft on boats and the harbour")
    relate_all_due(seconds=30)
    assert related(client, article) == []


@pytest.mark.django_db
def test_sensitive_stories_and_light_ones_are_kept_apart(newsroom: Newsroom, client):
    music = Topic.objects.create(name="Music")
    settings = RelatedSettings.load()
    settings.light_topics.add(music)
    light = publish_about(newsroom, "A song about the ferry at the harbour", music)
    sober = newsroom.publish("Another ferry at the harbour")
    grave = publish_about(newsroom, "A death on the ferry at the harbour", sensitive=True)
    relate_all_due(seconds=30)
    assert str(light.public_id) not in ids(related(client, grave))
    assert str(grave.public_id) not in ids(related(client, light))
    assert str(sober.public_id) in ids(related(client, grave))
    assert str(sober.public_id) in ids(related(client, light))


@pytest.mark.django_db
def test_a_list_holds_no_more_of_a_section_than_the_newsroom_wants(newsroom: Newsroom, client):
    RelatedSettings.objects.create(section_limit=1)
    newsroom.publish("One ferry at the harbour")
    newsroom.publish("A second boat left the harbour")
    newsroom.publish("The council on ferries", section=newsroom.other_section)
    article = newsroom.publish("The ferry at the harbour is late")
    relate_all_due(seconds=30)
    computed = [link for link in related(client, article) if link["relation"] != "latest"]
    assert sorted(link["section"]["slug"] for link in computed) == ["council", "harbour"]


@pytest.mark.django_db
def test_reasons_name_a_shared_topic(newsroom: Newsroom, client):
    ferries = Topic.objects.create(name="Ferries")
    publish_about(newsroom, "Another ferry at the harbour", ferries)
    article = publish_about(newsroom, "The ferry at the harbour is late", ferries)
    relate_all_due(seconds=30)
    reasons = related(client, article)[0]["reasons"]
    assert {"kind": "topic", "text": "also about Ferries", "values": ["Ferries"]} in reasons


@pytest.mark.django_db
def test_where_nothing_is_near_the_newest_of_the_section_are_shown(newsroom: Newsroom, client):
    choir = publish_apart(newsroom)
    article = newsroom.publish("The ferry is late")
    relate_all_due(seconds=30)
    (link,) = related(client, article)
    assert (link["id"], link["relation"], link["score"]) == (str(choir.public_id), "latest", 0)
    assert link["reasons"][0]["text"] == "new in Harbour"


@pytest.mark.django_db
def test_stories_in_another_language_are_not_suggested(newsroom: Newsroom, client):
    from wagtail.models import Locale

    german = Locale.objects.get_or_create(language_code="de")[0]
    newsroom.publish("Why a boat left the harbour", locale=german)
    article = newsroom.publish("The ferry at the harbour")
    relate_all_due(seconds=30)
    assert related(client, article) == []


@pytest.mark.django_db
def test_a_read_takes_the_same_queries_for_one_link_and_for_many(newsroom: Newsroom, client):
    article = newsroom.publish("The ferry at the harbour is late")
    newsroom.publish("Another ferry at the harbour")
    relate_all_due(seconds=30)
    with CaptureQueriesContext(connection) as for_one:
        assert len(related(client, article)) == 1
    for title in ("A second boat at the harbour", "Two more ferries in the harbour", "Harbour counts its ferries"):
        newsroom.publish(title)
    relate_all_due(seconds=30)
    with CaptureQueriesContext(connection) as for_many:
        assert len(related(client, article)) == 4
    assert len(for_many) == len(for_one)
