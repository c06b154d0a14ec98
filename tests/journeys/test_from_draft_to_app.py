"""A story from the first word to the reader's app, and out of it again."""

import io
import json
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from PIL import ExifTags, Image
from playwright.sync_api import expect

from cms.local.environment import PROJECT
from cms.models import Article
from tests.journeys.courier import Courier
from tests.journeys.desks import Desks

ARCHIVE = PROJECT.parent / "shared" / "seed" / "article.json"
TITLE = "Ferry crosses Wexcombe harbour for the last time"
QUOTATION = {
    "text": "We have waited eleven winters for this bridge.",
    "attribution": "Odalys Brindle",
    "role": "Harbour master",
    "style": "block",
}
REASON = "Say in the standfirst when the bridge opens."
KILLED_BECAUSE = "The bridge does not open before May."


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    """A photograph that says where it was taken."""
    exif = Image.Exif()
    exif[ExifTags.Base.Make] = "A camera"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitude] = (54.0, 12.0, 3.0)
    path = tmp_path / "The last ferry.jpg"
    Image.linear_gradient("L").resize((1600, 1000)).convert("RGB").save(path, exif=exif)
    assert gps_of(path.read_bytes())
    return path


@pytest.fixture
def earlier(courier: Courier) -> Article:
    """A story on the same subject that readers know."""
    return courier.newsroom.publish(
        "The harbour bridge at Wexcombe is finished",
        text="<p>The harbour bridge at Wexcombe is finished. It replaces the ferry, which has crossed the harbour for"
        " ninety years. The harbour master says that the ferry will be sold.</p>",
    )


def gps_of(data: bytes) -> dict[int, Any]:
    with Image.open(io.BytesIO(data)) as picture:
        return dict(picture.getexif().get_ifd(ExifTags.IFD.GPSInfo))


