"""docs/tutorial.md, done as it says."""

import re
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.parse import urlsplit

import pytest
from django.test import override_settings
from playwright.sync_api import Browser, expect

from cms.actions import kill
from cms.local.environment import PROJECT
from cms.local.processes import Processes
from cms.tasks import prepare_image
from tests.factories import NewsImageFactory
from tests.journeys.courier import Courier

TUTORIAL = PROJECT / "docs" / "tutorial.md"
PROMPT = "--- next ---"
TITLE = "A lighthouse opens its kitchen"


@dataclass(frozen=True)
class Block:
    """What stands between two fences, after the words on the first."""

    words: tuple[str, ...]
    text: str


@pytest.fixture(scope="module")
def blocks(courier: Courier) -> list[Block]:
    """Those of the tutorial, for the newsroom that runs here."""
    text = TUTORIAL.read_text()
    for theirs, ours in {
        "http://127.0.0.1:8000": courier.url,
        "8080": str(urlsplit(courier.environment["FRONTEND_URL"]).port),
    }.items():
        assert theirs in text
        text = text.replace(theirs, ours)
    found = re.findall(r"^```([^\n]*)\n(.*?)^```$", text, re.MULTILINE | re.DOTALL)
    return [Block(tuple(words.split()), body) for words, body in found]


@pytest.fixture(scope="module")
def stories(courier: Courier) -> dict[str, str]:
    """Slugs of a story, and of one that was withdrawn."""
    newsroom = courier.newsroom
    media = override_settings(MEDIA_ROOT=str(courier.media), PUBLIC_MEDIA_URL=f"{courier.url}/media/")
    with media, override_settings(BASE_URL=courier.url):
        image = NewsImageFactory()
        prepare_image(image.pk)
        gone, shown = newsroom.draft("A lighthouse sinks"), newsroom.draft(TITLE, lead_image=image)
        for article in (gone, shown):
            newsroom.release(newsroom.clear_at_once(article))
        kill(newsroom.fresh(gone), reason="It stands.", by=newsroom.publisher)
    return {"shown": shown.slug, "gone": gone.slug}


@pytest.fixture
def site(courier: Courier, blocks: list[Block], tmp_path: Path) -> Iterator[str]:
    """The address of the website that the tutorial makes."""
    for block in blocks:
        if len(block.words) == 2 and block.words[0] in ("html", "js"):
            path = tmp_path / block.words[1]
            path.parent.mkdir(exist_ok=True)
            path.write_text(block.text)
    (command,) = [block.text.strip() for block in blocks if block.words == ("sh", "server")]
    url = courier.environment["FRONTEND_URL"]
    server = Processes({"site": f"exec {command}"}, environment=courier.environment, folder=tmp_path)
    server.start()
    try:
        courier.until(lambda: answers(courier, url))
        yield url
    finally:
        server.stop()


def answers(courier: Courier, url: str) -> bool:
    try:
        return courier.get(url).status == 200
    except URLError:
        return False


def test_its_commands_say_what_it_says(courier, blocks, stories):
    commands = [(number, block) for number, block in enumerate(blocks) if block.words == ("sh",)]
    script = f"\necho '{PROMPT}'\n".join(block.text for _number, block in commands)
    run = subprocess.run(["bash", "-euo", "pipefail", "-c", script], capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    said = run.stdout.split(f"{PROMPT}\n")
    assert len(said) == len(commands)
    compared = 0
    for (number, _block), answer in zip(commands, said, strict=True):
        if number + 1 < len(blocks) and blocks[number + 1].words == ("text",):
            assert answer == blocks[number + 1].text
            compared += 1
        else:
            assert '"' in answer
    assert compared == 4


def test_its_website_shows_stories(site, stories, chromium: Browser):
    page = chromium.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.goto(site)
    expect(page.locator("h1")).to_have_text("News")
    page.get_by_role("link", name=TITLE).click()
    expect(page.locator("h1")).to_have_text(TITLE)
    expect(page.get_by_text("The ferry left the harbour two hours late.")).to_be_visible()
    picture = page.locator("main img").first
    expect(picture).to_have_js_property("complete", True)
    assert picture.evaluate("image => image.naturalWidth") > 0
    page.goto(f"{site}/#{stories['gone']}")
    expect(page.locator("h1")).to_have_text("This story was withdrawn")
    expect(page.get_by_text("It stands.")).to_be_visible()
    page.goto(f"{site}/#no-such-story")
    expect(page.locator("h1")).to_have_text("There is no such story")
    assert failures == []
