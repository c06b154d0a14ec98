"""What caches are told with an answer: what it shows, how long it lives, and whether it is still the same."""

import gzip
import os
import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import PageViewRestriction

from api.caching import keys
from api.models import Purge
from api.related.tasks import rerank
from api.tasks import reconcile_stories_showing
from cms.actions import correct, kill
from cms.models import Article, ArticleTopic, Author, NewsImage, Topic
from tests.api.shelf import shelve
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db
TARGET = "varnish://127.0.0.1:6081"
SEEDS = range(20) if os.environ.get("HYPOTHESIS_PROFILE") == "long" else [3]


def keys_of(answer: Any) -> set[str]:
    return set(answer["Surrogate-Key"].split())


def tell(newsroom: Newsroom, title: str, **fields: Any) -> Article:
    """A published story, without the way through the desks."""
    return newsroom.release(newsroom.clear_at_once(newsroom.draft(title, **fields)))


def tell_about(newsroom: Newsroom, topic: Topic, *, title: str, **fields: Any) -> Article:
    draft = newsroom.draft(title, **fields)
    edited = newsroom.edit(draft, by=newsroom.reporter, topic_links=[ArticleTopic(topic=topic)])
    return newsroom.release(newsroom.clear_at_once(edited))


def edit(newsroom: Newsroom, article: Article, **fields: Any) -> Article:
    return newsroom.release(newsroom.clear_at_once(newsroom.edit(article, by=newsroom.reporter, **fields)))


# Validators -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rest", ["", "?format=markdown", "?fields=title", "ninjs/", "markdown/"])
def test_a_reader_who_has_the_story_is_told_so_without_its_text_being_read(newsroom: Newsroom, client, rest):
    address = f"/api/v1/articles/{tell(newsroom, 'The ferry').public_id}/{rest}"
    tag = client.get(address)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, headers={"If-None-Match": tag})
    assert (answer.status_code, answer.content, answer["ETag"]) == (304, b"", tag)
    assert len(queries) == 1
    assert not any(f'."{column}"' in queries[0]["sql"] for column in ("detail", "summary", "text"))


def test_a_date_is_enough_to_be_told_so(newsroom: Newsroom, client):
    address = f"/api/v1/articles/{tell(newsroom, 'The ferry').public_id}/"
    date = client.get(address)["Last-Modified"]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, headers={"If-Modified-Since": date})
    assert answer.status_code == 304
    assert '."detail"' not in queries[0]["sql"]


@pytest.mark.parametrize("address", ["/api/v1/articles/", "/api/v1/articles/?q=ferry&highlight=true", "/feeds/all.rss"])
def test_a_reader_who_has_the_list_is_told_so_without_its_stories_being_read(newsroom: Newsroom, client, address):
    tell(newsroom, "The ferry")
    tag = client.get(address)["ETag"]
    with CaptureQueriesContext(connection) as queries:
        answer = client.get(address, headers={"If-None-Match": tag})
    assert (answer.status_code, answer["ETag"]) == (304, tag)
    assert not any(f'."{column}"' in one["sql"] for one in queries for column in ("detail", "summary"))


def test_each_representation_has_a_tag_of_its_own(newsroom: Newsroom, client):
    article = tell(newsroom, "The ferry")
    address = f"/api/v1/articles/{article.public_id}/"
    forms = ("", "?format=html", "?format=text", "?fields=title", "?fields=title&format=html", "?include=related")
    answers = [client.get(address + form) for form in (*forms, "ninjs/", "markdown/")]
    answers += [client.get("/api/v1/articles/" + form) for form in ("", "?fields=title", "?limit=1", "?include=topics")]
    answers.append(client.get(address, headers={"Accept-Encoding": "gzip"}))
    assert len({answer["ETag"] for answer in answers}) == len(answers)
    assert not any(answer["ETag"].startswith("W/") for answer in answers)


