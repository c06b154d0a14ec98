"""The inbox: what a person was told, read and unread."""

import pytest
from django.urls import reverse

from tests.newsroom import Newsroom
from workflows.models import Notice
from workflows.notifications import inbox

pytestmark = pytest.mark.django_db


@pytest.fixture
def editor(newsroom: Newsroom, client):
    """The desk editor, signed in, with one notice unread."""
    newsroom.submit(newsroom.draft("A ferry"))
    client.force_login(newsroom.editor)
    return newsroom.editor


def add_notices(person, count: int) -> None:
    Notice.objects.bulk_create(
        Notice(
            kind="waiting",
            channel="inbox",
            key=f"story-{number}",
            person=person,
            address=str(person.pk),
            subject=f"Story {number}",
            text="It waits.",
        )
        for number in range(count)
    )


def test_what_waits_stands_in_the_inbox(editor, client):
    assert "Desk edit: A ferry" in client.get(reverse("workflows:inbox")).content.decode()


def test_the_inbox_says_what_happened_and_not_where_to_click(editor, client, settings):
    (_notice, gist), *_rest = client.get(reverse("workflows:inbox")).context["lines"]
    assert gist == "“A ferry” waits for you at “Desk edit”."


def test_nobody_sees_the_inbox_of_another(editor, newsroom: Newsroom, client):
    client.force_login(newsroom.copy)
    assert "A ferry" not in client.get(reverse("workflows:inbox")).content.decode()
    notice = Notice.objects.get(channel="inbox")
    assert client.get(reverse("workflows:open_notice", args=[notice.pk])).status_code == 404
    client.post(reverse("workflows:inbox"), {"notice": notice.pk})
    assert inbox.count_unread(editor) == 1


def test_a_notice_leads_to_the_story_and_counts_as_read(editor, client):
    notice = Notice.objects.get(channel="inbox")
    answer = client.get(reverse("workflows:open_notice", args=[notice.pk]))
    assert answer.url == reverse("workflows:review", args=[notice.article_id])
    assert inbox.count_unread(editor) == 0


def test_one_notice_is_marked_as_read(editor, client):
    add_notices(editor, 1)
    client.post(reverse("workflows:inbox"), {"notice": Notice.objects.get(key="story-0").pk})
    assert [notice.subject for notice in inbox.find_notices(editor, unread_only=True)] == ["Desk edit: A ferry"]


def test_all_are_marked_as_read(editor, client):
    add_notices(editor, 3)
    client.post(reverse("workflows:inbox"), {"all": "1"})
    assert inbox.count_unread(editor) == 0


def test_those_that_were_read_can_be_left_out(editor, client):
    client.post(reverse("workflows:inbox"), {"all": "1"})
    add_notices(editor, 1)
    page = client.get(reverse("workflows:inbox"), {"unread": "1"}).content.decode()
    assert "Story 0" in page
    assert "A ferry" not in page


def test_the_inbox_is_paged(editor, client):
    add_notices(editor, 60)
    first = client.get(reverse("workflows:inbox"))
    assert len(first.context["page"]) == 25
    assert len(client.get(reverse("workflows:inbox"), {"p": "3"}).context["page"]) == 11


def test_a_long_inbox_costs_no_more_than_a_short_one(editor, client, django_assert_max_num_queries):
    client.get(reverse("workflows:inbox"))
    add_notices(editor, 60)
    with django_assert_max_num_queries(14):
        client.get(reverse("workflows:inbox"))


def test_the_bell_says_how_many_are_unread(editor, client, django_assert_max_num_queries):
    add_notices(editor, 4)
    client.get(reverse("workflows:unread_count"))
    with django_assert_max_num_queries(8):  # seven of them are those of any page of the admin
        answer = client.get(reverse("workflows:unread_count"))
    assert answer.json() == {"unread": 5}
    assert "no-store" in answer["Cache-Control"]


def test_the_bell_stops_counting(editor):
    add_notices(editor, 300)
    assert inbox.count_unread(editor) == inbox.COUNTED


def test_the_bell_is_in_the_menu_of_every_page(editor, client):
    page = client.get(reverse("wagtailadmin_home")).content.decode()
    assert reverse("workflows:unread_count") in page
