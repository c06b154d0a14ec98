"""An editor types, and the website in a frame beside the form shows it: another server, on an origin of its own."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from cms.models import Article
from tests.factories.images import NewsImageFactory
from tests.journeys.courier import Courier
from tests.journeys.desks import Screen
from tests.journeys.website import serve


@pytest.fixture
def website(courier: Courier) -> Iterator[str]:
    """The reader, and a newsroom that shows drafts in it."""
    url = courier.environment["FRONTEND_URL"]
    given = courier.environment.copy()
    courier.environment["PREVIEW_URL"] = f"{url}/preview/"
    with serve(courier):
        restart_web(courier)
        yield url
    courier.environment.clear()
    courier.environment.update(given)
    restart_web(courier)


@pytest.fixture
def draft(courier: Courier) -> Article:
    return courier.newsroom.draft("The lantern is dark", text="<p>Nobody has lit the lantern.</p>")


@pytest.fixture
def illustrated(courier: Courier, settings: Any) -> Article:
    """A draft with a picture that nothing public shows."""
    settings.MEDIA_ROOT = str(courier.media)
    picture = NewsImageFactory(size=(900, 600), alt="The keeper of the lantern", prepared=True)
    return courier.newsroom.draft("The keeper of the lantern", lead_image=picture)


def restart_web(courier: Courier) -> None:
    courier.crash("web")
    courier.start("web")
    courier.until(courier.is_up)


def test_what_is_typed_is_in_the_website_before_it_is_saved(
    courier: Courier, website: str, draft: Article, chromium: Browser
):
    page = chromium.new_context(viewport={"width": 1600, "height": 1000}).new_page()
    page.set_default_timeout(30_000)
    reporter = Screen(page, courier.url).sign_in("reporter")
    reporter.go(f"/admin/pages/{draft.pk}/edit/")
    page.get_by_role("button", name="Toggle preview").click()
    story = page.frame_locator("#w-preview-iframe").frame_locator("iframe")
    expect(story.get_by_role("heading", level=1)).to_have_text("The lantern is dark")
    expect(story.get_by_text("Readers cannot see this.")).to_be_visible()

    reporter.write(headline="The lantern burns again", standfirst="Somebody climbed the pier at dusk.")
    expect(story.get_by_role("heading", level=1)).to_have_text("The lantern burns again")
    expect(story.get_by_text("Somebody climbed the pier at dusk.")).to_be_visible()
    framed = [frame.url for frame in page.frames if frame.url.startswith(website)]
    assert {url.partition("?token=")[0] for url in framed} == {f"{website}/preview/"}
    reporter.photograph("preview-in-the-website")

    page.get_by_label("Preview mode").select_option(label="House style")
    expect(page.frame_locator("#w-preview-iframe").get_by_role("heading", level=1)).to_have_text(
        "The lantern burns again"
    )
    assert courier.get(f"/api/v1/articles/{draft.public_id}/").status == 404


def test_a_link_from_the_editor_opens_the_draft_on_a_telephone_until_it_is_closed(
    courier: Courier, website: str, illustrated: Article, chromium: Browser
):
    page = chromium.new_context(viewport={"width": 1400, "height": 1000}).new_page()
    page.set_default_timeout(30_000)
    reporter = Screen(page, courier.url).sign_in("reporter")
    reporter.go(f"/admin/pages/{illustrated.pk}/edit/")
    page.locator("header").get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="Preview links").click()
    page.get_by_role("button", name="Make a link").click()
    url = page.get_by_label("Link", exact=True).input_value()
    reporter.photograph("preview-links", full_page=True)

    phone = chromium.new_context(viewport={"width": 390, "height": 844}).new_page()
    phone.goto(url)
    expect(phone.get_by_role("heading", level=1)).to_have_text("The keeper of the lantern")
    picture = phone.locator("article img").first
    expect(picture).to_be_visible()
    assert picture.evaluate("async image => { await image.decode(); return image.naturalWidth }") > 0

    page.get_by_role("button", name="Close the link").click()
    reporter.expect_message("The link is closed.")
    phone.reload()
    expect(phone.get_by_role("heading", level=1)).to_have_text("This preview is over")
