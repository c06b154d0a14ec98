"""The website of examples/reader/, in a browser and against the API of a newsroom that runs."""

import json
import re
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.error import HTTPError
from urllib.request import HTTPRedirectHandler, build_opener

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, Page, expect
from wagtail.embeds.embeds import get_embed_hash
from wagtail.embeds.models import Embed

from api.preview import links
from cms.actions import correct, kill
from cms.models import Article, Author, Section
from tests.factories.articles import TopicFactory
from tests.factories.images import NewsImageFactory
from tests.journeys.accessibility import find_barriers
from tests.journeys.browser import open_browser
from tests.journeys.courier import Courier
from tests.journeys.website import Website, serve
from tests.newsroom import Newsroom

FILM = "https://www.youtube.com/watch?v=lantern"
MANY = 17
"""With the other stories of the section more than a list shows at once."""


@dataclass
class Paper:
    """What is in the newspaper, by what it is there for; addresses are paths of the website."""

    newsroom: Newsroom
    paths: dict[str, str] = field(default_factory=dict)
    stories: dict[str, Article] = field(default_factory=dict)
    preview: str = ""
    moved: tuple[str, str] = ("", "")
    """From where to where."""

    def publish(self, title: str, **fields: Any) -> Article:
        return self.release(self.newsroom.draft(title, **fields))

    def release(self, draft: Article) -> Article:
        return self.newsroom.release(self.newsroom.clear_at_once(draft))


@pytest.fixture(scope="module")
def paper(courier: Courier, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Paper]:
    """A newspaper with one of everything, and the reader's server in front of it."""
    website = courier.environment["FRONTEND_URL"]
    places = override_settings(
        BASE_URL=courier.url,
        PUBLIC_MEDIA_URL=f"{courier.url}/media/",
        FRONTEND_URL=website,
        PREVIEW_URL=f"{website}/preview/",
        MEDIA_ROOT=str(courier.media),
    )
    with places, serve(courier):
        paper = Paper(courier.newsroom)
        print_stories(paper)
        yield paper


def print_stories(paper: Paper) -> None:
    newsroom = paper.newsroom
    weather = Section(title="Weather", slug="weather", description="What comes from the sea.")
    newsroom.section.get_parent().add_child(instance=weather)
    for number in range(MANY):
        paper.publish(f"Fog on day {number + 1}", section=weather)
    earlier = paper.publish("The lantern on the pier is lit", section=weather)
    paper.publish("Sold as news", section=weather, sponsored=True)
    gone = paper.publish("Whales in the harbour", section=weather)
    moved = paper.publish("The pier opens", section=weather)
    moved_from = moved.public_path
    moved = paper.release(newsroom.edit(moved, by=newsroom.reporter, slug="the-pier-opens-late"))
    draft = newsroom.draft("Nobody has read this", section=weather)
    paper.stories = {"earlier": earlier, "everything": print_everything(paper, weather, earlier), "draft": draft}
    kill(newsroom.fresh(gone), reason="There were no whales.", by=newsroom.publisher)
    paper.preview = links.make(draft, by=newsroom.reporter).url.removeprefix(links.settings.FRONTEND_URL)
    paper.paths = {
        "front": "/",
        "section": "/weather/",
        "story": paper.stories["everything"].public_path,
        "topic": "/topics/lanterns/",
        "author": "/authors/ottoline-quay/",
        "search": "/search/?q=lantern",
        "missing": "/weather/no-such-story/",
        "gone": gone.public_path,
        "preview": paper.preview,
    }
    paper.moved = (moved_from, moved.public_path)


