"""The board."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from tests.newsroom import Newsroom
from workflows.board import Filters, build_board

pytestmark = pytest.mark.django_db


def columns(newsroom: Newsroom, **filters) -> dict[str, list[str]]:
    built = build_board(newsroom.publisher, Filters(**filters), timezone.now())
    return {column.title: [card.title for card in column.cards] for column in built if column.cards}


def test_each_story_stands_in_the_column_of_its_state(newsroom: Newsroom):
    newsroom.draft("A draft")
    newsroom.submit(newsroom.draft("At the desk"))
    newsroom.sign(newsroom.submit(newsroom.draft("At copy")), by=newsroom.editor)
    newsroom.send_back(newsroom.submit(newsroom.draft("Returned")), by=newsroom.editor, reason="No")
    newsroom.clear(newsroom.draft("Cleared"))
    newsroom.release(newsroom.clear(newsroom.draft("For later")), at=timezone.now() + timedelta(hours=1))
    newsroom.publish("Embargoed", embargo_until=timezone.now() + timedelta(hours=1))
    newsroom.publish("Out")
    assert columns(newsroom) == {
        "Drafts": ["A draft"],
        "Sent back": ["Returned"],
        "Desk edit": ["At the desk"],
        "Copy and facts": ["At copy"],
        "Ready": ["Cleared"],
        "Scheduled": ["For later"],
        "Embargoed": ["Embargoed"],
        "Published": ["Out"],
    }


def test_filters_narrow_it(newsroom: Newsroom):
    newsroom.draft("Harbour story")
    newsroom.draft("Council story", section=newsroom.other_section, kind="analysis")
    assert columns(newsroom, section="council") == {"Drafts": ["Council story"]}
    assert columns(newsroom, kind="analysis") == {"Drafts": ["Council story"]}
    assert columns(newsroom, words="harbour") == {"Drafts": ["Harbour story"]}


def test_a_late_story_is_marked(newsroom: Newsroom, client, freezer):
    newsroom.submit(newsroom.draft("Forgotten"))
    freezer.tick(timedelta(hours=5))
    client.force_login(newsroom.editor)
    shown = client.get(reverse("workflows:board") + "?late=1").content.decode()
    assert "Forgotten" in shown
    assert "board-card--late" in shown


def test_an_empty_desk_is_said_to_be_empty(newsroom: Newsroom, client):
    newsroom.copy.groups.remove(Group.objects.get(name="Copy editors"))
    client.force_login(newsroom.editor)
    assert "Nobody works at the Copy desk" in client.get(reverse("workflows:board")).content.decode()


def test_the_number_of_queries_does_not_grow_with_the_stories(newsroom: Newsroom):
    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            build_board(newsroom.publisher, Filters(), timezone.now())
        return len(captured)

    for _ in range(2):
        newsroom.submit(newsroom.draft())
        newsroom.draft()
    count()  # Content types are remembered from here on.
    few = count()
    for _ in range(8):
        newsroom.submit(newsroom.draft())
        newsroom.draft()
    assert count() == few
