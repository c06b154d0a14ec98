"""Related stories: picks first, then computed ones, each with its reasons."""

from datetime import UTC, datetime

import pytest

from api.models import RelatedLink
from api.related.ranking import Candidate, are_twins, rank
from api.related.tasks import relate_all_due, rerank
from api.related.terms import count_terms, weigh
from cms.models import Article
from tests.newsroom import Newsroom


def related(client, article: Article, query: str = "") -> list[dict]:
    return client.get(f"/api/v1/articles/{article.public_id}/related/{query}").json()["items"]


def publish_with_pick(newsroom: Newsroom, title: str, picked: Article) -> Article:
    article = newsroom.draft(title)
    version = article.get_latest_revision().as_object()
    version.picks.create(article=picked)
    version.save_revision(user=newsroom.reporter)
    return newsroom.release(newsroom.clear(article))


@pytest.mark.django_db
def test_picks_come_first_and_say_who_picked_them(newsroom: Newsroom, client):
    near = newsroom.publish("Another ferry at the harbour")
    far = newsroom.publish("School choir wins prize", text="<p>They sang for hours.</p>")
    article = publish_with_pick(newsroom, "The ferry at the harbour is late", far)
    relate_all_due(seconds=30)
    links = related(client, article)
    assert [link["id"] for link in links] == [str(far.public_id), str(near.public_id)]
    assert [link["origin"] for link in links] == ["editor", "related"]
    assert links[0]["reasons"][0]["text"] == "picked by the editor"
    assert links[1]["score"] > 0
    assert links[1]["reasons"]


@pytest.mark.django_db
def test_a_pick_is_not_repeated_among_the_computed(newsroom: Newsroom, client):
    near = newsroom.publish("Another ferry at the harbour")
    article = publish_with_pick(newsroom, "The ferry at the harbour is late", near)
    relate_all_due(seconds=30)
    assert [link["id"] for link in related(client, article)] == [str(near.public_id)]


@pytest.mark.django_db
def test_a_new_story_becomes_related_to_an_older_one(newsroom: Newsroom, client):
    old = newsroom.publish("The ferry at the harbour")
    rerank(old.pk)
    new = newsroom.publish("Why the ferry left the harbour")
    rerank(new.pk)
    assert [link["id"] for link in related(client, old)] == [str(new.public_id)]


@pytest.mark.django_db
def test_modes_and_exclusions(newsroom: Newsroom, client):
    near = newsroom.publish("Another ferry at the harbour")
    far = newsroom.publish("School choir wins prize", text="<p>They sang for hours.</p>")
    article = publish_with_pick(newsroom, "The ferry at the harbour is late", far)
    relate_all_due(seconds=30)
    assert [link["origin"] for link in related(client, article, "?mode=editor")] == ["editor"]
    assert str(near.public_id) in [link["id"] for link in related(client, article, "?mode=auto")]
    assert related(client, article, f"?exclude={near.public_id},{far.public_id}") == []
    assert len(related(client, article, "?limit=1")) == 1


@pytest.mark.django_db
def test_a_story_that_may_not_be_suggested_is_not(newsroom: Newsroom, client):
    article = newsroom.publish("The ferry at the harbour")
    newsroom.publish("Another ferry at the harbour", may_be_suggested=False)
    relate_all_due(seconds=30)
    assert related(client, article) == []


@pytest.mark.django_db
def test_a_story_that_wants_no_computed_links_has_none(newsroom: Newsroom, client):
    newsroom.publish("The ferry at the harbour")
    article = newsroom.publish("Another ferry at the harbour", suggest_related=False)
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
    other = newsroom.publish("Another ferry at the harbour")
    relate_all_due(seconds=30)
    before = list(RelatedLink.objects.order_by("article").values_list("article", "target", "score"))
    rerank(other.pk)
    assert list(RelatedLink.objects.order_by("article").values_list("article", "target", "score")) == before


@pytest.mark.django_db
def test_a_draft_is_never_suggested(newsroom: Newsroom, client):
    article = newsroom.publish("The ferry at the harbour")
    newsroom.draft("A draft about the ferry at the harbour")
    relate_all_due(seconds=30)
    assert related(client, article) == []


def candidate(pk: int, title: str, cosine: float, day: int = 1) -> Candidate:
    return Candidate(pk, title, datetime(2030, 1, day, tzinfo=UTC), frozenset(), "news", cosine)


def test_one_event_takes_one_place():
    ranked = rank(
        [
            candidate(1, "Ferry runs aground at Wexcombe pier", 0.9),
            candidate(2, "Ferry runs aground at the Wexcombe pier", 0.8),
            candidate(3, "Choir wins prize", 0.2),
        ],
        title="Harbour master resigns",
        topics=frozenset(),
        at=datetime(2030, 2, 1, tzinfo=UTC),
        limit=5,
    )
    assert [match.candidate.pk for match in ranked] == [1, 3]


def test_what_shares_nothing_is_left_out():
    found = rank(
        [candidate(1, "Choir", 0.0)], title="", topics=frozenset(), at=datetime(2030, 2, 1, tzinfo=UTC), limit=5
    )
    assert found == []


def test_of_equals_the_newer_comes_first():
    found = rank(
        [candidate(1, "One thing", 0.5, day=1), candidate(2, "Other matter", 0.5, day=2)],
        title="",
        topics=frozenset(),
        at=datetime(2030, 2, 1, tzinfo=UTC),
        limit=5,
    )
    assert [match.candidate.pk for match in found] == [2, 1]


def test_headlines_of_one_event_are_twins():
    assert are_twins("Ferry aground at pier", "Ferry aground at the pier")
    assert not are_twins("Ferry aground at pier", "Choir wins prize")


def test_inflected_forms_are_one_term():
    one, _ = count_terms([("The harbours", 1)], "en-gb", 2**20)
    other, _ = count_terms([("the harbour", 1)], "en-gb", 2**20)
    assert one == other


def test_a_term_of_every_story_weighs_nothing():
    counts, written = count_terms([("ferry regatta", 1)], "en-gb", 2**20)
    ferry = next(slot for slot, word in written.items() if word == "ferry")
    terms = weigh(counts, written, frequencies={ferry: 90}, story_count=100)
    assert ferry not in terms.weights


def test_the_weights_of_a_story_have_length_one():
    counts, written = count_terms([("a ferry and a regatta at the quay", 1)], "en-gb", 2**20)
    terms = weigh(counts, written, frequencies={}, story_count=0)
    assert sum(weight * weight for weight in terms.weights.values()) == pytest.approx(1)