def test_a_compressed_answer_is_the_same_answer(newsroom: Newsroom, client):
    address = f"/api/v1/articles/{tell(newsroom, 'The ferry').public_id}/"
    plain, packed = client.get(address), client.get(address, headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert packed["Content-Encoding"] == "gzip"
    assert gzip.decompress(packed.content) == plain.content
    assert "Accept-Encoding" in packed["Vary"]
    assert client.get(address, headers={"Accept-Encoding": "gzip;q=0"}).content == plain.content
    again = client.get(address, headers={"Accept-Encoding": "gzip", "If-None-Match": packed["ETag"]})
    assert (again.status_code, "Content-Encoding" in again) == (304, False)


# Keys -----------------------------------------------------------------------------------------------------------------


def test_a_story_names_everything_that_it_shows(newsroom: Newsroom, image: NewsImage, client):
    topic = Topic.objects.create(name="Ferries")
    other = tell(newsroom, "The night boat")
    link = f'<p>See <a linktype="page" id="{other.pk}">that</a>.</p>'
    article = tell_about(newsroom, topic, title="The ferry", text=link, lead_image=image)
    shown = keys_of(client.get(f"/api/v1/articles/{article.public_id}/"))
    assert shown >= {
        f"story-{article.public_id}",
        f"story-{other.public_id}",
        "section-harbour",
        "author-ottoline-quay",
        "topic-ferries",
        f"image-{image.public_id}",
    }
    assert keys_of(client.get("/api/v1/articles/?section=harbour")) >= shown - {f"story-{other.public_id}"}


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("/api/v1/articles/", "list"),
        ("/api/v1/articles/?section=harbour", "list-section-harbour"),
        ("/api/v1/articles/?section=harbour&topic=a%7Cb,-c", "list-topic-a list-topic-b"),
        ("/api/v1/articles/?topic=-c", "list"),
        ("/api/v1/articles/?author=ottoline-quay&q=ferry", "list-author-ottoline-quay"),
        ("/api/v1/sections/", "list sections"),
        ("/api/v1/sections/harbour/", "list-section-harbour section-harbour sections"),
        ("/api/v1/topics/", "list topics"),
        ("/api/v1/resolve/?path=/nowhere/", "list redirects sections"),
        ("/api/v1/changes/", "list redirects sections"),
        ("/feeds/harbour.rss", "list-section-harbour section-harbour sections site"),
        ("/sitemaps/index.xml", "list"),
        ("/sitemaps/news.xml", "list site"),
        ("/llms.txt", "list sections site"),
    ],
)
def test_what_comes_or_goes_is_in_the_keys_of_a_list(newsroom: Newsroom, client, address, expected):
    assert keys_of(client.get(address)) == {"all", *expected.split()}


def test_a_list_of_a_hundred_stories_has_a_header_that_caches_take(newsroom: Newsroom, client):
    for row in shelve(100, published_at=timezone.now() - timedelta(hours=1)):
        row.summary_keys = " ".join([keys.story(row.public_id), keys.image(row.public_id), "section-news"])
        row.save()
    answer = client.get("/api/v1/articles/?limit=100&include=related")
    assert len(answer["Surrogate-Key"]) <= keys.MAX_LENGTH
    assert keys_of(answer) >= {"any-story", "any-image", "any-related", "section-news", "list"}
    assert keys.widen([keys.story("x")]) == {"story-x", "any-story"}


def test_cloudflare_is_told_the_keys_under_its_name(newsroom: Newsroom, client, settings):
    settings.PURGE_TARGETS = ["cloudflare://token@zone"]
    answer = client.get("/api/v1/articles/")
    assert answer["Cache-Tag"].split(",") == answer["Surrogate-Key"].split()


# Lifetimes ------------------------------------------------------------------------------------------------------------


def test_caches_that_forget_may_keep_answers_for_longer(newsroom: Newsroom, client, settings):
    assert client.get("/api/v1/articles/")["Cache-Control"] == "public, max-age=0, s-maxage=60"
    settings.PURGE_TARGETS = [TARGET]
    assert client.get("/api/v1/articles/")["Cache-Control"] == (
        "public, max-age=0, s-maxage=3600, stale-while-revalidate=30, stale-if-error=600"
    )


@pytest.mark.parametrize("target", ["", "fastly://token@service", "cloudflare://token@zone"])
def test_a_browser_is_never_told_to_show_what_is_over(newsroom: Newsroom, client, settings, target):
    settings.PURGE_TARGETS = [target] if target else []
    assert "stale" not in client.get("/api/v1/articles/")["Cache-Control"]


