"""Suggestions while somebody types: begun words, typos, accents; and nothing that readers cannot see."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from api.models import Suggestion, SuggestionWord
from api.representation.spelling import Fit, fit, typos_between, words_of
from api.representation.suggest import forget_unused_words
from api.tasks import reconcile_stories_showing
from cms.models import Article, Author, Topic
from tests.newsroom import Newsroom


def publish(newsroom: Newsroom, title: str, *, topic: Topic | None = None, **fields) -> Article:
    article = newsroom.draft(title, **fields)
    if topic:
        version = article.get_latest_revision().as_object()
        version.topic_links.create(topic=topic)
        version.save_revision(user=newsroom.reporter)
    return newsroom.release(newsroom.clear_at_once(newsroom.fresh(article)))


def suggested(client, text: str, **parameters) -> list[str]:
    answer = client.get("/api/v1/suggest/", {"q": text, **parameters})
    assert answer.status_code == 200, answer.content
    return [item["title"] for item in answer.json()["items"]]


@pytest.mark.parametrize(
    ("typed", "word", "typos"),
    [
        ("ferr", "ferry", 0),
        ("ferry", "ferries", 1),
        ("fery", "ferry", 1),
        ("frery", "ferry", 1),
        ("fxx", "ferry", None),
        ("brigde", "bridge", 1),
        ("brdige", "bridges", 1),
        ("lighthuose", "lighthouse", 1),
        ("lihgthuose", "lighthouse", 2),
        ("school", "harbour", None),
    ],
)
def test_how_many_letters_are_wrong(typed, word, typos):
    assert typos_between(typed, word) == typos


def test_words_lose_accents_and_alphabets():
    assert words_of("Grüße aus Łódź: l’été, Тихий «Don's»") == ["grusse", "aus", "lodz", "lete", "tikhiy", "dons"]


def test_a_title_fits_only_with_all_the_words():
    assert fit(["ferry", "la"], ["the", "ferry", "is", "late"]) == Fit(typos=0, unfinished=1, later=True)
    assert fit(["ferry", "bridge"], ["the", "ferry", "is", "late"]) is None


@pytest.mark.django_db
class TestSuggesting:
    def test_a_story_by_the_beginning_of_any_word(self, newsroom: Newsroom, client):
        publish(newsroom, "The swing bridge opens")
        for text in ("sw", "bridg", "the swing br", "OPENS", "bridge swing"):
            assert suggested(client, text) == ["The swing bridge opens"]
        assert suggested(client, "dge") == []

    def test_a_story_with_a_letter_too_few_or_two_swapped(self, newsroom: Newsroom, client):
        publish(newsroom, "The lighthouse keeper retires")
        for text in ("lihgthouse", "lighthose", "lightouse keper", "retries"):
            assert suggested(client, text) == ["The lighthouse keeper retires"]

    def test_accents_do_not_matter(self, newsroom: Newsroom, client):
        publish(newsroom, "Müller über die Fähre")
        for text in ("muller", "MÜLLER", "fahre", "über"):
            assert suggested(client, text) == ["Müller über die Fähre"]

    def test_what_begins_so_comes_before_what_would_with_a_typo(self, newsroom: Newsroom, client):
        publish(newsroom, "Sport on Saturday")
        publish(newsroom, "Spart reopens")
        assert suggested(client, "spor") == ["Sport on Saturday", "Spart reopens"]
        assert suggested(client, "spar") == ["Spart reopens", "Sport on Saturday"]

    def test_a_topic_that_many_stories_have_comes_before_a_rare_one(self, newsroom: Newsroom, client):
        rare, popular = Topic.objects.create(name="Ferns"), Topic.objects.create(name="Ferries")
        publish(newsroom, "One", topic=rare)
        for title in ("Two", "Three"):
            publish(newsroom, title, topic=popular)
        assert suggested(client, "fer") == ["Ferries", "Ferns"]

    def test_the_newest_story_comes_first(self, newsroom: Newsroom, client, freezer):
        publish(newsroom, "Ferry one")
        freezer.move_to(timezone.now() + timedelta(hours=1))
        publish(newsroom, "Ferry two")
        assert suggested(client, "ferry") == ["Ferry two", "Ferry one"]

    def test_sections_topics_and_authors_with_their_numbers(self, newsroom: Newsroom, client):
        publish(newsroom, "Quays", topic=Topic.objects.create(name="Quay walls"))
        found = client.get("/api/v1/suggest/?q=quay&type=topic,author").json()["items"]
        assert [(one["type"], one["title"], one["article_count"]) for one in found] == [
            ("topic", "Quay walls", 1),
            ("author", "Ottoline Quay", 1),
        ]
        assert found[0]["path"] == "/topics/quay-walls/"
        (section,) = client.get("/api/v1/suggest/?q=harb&type=section").json()["items"]
        assert client.get(section["api_url"]).json()["id"] == section["id"]

    def test_at_most_three_places_of_a_kind_before_the_stories(self, newsroom: Newsroom, client):
        for number in range(5):
            publish(newsroom, f"Story {number}", topic=Topic.objects.create(name=f"Pier {number}"))
        publish(newsroom, "Pier closes")
        assert suggested(client, "pier")[3:] == ["Pier closes"]
        assert len(suggested(client, "pier", type="topic")) == 5
        assert len(suggested(client, "pier", limit=2)) == 2

    def test_a_new_name_is_suggested_and_the_old_one_no_more(self, newsroom: Newsroom, client):
        publish(newsroom, "One")
        author = Author.objects.get(slug="ottoline-quay")
        author.name = "Ottoline Brindle"
        author.save()
        reconcile_stories_showing("author", author.pk)
        assert suggested(client, "brindle") == ["Ottoline Brindle"]
        assert suggested(client, "quay") == []

    def test_a_new_headline_takes_the_place_of_the_old_one(self, newsroom: Newsroom, client):
        article = publish(newsroom, "The ferry is late")
        newsroom.edit(article, by=newsroom.reporter, title="The boat is late")
        newsroom.release(newsroom.clear_at_once(article))
        assert suggested(client, "ferry") == []
        assert suggested(client, "boat") == ["The boat is late"]
        assert Suggestion.objects.get(kind="section", slug="harbour").weight == 1

    @pytest.mark.parametrize("parameters", [{}, {"q": " "}, {"q": "x" * 101}, {"q": "a", "type": "picture"}])
    def test_what_cannot_be_suggested_is_named(self, client, parameters):
        assert client.get("/api/v1/suggest/", parameters).status_code == 400

    @pytest.mark.parametrize("text", ["!!!", "'", "a & b | c", ":*", "1e5", "\\", "(", "<->", "привет"])
    def test_nothing_that_is_typed_breaks_it(self, newsroom: Newsroom, client, text):
        publish(newsroom, "The ferry is late")
        assert suggested(client, text) in ([], ["The ferry is late"])


@pytest.mark.django_db
class TestOnlyWhatReadersSee:
    def test_a_draft_and_its_topic_are_not_suggested(self, newsroom: Newsroom, client):
        draft = newsroom.draft("Zeppelin crashes")
        version = draft.get_latest_revision().as_object()
        version.topic_links.create(topic=Topic.objects.create(name="Zeppelins"))
        version.save_revision(user=newsroom.reporter)
        assert suggested(client, "zeppelin") == []
        assert not SuggestionWord.objects.filter(word__startswith="zeppelin").exists()

    def test_a_withdrawn_story_is_gone_with_the_topic_that_only_it_had(self, newsroom: Newsroom, client):
        article = publish(newsroom, "Zeppelin lands", topic=Topic.objects.create(name="Zeppelins"))
        assert suggested(client, "zepp") == ["Zeppelins", "Zeppelin lands"]
        article.unpublish()
        assert suggested(client, "zeppelin") == []
        assert suggested(client, "zepelin") == []
        assert not Suggestion.objects.exists()

    def test_a_section_that_turns_private_is_gone_with_all_in_it(self, newsroom: Newsroom, client):
        publish(newsroom, "The ferry is late")
        PageViewRestriction.objects.create(page=newsroom.section.page_ptr, restriction_type=PageViewRestriction.LOGIN)
        assert suggested(client, "harbour") == suggested(client, "ferry") == suggested(client, "ottoline") == []

    def test_what_only_an_expired_story_shows_is_gone_before_anyone_has_cleared_up(
        self, newsroom: Newsroom, client, freezer
    ):
        at = timezone.now()
        topic = Topic.objects.create(name="Zeppelins")
        publish(newsroom, "Zeppelin lands", topic=topic, expire_at=at + timedelta(hours=1))
        freezer.move_to(at + timedelta(hours=2))
        assert suggested(client, "zeppelin") == []

    def test_an_embargoed_story_is_not_suggested(self, newsroom: Newsroom, client):
        publish(newsroom, "Zeppelin lands", embargo_until=timezone.now() + timedelta(hours=1))
        assert suggested(client, "zeppelin") == []

    def test_words_that_nothing_public_has_are_forgotten(self, newsroom: Newsroom):
        kept, gone = publish(newsroom, "The ferry is late"), publish(newsroom, "Zeppelin lands")
        gone.unpublish()
        forget_unused_words()
        words = set(SuggestionWord.objects.values_list("word", flat=True))
        assert "ferry" in words
        assert "zeppelin" not in words
        assert newsroom.readers_see(kept)

    def test_it_costs_the_same_for_few_and_for_many(self, newsroom: Newsroom, client):
        publish(newsroom, "Ferry")
        with CaptureQueriesContext(connection) as few:
            assert len(suggested(client, "ferri lat")) == 0
        for number in range(4):
            publish(newsroom, f"Ferry {number} is late", topic=Topic.objects.create(name=f"Ferry late {number}"))
        with CaptureQueriesContext(connection) as many:
            assert len(suggested(client, "ferri lat")) == 7
        assert len(many) == len(few)