def print_everything(paper: Paper, section: Section, earlier: Article) -> Article:
    """A story with every type of block, and everything that stands around one."""
    newsroom = paper.newsroom
    picture = NewsImageFactory(size=(1400, 900), alt="A lantern on a pier", caption="At dusk.", prepared=True)
    other = NewsImageFactory(size=(900, 1400), alt="The keeper of the lantern", prepared=True)
    Embed.objects.create(
        hash=get_embed_hash(FILM),
        url=FILM,
        type="video",
        title="The lantern burns",
        html='<iframe src="https://www.youtube.com/embed/lantern" width="560" height="315"></iframe>',
        thumbnail_url="https://i.ytimg.com/vi/lantern.jpg",
        width=560,
        height=315,
    )
    blocks: list[tuple[str, Any]] = [
        ("paragraph", f'<p>It burned <b>all night</b>, as <a linktype="page" id="{earlier.pk}">before</a>.</p>'),
        ("heading", {"text": "What the keeper saw", "level": "2"}),
        ("heading", {"text": "Before midnight", "level": "3"}),
        ("list", {"style": "bulleted", "items": ["<p>Fog</p>", "<p>Two <i>boats</i></p>"]}),
        ("list", {"style": "numbered", "items": ["<p>First</p>", "<p>Second</p>"]}),
        ("quote", {"text": "I saw it.", "attribution": "Odalys Brindle", "role": "keeper", "style": "block"}),
        ("quote", {"text": "All night long.", "attribution": "", "role": "", "style": "pull"}),
        ("divider", None),
        ("image", {"image": picture.pk, "alt": "", "caption": ""}),
        ("gallery", {"title": "The night", "pictures": [{"image": picture.pk}, {"image": other.pk}]}),
        ("embed", {"url": FILM, "caption": "The film."}),
        ("fact_box", {"title": "The lantern in figures", "text": "<p>Nine metres.</p><ul><li>Iron</li></ul>"}),
        (
            "table",
            {
                "columns": [{"type": "text", "heading": "Month"}, {"type": "number", "heading": "Nights"}],
                "rows": [{"values": ["May", 4]}, {"values": ["June", 12]}],
                "caption": "Nights of fog",
            },
        ),
        ("related", {"title": "Read before", "stories": [earlier.pk]}),
    ]
    body = json.dumps([{"type": kind, "value": value, "id": str(uuid.uuid4())} for kind, value in blocks])
    draft = newsroom.draft(
        "The lantern burns all night",
        section=section,
        body=body,
        kicker="The pier",
        kind=Article.Kind.ANALYSIS,
        lead_image=picture,
    )
    version = draft.get_latest_revision().as_object()
    version.byline.create(author=Author.objects.create(name="Effie Harrow"), role="photographer")
    version.topic_links.create(topic=TopicFactory(name="Lanterns"))
    version.picks.create(article=earlier)
    version.save_revision(user=newsroom.reporter)
    article = paper.release(newsroom.fresh(draft))
    correct(newsroom.fresh(article), text="It is nine metres high, not eight.", by=newsroom.publisher)
    return newsroom.fresh(article)


@pytest.fixture(scope="module")
def browser(paper: Paper) -> Iterator[Browser]:
    """One browser for all tests, each of which opens a profile of its own in it."""
    with pytest.MonkeyPatch.context() as patch, open_browser() as browser:
        # Its event loop is in this thread, and what happens in the newsroom meanwhile waits for nothing in it.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")
        yield browser


@pytest.fixture
def website(courier: Courier, browser: Browser) -> Iterator[Website]:
    """The website in the browser. Nothing on it may have failed, and nobody else been asked."""
    website = Website(courier, browser)
    yield website
    website.close()
    assert not website.failures


class _Still(HTTPRedirectHandler):
    def redirect_request(self, *arguments: Any) -> None:
        return None


def answer_of(url: str) -> tuple[int, str | None]:
    """Status and Location of the answer to a crawler, which runs no scripts."""
    try:
        with build_opener(_Still).open(url) as answer:
            return answer.status, None
    except HTTPError as error:
        with error:
            return error.code, error.headers.get("Location")


def body_of(page: Page, kind: str) -> Any:
    return page.locator(f"[data-block={kind}]")


def test_the_front_page_leads_with_a_picture_and_has_the_newest_of_each_section(website: Website):
    page = website.open("/")
    expect(page.locator(".teaser.lead h2")).to_have_text("The lantern burns all night")
    expect(page.get_by_role("region", name="Weather").get_by_role("article")).to_have_count(4)
    expect(page.get_by_role("navigation", name="Sections").get_by_role("link", name="Harbour")).to_be_visible()
    assert set(website.asked) == {"/api/v1/articles/", "/api/v1/sections/"}
    assert website.asked.count("/api/v1/sections/") == 1


def test_what_was_paid_for_is_labelled(website: Website):
    page = website.open("/weather/")
    expect(page.get_by_role("article").filter(has_text="Sold as news")).to_contain_text("Sponsored")


