"""Promise: one changed byte of public content after a signature voids it; the version already live stays live."""

import pytest

from cms.exceptions import PublicationRefused
from cms.models import Article
from tests.newsroom import Newsroom
from workflows import progress
from workflows.exceptions import StoryMovedOn

pytestmark = pytest.mark.django_db

CHANGES = {
    "title": "The ferry is Late",
    "standfirst": "What happened at the harbour",
    "kicker": "Ferry",
    "short_title": "Late",
    "kind": "analysis",
    "breaking": True,
    "sensitive": True,
    "sponsored": True,
    "usage_terms": "Free to print",
    "seo_title": "Ferry",
    "suggest_related": False,
    "body": [("paragraph", "<p>The ferry left the harbour two hours late!</p>")],
}


@pytest.mark.parametrize("field", CHANGES)
def test_a_change_after_clearance_needs_a_new_review(newsroom: Newsroom, field):
    article = newsroom.clear(newsroom.draft("The ferry is late"))
    newsroom.edit(article, by=newsroom.editor, **{field: CHANGES[field]})
    assert not progress.is_ready(newsroom.fresh(article))
    with pytest.raises(PublicationRefused):
        newsroom.release(article)


def test_a_pick_added_after_clearance_needs_a_new_review(newsroom: Newsroom):
    other = newsroom.publish()
    article = newsroom.clear(newsroom.draft())
    version = article.get_latest_revision().as_object()
    version.picks.create(article=other)
    version.save_revision(user=newsroom.editor)
    with pytest.raises(PublicationRefused):
        newsroom.release(article)


def test_autosave_in_place_after_a_signature_voids_it(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.sign(article, by=newsroom.editor)
    revision = newsroom.fresh(article).get_latest_revision()
    version = revision.as_object()
    version.title = "Changed in place"
    version.save_revision(user=newsroom.reporter, overwrite_revision=revision)
    assert newsroom.fresh(article).get_latest_revision().pk == revision.pk
    newsroom.sign(article, by=newsroom.copy)
    assert newsroom.stage(article) == "Desk edit"


def test_a_rewrite_at_the_last_stage_goes_back_to_the_first_desk(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, title="Rewritten")
    newsroom.sign(article, by=newsroom.copy)
    assert newsroom.stage(article) == "Desk edit"
    assert not progress.is_ready(newsroom.fresh(article))
    newsroom.sign(article, by=newsroom.editor)
    assert progress.is_ready(newsroom.fresh(article))


def test_the_live_version_stays_while_a_new_one_is_in_review(newsroom: Newsroom, client):
    article = newsroom.publish("The first version")
    newsroom.edit(article, by=newsroom.reporter, title="The second version")
    newsroom.submit(article)
    newsroom.sign(article, by=newsroom.editor)
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["title"] == "The first version"


def test_the_new_version_replaces_the_live_one_when_it_is_released(newsroom: Newsroom, client):
    article = newsroom.publish("The first version")
    newsroom.edit(article, by=newsroom.reporter, title="The second version")
    newsroom.release(newsroom.clear(article))
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["title"] == "The second version"


def test_an_uncleared_live_page_leaves_readers_the_last_cleared_version(newsroom: Newsroom, client):
    article = newsroom.publish("The cleared version")
    Article.objects.filter(pk=article.pk).update(standfirst="Slipped in by a script")
    page = newsroom.fresh(article)
    page.save()
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["standfirst"] == "What happened at the harbour."


def test_a_signature_names_the_version_that_was_read(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    read = newsroom.hash_of(article)
    newsroom.edit(article, by=newsroom.reporter, title="Changed meanwhile")
    with pytest.raises(StoryMovedOn, match="changed this story after you opened it"):
        newsroom.sign(article, by=newsroom.editor, content_hash=read)


def test_sending_back_and_submitting_unchanged_keeps_the_signatures(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    newsroom.send_back(article, by=newsroom.copy, reason="Is that the right year?")
    newsroom.submit(article)
    assert newsroom.stage(article) == "Copy and facts"


def test_sending_back_and_rewriting_asks_every_desk_again(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    newsroom.send_back(article, by=newsroom.copy, reason="Is that the right year?")
    newsroom.edit(article, by=newsroom.reporter, title="With the right year")
    newsroom.submit(article)
    assert newsroom.stage(article) == "Desk edit"


def test_saving_without_typing_leaves_what_was_signed(newsroom: Newsroom):
    other = newsroom.draft()
    before = f'<p>As in <a id="{other.pk}" linktype="page">this</a>.</p>'
    after = f'<p data-block-key="x1">As in <a linktype="page" id="{other.pk}">this</a>.</p>'
    article = newsroom.draft(text=before)
    signed = newsroom.hash_of(article)
    block = article.get_latest_revision().as_object().body.get_prep_value()[0]
    assert newsroom.hash_of(newsroom.edit(article, by=newsroom.editor, body=[block | {"value": after}])) == signed


def test_another_target_of_a_link_is_a_change(newsroom: Newsroom):
    first, second = newsroom.draft(), newsroom.draft()
    article = newsroom.draft(text=f'<p>As in <a linktype="page" id="{first.pk}">this</a>.</p>')
    signed = newsroom.hash_of(article)
    block = article.get_latest_revision().as_object().body.get_prep_value()[0]
    other = f'<p>As in <a linktype="page" id="{second.pk}">this</a>.</p>'
    assert newsroom.hash_of(newsroom.edit(article, by=newsroom.editor, body=[block | {"value": other}])) != signed
