"""What the server answers when a card of the board is moved."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.models import Article
from tests.newsroom import Newsroom
from workflows.models import Assignment, Clearance, SignOff
from workflows.moves import Situation, Verb, find_moves, why_not_there
from workflows.views.moves import MOVES

pytestmark = pytest.mark.django_db


def move(newsroom: Newsroom, client: Client, story: Article, verb: str, *, by, **data):
    """Post a move with what the card says of the story."""
    client.force_login(by)
    state = newsroom.task_state(story)
    data = {"content_hash": newsroom.hash_of(story), "task_state_id": state.pk if state else "", **data}
    return client.post(reverse(f"workflows:board_{verb}", args=[story.pk]), data)


def test_a_draft_is_submitted_by_its_writer(newsroom: Newsroom, client):
    story = newsroom.draft()
    answer = move(newsroom, client, story, "submit", by=newsroom.reporter)
    assert (answer.status_code, answer.json()) == (200, {"message": "Submitted. Now at: Desk edit."})
    assert newsroom.stage(story) == "Desk edit"


def test_a_draft_is_not_submitted_by_somebody_who_may_not_edit_it(newsroom: Newsroom, client):
    story = newsroom.draft()
    answer = move(newsroom, client, story, "submit", by=newsroom.other_reporter)
    assert (answer.status_code, answer.json()) == (403, {"reason": "You do not work on stories of this section."})
    assert newsroom.stage(story) == ""


def test_a_story_is_sent_back_with_a_reason(newsroom: Newsroom, client):
    story = newsroom.submit(newsroom.draft())
    answer = move(newsroom, client, story, "send-back", by=newsroom.editor, reason="Who says so?")
    assert answer.status_code == 200
    assert SignOff.objects.get(article=story).comment == "Who says so?"


def test_a_story_is_not_sent_back_without_a_reason(newsroom: Newsroom, client):
    story = newsroom.submit(newsroom.draft())
    answer = move(newsroom, client, story, "send-back", by=newsroom.editor, reason=" ")
    assert (answer.status_code, answer.json()) == (422, {"reason": "What should change?: This field is required."})
    assert newsroom.stage(story) == "Desk edit"


def test_a_story_is_not_sent_back_by_another_desk(newsroom: Newsroom, client):
    story = newsroom.submit(newsroom.draft())
    answer = move(newsroom, client, story, "send-back", by=newsroom.copy, reason="Commas")
    assert answer.status_code == 403
    assert newsroom.stage(story) == "Desk edit"


def test_a_card_that_is_out_of_date_moves_nothing(newsroom: Newsroom, client):
    story = newsroom.submit(newsroom.draft())
    seen = newsroom.hash_of(story)
    newsroom.edit(story, by=newsroom.reporter, title="Another headline")
    answer = move(newsroom, client, story, "send-back", by=newsroom.editor, reason="Why?", content_hash=seen)
    assert answer.status_code == 409
    assert "changed this story" in answer.json()["reason"]
    assert newsroom.stage(story) == "Desk edit"


def test_a_cleared_story_is_published(newsroom: Newsroom, client):
    story = newsroom.clear(newsroom.draft())
    answer = move(newsroom, client, story, "publish", by=newsroom.publisher)
    assert (answer.status_code, newsroom.fresh(story).live) == (200, True)
    assert newsroom.readers_see(story)


def test_nothing_is_published_that_is_not_cleared(newsroom: Newsroom, client):
    story = newsroom.draft()
    for verb in ("publish", "schedule"):
        at = (timezone.now() + timedelta(hours=2)).strftime("%Y-%m-%dT%H:%M:%S")
        answer = move(newsroom, client, story, verb, by=newsroom.boss, at=at)
        assert answer.status_code == 422
        assert "has not been signed by every desk" in answer.json()["reason"]
    assert not newsroom.fresh(story).live
    assert newsroom.fresh(story).scheduled_revision is None


def test_an_editor_does_not_publish(newsroom: Newsroom, client):
    story = newsroom.clear(newsroom.draft())
    answer = move(newsroom, client, story, "publish", by=newsroom.editor)
    assert (answer.status_code, newsroom.fresh(story).live) == (422, False)
    assert answer.json()["reason"] == "You do not publish in this section."


def test_a_story_is_scheduled_moved_and_held(newsroom: Newsroom, client):
    story = newsroom.clear(newsroom.draft())
    for hours in (2, 3):
        at = timezone.localtime(timezone.now() + timedelta(hours=hours)).replace(microsecond=0)
        answer = move(newsroom, client, story, "schedule", by=newsroom.publisher, at=at.strftime("%Y-%m-%dT%H:%M:%S"))
        assert answer.status_code == 200
        assert newsroom.fresh(story).scheduled_revision.approved_go_live_at == at
    assert move(newsroom, client, story, "hold", by=newsroom.publisher).status_code == 200
    assert newsroom.fresh(story).scheduled_revision is None
    assert Clearance.objects.filter(article=story, voided_at=None).exists()


def test_a_time_that_has_passed_is_refused(newsroom: Newsroom, client):
    story = newsroom.clear(newsroom.draft())
    answer = move(newsroom, client, story, "schedule", by=newsroom.publisher, at="2001-01-01T06:00:00")
    assert answer.status_code == 422
    assert answer.json()["reason"].startswith("This time has passed.")


def test_a_story_is_claimed_once(newsroom: Newsroom, client):
    second = newsroom.people["other_editor"] = type(newsroom.editor).objects.create(username="other_editor")
    second.groups.set([Group.objects.get(name="Desk editors")])
    story = newsroom.submit(newsroom.draft())
    assert move(newsroom, client, story, "claim", by=newsroom.editor).status_code == 200
    answer = move(newsroom, client, story, "claim", by=second)
    assert (answer.status_code, answer.json()["reason"].startswith("Editor has had this story")) == (409, True)


def test_a_story_is_given_to_somebody_who_may_do_the_work(newsroom: Newsroom, client):
    story = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.publisher)
    offered = client.get(reverse("workflows:board_assign", args=[story.pk])).content.decode()
    assert f'<option value="{newsroom.editor.pk}">' in offered
    assert f'<option value="{newsroom.reporter.pk}">' not in offered
    answer = move(newsroom, client, story, "assign", by=newsroom.publisher, to=newsroom.editor.pk)
    assert answer.json() == {"message": "Editor has it now and has been told."}
    assert Assignment.objects.get(article=story, ended_at=None).assignee == newsroom.editor


def test_a_story_goes_back_to_the_desk(newsroom: Newsroom, client):
    story = newsroom.submit(newsroom.draft())
    move(newsroom, client, story, "claim", by=newsroom.editor)
    assert move(newsroom, client, story, "assign", by=newsroom.editor, to="").status_code == 200
    assert Assignment.objects.get(article=story, ended_at=None).assignee is None


def test_a_story_of_a_section_where_one_does_not_work_is_not_found(newsroom: Newsroom, client):
    story = newsroom.draft(section=newsroom.other_section)
    Group.objects.get(name="Reporters").page_permissions.update(page=newsroom.section.page_ptr)
    for verb in MOVES:
        client.force_login(newsroom.reporter)
        assert client.get(reverse(f"workflows:board_{verb}", args=[story.pk])).status_code == 404
        assert move(newsroom, client, story, verb, by=newsroom.reporter).status_code == 404


def test_a_move_needs_the_token_of_the_page(newsroom: Newsroom):
    story = newsroom.draft()
    client = Client(enforce_csrf_checks=True)
    client.force_login(newsroom.reporter)
    assert client.post(reverse("workflows:board_submit", args=[story.pk]), {"content_hash": "x"}).status_code == 403
    assert newsroom.stage(story) == ""


def test_each_move_of_a_card_has_an_address_but_signing_which_is_done_where_one_reads():
    assert set(MOVES) == {verb.value for verb in Verb} - {"sign"}


@pytest.mark.parametrize("column", ["planned", "drafts", "sent-back", "stage-1", "ready", "scheduled", "published"])
def test_there_is_a_reason_for_every_column_that_a_card_cannot_reach(column: str):
    situation = Situation(column, may_edit=True, may_release=True, enters_at="stage-1")
    reached = {move.target for move in find_moves(situation) if not move.reason}
    for target in {"planned", "drafts", "stage-1", "stage-2", "ready", "scheduled", "published"} - reached - {column}:
        assert why_not_there(situation, target).endswith(".")


def test_a_story_that_no_stage_is_for_says_who_can_help():
    moves = find_moves(Situation("drafts", may_edit=True))
    assert [move.reason for move in moves] == [
        "No stage of the review is for this story: an administrator must look at the workflow."
    ]


def test_a_story_under_embargo_is_published_into_its_embargo():
    moves = find_moves(Situation("ready", may_release=True, under_embargo=True))
    assert [(move.verb, move.target) for move in moves] == [("publish", "embargoed"), ("schedule", "scheduled")]
