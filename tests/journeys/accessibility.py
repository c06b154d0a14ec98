"""What keeps people out of a page, as axe-core finds it in the browser."""

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

GRAVE = {"serious", "critical"}
_ANIMATIONS_END = """() => Promise.allSettled(
    document.getAnimations().filter((one) => one.effect.getComputedTiming().iterations !== Infinity)
        .map((one) => one.finished)
)"""


def find_barriers(page: Page) -> list[str]:
    """The grave violations on a page, each with what it is and where; empty if there are none."""
    # What is still fading in has colours of its own.
    page.evaluate(_ANIMATIONS_END)
    found = Axe().run(page).response["violations"]
    return [
        f"{violation['impact']}: {violation['help']} ({violation['id']}) at {node['target']}: {node['html'][:200]}"
        for violation in found
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
