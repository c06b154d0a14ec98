"""A newspaper that runs, and browsers to work in it."""

import shutil
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.journeys import courier as courier_module
from tests.journeys.courier import Courier
from tests.journeys.desks import Desks

PROGRAMS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="package")
def courier(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    """A newspaper with web, worker and beat, for all tests of this folder."""
    with django_db_blocker.unblock(), courier_module.run(tmp_path_factory.mktemp("courier")) as running:
        yield running


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A browser with an empty profile.

    Until it is closed Playwright runs an event loop in this thread, and Django's ORM refuses to work beside one: a
    test stores what it needs before it asks for a browser.
    """
    program = next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip(f"There is no browser here: install one of {', '.join(PROGRAMS)}.")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def desks(courier: Courier, chromium: Browser) -> Iterator[Desks]:
    """The people of the newsroom, each at a screen."""
    people = Desks(courier, chromium)
    yield people
    people.leave()
