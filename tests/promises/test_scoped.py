"""Promise: people see and touch the sections they work in; signing is no right to publish, nor the reverse."""

from urllib.parse import urlsplit

import pytest
from django.urls import reverse
from wagtail.models import GroupPagePermission

from api.models import PreviewLink
from api.preview import links
from cms.actions import correct, kill, take_down
from cms.exceptions import Refused
from tests.editing import address, form_data
from tests.newsroom import Newsroom
from workflows import actions
from workflows.exceptions import NotYours

pytestmark = pytest.mark.django_db


@pytest.fixture
def elsewhere(newsroom: Newsroom) -> None:
    """Reporters and publishers have their rights in the other section only."""
    for role in ("Reporters", "Publishers"):
        GroupPagePermission.objects.filter(group__name=role).update(page=newsroom.other_section.page_ptr)


DESK_PAGES = ["review", "submit", "release", "schedule", "correct", "kill", "take_down"]


@pytest.mark.parametrize("person", ["other_reporter", "publisher"])
@pytest.mark.parametrize("name", DESK_PAGES)
def test_a_page_of_the_desk_about_a_story_of_another_section_is_not_there(
    newsroom: Newsroom, client, elsewhere, name, person
):
    article = newsroom.draft(by=newsroom.editor)
    client.force_login(newsroom.people[person])
    for answer in (
        client.get(reverse(f"workflows:{name}", args=[article.pk])),
        client.post(reverse(f"workflows:{name}", args=[article.pk]), {"reason": "Because", "content_hash": "x"}),
    ):
        assert answer.status_code == 404


def test_a_version_of_another_section_is_not_shown(newsroom: Newsroom, client, elsewhere):
    article = newsroom.draft(by=newsroom.editor)
    client.force_login(newsroom.other_reporter)
    version = reverse("workflows:version", args=[article.pk, article.get_latest_revision().pk])
    assert client.get(version).status_code == 404


def test_the_board_shows_ones_own_sections(newsroom: Newsroom, client, elsewhere):
    newsroom.draft("In the harbour", by=newsroom.editor)
    newsroom.draft("In the council", by=newsroom.editor, section=newsroom.other_section)
    client.force_login(newsroom.other_reporter)
    shown = client.get(reverse("workflows:board")).content.decode()
    assert "In the council" in shown
    assert "In the harbour" not in shown


def test_a_reporter_does_not_edit_move_delete_or_copy_what_is_elsewhere(newsroom: Newsroom, client, elsewhere):
    article = newsroom.draft("As it was", by=newsroom.editor)
    client.force_login(newsroom.other_reporter)
    client.post(address("edit", article.pk), form_data(article) | {"title": "Touched"})
    client.post(address("delete", article.pk))
    client.post(address("move_confirm", article.pk, newsroom.other_section.pk))
    client.post(address("copy", article.pk), {"new_title": "A copy", "new_slug": "a-copy"})
    stays = newsroom.fresh(article)
    assert stays.get_latest_revision().as_object().title == "As it was"
    assert stays.get_parent().pk == newsroom.section.pk
    assert not type(article).objects.filter(slug="a-copy").exists()


def test_a_reporter_writes_in_their_own_section_only(newsroom: Newsroom, client, elsewhere):
    client.force_login(newsroom.other_reporter)
    typed = form_data(newsroom.draft(by=newsroom.editor)) | {"title": "New", "slug": "new"}
    for section in (newsroom.section, newsroom.other_section):
        client.post(address("add", "cms", "article", section.pk), typed)
    written = type(newsroom.draft(by=newsroom.editor)).objects.get(slug="new")
    assert written.get_parent().pk == newsroom.other_section.pk


@pytest.mark.parametrize("person", ["editor", "copy", "lawyer", "pictures", "reporter"])
def test_signing_gives_no_right_to_publish(newsroom: Newsroom, person):
    article = newsroom.clear(newsroom.draft())
    by = newsroom.people[person]
    acts = (
        lambda: actions.release(article, content_hash=newsroom.hash_of(article), by=by),
        lambda: kill(article, reason="It was wrong.", by=by),
        lambda: take_down(article, by=by),
        lambda: correct(article, text="It was Tuesday.", by=by),
    )
    for act in acts:
        with pytest.raises(Refused):
            act()
    assert not newsroom.fresh(article).live


def test_publishing_gives_no_right_to_sign(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    for person in (newsroom.publisher, newsroom.boss):
        with pytest.raises(NotYours, match="desk of yours"):
            newsroom.sign(article, by=person)
        with pytest.raises(NotYours):
            newsroom.send_back(article, by=person, reason="No")


def test_a_publisher_of_one_section_releases_nothing_in_another(newsroom: Newsroom, elsewhere):
    article = newsroom.clear_at_once(newsroom.draft())
    with pytest.raises(Refused, match="do not publish in this section"):
        newsroom.release(article)


def test_a_story_in_review_is_edited_by_those_who_review_it(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft("As it was submitted"))
    for person, expected in (
        ("reporter", "As it was submitted"),
        ("copy", "As it was submitted"),
        ("editor", "Mended"),
    ):
        client.force_login(newsroom.people[person])
        client.post(address("edit", article.pk), form_data(newsroom.fresh(article)) | {"title": "Mended"})
        assert newsroom.fresh(article).get_latest_revision().as_object().title == expected


def test_a_preview_link_is_made_by_those_who_edit_or_review_the_story(newsroom: Newsroom, client, elsewhere):
    article = newsroom.draft(by=newsroom.editor)
    with pytest.raises(NotYours):
        links.make(article, by=newsroom.other_reporter)
    client.force_login(newsroom.other_reporter)
    page = reverse("previews:links", args=[article.pk])
    assert [client.get(page).status_code, client.post(page).status_code] == [404, 404]
    assert not PreviewLink.objects.exists()


def test_a_preview_link_opens_one_version_of_one_story_expires_and_can_be_revoked(newsroom: Newsroom, client, freezer):
    article, other = newsroom.draft("As it was"), newsroom.draft("Another")
    made, revoked = (links.make(article, by=newsroom.reporter) for _ in range(2))
    newsroom.edit(article, by=newsroom.reporter, title="As it is now")
    opened, closed = (urlsplit(one.url).path for one in (made, revoked))
    assert client.get(opened).json()["title"] == "As it was"
    assert client.get(f"/api/v1/articles/{other.public_id}/").status_code == 404
    links.revoke(revoked.link, by=newsroom.editor)
    assert [client.get(path).status_code for path in (opened, closed)] == [200, 404]
    freezer.move_to(made.link.expires_at)
    assert client.get(opened).status_code == 404


def test_a_visitor_sees_nothing_of_the_desk(newsroom: Newsroom, client):
    article = newsroom.draft()
    for name in DESK_PAGES:
        answer = client.get(reverse(f"workflows:{name}", args=[article.pk]))
        assert answer.status_code == 302
        assert "/login/" in answer["Location"]
