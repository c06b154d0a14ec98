"""An archive comes in whole: valid pages, cleared and readable, once, however often and with whatever lines in it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from PIL import Image
from psycopg.errors import DeadlockDetected
from wagtail.models import Page, PageLogEntry, ReferenceIndex

from api.importing import archive, write
from api.models import Change, PublishedArticle
from bench.make_archive import make_stories
from cms import actions
from cms.models import Article, Author, NewsImage, Section, Topic
from tests.api.archives import LINE, line, run, write_lines
from workflows.clearance import content_hash, revision_hash
from workflows.models import Clearance, Standing
from workflows.newsroom import set_up

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def front_page(db: None) -> Page:
    return set_up().front_page


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path


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
    other = Section(title="Parish")
    set_up().front_page.add_child(instance=other)

    Article.objects.get(pk=article.pk).move(other, pos="last-child")

    row = PublishedArticle.objects.get(article_id=article.pk)
    assert (row.title, row.path, row.content_hash) == ("Ferry on time", "/parish/ferry-late/", hash_)
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
    assert (row.title, row.path) == ("Ferry sunk", "/council/same-2/")
    assert row.version > 1
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


# The command ---------------------------------------------------------------------------------------------------------


def test_a_dry_run_writes_nothing(folder):
    out, err, code = run(write_lines(folder, line(1), b"{", line(3)), dry_run=True)

    assert "2 lines are correct, 1 are not; nothing was written." in out
    assert "line 2: not JSON" in err
    assert code == 1
    assert not Article.objects.exists()
    assert not Section.objects.filter(slug="harbour-docks").exists()


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


def test_an_import_that_has_to_give_way_to_an_editor_begins_its_batch_again(folder, monkeypatch):
    reconcile, calls = write.reconcile_many, []

    def give_way_once(*arguments: Any) -> None:
        calls.append(arguments)
        if len(calls) == 1:
            raise OperationalError("deadlock detected") from DeadlockDetected()
        reconcile(*arguments)

    monkeypatch.setattr(write, "reconcile_many", give_way_once)

    assert run(write_lines(folder, line(1), line(2)))[2] == 0
    assert PublishedArticle.objects.count() == 2
