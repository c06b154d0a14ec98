"""Promise: whoever last changed the story, or submitted it, cannot sign it off; superusers included."""

import pytest
from django.contrib.auth.models import Group

from tests.newsroom import Newsroom
from workflows.exceptions import NotYours

pytestmark = pytest.mark.django_db


def test_the_last_writer_cannot_sign(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.reporter)
    with pytest.raises(NotYours, match="You changed this story last"):
        newsroom.sign(article, by=newsroom.editor)
    assert newsroom.stage(article) == "Desk edit"


def test_the_submitter_cannot_sign(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft(), by=newsroom.editor)
    with pytest.raises(NotYours, match="You submitted this story"):
        newsroom.sign(article, by=newsroom.editor)


def test_whoever_resubmitted_cannot_sign(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.send_back(article, by=newsroom.editor, reason="Ask the harbour master.")
    second_editor = newsroom.people["other_reporter"]
    second_editor.groups.add(Group.objects.get(name="Desk editors"))
    newsroom.submit(article, by=second_editor)
    with pytest.raises(NotYours, match="You submitted this story"):
        newsroom.sign(article, by=second_editor)


def test_a_reviewer_who_edits_loses_the_right_to_sign(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.edit(article, by=newsroom.editor, title="A better headline")
    with pytest.raises(NotYours):
        newsroom.sign(article, by=newsroom.editor)


def test_a_superuser_who_wrote_the_story_cannot_sign_it(newsroom: Newsroom):
    newsroom.boss.groups.add(Group.objects.get(name="Desk editors"))
    article = newsroom.submit(newsroom.draft(by=newsroom.boss), by=newsroom.reporter)
    with pytest.raises(NotYours):
        newsroom.sign(article, by=newsroom.boss)


def test_a_superuser_signs_for_no_desk_that_they_are_not_in(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    with pytest.raises(NotYours, match="desk of yours"):
        newsroom.sign(article, by=newsroom.boss)


def test_saving_without_a_change_does_not_make_one_a_writer(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.edit(article, by=newsroom.editor)
    newsroom.sign(article, by=newsroom.editor)
    assert newsroom.stage(article) == "Copy and facts"


def test_someone_else_signs_and_the_story_moves_on(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    assert newsroom.stage(article) == "Copy and facts"


def test_a_signature_of_someone_who_then_changes_the_story_and_changes_it_back_does_not_count(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft("As it was")), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.editor, title="Changed")
    newsroom.edit(article, by=newsroom.editor, title="As it was")
    newsroom.sign(article, by=newsroom.copy)
    assert newsroom.stage(article) == "Desk edit"