def test_a_section_brings_more_stories_on_request(website: Website):
    page = website.open("/weather/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Weather")
    expect(page.locator("main").get_by_role("article")).to_have_count(18)
    page.get_by_role("button", name="More stories").click()
    expect(page.get_by_role("link", name="Fog on day 1", exact=True)).to_be_visible()
    expect(page.get_by_role("button", name="More stories")).to_have_count(0)


@pytest.mark.parametrize(("kind", "heading"), [("topic", "Lanterns"), ("author", "Ottoline Quay")])
def test_topics_and_authors_have_a_page(website: Website, paper: Paper, kind: str, heading: str):
    page = website.open(paper.paths[kind])
    expect(page.get_by_role("heading", level=1)).to_have_text(heading)
    expect(page.locator("main").get_by_role("link", name="The lantern burns all night").first).to_be_visible()


def test_a_story_shows_every_type_of_block(website: Website, paper: Paper):
    page = website.open(paper.paths["story"])
    expect(body_of(page, "paragraph").locator("b")).to_have_text("all night")
    expect(page.get_by_role("heading", name="What the keeper saw", level=2)).to_be_visible()
    expect(page.get_by_role("heading", name="Before midnight", level=3)).to_be_visible()
    expect(page.locator("ul[data-block=list] li")).to_have_text(["Fog", "Two boats"])
    expect(page.locator("ol[data-block=list] li")).to_have_text(["First", "Second"])
    expect(page.locator(".quote.block")).to_contain_text("Odalys Brindle, keeper")
    expect(page.locator(".quote.pull")).to_contain_text("All night long.")
    expect(body_of(page, "divider")).to_have_count(1)
    expect(body_of(page, "image").get_by_role("img", name="A lantern on a pier")).to_have_count(1)
    expect(body_of(page, "image").locator("figcaption")).to_have_text("At dusk. Ines Marlow")
    expect(body_of(page, "fact_box").get_by_role("heading", name="The lantern in figures")).to_be_visible()
    expect(body_of(page, "fact_box").get_by_role("listitem")).to_have_text("Iron")
    expect(body_of(page, "related").get_by_role("link")).to_have_text("The lantern on the pier is lit")


def test_a_gallery_is_leafed_through(website: Website, paper: Paper):
    gallery = body_of(website.open(paper.paths["story"]), "gallery")
    expect(gallery).to_contain_text("1 of 2")
    gallery.get_by_role("button", name="Next picture").click()
    expect(gallery).to_contain_text("2 of 2")


def test_numbers_in_a_table_stand_to_the_right_and_rows_have_names(website: Website, paper: Paper):
    table = website.open(paper.paths["story"]).get_by_role("table", name="Nights of fog")
    expect(table.get_by_role("rowheader", name="June")).to_be_visible()
    expect(table.get_by_role("cell", name="12")).to_have_css("text-align", "end")


def test_an_embed_asks_before_anything_is_fetched(website: Website, paper: Paper):
    page = website.open(paper.paths["story"])
    embed = body_of(page, "embed")
    embed.scroll_into_view_if_needed()
    expect(page.locator("iframe")).to_have_count(0)
    assert not website.failures
    page.route("https://www.youtube.com/**", lambda route: route.abort())
    embed.get_by_role("button", name="Show content from").click()
    expect(embed.locator("iframe")).to_have_attribute(
        "sandbox", "allow-scripts allow-same-origin allow-popups allow-presentation"
    )
    expect(embed.locator("iframe")).to_be_focused()
    assert website.failures == ["asked somebody else: https://www.youtube.com/embed/lantern"]
    website.failures.clear()


def test_a_picture_comes_in_the_best_format_with_its_place_kept(website: Website, paper: Paper):
    page = website.open(paper.paths["story"])
    frame = page.locator(".main-picture .frame")
    expect(frame).to_have_class("frame loaded")
    picture = frame.get_by_role("img", name="A lantern on a pier")
    assert picture.evaluate("image => image.currentSrc.split('.').pop()") in ("avif", "webp")
    assert picture.evaluate("image => [image.width > 0, image.sizes.length > 0]") == [True, True]
    assert frame.locator("canvas").evaluate("canvas => canvas.getContext('2d').getImageData(9, 9, 1, 1).data[3]") == 255
    expect(frame).to_have_css("background-color", re.compile(r"rgb\(5\d, 1\d\d, 16\d\)"))