def test_no_answer_outlives_an_embargo_or_an_expiry(newsroom: Newsroom, client, settings, freezer):
    settings.PURGE_TARGETS = [TARGET]
    now = timezone.now().replace(microsecond=0)
    freezer.move_to(now)
    tell(newsroom, "Not before noon", embargo_until=now + timedelta(seconds=100))
    article = tell(newsroom, "Until noon", expire_at=now + timedelta(seconds=50))
    for address in ("/api/v1/articles/", "/api/v1/sections/", "/api/v1/sections/harbour/", "/feeds/all.atom"):
        assert "s-maxage=50, stale-while-revalidate=0, stale-if-error=0" in client.get(address)["Cache-Control"]
    assert "s-maxage=50," in client.get(f"/api/v1/articles/{article.slug}/")["Cache-Control"]
    freezer.move_to(now + timedelta(seconds=70))
    assert "s-maxage=30," in client.get("/api/v1/articles/?q=noon")["Cache-Control"]


def test_a_story_leaves_the_sitemap_for_news_without_being_forgotten(newsroom: Newsroom, client, settings):
    settings.PURGE_TARGETS = [TARGET]
    shelve(published_at=timezone.now() - timedelta(hours=47, minutes=59))
    seconds = int(client.get("/sitemaps/news.xml")["Cache-Control"].split("s-maxage=")[1].split(",")[0])
    assert 0 < seconds <= 60


def test_answers_set_no_cookie_even_for_people_of_the_desk(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    answer = client.get("/api/v1/articles/")
    assert not answer.cookies
    assert "Cookie" not in answer["Vary"]


# Whatever happens -----------------------------------------------------------------------------------------------------


class World:
    """A small publication to which things happen, seen through every address that shows it."""

    def __init__(self, newsroom: Newsroom, image: NewsImage, seed: int) -> None:
        self.newsroom, self.image, self.random = newsroom, image, random.Random(seed)
        self.client = Client()
        self.topics = [Topic.objects.create(name=name) for name in ("Ferries", "Bridges")]
        self.articles = [self._new(), self._new(), self._new()]

    def addresses(self) -> list[str]:
        found = [
            *(
                "articles/",
                "articles/?section=council",
                "articles/?topic=ferries&count=true",
                "articles/?topic=-ferries",
            ),
            *("articles/?author=ottoline-quay&include=authors,topics,related", "articles/?q=boat&highlight=true"),
            *(
                "articles/?order=-updated_at&limit=2",
                "articles/?limit=1&facets=section,topic,author",
                "suggest/?q=boat",
            ),
            *("sections/", "sections/council/", "topics/", "topics/ferries/", "authors/", "authors/ottoline-quay/"),
            *("resolve/?path=/council/", "resolve/?path=/topics/bridges/", "resolve/?path=/authors/ottoline-quay/"),
        ]
        for article in self.articles:
            key = article.public_id
            found += [f"articles/{article.slug}/", f"articles/{key}/?include=related&format=text"]
            found += [f"articles/{key}/related/", f"resolve/?path=/harbour/{article.slug}/"]
        roots = ["feeds/all.rss", "feeds/council.json", "sitemaps/index.xml", "sitemaps/news.xml", "llms.txt"]
        roots.append(f"sitemaps/{timezone.now():%Y-%m}-1.xml".replace("-0", "-"))
        return [f"/api/v1/{one}" for one in found] + [f"/{one}" for one in roots]

    def look(self) -> dict[str, Any]:
        return {address: self.client.get(address) for address in self.addresses()}

    def acts(self) -> list[Callable[[], Any]]:
        """Everything that may happen, once, in an order of its own."""
        acts: list[Callable[[], Any]] = [
            *(self._new_story, self._rewrite, self._correct, self._kill, self._rename_author, self._author_bio),
            *(self._rename_topic, self._other_topic, self._new_slug, self._move, self._picture, self._relate),
            *(self._section_words, self._hide_section, self._unpublish, self._draft),
        ]
        self.random.shuffle(acts)
        return acts

    def _new(self) -> Article:
        title = f"The boat of {self.random.randrange(12)} o'clock"
        return tell_about(self.newsroom, self.topics[0], title=title, lead_image=self.image)

    def _any(self) -> Article:
        return self.newsroom.fresh(self.random.choice(self.articles))

    def _new_story(self) -> None:
        self.articles.append(self._new())

    def _rewrite(self) -> None:
        edit(self.newsroom, self._any(), title=f"A boat that is late by {self.random.randrange(100)} minutes")

    def _correct(self) -> None:
        article = self._any()
        if article.live:
            correct(article, text=f"It was the {self.random.randrange(100)}th.", by=self.newsroom.publisher)

    def _kill(self) -> None:
        article = self._any()
        if article.live:
            kill(article, reason="It was wrong.", by=self.newsroom.publisher)

    def _rename_author(self) -> None:
        author = Author.objects.get(slug="ottoline-quay")
        author.name = f"Ottoline Quay {self.random.randrange(100)}"
        author.save()
        reconcile_stories_showing("author", author.pk)

    def _author_bio(self) -> None:
        author = Author.objects.get(slug="ottoline-quay")
        author.bio = f"She has written for {self.random.randrange(100)} years."
        author.save()

    def _rename_topic(self) -> None:
        topic = self.random.choice(self.topics)
        topic.name = f"Boats {self.random.randrange(100)}"
        topic.save()
        reconcile_stories_showing("topic", topic.pk)

    def _other_topic(self) -> None:
        edit(self.newsroom, self._any(), topic_links=[ArticleTopic(topic=self.random.choice(self.topics))])

    def _new_slug(self) -> None:
        edit(self.newsroom, self._any(), slug=f"boat-{self.random.randrange(10_000)}")

    def _move(self) -> None:
        article = self._any()
        to = self.random.choice([self.newsroom.section, self.newsroom.other_section])
        article.move(to.__class__.objects.get(pk=to.pk), pos="last-child")

    def _picture(self) -> None:
        self.image.caption = f"At {self.random.randrange(12)} o'clock"
        self.image.save()
        reconcile_stories_showing("newsimage", self.image.pk)

    def _relate(self) -> None:
        for article in self.articles:
            rerank(article.pk)

    def _section_words(self) -> None:
        section = type(self.newsroom.other_section).objects.get(pk=self.newsroom.other_section.pk)
        section.title = f"Council {self.random.randrange(100)}"
        section.save()
        reconcile_stories_showing("section", section.pk)

    def _hide_section(self) -> None:
        page = self.newsroom.other_section.page_ptr
        hidden = PageViewRestriction.objects.filter(page=page)
        if hidden.exists():
            hidden.first().delete()
        else:
            PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)

    def _unpublish(self) -> None:
        article = self._any()
        if article.live:
            article.unpublish()

    def _draft(self) -> None:
        self._any().save_revision(user=self.newsroom.reporter)


