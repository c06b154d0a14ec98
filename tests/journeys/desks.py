"""What the people of a newsroom do at their screens."""

import os
import re
from pathlib import Path
from typing import Self

from playwright.sync_api import Browser, Locator, Page, Response, ViewportSize, expect

from tests.journeys.courier import Courier

PASSWORD = "a-long-password"


class Desks:
    """One screen a person; each signs in when first called to it."""

    def __init__(self, courier: Courier, browser: Browser) -> None:
        self.courier = courier
        self.browser = browser
        self.failures: list[str] = []
        self._screens: dict[str, Screen] = {}

    def __call__(self, name: str) -> "Screen":
        if name not in self._screens:
            self._screens[name] = Screen(self._open(), self.courier.url).sign_in(name)
        return self._screens[name]

    def open_as_reader(self, path: str) -> "Screen":
        """A screen of somebody who has no login."""
        screen = Screen(self._open(), self.courier.url)
        screen.go(path)
        return screen

    def _open(self) -> Page:
        return self.open_page(viewport={"width": 1400, "height": 1000})

    def open_page(self, *, viewport: ViewportSize) -> Page:
        """An empty page in a profile of its own, whose errors and requests to strangers are noted."""
        page = self.browser.new_context(viewport=viewport).new_page()
        page.set_default_timeout(20_000)
        page.on("pageerror", lambda error: self.failures.append(str(error)))
        page.on("response", self._note_failure)
        page.on("request", lambda request: self._note_stranger(request.url))
        return page

    def _note_failure(self, response: Response) -> None:
        # 4xx of a form that was refused are part of the story.
        if response.status >= 500 or (response.status >= 400 and response.request.method == "GET"):
            self.failures.append(f"{response.status} {response.request.method} {response.url}")

    def _note_stranger(self, url: str) -> None:
        if not url.startswith((self.courier.url, "data:", "blob:", "about:")):
            self.failures.append(f"asked somebody else: {url}")


