import re
from datetime import timedelta
from itertools import pairwise

import pytest
from bs4 import BeautifulSoup
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.timezone import now

from cms.blocks import BodyBlock
from cms.models import Article, ArticleAuthor, Correction
from tests.factories import (
    ArticleFactory,
    AuthorFactory,
    NewsImageFactory,
    SectionFactory,
    TopicFactory,
    UserFactory,
)

pytestmark = pytest.mark.django_db
GONE = 999_999


def page_of(article: Article, rf) -> BeautifulSoup:
    response = article.serve_preview(rf.get("/"), "")
    return BeautifulSoup(response.render().content, "html.parser")


def words_of(soup: BeautifulSoup) -> str:
    return re.sub(r"\s+", " ", soup.get_text(" ")).strip()


def every_block(picture: int, story: int) -> list[tuple[str, object]]:
    return [
        ("paragraph", '<p>The ferry was <b>late</b>, says <a href="https://example.org/">the log</a>.</p>'),
        ("heading", {"text": "What the council decided", "level": "2"}),
        ("heading", {"text": "The money", "level": "3"}),
        ("list", {"style": "numbered", "items": ["Two boats", "No toll"]}),
        ("quote", {"text": "Eleven winters.", "attribution": "Tomasz Kerr", "role": "Engineer", "style": "block"}),
        ("quote", {"text": "A promise.", "attribution": "Ayo Fenwick", "role": "", "style": "pull"}),
        ("divider", None),
        ("image", {"image": picture, "alt": "Boats, seen from above", "caption": "Boats on Tuesday"}),
        (
            "gallery",
            {
                "title": "The regatta",
                "pictures": [
                    {"image": picture, "alt": "", "caption": "First leg"},
                    {"image": picture, "alt": "", "caption": "Second leg"},
                ],
            },
        ),
        ("embed", {"url": "https://www.youtube.com/watch?v=abc", "caption": "The speech"}),
        ("fact_box", {"title": "In figures", "text": "<p>412 metres</p><ul><li>four piers</li></ul>"}),
        (
            "table",
            {
                "columns": [{"type": "text", "heading": "Year"}, {"type": "number", "heading": "Million"}],
                "rows": [{"values": ["2025", 4.5]}, {"values": ["2026", None]}],
                "caption": "What it costs",
            },
        ),
        ("related", {"title": "More on the bridge", "stories": [story]}),
    ]


@pytest.fixture
def story():
    """A story with something in every place."""
    other = ArticleFactory(title="Council publishes toll figures")
    article = ArticleFactory(
        title="Council votes for a bridge",
        kicker="Wexcombe crossing",
        standfirst="Nine said yes.",
        section=SectionFactory(title="Politics"),
        lead_image=NewsImageFactory(alt="The old pier", caption="The pier in March", credit="Ines Marlow"),
        topics=[TopicFactory(name="Bridges")],
        picks=[ArticleFactory(title="The last ferryman")],
        body=every_block(NewsImageFactory().pk, other.pk),
    )
    article.byline = [
        ArticleAuthor(author=AuthorFactory(name="Odalys Brindle")),
        ArticleAuthor(author=AuthorFactory(name="Tomasz Kerr")),
        ArticleAuthor(author=AuthorFactory(name="Ayo Fenwick"), role=ArticleAuthor.Role.REPORTER),
    ]
    return article


def test_every_block_shows_its_words(story, rf):
    words = words_of(page_of(story, rf))

    for expected in (
        *("The ferry was late , says the log .", "What the council decided", "The money", "Two boats", "No toll"),
        *("Eleven winters.", "Tomasz Kerr", "Engineer", "A promise.", "Ayo Fenwick", "Boats on Tuesday"),
        *("The regatta", "First leg", "Second leg", "youtube.com", "https://www.youtube.com/watch?v=abc"),
        *("The speech", "In figures", "412 metres", "four piers", "What it costs", "Million", "4.5"),
        *("More on the bridge", "Council publishes toll figures"),
    ):
        assert expected in words
    assert "None" not in words


def test_what_stands_around_the_body_is_shown(story, rf):
    soup = page_of(story, rf)
    words = words_of(soup)

    assert soup.h1.get_text() == "Council votes for a bridge"
    for expected in ("Wexcombe crossing", "Nine said yes.", "Politics", "Bridges", "The last ferryman"):
        assert expected in words
    assert "By Odalys Brindle and Tomasz Kerr" in words
    assert "Additional reporting: Ayo Fenwick" in words
    lead = soup.select_one("figure.picture--lead")
    assert lead.img["alt"] == "The old pier"
    assert "The pier in March" in lead.figcaption.get_text()
    assert "Ines Marlow" in lead.figcaption.get_text()


