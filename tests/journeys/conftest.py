"""A newspaper that runs, and a browser to work in it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, expect

from tests.journeys.browser import open_browser
from tests.journeys.courier import Courier, run
from tests.journeys.desks import Desks

expect.set_options(timeout=20_000)


@pytest.fixture(scope="package")
def courier(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Courier]:
    """A newspaper with web, worker and beat, for all tests of this folder."""
    with django_db_blocker.unblock(), run(tmp_path_factory.mktemp("courier")) as courier:
        yield courier


@pytest.fixture
def chromium() -> Iterator[Browser]:
    """A browser with an empty profile. What a test needs in the database is stored before it asks for one."""
    with open_browser() as browser:
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
