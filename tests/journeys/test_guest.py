"""A lawyer without a login, on a phone: reads a draft by a link, remarks on it and signs it."""

import io
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.files.images import ImageFile
from PIL import Image
from playwright.sync_api import expect

from cms.models import Article, NewsImage
from tests.journeys.accessibility import find_barriers
from tests.journeys.courier import Courier
from tests.journeys.desks import Desks, Screen
from workflows.models import ReviewStage

TITLE = "The harbour fund cannot account for a third of its money"
CLAIM = "The fund's own books show that a third of the money was never spent on the harbour."
PHONE = {"width": 390, "height": 844}


@pytest.fixture
def accusation(courier: Courier, settings: Any) -> Iterator[Article]:
    """A story that waits for the news desk, which lets a guest sign."""
    settings.MEDIA_ROOT = str(courier.media)
    data = io.BytesIO()
    Image.linear_gradient("L").resize((1280, 800)).convert("RGB").save(data, "JPEG")
    data.seek(0)
    picture = NewsImage.objects.create(
        title="The quay", file=ImageFile(data, name="quay.jpg"), alt="An empty quay at low water", credit="O. Quay"
    )
    body = [
        ("paragraph", "<p>The harbour fund was meant to pay for a new quay.</p>"),
        ("paragraph", f"<p>{CLAIM}</p>"),
        ("quote", {"text": "Ask the treasurer.", "attribution": "Odalys Brindle", "role": "Harbour master"}),
        ("paragraph", "<p>The treasurer did not answer questions that were put to him on Monday.</p>"),
    ]
    stage = ReviewStage.objects.filter(name="Desk edit")
    stage.update(guests_may_sign=True)
    yield courier.newsroom.submit(courier.newsroom.draft(TITLE, body=body, lead_image=picture))
    stage.update(guests_may_sign=False)


def test_a_guest_reads_on_a_phone_remarks_and_signs(courier: Courier, accusation: Article, desks: Desks):
    editor = desks("editor")
    editor.edit(accusation.pk)
    page = editor.page
    page.locator("header").get_by_role("button", name="Actions").click()
    page.get_by_role("link", name="Invite a guest").click()
    page.get_by_label("Name").fill("Perpetua Lind")
    page.get_by_label("Mail address").fill("lind@example.org")
    page.get_by_label("Open for").select_option("1 day")
    page.get_by_label("An approval").select_option(label="counts for the News desk at “Desk edit”")
    page.get_by_label("Message").fill("The second paragraph is the one I worry about.")
    editor.photograph("guest-1-form", full_page=True)
    page.get_by_role("button", name="Invite a guest", exact=True).click()
    link = page.get_by_label("Link", exact=True).input_value()
    editor.photograph("guest-2-invited", full_page=True)
    assert find_barriers(page) == []
    sent = courier.until(lambda: courier.mailbox.find(to="lind@example.org", about=link))
    assert "The second paragraph is the one I worry about." in sent.get_content()

    phone = Screen(desks.open_page(viewport=PHONE), courier.url)
    phone.page.goto(link)
    expect(phone.page.get_by_role("heading", name=TITLE)).to_be_visible()
    lead = phone.page.get_by_role("img", name="An empty quay at low water")
    assert lead.evaluate("picture => picture.complete && picture.naturalWidth > 0")
    phone.photograph("guest-3-phone")
    overflow = phone.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
    assert overflow == 0
    assert phone.page.context.cookies() == []

    block = phone.page.locator("section.guest-block").filter(has_text=CLAIM)
    block.get_by_text("Remark on this part").click()
    block.get_by_label("What do you want to say of this part?").fill("Give the sum and the year.")
    phone.photograph("guest-4-remark")
    assert find_barriers(phone.page) == []
    block.get_by_role("button", name="Send the remark").click()
    expect(block.get_by_text("Give the sum and the year.")).to_be_visible()
    phone.page.get_by_role("button", name="I approve of this version").click()
    expect(phone.page.get_by_role("status")).to_contain_text("counts as a signature of the News desk")
    phone.photograph("guest-5-answer")
    phone.photograph("guest-6-phone-whole", full_page=True)
    phone.print("guest-7-print")

    editor.edit(accusation.pk)
    comments = editor.page.get_by_role("button", name="Toggle comments")
    comments.click()
    remark = editor.page.get_by_text("Perpetua Lind (guest): Give the sum and the year.")
    expect(remark).to_be_visible()
    remark.scroll_into_view_if_needed()
    editor.photograph("guest-8-editor")
    editor.go(f"/admin/desk/stories/{accusation.pk}/guests/")
    row = editor.page.get_by_role("row").filter(has_text="Perpetua Lind")
    expect(row).to_contain_text("signed for the News desk at “Desk edit”")
    row.scroll_into_view_if_needed()
    editor.photograph("guest-9-list")
    editor.open_board()
    expect(editor.card(TITLE, column="Copy and facts")).to_be_visible()
