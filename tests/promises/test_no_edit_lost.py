"""Promise: two editors on one story cannot overwrite each other silently; a rejected save says what to do."""

import re

import pytest

from tests.editing import address, form_data, opened
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture
def article(newsroom: Newsroom):
    return newsroom.draft("As it was")


def latest_title(newsroom: Newsroom, article) -> str:
    return newsroom.fresh(article).get_latest_revision().as_object().title


def hidden(page: str, name: str) -> str:
    return re.search(rf'name="{name}" value="([^"]*)"', page).group(1)


def test_a_save_over_a_newer_version_is_refused_and_says_whose_it_is(newsroom: Newsroom, client, article):
    seen = opened(article)
    newsroom.edit(article, by=newsroom.editor, title="The editor's headline")
    client.force_login(newsroom.reporter)
    answer = client.post(address("edit", article.pk), form_data(article) | seen | {"title": "The reporter's headline"})
    page = answer.content.decode()
    assert latest_title(newsroom, article) == "The editor's headline"
    assert "saved a newer version" in page
    assert str(newsroom.editor) in page
    assert "Save again" in page


def test_what_was_typed_is_still_in_the_form(newsroom: Newsroom, client, article):
    seen = opened(article)
    newsroom.edit(article, by=newsroom.editor, title="The editor's headline")
    client.force_login(newsroom.reporter)
    typed = form_data(article, text="<p>An hour of work.</p>") | seen | {"title": "The reporter's headline"}
    page = client.post(address("edit", article.pk), typed).content.decode()
    assert "The reporter&#x27;s headline" in page
    assert "An hour of work." in page


def test_saved_again_it_goes_on_top_and_both_are_in_the_history(newsroom: Newsroom, client, article):
    seen = opened(article)
    newsroom.edit(article, by=newsroom.editor, title="The editor's headline")
    client.force_login(newsroom.reporter)
    typed = form_data(article) | {"title": "The reporter's headline"}
    page = client.post(address("edit", article.pk), typed | seen).content.decode()
    again = {name: hidden(page, name) for name in ("loaded_revision_id", "loaded_revision_created_at")}
    assert client.post(address("edit", article.pk), typed | again).status_code == 302
    titles = [revision.as_object().title for revision in article.revisions.order_by("created_at", "pk")]
    assert titles == ["As it was", "The editor's headline", "The reporter's headline"]


def test_a_version_that_was_written_again_in_place_is_a_newer_version(newsroom: Newsroom, client, article):
    revision = newsroom.edit(article, by=newsroom.editor, title="The editor begins").get_latest_revision()
    seen = opened(newsroom.fresh(article))
    version = revision.as_object()
    version.title = "Autosaved by the editor"
    version.save_revision(user=newsroom.editor, overwrite_revision=revision)
    assert newsroom.fresh(article).get_latest_revision().pk == revision.pk
    client.force_login(newsroom.reporter)
    answer = client.post(address("edit", article.pk), form_data(article) | seen | {"title": "The reporter's headline"})
    assert "saved a newer version" in answer.content.decode()
    assert latest_title(newsroom, article) == "Autosaved by the editor"


def test_submitting_over_a_newer_version_submits_nothing(newsroom: Newsroom, client, article):
    seen = opened(article)
    newsroom.edit(article, by=newsroom.editor, title="The editor's headline")
    client.force_login(newsroom.reporter)
    client.post(address("edit", article.pk), form_data(article) | seen | {"action-submit": "1"})
    assert newsroom.stage(article) == ""


def test_autosave_over_a_newer_version_is_refused(newsroom: Newsroom, client, article):
    seen = opened(article)
    newsroom.edit(article, by=newsroom.editor, title="The editor's headline")
    client.force_login(newsroom.reporter)
    typed = form_data(article) | seen | {"title": "The reporter's headline"}
    answer = client.post(address("edit", article.pk), typed, headers={"Accept": "application/json"})
    assert (answer.status_code, answer.json()["error_code"]) == (400, "invalid_revision")
    assert latest_title(newsroom, article) == "The editor's headline"


def test_an_autosave_does_not_write_over_the_version_of_somebody_else(newsroom: Newsroom, client, article):
    mine = article.get_latest_revision()
    newsroom.edit(article, by=newsroom.editor, title="The editor's headline")
    client.force_login(newsroom.reporter)
    typed = form_data(article) | {"title": "The reporter's headline", "overwrite_revision_id": str(mine.pk)}
    answer = client.post(address("edit", article.pk), typed, headers={"Accept": "application/json"})
    assert answer.status_code == 400
    assert latest_title(newsroom, article) == "The editor's headline"


def test_the_first_save_of_what_one_opened_goes_through(newsroom: Newsroom, client, article):
    client.force_login(newsroom.reporter)
    typed = form_data(article) | opened(article) | {"title": "A better headline"}
    assert client.post(address("edit", article.pk), typed).status_code == 302
    assert latest_title(newsroom, article) == "A better headline"


def test_ones_own_autosave_is_no_newer_version(newsroom: Newsroom, client, article):
    seen = opened(article)
    client.force_login(newsroom.reporter)
    typed = form_data(article) | {"title": "Typed and autosaved"}
    client.post(address("edit", article.pk), typed | seen, headers={"Accept": "application/json"})
    answer = client.post(address("edit", article.pk), typed | seen | {"action-submit": "1"})
    assert answer.status_code == 302
    assert latest_title(newsroom, article) == "Typed and autosaved"
    assert newsroom.stage(article) == "Desk edit"


def test_a_version_of_somebody_else_under_ones_own_autosave_is_still_noticed(newsroom: Newsroom, client, article):
    seen = opened(article)
    newsroom.edit(article, by=newsroom.editor, title="The editor's headline")
    newsroom.edit(article, by=newsroom.reporter, title="From another tab")
    client.force_login(newsroom.reporter)
    answer = client.post(address("edit", article.pk), form_data(article) | seen | {"title": "The first tab"})
    assert str(newsroom.editor) in answer.content.decode()
    assert latest_title(newsroom, article) == "From another tab"


def test_reverting_over_a_newer_version_is_refused_too(newsroom: Newsroom, client, article):
    first = article.get_latest_revision()
    newsroom.edit(article, by=newsroom.reporter, title="A second version")
    seen = opened(newsroom.fresh(article))
    newsroom.edit(article, by=newsroom.editor, title="The editor's headline")
    client.force_login(newsroom.reporter)
    client.post(address("revisions_revert", article.pk, first.pk), form_data(article) | seen | {"title": "As it was"})
    assert latest_title(newsroom, article) == "The editor's headline"
