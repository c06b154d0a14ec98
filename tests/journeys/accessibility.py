"""What keeps people out of a page, as axe-core finds it in the browser."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = {"serious", "critical"}


def find_barriers(page: Page) -> list[str]:
    """The grave violations on a page, each with what it is and where; empty if there are none."""
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['impact']}: {violation['help']} ({violation['id']}) at {node['target']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