def test_a_picture_in_the_text_may_have_its_own_words(story, rf):
    alternatives = [image["alt"] for image in page_of(story, rf).select(".story-body figure img")]

    assert alternatives[0] == "Boats, seen from above"
    assert all(alternatives)


def test_nothing_is_loaded_from_elsewhere_and_no_script_runs(story, rf):
    soup = page_of(story, rf)

    sources = [tag.get("src") or tag.get("href") for tag in soup.select("img, script, link, iframe, source, video")]
    assert all(source.startswith("/") for source in sources)
    assert not soup.select("script, iframe")


def test_headings_do_not_skip_a_level(story, rf):
    levels = [int(heading.name[1]) for heading in page_of(story, rf).select("h1, h2, h3, h4, h5, h6")]

    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_readers_see_breaking_and_sponsored_and_not_that_it_is_sensitive(story, rf):
    story.breaking = story.sponsored = story.sensitive = True

    words = words_of(page_of(story, rf))

    assert "Breaking" in words
    assert "Sponsored" in words
    assert "ensitive" not in words


def test_a_draft_says_that_it_is_not_published_yet(story, rf):
    assert "Not published yet" in words_of(page_of(story, rf))


def test_an_embargo_is_shown_to_the_editor(story, rf):
    story.embargo_until = now() + timedelta(days=2)

    assert "Under embargo until" in words_of(page_of(story, rf))


def test_corrections_stand_under_the_story_with_their_date(story, rf):
    Correction.objects.create(article=story, text="The bridge is 412 metres long, not 421.")

    section = page_of(story, rf).select_one(".corrections")

    assert "412 metres long, not 421" in section.get_text()
    assert section.time["datetime"]


def test_a_story_that_readers_cannot_see_is_not_a_link(story, rf):
    links = page_of(story, rf).select(".story-links")

    assert not [link for part in links for link in part.select("a")]
    assert all("readers will not see this link" in part.get_text() for part in links)


def test_a_story_that_was_never_saved_has_a_preview(rf):
    article = ArticleFactory.build(title="Ferry is late", authors=[AuthorFactory()], topics=[TopicFactory()])

    assert "Ferry is late" in words_of(page_of(article, rf))


def test_missing_pictures_and_stories_are_shown_as_missing(rf):
    article = ArticleFactory.build(body=every_block(picture=GONE, story=GONE))

    soup = page_of(article, rf)

    assert len(soup.select(".picture-missing")) == 3
    assert "Boats on Tuesday" in words_of(soup)


def test_a_picture_whose_file_is_gone_does_not_break_the_preview(rf):
    image = NewsImageFactory()
    image.file.storage.delete(image.file.name)
    article = ArticleFactory(lead_image=image)

    assert article.title in words_of(page_of(article, rf))


@pytest.mark.parametrize("value", [[], [("embed", {"url": "", "caption": ""})], [("table", None)]])
def test_half_written_blocks_do_not_break_the_preview(value, rf):
    assert page_of(ArticleFactory.build(body=value), rf).h1


def test_words_of_a_story_cannot_smuggle_in_markup(rf):
    article = ArticleFactory.build(
        title="<script>alert(1)</script>",
        body=[("heading", {"text": "<img src=x onerror=alert(1)>", "level": "2"})],
    )

    soup = page_of(article, rf)

    assert not soup.select("script, [onerror]")
    assert "<script>alert(1)</script>" in soup.h1.get_text()


def test_an_editor_sees_the_preview_of_a_draft_in_the_admin(story, client):
    client.force_login(UserFactory(is_superuser=True))

    response = client.get(reverse("wagtailadmin_pages:view_draft", args=[story.pk]))

    assert response.status_code == 200
    assert "Council votes for a bridge" in response.content.decode()


@pytest.mark.parametrize("name", BodyBlock().child_blocks)
def test_every_block_has_a_preview_in_the_block_picker(name, client):
    client.force_login(UserFactory(is_superuser=True))
    block = Article._meta.get_field("body").stream_block.child_blocks[name]
    assert block.is_previewable
    assert block.get_description()

    response = client.get(reverse("wagtailadmin_block_preview"), {"id": block.definition_prefix})

    assert response.status_code == 200
    soup = BeautifulSoup(response.content, "html.parser")
    assert "cms/preview.css" in soup.link["href"]
    assert soup.select_one(".story-body").find(True)
    assert not soup.select(".picture-missing")


def test_a_list_of_authors_reads_as_a_sentence():
    authors = AuthorFactory.build_batch(3)
    for author, name in zip(authors, ("Ada", "Ben", "Cy"), strict=True):
        author.name = name
    lines = [ArticleAuthor(author=author) for author in authors]

    words = words_of(BeautifulSoup(render_to_string("cms/preview/byline.html", {"lines": lines}), "html.parser"))

    assert words.replace(" ,", ",") == "By Ada, Ben and Cy"
