"""A bad line of an archive is named with its reason, and no other is lost."""

from datetime import UTC, datetime
from typing import Any

import pytest
from wagtail.admin.rich_text.converters.contentstate import ContentstateConverter
from wagtail.models import Page

from api.importing import archive
from api.importing.body import paragraph_html
from api.models import PublishedArticle
from cms.blocks import RICH_TEXT_FEATURES
from cms.models import Article
from tests.api.archives import LINE, line, run, write_lines
from workflows.newsroom import set_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def front_page(db):
    return set_up().front_page


@pytest.fixture
def folder(tmp_path):
    return tmp_path


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


@pytest.mark.parametrize("text", ["plain", LINE["body"][0]["text"], "“ü” 'x' \"y\" <p>", "a\tb   c\n  d", "😀 a​b"])
def test_the_editor_saves_an_imported_paragraph_byte_for_byte(text):
    converter = ContentstateConverter(RICH_TEXT_FEATURES)
    stored = paragraph_html(text)

    assert converter.to_database_format(converter.from_database_format(stored)) == stored


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
