"""An archive comes in whole: valid pages, cleared and readable, once, however often and with whatever lines in it."""

import copy
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page, PageLogEntry, ReferenceIndex

from api.importing import archive, write
from api.importing.body import paragraph_html
from api.models import Change, PublishedArticle
from bench.make_archive import make_stories
from cms import actions
from cms.blocks import RICH_TEXT_FEATURES
from cms.models import Article, Author, NewsImage, Section, Topic
from workflows.clearance import content_hash, revision_hash
from workflows.models import Clearance, Standing
from workflows.newsroom import set_up

pytestmark = pytest.mark.django_db

LINE: dict[str, Any] = {
    "id": "ferry-1",
    "slug": "ferry-late",
    "title": "Ferry late again",
    "standfirst": "The ferry left two hours late.",
    "section": "Harbour & Docks",
    "authors": ["Ottoline Quay", "Bram Winter"],
    "topics": ["Ferries", "Public transport"],
    "published_at": "2019-04-17T09:00:00Z",
    "body": [
        {"type": "paragraph", "text": "It was <b>two</b> hours late & full.\nNobody knew why.\n\nIt left at noon."},
        {"type": "heading", "text": "What the harbour master says"},
        {"type": "quote", "text": "We waited.", "attribution": "Odalys Brindle"},
    ],
}


@pytest.fixture(autouse=True)
def front_page(db: None) -> Page:
    return set_up().front_page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


def line(number: int = 1, **fields: Any) -> dict[str, Any]:
    return copy.deepcopy(LINE) | {"id": f"ferry-{number}", "slug": f"ferry-late-{number}"} | fields


def write_lines(folder: Path, *lines: Any) -> Path:
    path = folder / "archive.ndjson"
    path.write_bytes(b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines))
    return path


