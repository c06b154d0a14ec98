"""What changed since somebody last had a story before them, on the pages where they read it."""

import pytest
from django.urls import reverse

from cms.models import Author
from tests.factories import NewsImageFactory
from tests.newsroom import Newsroom
from tests.workflows.test_matters import CONTENT
from workflows import changes, progress, snapshots
from workflows.changes import LABELS

pytestmark = pytest.mark.django_db


def since(newsroom: Newsroom, article, person) -> changes.Changes | None:
    article = newsroom.fresh(article)
    base = changes.find_base(article, person)
    return changes.build_changes(base, progress.latest_version(article)) if base else None


def test_every_value_of_a_story_has_a_word_of_the_editors():
    names = {
        f"{key}.{name}" if isinstance(value, dict) else key
        for key, value in CONTENT.items()
        for name in (value if isinstance(value, dict) else [""])
    }
    assert names - {"body"} == set(LABELS)


def test_who_signed_sees_what_changed_since(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft("First")), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, title="Second")
    newsroom.edit(article, by=newsroom.reporter, title="Third")
    seen = since(newsroom, article, newsroom.editor)
    assert seen.base.why == changes.SIGNED
    (row,) = seen.fields
    assert (row.label, [(run.op, run.text) for run in row.runs]) == (
        "Headline",
        [("removed", "First"), ("added", "Third")],
    )


def test_who_sent_it_back_sees_what_was_done_about_it(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft("First"))
    client.force_login(newsroom.editor)
    client.get(reverse("workflows:review", args=[article.pk]))
    article = newsroom.send_back(article, by=newsroom.editor, reason="A better headline, please.")
    newsroom.submit(newsroom.edit(article, by=newsroom.reporter, title="Second"))
    assert since(newsroom, article, newsroom.editor).base.label == "Since you sent it back"


def test_who_never_signed_sees_what_changed_since_it_went_live(newsroom: Newsroom):
    article = newsroom.publish("First")
    newsroom.edit(article, by=newsroom.reporter, title="Second")
    assert since(newsroom, article, newsroom.other_reporter).base.why == changes.LIVE


def test_who_never_signed_sees_what_changed_since_the_first_submission(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft("First"))
    newsroom.edit(article, by=newsroom.reporter, title="Second")
    assert since(newsroom, article, newsroom.copy).base.why == changes.SUBMITTED


def test_a_change_in_place_by_autosave_is_seen(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft("First")), by=newsroom.editor)
    revision = article.get_latest_revision()
    version = revision.as_object()
    version.title = "Second"
    version.save_revision(user=newsroom.reporter, overwrite_revision=revision)
    assert since(newsroom, article, newsroom.editor).count == 1


def test_a_draft_has_nothing_to_be_compared_with(newsroom: Newsroom):
    assert since(newsroom, newsroom.draft(), newsroom.editor) is None


def test_things_have_their_names(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    version = article.get_latest_revision().as_object()
    version.byline.create(author=Author.objects.create(name="Ines Marlow"), role="photographer")
    version.lead_image = NewsImageFactory(title="The quay")
    version.breaking = True
    version.save_revision(user=newsroom.reporter)
    rows = {row.label: row for row in since(newsroom, article, newsroom.editor).fields}
    assert [(thing.op, thing.name, thing.note) for thing in rows["Byline"].things] == [
        ("same", "Ottoline Quay", "Author"),
        ("added", "Ines Marlow", "Photographs"),
    ]
    assert [thing.image.title for thing in rows["Lead picture"].things] == ["The quay"]
    assert [run.text for run in rows["Breaking"].runs] == ["no", "yes"]


def test_a_format_is_said_in_words(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft(text="<p>two hours late</p>")), by=newsroom.editor)
    version = article.get_latest_revision().as_object()
    raw = version.body.get_prep_value()
    raw[0]["value"] = "<p>two <b>hours</b> late</p>"
    version.body = version.body.stream_block.to_python(raw)
    version.save_revision(user=newsroom.reporter)
    (block,) = since(newsroom, article, newsroom.editor).blocks
    assert [(run.text, run.note) for run in block.rows[0].runs if run.note] == [("hours", "now bold")]


def test_the_page_shows_words_and_never_a_tag_of_the_content(newsroom: Newsroom, client):
    article = newsroom.sign(newsroom.submit(newsroom.draft("First")), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, title="<script>alert(1)</script>")
    client.force_login(newsroom.editor)
    shown = client.get(reverse("workflows:changes", args=[article.pk])).content.decode()
    assert "<del>First</del>" in shown
    assert "<ins>&lt;script&gt;alert(1)&lt;/script&gt;</ins>" in shown


def test_the_page_compares_with_another_version_on_demand(newsroom: Newsroom, client):
    article = newsroom.sign(newsroom.submit(newsroom.draft("First")), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, title="Second")
    client.force_login(newsroom.editor)
    answer = client.get(reverse("workflows:changes", args=[article.pk]), {"since": "submitted"})
    assert answer.context["changes"].base.why == changes.SUBMITTED
    assert client.post(reverse("workflows:changes", args=[article.pk])).status_code == 405


def test_a_story_of_another_section_is_not_shown(newsroom: Newsroom, client):
    from wagtail.models import GroupPagePermission

    GroupPagePermission.objects.filter(group__name="Reporters").update(page=newsroom.other_section.page_ptr)
    article = newsroom.submit(newsroom.draft(), by=newsroom.editor)
    client.force_login(newsroom.other_reporter)
    assert client.get(reverse("workflows:changes", args=[article.pk])).status_code == 404
    assert client.get(reverse("workflows:panel", args=[article.pk])).status_code == 404


def test_a_conflict_says_what_changed(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft("Seen headline"))
    client.force_login(newsroom.editor)
    address = reverse("workflows:review", args=[article.pk])
    form = client.get(address).context["form"].initial
    newsroom.edit(article, by=newsroom.reporter, title="Changed headline")
    answer = client.post(address, form | {"verdict": "approve", "comment": "", "reason": ""})
    assert answer.status_code == 409
    (row,) = answer.context["overtaken"].fields
    assert [run.text for run in row.runs if run.op != "same"] == ["Seen", "Changed"]
    assert "<ins>Changed</ins>" in answer.content.decode()


def test_a_release_that_was_overtaken_says_what_changed(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft("Seen headline"))
    client.force_login(newsroom.publisher)
    address = reverse("workflows:release", args=[article.pk])
    seen = client.get(address).context["form"].initial["content_hash"]
    newsroom.edit(article, by=newsroom.reporter, title="Changed headline")
    answer = client.post(address, {"content_hash": seen, "at": ""})
    assert answer.status_code == 409
    assert "<ins>Changed</ins>" in answer.content.decode()


def test_a_version_is_kept_once_however_often_it_is_looked_at(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.editor)
    for _time in range(3):
        client.get(reverse("workflows:review", args=[article.pk]))
    assert snapshots.Snapshot.objects.filter(article=article).count() == 1
