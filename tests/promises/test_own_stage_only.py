"""Promise: an action posted for one story or stage can never act on another."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from tests.editing import address, form_data
from tests.newsroom import Newsroom
from workflows.models import SignOff

pytestmark = pytest.mark.django_db


def states(newsroom: Newsroom, *articles) -> list[tuple[str, str]]:
    return [(newsroom.stage(article), newsroom.task_state(article).status) for article in articles]


@pytest.mark.parametrize("verdict", ["approve", "send_back"])
def test_the_form_of_one_story_does_nothing_to_another(newsroom: Newsroom, client, verdict):
    mine = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.editor)
    other = newsroom.submit(newsroom.draft())
    before = states(newsroom, mine, other)
    client.force_login(newsroom.editor)
    for page, state, content in ((other, mine, mine), (mine, other, other), (other, mine, other), (mine, other, mine)):
        answer = client.post(
            reverse("workflows:review", args=[page.pk]),
            {
                "verdict": verdict,
                "content_hash": newsroom.hash_of(content),
                "task_state_id": newsroom.task_state(state).pk,
                "comment": "Posted elsewhere",
            },
        )
        assert answer.status_code == 409
    assert states(newsroom, mine, other) == before
    assert not SignOff.objects.exists()


def test_a_form_of_one_stage_does_nothing_at_the_next(newsroom: Newsroom, client):
    newsroom.copy.groups.add(Group.objects.get(name="Desk editors"))
    article = newsroom.submit(newsroom.draft())
    stale = {
        "content_hash": newsroom.hash_of(article),
        "task_state_id": newsroom.task_state(article).pk,
        "comment": "Fine",
    }
    newsroom.sign(article, by=newsroom.editor)
    client.force_login(newsroom.copy)
    for verdict in ("approve", "send_back"):
        answer = client.post(reverse("workflows:review", args=[article.pk]), stale | {"verdict": verdict})
        assert answer.status_code == 409
    assert newsroom.stage(article) == "Copy and facts"
    assert SignOff.objects.count() == 1


def test_a_form_of_an_earlier_round_does_nothing_in_the_next(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    stale = newsroom.task_state(article).pk
    newsroom.fresh(article).current_workflow_state.cancel(user=newsroom.reporter)
    newsroom.submit(article)
    client.force_login(newsroom.editor)
    posted = {"verdict": "approve", "content_hash": newsroom.hash_of(article), "task_state_id": stale, "comment": ""}
    assert client.post(reverse("workflows:review", args=[article.pk]), posted).status_code == 409
    assert newsroom.stage(article) == "Desk edit"


@pytest.mark.parametrize("action", ["approve", "reject"])
def test_wagtails_action_view_acts_on_no_task_state_through_any_page(newsroom: Newsroom, client, action):
    mine = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.editor)
    other = newsroom.submit(newsroom.draft())
    before = states(newsroom, mine, other)
    for person in (newsroom.editor, newsroom.boss):
        client.force_login(person)
        for page in (mine, other, newsroom.section):
            for name in ("workflow_action", "collect_workflow_action_data"):
                client.post(address(name, page.pk, action, newsroom.task_state(mine).pk), {"comment": "Mine"})
    assert states(newsroom, mine, other) == before
    assert not SignOff.objects.exists()


def test_the_editing_form_of_a_later_stage_does_not_take_the_approval_of_an_earlier_one(newsroom: Newsroom, client):
    newsroom.copy.groups.add(Group.objects.get(name="Desk editors"))
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    client.force_login(newsroom.copy)
    typed = form_data(article) | {"action-workflow-action": "1", "workflow-action-name": "approve"}
    client.post(address("edit", article.pk), typed)
    assert newsroom.stage(article) == "Copy and facts"
    assert SignOff.objects.count() == 1


@pytest.mark.parametrize("verb", ["release", "kill", "take_down", "correct", "schedule"])
def test_a_publishers_form_acts_on_the_story_of_its_address(newsroom: Newsroom, client, verb):
    named, other = newsroom.publish("Named"), newsroom.publish("Other")
    client.force_login(newsroom.publisher)
    posted = {
        "content_hash": newsroom.hash_of(other),
        "task_state_id": "1",
        "article": str(other.pk),
        "pk": str(other.pk),
        "reason": "It was wrong.",
        "text": "It was Tuesday.",
        "sure": "on",
        "confirmation": named.slug,
        "act": "hold",
    }
    client.post(reverse(f"workflows:{verb}", args=[named.pk]), posted)
    assert newsroom.fresh(other).live
    assert not other.takedowns.exists()
    assert not other.corrections.exists()
