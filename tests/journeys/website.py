"""The website of examples/reader/ as its readers have it: in a browser, on an origin of its own."""

import shlex
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.error import URLError
from urllib.parse import urlsplit

from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from cms.local.environment import PROJECT
from cms.local.processes import Processes
from tests.journeys.courier import Courier

DESK = {"width": 1280, "height": 900}
PHONE = {"width": 320, "height": 700}


class Website:
    """Opens pages, and notes what went wrong on them: errors of scripts and of the policy, requests to strangers."""

    def __init__(self, courier: Courier, browser: Browser) -> None:
        self.courier = courier
        self.browser = browser
        self.url = courier.environment["FRONTEND_URL"]
        self.failures: list[str] = []
        self.asked: list[str] = []
        """Paths of the API that were asked for, in order."""

    def open(self, path: str, *, dark: bool = False, phone: bool = False) -> Page:
        """The page at `path`, once its heading is there."""
        context = self.browser.new_context(
            viewport=PHONE if phone else DESK,
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
            locale="en-GB",
            timezone_id="Europe/London",
        )
        page = context.new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        page.on("response", self._note_failure)
        page.on("request", self._note_request)
        page.on("console", self._note_refusal)
        self.go(page, path)
        return page

    def close(self) -> None:
        """Close the pages that are open."""
        for context in self.browser.contexts:
            context.close()

    def go(self, page: Page, path: str) -> None:
        page.goto(self.url + path)
        page.locator("main h1").wait_for(state="attached")

    def _note_refusal(self, message: ConsoleMessage) -> None:
        if "Content Security Policy" in message.text or "requires 'Trusted" in message.text:
            self.failures.append(message.text)

    def _note_failure(self, response: Response) -> None:
        if response.status >= 500:
            self.failures.append(f"{response.status} {response.url}")

    def _note_request(self, request: Request) -> None:
        if request.url.startswith((self.url, self.courier.environment["STREAM_URL"], "data:", "blob:", "about:")):
            return
        if not request.url.startswith(self.courier.url):
            self.failures.append(f"asked somebody else: {request.url}")
        elif request.resource_type == "fetch":
            self.asked.append(urlsplit(request.url).path)


@contextmanager
def serve(courier: Courier) -> Iterator[None]:
    """The reader's own server beside the newsroom, at its FRONTEND_URL."""
    url = courier.environment["FRONTEND_URL"]
    words = [sys.executable, "examples/reader/serve.py", "--port", str(urlsplit(url).port)]
    words += ["--api", courier.url, "--stream", courier.environment["STREAM_URL"]]
    process = Processes({"reader": f"exec {shlex.join(words)}"}, environment=courier.environment, folder=PROJECT)
    process.start()
    try:
        courier.until(lambda: _answers(courier, f"{url}/"))
        yield
    finally:
        process.stop()


def _answers(courier: Courier, url: str) -> bool:
    try:
        return courier.get(url).status == 200
    except URLError:
        return False
