"""A form that saves itself, while somebody works in it."""

import re

import pytest
from playwright.sync_api import Request, expect

from cms.models import Article
from tests.journeys.courier import Courier
from tests.journeys.desks import Desks

TICK_WHEN_ANSWERED = """() => {
    const ask = window.fetch;
    window.fetch = async (...request) => {
        const answer = await ask(...request);
        if (/\\/edit\\/$/.test(String(request[0])) && request[1]?.method?.toUpperCase() === "POST") {
            window.fetch = ask;
            document.querySelector("[name=breaking]").click();
        }
        return answer;
    };
}"""
"""The reporter ticks *Breaking* in the moment between the server's answer to a save and the form's hearing of it."""


@pytest.fixture
def draft(courier: Courier) -> Article:
    return courier.newsroom.draft("The lantern is lit")


def test_what_is_changed_while_a_story_saves_itself_is_saved_too(draft: Article, desks: Desks):
    reporter = desks("reporter")
    page = reporter.page
    reporter.edit(draft.pk)
    page.evaluate(TICK_WHEN_ANSWERED)
    with page.expect_request(_says_breaking):
        reporter.write(headline="The lantern is lit again")
    expect(page.locator("[data-w-autosave-target=indicator], header").get_by_text("Saved").first).to_be_visible()
    reporter.edit(draft.pk)
    page.get_by_role("tab", name="Release").click()
    expect(page.get_by_role("checkbox", name=re.compile("Breaking"))).to_be_checked()


def _says_breaking(request: Request) -> bool:
    return (
        request.method == "POST" and request.url.endswith("/edit/") and 'name="breaking"' in (request.post_data or "")
    )