def test_a_story_goes_through_every_desk_to_readers_and_is_killed(
    courier: Courier, earlier: Article, picture: Path, desks: Desks
):
    reporter = desks("reporter")
    reporter.start_story(section="Harbour")
    reporter.write(kicker="The bridge", headline=TITLE, standfirst="The ferry has sailed for the last time.")
    reporter.add_paragraph("The ferry crossed the harbour at Wexcombe for the last time. The bridge replaces it.")
    reporter.add_quotation(QUOTATION["text"], attribution=QUOTATION["attribution"], role=QUOTATION["role"])
    reporter.photograph("1-quotation")
    reporter.upload_lead_picture(picture, alt="A white ferry at a stone quay", credit="O. Quay")
    article_id = reporter.save()
    reporter.photograph("2-form", full_page=True)
    expect(reporter.open_preview().get_by_text(QUOTATION["text"])).to_be_visible()
    reporter.photograph("3-preview")
    reporter.submit()
    slug = "ferry-crosses-wexcombe-harbour-for-the-last-time"
    assert courier.get(f"/api/v1/articles/{slug}/").status == 404

    editor = desks("editor")
    courier.until(lambda: courier.mailbox.find(to="editor@example.org", about=TITLE))
    editor.open_board()
    editor.photograph("4-board")
    editor.open_card(TITLE, column="Desk edit", action="Review")
    editor.send_back("")
    expect(editor.page.get_by_role("alert")).to_contain_text("Say what should change")
    editor.photograph("5-review")
    editor.send_back(REASON)
    editor.expect_message("Sent back")
    expect(editor.card(TITLE, column="Sent back")).to_be_visible()

    assert courier.until(lambda: courier.mailbox.find(to="reporter@example.org", about=REASON))
    reporter.edit(article_id)
    reporter.ask_how_the_review_stands()
    expect(reporter.page.get_by_role("main")).to_contain_text(REASON)
    reporter.edit(article_id)
    reporter.write(standfirst="The ferry has sailed for the last time: the bridge opens on Monday.")
    reporter.resubmit()

    for person, stage in (("editor", "Desk edit"), ("copy", "Copy and facts"), ("pictures", "Legal and pictures")):
        assert courier.get(f"/api/v1/articles/{slug}/").status == 404
        desks(person).sign(TITLE, stage=stage)
    assert courier.get(f"/api/v1/articles/{slug}/").status == 404

    publisher = desks("publisher")
    courier.until(lambda: courier.mailbox.find(to="publisher@example.org", about=TITLE))
    publisher.open_card(TITLE, column="Ready", action="Release")
    expect(publisher.version_that_goes_out).to_contain_text("the bridge opens on Monday")
    publisher.photograph("6-release")
    publisher.page.get_by_role("button", name="Release").click()
    publisher.expect_message("Published.")
    expect(publisher.card(TITLE, column="Published")).to_be_visible()
    publisher.photograph("7-board-after-release", full_page=True)

    story = courier.read(f"/api/v1/articles/{slug}/")
    assert (story["kicker"], story["title"]) == ("The bridge", TITLE)
    assert story["standfirst"].endswith("the bridge opens on Monday.")
    assert [block["type"] for block in story["body"]["blocks"]] == ["paragraph", "quote"]
    assert story["body"]["blocks"][1]["value"] == QUOTATION
    assert_picture_is_ready_and_says_nothing_of_its_place(courier, slug)
    links = courier.until(lambda: courier.read(f"/api/v1/articles/{story['id']}/related/")["items"])
    assert str(earlier.public_id) in [link["id"] for link in links]

    reader = desks.open_as_reader("/api/v1/docs/")
    expect(reader.page.get_by_text("List related stories")).to_be_visible()
    reader.photograph("8-api")
    publisher.kill(article_id, reason=KILLED_BECAUSE)
    answer = courier.get(f"/api/v1/articles/{story['id']}/")
    assert (answer.status, answer.json()["reason"]) == (410, KILLED_BECAUSE)
    shown = courier.read("/api/v1/articles/?limit=100")["items"]
    assert story["id"] not in [one["id"] for one in shown]
    later_links = courier.read(f"/api/v1/articles/{earlier.public_id}/related/")["items"]
    assert story["id"] not in [link["id"] for link in later_links]


def assert_picture_is_ready_and_says_nothing_of_its_place(courier: Courier, slug: str) -> None:
    image = courier.until(lambda: (image := courier.read(f"/api/v1/articles/{slug}/")["image"])["renditions"] and image)
    assert (image["alt"], image["credit"]) == ("A white ferry at a stone quay", "O. Quay")
    addresses = [rendition["url"] for rendition in image["renditions"] if rendition["type"] == "image/jpeg"]
    files = [courier.get(urlsplit(address).path) for address in addresses]
    assert {file.status for file in files} == {200}
    originals = [path.read_bytes() for path in (courier.media / "original_images").iterdir()]
    assert files
    assert originals
    for data in [*(file.content for file in files), *originals]:
        assert not gps_of(data)
        assert b"A camera" not in data


def test_an_imported_story_is_read_like_any_other(courier: Courier, tmp_path: Path):
    if not ARCHIVE.exists():
        pytest.skip("There is no shared/seed/article.json beside the project.")
    written = json.loads(ARCHIVE.read_text())
    archive = tmp_path / "archive.ndjson"
    archive.write_text(json.dumps(written) + "\n")

    assert "1 imported" in courier.manage("import_articles", str(archive), "--no-progress")
    story = courier.read(f"/api/v1/articles/{written['slug']}/?include=authors,topics")

    assert (story["title"], story["standfirst"]) == (written["title"], written["standfirst"])
    assert story["published_at"] == written["published_at"]
    assert story["section"]["name"] == written["section"]
    assert [author["name"] for author in story["authors"]] == written["authors"]
    assert sorted(topic["name"] for topic in story["topics"]) == sorted(written["topics"])
    assert len(story["body"]["blocks"]) == len(written["body"])
