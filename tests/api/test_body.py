"""What a story refers to: stories of ours, and what other services hold. Nobody is asked anything while it is read."""

import json
from typing import Any, ClassVar

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.embeds.finders.base import EmbedFinder

from api.representation.store import reconcile_many
from api.tasks import fetch_embed, reconcile_stories_with_embed
from cms.actions import correct
from cms.models import Article
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db

VIDEO = "https://www.youtube.com/watch?v=abcdefghijk"


class VideoService(EmbedFinder):
    """Stands in for a service, and notes who asks it."""

    asked: ClassVar[list[str]] = []

    def accept(self, url: str) -> bool:
        return True

    def find_embed(self, url: str, max_width: int | None = None, max_height: int | None = None) -> dict[str, Any]:
        self.asked.append(url)
        return {
            "title": "The swing bridge",
            "author_name": "",
            "provider_name": "YouTube",
            "type": "video",
            "thumbnail_url": "https://i.ytimg.com/vi/abcdefghijk/hqdefault.jpg",
            "width": 480,
            "height": 270,
            "html": '<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe><script>alert(1)</script>',
        }


@pytest.fixture
def service(settings) -> type[VideoService]:
    settings.WAGTAILEMBEDS_FINDERS = [{"class": f"{__name__}.VideoService"}]
    VideoService.asked.clear()
    return VideoService


def publish(newsroom: Newsroom, title: str, **fields) -> Article:
    return newsroom.release(newsroom.clear_at_once(newsroom.draft(title, **fields)))


def linking_to(*articles: Article) -> str:
    links = (f'<a linktype="page" id="{article.pk}">{article.title}</a>' for article in articles)
    return f"<p>See {' and '.join(links)}.</p>"


def test_a_withdrawn_story_is_plain_words_in_every_form_of_those_that_link_to_it(newsroom: Newsroom, client):
    target = publish(newsroom, "The other story")
    article = publish(newsroom, "Linking", text=linking_to(target), may_be_syndicated=True)
    address = f"/api/v1/articles/{article.public_id}/"
    forms = [
        *(f"{address}?format={form}" for form in ("blocks", "html", "markdown", "text")),
        *(f"{address}ninjs/", f"{address}markdown/"),
        *(f"/feeds/harbour.{form}" for form in ("rss", "atom", "json")),
    ]
    linked = [form for form in forms if "harbour/the-other-story" in client.get(form).content.decode()]
    assert [form for form in forms if form not in linked] == [f"{address}?format=text"]
    newsroom.fresh(target).unpublish()
    for form in forms:
        text = client.get(form).content.decode()
        assert "See The other story." in text
        assert "the-other-story" not in text


def test_links_of_many_stories_are_looked_up_together(newsroom: Newsroom):
    targets = [publish(newsroom, f"Target {number}") for number in range(4)]
    articles = [publish(newsroom, f"Linking {number}", text=linking_to(*targets)) for number in range(4)]
    counts = []
    for some in (articles[:1], articles):
        with CaptureQueriesContext(connection) as captured:
            reconcile_many([article.pk for article in some], timezone.now())
        counts.append(len(captured))
    assert counts[0] == counts[1]


def test_a_service_is_asked_by_a_worker_and_by_no_reader(newsroom: Newsroom, client, service):
    article = publish(newsroom, "A video", body=[("embed", {"url": VIDEO, "caption": ""})])
    address = f"/api/v1/articles/{article.public_id}/"
    for path in (address, f"{address}?format=markdown", f"{address}ninjs/", "/api/v1/articles/?include=body"):
        assert client.get(path).status_code == 200
    assert service.asked == []
    (block,) = client.get(address).json()["body"]["blocks"]
    assert (block["value"]["provider"], block["value"]["html"]) == ("youtube", None)
    fetch_embed(VIDEO)
    reconcile_stories_with_embed(VIDEO)
    assert service.asked == [VIDEO]
    (block,) = client.get(address).json()["body"]["blocks"]
    assert block["value"]["title"] == "The swing bridge"
    assert block["value"]["html"] == '<iframe src="https://www.youtube.com/embed/abcdefghijk"></iframe>'
    assert block["value"]["thumbnail_url"].startswith("https://i.ytimg.com/")
    assert service.asked == [VIDEO]


def test_search_engines_are_told_of_corrections(newsroom: Newsroom, client):
    article = publish(newsroom, "The ferry is late")
    correct(article, text="It was one hour late, not two.", by=newsroom.publisher)
    said = client.get(f"/api/v1/articles/{article.public_id}/").json()["seo"]["json_ld"]
    (correction,) = said["correction"]
    assert (correction["@type"], correction["text"]) == ("CorrectionComment", "It was one hour late, not two.")
    assert said["publisher"] == {
        "@type": "NewsMediaOrganization",
        "name": "The Test Courier",
        "url": "http://127.0.0.1:3000/",
    }
    assert said["isAccessibleForFree"] is True
    assert "image" not in said


@pytest.mark.parametrize(
    ("title", "words", "marked"),
    [
        ('The "swing bridge" opens', '"swing bridge"', "The &quot;<mark>swing</mark> <mark>bridge</mark>&quot; opens"),
        ("Rock & roll <b>lives</b>", "lives", "Rock &amp; roll &lt;b&gt;<mark>lives</mark>&lt;/b&gt;"),
        ("The harbour's ferry", "harbour's ferries", "The <mark>harbour</mark>&#x27;s <mark>ferry</mark>"),
        ("<script>alert(1)</script> ferry", "ferry", "&lt;script&gt;alert(1)&lt;/script&gt; <mark>ferry</mark>"),
    ],
)
def test_highlights_of_headlines_with_quotes_and_markup(newsroom: Newsroom, client, title, words, marked):
    publish(newsroom, title)
    answer = client.get("/api/v1/articles/", {"q": words, "highlight": "true"}).json()
    assert json.dumps(answer["items"][0]["highlight"]["title"]) == json.dumps(marked)