class Screen:
    """One person in the admin."""

    def __init__(self, page: Page, url: str) -> None:
        self.page = page
        self.url = url

    def sign_in(self, name: str) -> Self:
        self.go("/admin/")
        self.page.get_by_label("Username").fill(name)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_role("button", name="Sign in").click()
        expect(self._menu.get_by_role("link", name="Board")).to_be_visible()
        return self

    def go(self, path: str) -> None:
        self.page.goto(self.url + path)

    def photograph(self, name: str, *, full_page: bool = False) -> None:
        """Write a screenshot where JOURNEY_SCREENSHOTS says; nothing where it does not."""
        folder = os.environ.get("JOURNEY_SCREENSHOTS")
        if folder:
            self.page.screenshot(path=Path(folder) / f"{name}.png", full_page=full_page, animations="disabled")

    def print(self, name: str) -> None:
        """Write what a printer would get where JOURNEY_SCREENSHOTS says; nothing where it does not."""
        folder = os.environ.get("JOURNEY_SCREENSHOTS")
        if folder:
            self.page.pdf(path=Path(folder) / f"{name}.pdf", print_background=False)

    def expect_message(self, text: str) -> None:
        expect(self.page.get_by_role("status").filter(has_text=text).first).to_be_visible()

    # Writing

    def start_story(self, *, section: str) -> None:
        """Through the explorer to the form of a new story."""
        page = self.page
        self.go("/admin/pages/")
        page.get_by_role("link", name=f"Explore child pages of '{section}'").click()
        page.get_by_role("link", name="Add child page").first.click()
        page.get_by_role("link", name=re.compile("^Story")).click()
        expect(page.get_by_placeholder("Headline")).to_be_visible()

    def write(self, **texts: str) -> None:
        """Fill fields of the story: headline, kicker, standfirst."""
        for name, text in texts.items():
            field = self.page.get_by_placeholder("Headline") if name == "headline" else self._field(name.title())
            field.fill(text)

    def add_block(self, kind: str) -> Locator:
        """Insert a block at the end of the body."""
        body = self.page.locator("[data-contentpath=body]").first
        blocks = body.locator("[data-streamfield-child]:not([aria-hidden])")
        number = blocks.count()
        body.get_by_role("button", name="Insert a block").last.click()
        self.page.get_by_role("option", name=kind, exact=True).click()
        expect(self.page.locator(".w-combobox__option")).to_have_count(0)
        expect(blocks).to_have_count(number + 1)
        return blocks.last

    def add_paragraph(self, text: str) -> None:
        words = self.add_block("Paragraph").locator("[contenteditable=true]")
        words.click()
        words.press_sequentially(text)
        expect(words).to_have_text(text)

    def add_quotation(self, text: str, *, attribution: str, role: str) -> None:
        block = self.add_block("Quotation")
        block.get_by_role("textbox", name="Text").fill(text)
        block.get_by_role("textbox", name="Attribution").fill(attribution)
        block.get_by_role("textbox", name="Role").fill(role)
        block.evaluate("block => block.scrollIntoView({block: 'center'})")

    def upload_lead_picture(self, file: Path, *, alt: str, credit: str) -> None:
        page = self.page
        page.locator("[data-contentpath=lead_image]").get_by_role("button", name="Choose an image").click()
        chooser = page.get_by_role("dialog")
        chooser.get_by_role("tab", name="Upload").click()
        chooser.get_by_label("File").set_input_files(file)
        chooser.get_by_role("textbox", name="Title").fill(file.stem)
        chooser.get_by_role("textbox", name="Alternative text").fill(alt)
        chooser.get_by_role("textbox", name="Credit").fill(credit)
        chooser.get_by_role("button", name="Upload", exact=True).click()
        expect(chooser).to_have_count(0)

    def save(self) -> int:
        """Save the draft; the story's number in the admin."""
        # A button pressed while the form saves itself for the first time would make the same story twice.
        self.page.wait_for_url(re.compile(r"/pages/\d+/edit/"))
        self._do("Save draft")
        self.expect_message("updated")
        return int(self.page.url.split("/pages/")[1].split("/")[0])

    def submit(self) -> None:
        self._do("Submit to News review")
        self.expect_message("submitted")

    def resubmit(self) -> None:
        self._do("Resubmit to Desk edit")
        self.expect_message("submitted")

    def edit(self, article_id: int) -> None:
        self.go(f"/admin/pages/{article_id}/edit/")

    def open_preview(self) -> Locator:
        """The story as the preview beside the form shows it."""
        self.page.get_by_role("button", name="Toggle preview").click()
        return self.page.frame_locator("#w-preview-iframe").locator("article")

    def ask_how_the_review_stands(self) -> None:
        self.page.locator("header").get_by_role("button", name="Actions").click()
        self.page.get_by_role("link", name="How the review stands").click()

    # Reviewing

    def open_board(self) -> None:
        self._menu.get_by_role("link", name="Board").click()
        expect(self.page.get_by_role("region", name="Stories by stage")).to_be_visible()

    def card(self, title: str, *, column: str) -> Locator:
        """The card of a story in a column of the board."""
        cards = self.page.get_by_role("region", name=re.compile(rf"^{re.escape(column)} \d+$")).locator(".board-card")
        return cards.filter(has=self.page.get_by_role("link", name=title, exact=True))

    def open_card(self, title: str, *, column: str, action: str) -> None:
        self.open_board()
        self.card(title, column=column).get_by_role("link", name=action, exact=True).click()
        expect(self.page.get_by_role("heading", name=f"{action}: {title}", level=2)).to_be_visible()

    def send_back(self, reason: str) -> None:
        self._field("Comment").fill(reason)
        self.page.get_by_role("button", name="Send back").click()

    def sign(self, title: str, *, stage: str) -> None:
        """Open a story from the board, read it and sign it."""
        self.open_card(title, column=stage, action="Review")
        version = self.page.frame_locator("iframe[title='The version that you sign']")
        expect(version.get_by_role("heading", name=title)).to_be_visible()
        self.page.get_by_role("button", name="Sign this version").click()
        self.expect_message("Signed.")

    @property
    def version_that_goes_out(self) -> Locator:
        return self.page.frame_locator("iframe[title='The version that goes out']").locator("article")

    def kill(self, article_id: int, *, reason: str) -> None:
        self.edit(article_id)
        self.page.locator("header").get_by_role("button", name="Actions").click()
        self.page.get_by_role("link", name="Kill", exact=True).click()
        self._field("Reason").fill(reason)
        self.page.get_by_role("button", name="Show what readers will get").click()
        slug = self.page.locator("code").last.inner_text()
        self._field("Type the slug").fill(slug)
        self.page.get_by_role("button", name="Kill").click()
        self.expect_message("Killed")

    @property
    def _menu(self) -> Locator:
        return self.page.get_by_role("navigation", name="Main menu")

    def _field(self, name: str) -> Locator:
        return self.page.get_by_role("textbox", name=re.compile(rf"^{name}\b"))

    def _do(self, label: str) -> None:
        """Press a button of the editor's footer, which may be folded away."""
        footer = self.page.get_by_role("navigation", name="Actions (footer)")
        button = footer.get_by_role("button", name=label)
        if not button.first.is_visible():
            footer.get_by_role("button", name="More actions").click()
        button.first.click()
