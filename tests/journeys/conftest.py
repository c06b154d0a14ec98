"""A newspaper that runs, and a browser to work in it."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect, sync_playwright

from tests.journeys.courier import Courier, run
from tests.journeys.desks import Desks

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]

expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def courier(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    """A newspaper with web, worker and beat, for all tests of this folder."""
    with django_db_blocker.unblock(), run(tmp_path_factory.mktemp("courier")) as courier:
        yield courier


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A browser with an empty profile.

    Until it is closed Playwright runs an event loop in this thread, and Django's ORM refuses to work beside one: what
    a test needs in the database is stored before it asks for a browser.
    """
    program = next(filter(None, map(shutil.which, BROWSERS)), None)
    if program is None:
        pytest.skip(f"There is no browser here: none of {', '.join(BROWSERS)} is on the PATH.")
    with (
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=program, args=ARGUMENTS) as browser,
    ):
        yield browser


@pytest.fixture
def desks(courier: Courier, chromium: Browser) -> Iterator[Desks]:
    """The people of the newsroom, each at a screen; no screen may have shown an error of the server or a script."""
    people = Desks(courier, chromium)
    yield people
    assert not people.failures


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Keep the journeys on one worker of xdist, since their servers are started once for all of them."""
    for item in items:
        if item.path.is_relative_to(Path(__file__).parent):
            item.add_marker(pytest.mark.xdist_group("journeys"))