def test_byline_dates_and_corrections_are_there_for_readers_and_machines(website: Website, paper: Paper):
    page = website.open(paper.paths["story"])
    expect(page.locator(".byline")).to_have_text("By Ottoline QuayPictures by Effie Harrow")
    expect(page.locator(".dates time").first).to_have_attribute("datetime", paper_date(website, paper))
    expect(page.get_by_role("region", name="Correction")).to_contain_text("It is nine metres high, not eight.")
    expect(page.locator("article.story")).to_have_attribute("lang", "en-gb")


def paper_date(website: Website, paper: Paper) -> str:
    story = website.courier.read(f"/api/v1/articles/{paper.stories['everything'].public_id}/")
    return str(story["published_at"])


def test_the_head_tells_search_engines_what_the_newsroom_says(website: Website, paper: Paper):
    page = website.open(paper.paths["story"])
    expect(page).to_have_title("The lantern burns all night — The Wexcombe Courier")
    canonical = page.locator("link[rel=canonical]").get_attribute("href") or ""
    assert canonical.endswith(paper.paths["story"])
    data = json.loads(page.locator("script[type='application/ld+json']").text_content() or "")
    assert (data["@type"], data["headline"]) == ("AnalysisNewsArticle", "The lantern burns all night")


def test_related_links_say_why_they_are_there(website: Website, paper: Paper):
    page = website.open(paper.paths["story"])
    picked = page.get_by_role("region", name="What to read next").get_by_role("article").first
    expect(picked).to_contain_text("The lantern on the pier is lit")
    expect(picked).to_contain_text("Picked by the editors")


def test_a_link_in_the_text_is_followed_without_loading_the_page(website: Website, paper: Paper):
    page = website.open(paper.paths["story"])
    page.evaluate("window.kept = true")
    body_of(page, "paragraph").get_by_role("link", name="before").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The lantern on the pier is lit")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    expect(page).to_have_title("The lantern on the pier is lit — The Wexcombe Courier")
    assert page.evaluate("window.kept")
    assert "/api/v1/resolve/" not in website.asked


def test_crawlers_are_told_the_truth(courier: Courier, paper: Paper):
    website = courier.environment["FRONTEND_URL"]
    story = paper.paths["story"]
    assert answer_of(website + story) == (200, None)
    assert answer_of(website + story.rstrip("/")) == (301, story)
    assert answer_of(website + paper.moved[0]) == (301, paper.moved[1])
    assert answer_of(website + paper.paths["missing"]) == (404, None)
    assert answer_of(website + paper.stories["draft"].public_path) == (404, None)
    assert answer_of(website + paper.paths["gone"]) == (410, None)


def test_a_withdrawn_story_says_why(website: Website, paper: Paper):
    page = website.open(paper.paths["gone"])
    expect(page.get_by_role("heading", level=1)).to_have_text("This story has been withdrawn")
    expect(page.locator("main")).to_contain_text("There were no whales.")


def test_what_does_not_exist_says_so_and_offers_a_search(website: Website, paper: Paper):
    page = website.open(paper.paths["missing"])
    expect(page.get_by_role("heading", level=1)).to_have_text("This page does not exist")
    expect(page.get_by_role("link", name="Search for “no such story”")).to_be_visible()
    expect(page.locator("meta[name=robots]")).to_have_attribute("content", "noindex")


def test_a_search_shows_where_the_words_are_and_can_be_narrowed(website: Website, paper: Paper):
    page = website.open("/search/?q=lantern")
    expect(page.locator("mark").first).to_have_text("lantern")
    facets = page.get_by_role("complementary", name="Narrow the search")
    facets.get_by_role("link", name="Lanterns").click()
    expect(page).to_have_url(f"{website.url}/search/?q=lantern&topic=lanterns")
    expect(page.locator(".results").get_by_role("article")).to_have_count(1)