@pytest.mark.parametrize("seed", SEEDS)
def test_whatever_changes_an_answer_is_forgotten_and_whatever_is_the_same_has_the_same_tag(
    newsroom: Newsroom, image: NewsImage, settings, seed
):
    settings.PURGE_TARGETS = [TARGET]
    world = World(newsroom, image, seed)
    bodies: dict[tuple[str, str], bytes] = {}
    before = world.look()
    changed_count = 0
    for act in world.acts():
        Purge.objects.all().delete()
        act()
        forgotten = {key for keys_ in Purge.objects.values_list("keys", flat=True) for key in keys_}
        after = world.look()
        for address, answer in after.items():
            was = before.get(address)
            if was is not None and (was.status_code, was.content) != (answer.status_code, answer.content):
                changed_count += 1
                if "Surrogate-Key" not in was:
                    assert "s-maxage" not in was.get("Cache-Control", ""), address
                    continue
                assert keys_of(was) & forgotten, f"{act.__name__}: {address} shows {keys_of(was)}, not {forgotten}"
            if answer.status_code == 200:
                assert bodies.setdefault((address, answer["ETag"]), answer.content) == answer.content, (
                    f"{act.__name__} {address}"
                )
        for address in world.random.sample(sorted(after), 8):
            if after[address].status_code == 200 and "changes" not in address:
                tag = after[address]["ETag"]
                assert world.client.get(address, headers={"If-None-Match": tag}).status_code == 304, address
        before = after
    assert changed_count > 40
