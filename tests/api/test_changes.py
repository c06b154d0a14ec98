"""Incremental sync: a copy that follows the changes ends equal to what readers see."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from api.models import Change, PublishedArticle
from api.tasks import forget_old_changes
from cms.actions import kill
from cms.models import Author
from tests.api.shelf import START, shelve
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def new_year(freezer):
    freezer.move_to(START + timedelta(days=1))


class Replica:
    """A copy of the publication, kept as the documentation says."""

    def __init__(self, client: Any, query: str = "") -> None:
        self.client = client
        self.address = f"/api/v1/changes/{query}"
        self.stories: dict[str, dict[str, Any]] = {}
        self.heard: list[dict[str, Any]] = []

    def follow(self) -> "Replica":
        """Fetch until there is no more."""
        more = True
        while more:
            answer = self.client.get(self.address)
            assert answer.status_code == 200, answer.content
            page = answer.json()
            for item in page["items"]:
                self.heard.append(item)
                if item["article"] is None:
                    self.stories.pop(item["id"], None)
                else:
                    self.stories[item["id"]] = item["article"]
            self.address, more = page["next"], page["has_more"]
        return self


def on_the_shelf(client: Any) -> dict[str, dict[str, Any]]:
    ids = PublishedArticle.objects.values_list("public_id", flat=True)
    return {str(pk): client.get(f"/api/v1/articles/{pk}/").json() for pk in ids}


def test_a_new_copy_gets_every_story_page_by_page(client):
    shelve(7)

    replica = Replica(client, "?limit=3").follow()

    assert len(replica.heard) == 7
    assert {one["title"] for one in replica.stories.values()} == {f"Story {number}" for number in range(7)}


def test_a_copy_hears_of_a_publication_a_change_and_a_withdrawal_with_its_reason(client, newsroom: Newsroom):
    replica = Replica(client).follow()
    story = newsroom.publish("The ferry sails again")
    replica.follow()
    assert [one["event"] for one in replica.heard] == ["published"]

    newsroom.release(newsroom.clear(newsroom.edit(story, by=newsroom.reporter, title="The ferry has sailed")))
    replica.follow()
    assert replica.heard[-1]["article"]["title"] == "The ferry has sailed"
    assert replica.heard[-1]["version"] == 2

    kill(newsroom.fresh(story), reason="The ferry never sailed.", by=newsroom.publisher)
    replica.follow()
    assert replica.heard[-1] | {"at": ""} == {
        "event": "withdrawn",
        "id": str(story.public_id),
        "at": "",
        "version": 2,
        "reason": "The ferry never sailed.",
        "article": None,
    }
    assert replica.stories == {}


def test_a_story_that_was_changed_and_withdrawn_since_is_told_of_once(client, newsroom: Newsroom):
    replica = Replica(client).follow()
    story = newsroom.publish()
    newsroom.release(newsroom.clear(newsroom.edit(story, by=newsroom.reporter, title="Another headline")))
    newsroom.fresh(story).unpublish()

    replica.follow()

    assert [(one["event"], one["article"]) for one in replica.heard] == [("withdrawn", None)]


def test_what_is_published_while_a_copy_is_being_made_is_not_missed(client, newsroom: Newsroom):
    shelve(4)
    replica = Replica(client, "?limit=2")
    first = client.get(replica.address).json()
    story = newsroom.publish("Published in between")
    replica.stories = {one["id"]: one["article"] for one in first["items"]}
    replica.address = first["next"]

    replica.follow()

    assert str(story.public_id) in replica.stories
    assert len(replica.stories) == 5


def test_a_copy_equals_the_publication_after_any_number_of_changes(client, newsroom: Newsroom):
    choose = random.Random(4)
    replica = Replica(client, "?limit=2")
    stories = [newsroom.publish() for _ in range(4)]
    for step in range(25):
        story = newsroom.fresh(choose.choice(stories))
        act = choose.choice(["edit", "rename", "withdraw", "move", "publish"])
        if act == "edit" and story.live:
            newsroom.release(newsroom.clear_at_once(newsroom.edit(story, by=newsroom.reporter, title=f"Step {step}")))
        elif act == "rename":
            author = Author.objects.earliest("pk")
            author.name = f"Ottoline Quay {step}"
            author.save()
        elif act == "withdraw" and story.live:
            story.unpublish()
        elif act == "move":
            target = newsroom.other_section if story.get_parent().pk == newsroom.section.pk else newsroom.section
            story.move(target, pos="last-child")
        else:
            stories.append(newsroom.release(newsroom.clear_at_once(newsroom.draft())))
        if choose.random() < 0.4:
            replica.follow()

    assert replica.follow().stories == on_the_shelf(client)


def test_a_draft_is_in_no_change(client, newsroom: Newsroom):
    replica = Replica(client).follow()
    newsroom.clear(newsroom.draft("Not released yet"))

    assert replica.follow().heard == []


def test_a_cursor_that_is_too_old_says_that_the_copy_must_start_again(client, newsroom: Newsroom, freezer, settings):
    replica = Replica(client).follow()
    newsroom.publish()
    freezer.tick(timedelta(days=settings.API_CHANGES_DAYS + 1))
    newsroom.publish()
    forget_old_changes()

    answer = client.get(replica.address)

    assert answer.status_code == 410
    assert answer.json()["type"].endswith("cursor-expired")
    assert "Resync" in answer.json()["detail"]
    assert len(Replica(client).follow().stories) == 2


def test_the_numbers_go_on_when_every_change_is_old(client, newsroom: Newsroom, freezer):
    newsroom.publish()
    replica = Replica(client).follow()
    last = Change.objects.latest("sequence").sequence
    freezer.tick(timedelta(days=400))
    forget_old_changes()
    newsroom.publish()

    assert len(replica.follow().stories) == 2
    assert Change.objects.latest("sequence").sequence > last


def test_a_cursor_of_somebody_else_is_refused(client):
    answer = client.get("/api/v1/changes/?cursor=anything")

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["parameter"] == "cursor"


def test_a_summary_may_be_enough(client):
    shelve(1)

    (item,) = client.get("/api/v1/changes/?shape=summary").json()["items"]

    assert "body" not in item["article"]


def test_a_page_costs_the_same_queries_whatever_its_length(client, django_assert_num_queries):
    shelve(30)
    Change.objects.bulk_create(
        Change(sequence=number, event="published", public_id=row.public_id, at=timezone.now())
        for number, row in enumerate(PublishedArticle.objects.all(), 1)
    )
    page = client.get("/api/v1/changes/?limit=100").json()
    assert len(page["items"]) == 30
    Change.objects.bulk_create(
        Change(sequence=30 + number, event="updated", public_id=row.public_id, at=timezone.now())
        for number, row in enumerate(PublishedArticle.objects.all(), 1)
    )

    with django_assert_num_queries(2):
        assert len(client.get(page["next"]).json()["items"]) == 30