def test_suggestions_come_while_one_types_and_are_chosen_by_keyboard(website: Website):
    page = website.open("/")
    box = page.get_by_role("combobox", name="Search stories")
    box.press_sequentially("lanter")
    expect(page.get_by_role("option").first).to_be_visible()
    expect(box).to_have_attribute("aria-expanded", "true")
    box.press("ArrowDown")
    name = page.locator("[role=option][aria-selected=true] span").inner_text()
    box.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_breaking_news_appears_by_itself_and_goes_when_it_is_killed(website: Website, paper: Paper):
    page = website.open("/weather/")
    page.locator("html[data-live]").wait_for()
    story = paper.publish("The pier is on fire", breaking=True)
    bar = page.get_by_role("region", name="Breaking news")
    expect(bar).to_contain_text("The pier is on fire")
    kill(paper.newsroom.fresh(story), reason="It was a sunset.", by=paper.newsroom.publisher)
    expect(bar).not_to_contain_text("The pier is on fire")


def test_breaking_news_can_be_dismissed(website: Website, paper: Paper):
    story = paper.publish("The bell has fallen", breaking=True)
    page = website.open("/weather/")
    bar = page.get_by_role("region", name="Breaking news")
    expect(bar).to_contain_text("The bell has fallen")
    bar.get_by_role("button", name="Dismiss").click()
    page.reload()
    page.locator("html[data-live]").wait_for()
    expect(bar).not_to_contain_text("The bell has fallen")
    kill(paper.newsroom.fresh(story), reason="It hangs.", by=paper.newsroom.publisher)


def test_a_story_that_is_killed_vanishes_under_its_reader(website: Website, paper: Paper):
    story = paper.publish("A short life")
    page = website.open(story.public_path)
    page.locator("html[data-live]").wait_for()
    kill(paper.newsroom.fresh(story), reason="It was not so.", by=paper.newsroom.publisher)
    expect(page.get_by_role("heading", level=1)).to_have_text("This story has been withdrawn")
    expect(page.locator("main")).to_contain_text("It was not so.")


def test_a_story_that_changes_says_so_to_its_reader(website: Website, paper: Paper):
    story = paper.publish("A story that grows")
    page = website.open(story.public_path)
    page.locator("html[data-live]").wait_for()
    correct(paper.newsroom.fresh(story), text="It has grown.", by=paper.newsroom.publisher)
    page.get_by_role("button", name="Show the new version").click()
    expect(page.get_by_role("region", name="Correction")).to_contain_text("It has grown.")


def test_a_draft_is_shown_under_a_banner_to_whoever_has_the_address(website: Website, paper: Paper):
    page = website.open(paper.preview)
    expect(page.get_by_role("heading", level=1)).to_have_text("Nobody has read this")
    expect(page.locator("main")).to_contain_text("Draft. Readers cannot see this.")
    expect(page.locator("meta[name=robots]")).to_have_attribute("content", "noindex")
    website.go(page, "/preview/?token=nothing")
    expect(page.get_by_role("heading", level=1)).to_have_text("This preview is over")


def test_everything_can_be_reached_by_keyboard(website: Website, paper: Paper):
    page = website.open("/")
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the content")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    expect(page.locator(".teaser.lead a")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("The lantern burns all night")
    expect(page.get_by_role("heading", level=1)).to_be_focused()
    topic = page.get_by_role("navigation", name="Topics").get_by_role("link", name="Lanterns")
    topic.focus()
    place = page.evaluate("window.scrollY")
    assert place > 0
    topic.press("Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Lanterns")
    page.go_back()
    expect(page.get_by_role("heading", level=1)).to_have_text("The lantern burns all night")
    expect(page.locator("html")).to_have_js_property("scrollTop", place)


def test_no_page_scrolls_sideways_on_a_small_phone(website: Website, paper: Paper):
    page = website.open("/", phone=True)
    widths = {}
    for name, path in paper.paths.items():
        website.go(page, path)
        widths[name] = page.evaluate("document.documentElement.scrollWidth")
    assert widths == dict.fromkeys(paper.paths, 320)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_no_page_has_a_barrier(website: Website, paper: Paper, dark: bool):
    page = website.open("/", dark=dark)
    barriers = {}
    for name, path in paper.paths.items():
        website.go(page, path)
        barriers[name] = find_barriers(page)
    assert barriers == {name: [] for name in paper.paths}


def test_without_the_api_the_page_says_so_and_tries_again(website: Website):
    page = website.open("/")
    page.route(f"{website.courier.url}/**", lambda route: route.abort())
    page.get_by_role("navigation", name="Sections").get_by_role("link", name="Weather").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("The newsroom cannot be reached")
    page.unroute(f"{website.courier.url}/**")
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Weather")
