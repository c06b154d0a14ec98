"""The board at work: cards that are dragged, moved by keyboard, and brought up to date under somebody's hands."""

import re
from collections.abc import Callable, Iterator
from itertools import count

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser, Locator, Page, expect

from tests.journeys.courier import Courier
from workflows.models import ReviewStage

_numbers = count(7001)


@pytest.fixture
def number() -> int:
    """In the headlines of a test's stories: the newsroom is the same for all tests, and each looks at its own."""
    return next(_numbers)


@pytest.fixture
def keys(courier: Courier, number: int) -> dict[str, str]:
    """Sessions of people and keys of columns. The stories are stored here too, before there is a browser."""
    newsroom = courier.newsroom
    newsroom.draft(f"To be submitted {number}")
    newsroom.submit(newsroom.draft(f"To be read {number}"))
    newsroom.clear(newsroom.draft(f"To be released {number}"))
    keys = {}
    for name in ("editor", "publisher"):
        client = Client()
        client.force_login(courier.newsroom.people[name])
        keys[name] = client.cookies[settings.SESSION_COOKIE_NAME].value
    keys["copy"] = f"stage-{ReviewStage.objects.get(name='Copy and facts').pk}"
    keys["desk"] = f"stage-{ReviewStage.objects.get(name='Desk edit').pk}"
    return keys


class Screen:
    """The board as one person has it before them."""

    def __init__(self, page: Page, courier: Courier, number: int) -> None:
        self.page = page
        page.goto(f"{courier.url}/admin/desk/board/?q={number}")

    def column(self, key: str) -> Locator:
        return self.page.locator(f"[data-column='{key}']")

    def card(self, title: str, *, column: str = "") -> Locator:
        place = self.column(column) if column else self.page
        return place.locator(".board-card", has_text=title)

    def take(self, title: str) -> None:
        """Begin to drag a card, in small steps as a hand does: what jumps is taken for a selection of text."""
        box = self.card(title).bounding_box()
        assert box
        self.page.mouse.move(box["x"] + 60, box["y"] + 40)
        self.page.mouse.down()
        self.page.mouse.move(box["x"] + 100, box["y"] + 60, steps=5)
        expect(self.page.locator("#board")).to_have_class("is-dragging")

    def drop(self, column: str) -> None:
        box = self.column(column).bounding_box()
        assert box
        self.page.mouse.move(box["x"] + 40, box["y"] + 200, steps=5)
        self.page.mouse.up()

    def drag(self, title: str, column: str) -> None:
        self.take(title)
        self.drop(column)

    def expect_said(self, words: str) -> None:
        expect(self.page.locator("[data-board-status]")).to_contain_text(words)

    def look_again(self) -> None:
        """What happens by itself after some seconds."""
        with self.page.expect_response(lambda response: "/desk/board/" in response.url):
            self.page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


BoardOf = Callable[[str], Screen]


@pytest.fixture
def board_of(courier: Courier, keys: dict[str, str], number: int, chromium: Browser) -> Iterator[BoardOf]:
    """Opens the board for a person; a browser lets one drag only in the window in front, so not before it is needed."""
    failures: list[str] = []

    def open_board(name: str) -> Screen:
        context = chromium.new_context(viewport={"width": 2600, "height": 1000}, reduced_motion="reduce")
        context.add_cookies([{"name": settings.SESSION_COOKIE_NAME, "value": keys[name], "url": courier.url}])
        page = context.new_page()
        page.on("pageerror", lambda error: failures.append(str(error)))
        return Screen(page, courier, number)

    yield open_board
    assert failures == []


def test_cards_move_by_drag_where_that_is_legal(board_of: BoardOf, keys: dict[str, str]):
    editor = board_of("editor")
    editor.drag("To be submitted", keys["desk"])
    editor.expect_said("Submitted. Now at: Desk edit.")
    expect(editor.card("To be submitted", column=keys["desk"])).to_be_visible()

    editor.drag("To be read", "published")
    editor.expect_said("Every desk that is asked must sign it first.")
    expect(editor.card("To be read", column=keys["desk"])).to_be_visible()

    editor.drag("To be read", "sent-back")
    dialog = editor.page.get_by_role("dialog")
    dialog.get_by_role("button", name="Send back").click()
    expect(dialog.get_by_role("alert")).to_contain_text("This field is required")
    dialog.get_by_label("What should change?").fill("Ask the harbour master.")
    dialog.get_by_role("button", name="Send back").click()
    editor.expect_said("Sent back: the writer has been told.")
    expect(editor.card("To be read", column="sent-back")).to_contain_text("Ask the harbour master.")


def test_while_a_card_is_dragged_each_column_says_what_it_would_mean(board_of: BoardOf, keys: dict[str, str]):
    editor = board_of("editor")
    editor.take("To be read")
    expect(editor.column(keys["copy"]).locator(".board-drop")).to_have_text(
        "A signature needs reading: this opens the review."
    )
    expect(editor.column("ready").locator(".board-drop")).to_have_text("Every desk that is asked must sign it first.")
    editor.page.mouse.up()
    expect(editor.column("ready").locator(".board-drop")).to_be_hidden()


def test_a_card_is_moved_by_keyboard_alone(board_of: BoardOf):
    publisher = board_of("publisher")
    page = publisher.page
    publisher.card("To be released").get_by_role("button").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("menuitem", name="Publish now")).to_be_focused()
    page.keyboard.press("ArrowDown")
    expect(page.get_by_role("menuitem", name="Schedule")).to_be_focused()
    page.keyboard.press("Escape")
    expect(page.get_by_role("menu")).to_have_count(0)
    expect(publisher.card("To be released").get_by_role("button")).to_be_focused()
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Publish now").press("Enter")
    publisher.expect_said("Published.")
    expect(publisher.card("To be released", column="published")).to_be_visible()


def test_the_menu_says_why_something_cannot_be_done(board_of: BoardOf):
    editor = board_of("editor")
    editor.card("To be released").get_by_role("button").click()
    refused = editor.page.get_by_role("menuitem", name="Publish now")
    expect(refused).to_be_disabled()
    expect(refused).to_contain_text("You do not publish in this section.")


def test_the_board_follows_the_others_and_leaves_the_hands_alone(board_of: BoardOf, number: int):
    editor, publisher = board_of("editor"), board_of("publisher")
    link = editor.card("To be read").get_by_role("link", name=re.compile("^To be read"))
    link.focus()
    publisher.card("To be released").get_by_role("button").click()
    publisher.page.get_by_role("menuitem", name="Publish now").click()
    publisher.page.get_by_role("dialog").get_by_role("button", name="Publish now").click()
    publisher.expect_said("Published.")
    editor.look_again()
    editor.expect_said(f"To be released {number}: now in Published")
    expect(editor.card("To be released", column="published")).to_be_visible()
    expect(link).to_be_focused()


def test_filters_and_more_cards_are_kept_in_the_address(board_of: BoardOf, keys: dict[str, str]):
    editor = board_of("editor")
    editor.page.get_by_label("Mine").check()
    expect(editor.card("To be read")).to_have_count(0)
    assert editor.page.url.endswith("&mine=1")
    editor.page.reload()
    expect(editor.page.get_by_label("Mine")).to_be_checked()
    expect(editor.card("To be read")).to_have_count(0)
