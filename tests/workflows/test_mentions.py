"""Whom a comment calls by name, and who follows it."""

import pytest
from django.urls import reverse
from wagtail.models import Comment, CommentReply, PageSubscription
from wagtail.test.utils.form_data import inline_formset

from cms.models import Article, User
from tests.editing import form_data
from tests.newsroom import Newsroom
from workflows.models import Desk, Notice
from workflows.notifications.mentions import find_names

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@harriet, is this right?", ["harriet"]),
        ("Ask @legal.", ["legal"]),
        ("(@harriet) and @Legal and @harriet", ["harriet", "legal"]),
        ("write to harbour@example.org", []),
        ("see https://example.org/@harriet", []),
        ("an @ alone", []),
        ("@piers.vane-tempest!", ["piers.vane-tempest"]),
    ],
)
def test_names_are_what_follows_an_at_sign(text: str, names: list[str]):
    assert find_names(text) == names


def comment(article: Article, by: User, text: str) -> Comment:
    return Comment.objects.create(page=article.page_ptr, user=by, text=text, contentpath="title")


def told(**fields) -> set[str]:
    notices = Notice.objects.filter(kind="mention", channel="inbox", **fields).exclude(key__contains="unheard")
    return set(notices.values_list("person__username", flat=True))


def test_a_person_who_is_mentioned_is_told(newsroom: Newsroom):
    article = newsroom.draft("A ferry")
    made = comment(article, newsroom.reporter, "@editor, which pier?")
    notice = Notice.objects.get(channel="mail", address="editor@example.org")
    assert "@editor, which pier?" in notice.text
    assert notice.url == f"{reverse('wagtailadmin_pages:edit', args=[article.pk])}?comment={made.pk}"


def test_names_are_found_in_any_case(newsroom: Newsroom):
    comment(newsroom.draft(), newsroom.reporter, "@Editor?")
    assert told() == {"editor"}


def test_a_desk_that_is_mentioned_is_told_with_its_people(newsroom: Newsroom):
    Desk.objects.filter(slug="legal").update(email="legal@example.org", chat_webhook_url="https://chat.example/1")
    comment(newsroom.draft(), newsroom.reporter, "Right of reply, @legal?")
    assert told() == {"lawyer"}
    assert set(Notice.objects.filter(desk__slug="legal").values_list("channel", flat=True)) == {"mail", "chat"}


def test_a_mention_in_a_reply_is_told(newsroom: Newsroom):
    made = comment(newsroom.draft(), newsroom.reporter, "Which pier?")
    CommentReply.objects.create(comment=made, user=newsroom.reporter, text="@editor knows")
    assert told() == {"editor"}


def test_nobody_is_told_of_their_own_words(newsroom: Newsroom):
    comment(newsroom.draft(), newsroom.editor, "@editor and @news, tomorrow")
    assert told() == set()


def test_a_comment_that_is_saved_again_tells_nobody_again(newsroom: Newsroom):
    made = comment(newsroom.draft(), newsroom.reporter, "@editor, which pier?")
    before = Notice.objects.count()
    made.save()
    assert Notice.objects.count() == before


def test_a_name_that_is_added_later_is_told(newsroom: Newsroom):
    made = comment(newsroom.draft(), newsroom.reporter, "@editor, which pier?")
    made.text = "@editor @copy, which pier?"
    made.save()
    assert told() == {"editor", "copy"}


def test_whoever_cannot_see_the_story_is_told_nothing_of_it(newsroom: Newsroom):
    User.objects.create(username="visitor", email="visitor@example.org")
    article = newsroom.draft("A secret ferry")
    comment(article, newsroom.reporter, "@visitor, look")
    assert told() == set()
    assert "@visitor cannot see" in Notice.objects.get(person=newsroom.reporter).text


def test_the_author_hears_that_nobody_has_such_a_name(newsroom: Newsroom):
    comment(newsroom.draft(), newsroom.reporter, "@editro and @editor, which pier?")
    notice = Notice.objects.get(person=newsroom.reporter)
    assert notice.channel == "inbox"
    assert "@editro" in notice.text
    assert "@editor" not in notice.text.replace("@editro", "")


# In the form of the story ---------------------------------------------------------------------------------------------


def save_with_comment(client, article: Article, text: str) -> None:
    """Save the story's form as it stands, with a new comment."""
    comment = {"contentpath": "title", "position": "", "text": text, "id": "", "resolved": "", "deleted": ""}
    comments = inline_formset([comment | {"replies": inline_formset([])}])
    answer = client.post(reverse("wagtailadmin_pages:edit", args=[article.pk]), form_data(article, comments=comments))
    assert answer.status_code == 302
    assert Comment.objects.filter(page=article.page_ptr, text=text).exists()


def test_those_who_follow_the_comments_are_told_once(newsroom: Newsroom, client, mailoutbox):
    article = newsroom.draft("A ferry")
    for person in (newsroom.reporter, newsroom.copy):
        PageSubscription.objects.update_or_create(
            page=article.page_ptr, user=person, defaults={"comment_notifications": True}
        )
    client.force_login(newsroom.editor)
    save_with_comment(client, article, "@copy, which pier?")
    assert told() == {"reporter", "copy"}
    assert Notice.objects.filter(person=newsroom.copy, channel="mail").count() == 1
    assert mailoutbox == []