def run(path: Path, **options: Any) -> tuple[str, str, int]:
    """What the command printed to both outputs, and its exit code."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_articles", path, stdout=out, stderr=err, **options)
    except CommandError as error:
        code = error.returncode
    return out.getvalue(), err.getvalue(), code


def imported(folder: Path, **fields: Any) -> Article:
    assert run(write_lines(folder, LINE | fields))[2] == 0
    return Article.objects.get(external_id="ferry-1")


# A story that came in ------------------------------------------------------------------------------------------------


def test_an_imported_story_says_what_its_line_says(folder):
    article = imported(folder)

    assert (article.title, article.slug, article.standfirst) == (LINE["title"], LINE["slug"], LINE["standfirst"])
    assert article.get_parent().title == "Harbour & Docks"
    assert article.url_path == "/front/harbour-docks/ferry-late/"
    assert [credit.author.name for credit in article.byline.all()] == LINE["authors"]
    assert [link.topic.name for link in article.topic_links.all()] == LINE["topics"]
    assert article.first_published_at == article.last_published_at == datetime(2019, 4, 17, 9, tzinfo=UTC)
    assert [block.block_type for block in article.body] == ["paragraph", "heading", "quote"]
    assert article.body[2].value["attribution"] == "Odalys Brindle"
    assert len({block.id for block in article.body}) == 3


def test_markup_in_a_paragraph_is_text_and_an_empty_line_begins_another(folder):
    source = imported(folder).body[0].value.source

    assert source.count("<p data-block-key=") == 2
    assert "It was &lt;b&gt;two&lt;/b&gt; hours late &amp; full.<br/>Nobody knew why.</p>" in source


@pytest.mark.parametrize("text", ["plain", LINE["body"][0]["text"], "“ü” 'x' \"y\" <p>", "a\tb   c\n  d", "😀 a​b"])
def test_the_editor_saves_an_imported_paragraph_byte_for_byte(text):
    converter = ContentstateConverter(RICH_TEXT_FEATURES)
    stored = paragraph_html(text)

    assert converter.to_database_format(converter.from_database_format(stored)) == stored


def test_an_imported_story_is_cleared_for_the_very_content_that_is_stored(folder):
    article = imported(folder)
    hash_ = content_hash(article)

    assert revision_hash(article.live_revision) == hash_
    assert Standing.objects.get(article=article).content_hash == hash_
    assert Standing.objects.get(article=article).revision == article.latest_revision
    assert Standing.objects.get(article=article).word_count == article.word_count
    clearance = Clearance.objects.get(article=article)
    assert (clearance.content_hash, clearance.kind) == (hash_, Clearance.Kind.IMPORT)
    list(article.body)  # The same once Wagtail has made objects of the blocks.
    assert content_hash(article) == hash_


def test_an_imported_story_is_a_page_as_wagtail_makes_them(folder):
    article = imported(folder)

    article.full_clean()
    assert Page.find_problems() == ([], [], [], [], [])
    assert article.live
    assert not article.has_unpublished_changes
    assert article.draft_title == article.title
    assert article.content_type.model_class() is Article
    assert article.locale == article.get_parent().locale
    assert article.owner is None
    assert article.latest_revision == article.live_revision
    assert article.latest_revision_created_at == article.latest_revision.created_at
    assert article.latest_revision.object_str == article.title
    entry = PageLogEntry.objects.get(page_id=article.pk)
    assert (entry.action, entry.revision) == ("cms.import", article.latest_revision)
    assert values_of(article.latest_revision.as_object()) == values_of(article)


def values_of(article: Article) -> dict[str, Any]:
    data = article.serializable_data()
    left_out = {"latest_revision", "live_revision"}  # Wagtail takes them from the row, whatever a version says.
    return {name: value for name, value in data.items() if name not in left_out} | {"body": json.loads(data["body"])}


def test_the_reference_index_is_the_one_that_wagtail_would_have_made(folder):
    article = imported(folder)
    made = set(ReferenceIndex.get_references_for_object(article).values_list("to_object_id", "content_path_hash"))

    ReferenceIndex.objects.all().delete()
    ReferenceIndex.create_or_update_for_object(article)

    assert made
    assert made == set(
        ReferenceIndex.get_references_for_object(article).values_list("to_object_id", "content_path_hash")
    )


def test_an_imported_story_is_found_in_the_admin(folder):
    article = imported(folder)

    for words in ("ferry late", "left two hours", "nobody knew", "waited", "brindle"):
        assert list(Article.objects.search(words)) == [article], words


def test_an_imported_story_is_readable_at_once_under_its_own_date(folder):
    article = imported(folder)

    row = PublishedArticle.objects.visible(timezone.now()).get(public_id=article.public_id)
    assert (row.content_hash, row.path) == (content_hash(article), "/harbour-docks/ferry-late/")
    assert row.published_at == row.updated_at == article.first_published_at
    assert Change.objects.get().event == Change.Event.PUBLISHED


def test_an_imported_story_can_be_edited_reviewed_anew_and_moved(folder):
    article = imported(folder)
    article.title = "Ferry on time"
    revision = article.save_revision()
    hash_ = revision_hash(revision)
    Clearance.objects.create(article=article, content_hash=hash_)
    article.publish(revision)
    other = Section(title="Council")
    set_up().front_page.add_child(instance=other)

    Article.objects.get(pk=article.pk).move(other, pos="last-child")

    row = PublishedArticle.objects.get(article_id=article.pk)
    assert (row.title, row.path, row.content_hash) == ("Ferry on time", "/council/ferry-late/", hash_)
    assert Page.find_problems() == ([], [], [], [], [])


def test_the_public_id_is_the_same_wherever_the_story_is_imported(folder):
    first = imported(folder).public_id
    Article.objects.get().delete()

    assert imported(folder).public_id == first


def test_a_generated_archive_comes_in_whole(folder):
    assert run(write_lines(folder, *make_stories(60)))[2] == 0

    assert PublishedArticle.objects.count() == 60
    assert Page.find_problems() == ([], [], [], [], [])
    for article in Article.objects.all():
        article.full_clean()


# Names ---------------------------------------------------------------------------------------------------------------


def test_sections_authors_and_topics_that_are_there_are_used(folder, front_page):
    section = Section(title="harbour & docks", slug="port")
    front_page.add_child(instance=section)
    author = Author.objects.create(name="Bram Winter")
    topic = Topic.objects.create(name="FERRIES")
    iptc = Topic.objects.create(name="public transport (IPTC)", qcode="medtop:20000001")

    article = imported(folder, topics=["Ferries", "medtop:20000001", "ferries"])

    assert article.get_parent().pk == section.pk
    assert author in [credit.author for credit in article.byline.all()]
    assert [link.topic for link in article.topic_links.all()] == [topic, iptc]
    assert Topic.objects.count() == 2


def test_a_section_without_latin_letters_gets_an_address(folder):
    assert imported(folder, section="港").get_parent().slug


def test_a_slug_that_another_story_has_gets_a_number(folder):
    lines = [line(number, slug="ferry-late", section=f"Section {number % 2}") for number in range(1, 5)]

    assert run(write_lines(folder, *lines))[2] == 0
    assert run(write_lines(folder, line(9, slug="ferry-late")))[2] == 0

    slugs = sorted(Article.objects.values_list("slug", flat=True))
    assert slugs == ["ferry-late", "ferry-late-2", "ferry-late-3", "ferry-late-4", "ferry-late-5"]


def test_a_picture_is_cleaned_and_stored_once(folder):
    exif = Image.Exif()
    exif[0x010E] = "taken at home"
    Image.new("RGB", (64, 48), "red").save(folder / "ferry.jpg", exif=exif)
    (folder / "copy of ferry.jpg").write_bytes((folder / "ferry.jpg").read_bytes())
    lines = [
        line(1, image="ferry.jpg"),
        line(2, image=f"file://{folder}/copy%20of%20ferry.jpg"),
    ]

    assert run(write_lines(folder, *lines))[2] == 0
    assert run(write_lines(folder, line(3, image="ferry.jpg")))[2] == 0

    image = NewsImage.objects.get()
    assert {article.lead_image for article in Article.objects.all()} == {image}
    assert image.alt == LINE["title"]
    assert (image.width, image.height, image.file_size) == (64, 48, image.file.size)
    stored_hash = image.file_hash
    image._set_file_hash()
    assert image.file_hash == stored_hash
    with image.open_file() as file, Image.open(file) as stored:
        assert not stored.getexif()
    assert PublishedArticle.objects.count() == 3


def test_a_file_that_is_no_picture_refuses_its_story_only(folder):
    (folder / "letter.jpg").write_text("Dear editor")

    out, err, code = run(write_lines(folder, line(1, image="letter.jpg"), line(2)))

    assert "line 1: letter.jpg cannot be used" in err
    assert (code, Article.objects.count()) == (1, 1)
    assert "1 imported" in out


def test_an_unknown_qcode_is_refused(folder):
    _out, err, _code = run(write_lines(folder, line(1, topics=["medtop:99999999"]), line(2)))

    assert "line 1: no topic has the code medtop:99999999" in err
    assert Article.objects.count() == 1


# Once more -----------------------------------------------------------------------------------------------------------


def state() -> list[Any]:
    return [
        list(model.objects.order_by("pk").values())
        for model in (Page, Article, Author, Topic, Standing, Clearance, PageLogEntry, PublishedArticle, Change)
    ]


def test_a_second_import_changes_nothing(folder):
    path = write_lines(folder, *[line(number, slug="same") for number in range(1, 6)])
    run(path)
    before = state()

    out, err, code = run(path)

    assert (out, err, code) == ("0 imported, 0 updated, 5 unchanged, 0 refused.\n", "", 0)
    assert state() == before


def test_a_changed_line_is_published_and_the_rest_stays(folder):
    run(write_lines(folder, line(1, slug="same"), line(2, slug="same")))
    before = Article.objects.get(external_id="ferry-2")
    changed = line(2, slug="same", title="Ferry sunk", section="Council", authors=["Ines Marlow"], topics=[])
    changed["body"][2]["text"] = "We swam."

    out, _err, _code = run(write_lines(folder, line(1, slug="same"), changed))

    assert "0 imported, 1 updated, 1 unchanged" in out
    article = Article.objects.get(external_id="ferry-2")
    assert (article.pk, article.public_id, article.slug) == (before.pk, before.public_id, "same-2")
    assert article.get_parent().title == "Council"
    assert [credit.author.name for credit in article.byline.all()] == ["Ines Marlow"]
    assert [block.id for block in article.body] == [block.id for block in before.body]
    assert article.first_published_at == before.first_published_at
    row = PublishedArticle.objects.get(article_id=article.pk)
    assert (row.title, row.path, row.version) == ("Ferry sunk", "/council/same-2/", 2)
    assert "We swam." in row.detail
    assert row.content_hash == content_hash(article) == revision_hash(article.latest_revision)
    assert not article.has_unpublished_changes
    assert Page.find_problems() == ([], [], [], [], [])
    assert "2 unchanged" in run(write_lines(folder, line(1, slug="same"), changed))[0]


def test_what_the_newsroom_edited_is_not_overwritten(folder):
    article = imported(folder)
    article.title = "Ours"
    article.save_revision()

    _out, err, code = run(write_lines(folder, LINE | {"title": "Theirs"}))

    assert "line 1: the newsroom has edited this story since it was imported" in err
    assert code == 1
    assert Article.objects.get().get_latest_revision().content["title"] == "Ours"
    assert run(write_lines(folder, LINE))[2] == 0


@pytest.mark.parametrize("deleted", [False, True])
def test_a_story_that_was_taken_down_does_not_come_back(folder, deleted):
    article = imported(folder)
    actions.take_down(article, by=None)
    if deleted:
        Article.objects.get().delete()

    _out, err, code = run(write_lines(folder, LINE | {"title": "Again"}))

    assert "line 1: " in err
    assert code == 1
    assert not PublishedArticle.objects.exists()


# Bad lines -----------------------------------------------------------------------------------------------------------


def without(field: str) -> dict[str, Any]:
    return {name: value for name, value in line(2).items() if name != field}


BAD_LINES: list[tuple[Any, str]] = [
    (b'{"id": "x",', "not JSON: "),
    (b"\xff\xfe", "not UTF-8"),
    (b"[" * 100_000, "not JSON: "),
    ([LINE], "a list instead of an object"),
    (None, "null instead of an object"),
    *[(without(field), f'"{field}" is missing') for field in LINE],
    (line(2, id=True), '"id" is true or false instead of text'),
    (line(2, id="x" * 201), '"id" has 201 characters; 200 are allowed'),
    (line(2, title=7), '"title" is a number instead of text'),
    (line(2, title=" "), '"title" is empty'),
    (line(2, title="x" * 256), '"title" has 256 characters; 255 are allowed'),
    (line(2, standfirst="x" * 501), '"standfirst" has 501 characters'),
    (line(2, standfirst="nul\x00"), '"standfirst" holds a NUL character'),
    (line(2, section="\ud800"), '"section" holds half a character'),
    (line(2, slug="Später"), '"slug" may hold letters a to z'),
    (line(2, slug="a/b"), '"slug" may hold letters a to z'),
    (line(2, authors="Ann"), '"authors" is text instead of a list'),
    (line(2, authors=[{"name": "Ann"}]), 'item 1 of "authors" is an object instead of text'),
    (line(2, topics=["Ferries", ""]), 'item 2 of "topics" is empty'),
    (line(2, published_at="2023-02-30"), '"published_at" is no date and time that exists, in ISO 8601: "2023-02-30"'),
    (line(2, published_at="yesterday"), '"published_at" is no date and time that exists'),
    (line(2, published_at="0001-01-01T00:00:00+10:00"), '"published_at" is no date and time that exists'),
    (line(2, published_at=1555491600), '"published_at" is a number instead of text'),
    (line(2, published_at="2999-01-01"), '"published_at" has not come yet'),
    (line(2, body="text"), '"body" is text instead of a list'),
    (line(2, body=["text"]), 'block 1 of "body" is text instead of an object'),
    (line(2, body=[{"type": "video", "text": "x"}]), 'block 1 of "body" has the unknown type "video"; known are '),
    (line(2, body=[{"text": "x"}]), 'block 1 of "body" lacks "type"'),
    (line(2, body=[{"type": "paragraph"}]), 'block 1 of "body" lacks "text"'),
    (line(2, body=[{"type": "paragraph", "text": ""}]), '"text" of block 1 of "body" is empty'),
    (line(2, body=[{"type": "heading", "text": "x" * 151}]), '"text" of block 1 of "body" has 151 characters'),
    (
        line(2, body=[{"type": "quote", "text": "x", "attribution": 3}]),
        '"attribution" of block 1 of "body" is a number instead of text',
    ),
    (line(2, body=LINE["body"] * 700), '"body" has 2100 blocks; 2000 are allowed'),
    (line(2, image="missing.jpg"), '"image" names a file that is not there: "missing.jpg"'),
    (line(2, image="https://example.org/a.jpg"), '"image" must be a file on this machine, nothing is fetched'),
    (line(2, image="file://elsewhere/a.jpg"), '"image" lies on another machine'),
    (line(2, image=["a.jpg"]), '"image" is a list instead of text'),
    (line(1, slug="other"), '"id" was used by line 1 already'),
]


@pytest.mark.parametrize(("bad", "reason"), BAD_LINES, ids=[reason for _bad, reason in BAD_LINES])
def test_a_bad_line_is_named_with_its_reason_and_nothing_else_is_lost(folder, bad, reason):
    out, err, code = run(write_lines(folder, line(1), bad, line(3)))

    assert err.startswith(f"line 2: {reason}")
    assert err.count("\n") == 1
    assert (out.splitlines()[0], code) == ("2 imported, 0 updated, 0 unchanged, 1 refused.", 1)
    assert PublishedArticle.objects.count() == 2


def test_a_line_that_is_too_long_is_skipped(folder, monkeypatch):
    monkeypatch.setattr(archive, "MAX_LINE_BYTES", 2_000_000)

    _out, err, _code = run(write_lines(folder, line(1), line(2, standfirst="x" * 5_000_000), line(3)))

    assert err.startswith("line 2: longer than ")
    assert Article.objects.count() == 2


def test_a_story_that_the_database_turns_down_is_refused_alone(folder, monkeypatch):
    parsed = [line(number) for number in range(1, 8)]
    monkeypatch.setattr("api.importing.lines.MAX_TITLE", 1000)

    _out, err, _code = run(write_lines(folder, *parsed, line(8, title="x" * 300), line(9)))

    assert err.startswith("line 8: ")
    assert Article.objects.count() == 8
    assert Page.find_problems() == ([], [], [], [], [])


def test_naive_dates_are_utc_and_a_byte_order_mark_or_an_empty_line_does_no_harm(folder):
    path = write_lines(folder, line(1, published_at="2020-02-29 06:00"), b"", line(2, published_at="2020-02-29"))
    path.write_bytes(b"\xef\xbb\xbf" + path.read_bytes().rstrip())

    assert run(path)[2] == 0

    dates = Article.objects.order_by("external_id").values_list("first_published_at", flat=True)
    assert list(dates) == [datetime(2020, 2, 29, 6, tzinfo=UTC), datetime(2020, 2, 29, tzinfo=UTC)]


# The command ---------------------------------------------------------------------------------------------------------


def test_a_dry_run_writes_nothing(folder):
    out, err, code = run(write_lines(folder, line(1), b"{", line(3)), dry_run=True)

    assert "2 lines are correct, 1 are not; nothing was written." in out
    assert "line 2: not JSON" in err
    assert code == 1
    assert not Article.objects.exists()
    assert not Section.objects.exists()


def test_the_front_page_is_named_where_there_are_several(folder, front_page):
    root = Page.get_first_root_node()
    other = type(front_page)(title="Other", slug="other")
    root.add_child(instance=other)
    path = write_lines(folder, LINE)

    assert run(path)[2] == 1
    assert run(path, under="nowhere")[2] == 1
    assert run(path, under="other")[2] == 0
    assert Article.objects.get().url_path == "/other/harbour-docks/ferry-late/"


def test_a_file_that_is_not_there_is_told_from_one_with_bad_lines(folder):
    assert run(folder / "nothing.ndjson")[2] == 2


def test_an_interrupted_import_keeps_whole_batches_and_is_taken_up_again(folder, monkeypatch):
    monkeypatch.setattr(archive, "BATCH", 4)
    path = write_lines(folder, *[line(number) for number in range(1, 11)])
    reconcile, calls = write.reconcile_many, []

    def interrupted(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 2:
            raise KeyboardInterrupt
        reconcile(*arguments)

    monkeypatch.setattr(write, "reconcile_many", interrupted)
    assert run(path)[2] == 130
    assert (Article.objects.count(), PublishedArticle.objects.count()) == (4, 4)
    monkeypatch.setattr(write, "reconcile_many", reconcile)

    out, _err, code = run(path)

    assert out.startswith("6 imported, 0 updated, 4 unchanged, 0 refused.")
    assert (code, PublishedArticle.objects.count()) == (0, 10)
    assert Page.find_problems() == ([], [], [], [], [])


def test_the_number_of_queries_does_not_depend_on_the_number_of_stories(folder, front_page):
    now = timezone.now()

    def queries(first: int, count: int) -> int:
        stories = [
            archive.parse_line(number, json.dumps(line(number)).encode(), directory=folder, now=now)
            for number in range(first, first + count)
        ]
        with CaptureQueriesContext(connection) as captured:
            assert write.write_batch(stories, front_page).imported == count
        return len(captured)

    queries(1, 1)  # Makes the section, the authors and the topics.
    assert queries(100, 25) == queries(1000, 200)


def test_batches_are_cut_by_size_too(folder, monkeypatch):
    monkeypatch.setattr(archive, "BATCH_BYTES", 1000)
    batches = []
    path = write_lines(folder, *[line(number) for number in range(1, 7)])

    archive.import_archive(
        path,
        front_page=set_up().front_page,
        dry_run=True,
        on_refused=batches.append,
        on_batch=lambda summary, position: batches.append((summary.correct, position)),
    )

    assert len(batches) == 3
    assert batches[-1] == (6, path.stat().st_size)
