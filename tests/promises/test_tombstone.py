"""Promise: a withdrawn story answers 410 with its public reason, 404 where it never was public."""

from datetime import timedelta

import pytest
from django.utils import timezone
from wagtail.models import PageViewRestriction

from cms.actions import kill, take_down
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


def test_a_killed_story_says_why(newsroom: Newsroom, client):
    article = newsroom.publish()
    kill(article, reason="We confused two people of the same name.", by=newsroom.publisher, note="Call the lawyer")
    answer = client.get(f"/api/v1/articles/{article.public_id}/")
    assert answer.status_code == 410
    assert answer["Content-Type"] == "application/problem+json"
    assert answer.json()["reason"] == "We confused two people of the same name."
    assert "lawyer" not in answer.content.decode()


def test_a_story_taken_down_says_only_that_it_is_gone(newsroom: Newsroom, client):
    article = newsroom.publish()
    take_down(article, by=newsroom.publisher, note="Court order")
    answer = client.get(f"/api/v1/articles/{article.slug}/")
    assert (answer.status_code, answer.json()["reason"]) == (410, None)
    assert "Court" not in answer.content.decode()


def test_the_reason_of_an_old_kill_is_not_given_for_a_later_withdrawal(newsroom: Newsroom, client):
    article = newsroom.publish()
    kill(article, reason="It was wrong.", by=newsroom.publisher)
    newsroom.release(newsroom.clear(newsroom.edit(article, by=newsroom.reporter, title="Now it is right")))
    newsroom.fresh(article).unpublish()
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["reason"] is None


def test_a_draft_a_private_story_an_embargoed_one_and_a_missing_one_look_alike(newsroom: Newsroom, client):
    draft = newsroom.draft()
    embargoed = newsroom.publish(embargo_until=timezone.now() + timedelta(days=1))
    PageViewRestriction.objects.create(page=newsroom.other_section.page_ptr, restriction_type=PageViewRestriction.LOGIN)
    private = newsroom.publish(section=newsroom.other_section)
    keys = [draft.public_id, embargoed.public_id, private.public_id, "00000000-0000-4000-8000-000000000000"]
    answers = [client.get(f"/api/v1/articles/{key}/") for key in keys]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    # Of what differs, one half is what was asked for, and the other is new with each request.
    headers = [
        sorted((name, value.replace(str(key), "")) for name, value in answer.items() if name != "X-Request-ID")
        for key, answer in zip(keys, answers, strict=True)
    ]
    assert all(one == headers[0] for one in headers)


def test_a_draft_cannot_be_told_from_nothing_by_its_slug(newsroom: Newsroom, client):
    draft = newsroom.draft()
    answer = client.get(f"/api/v1/articles/{draft.slug}/")
    assert (answer.status_code, answer.content) == (404, client.get("/api/v1/articles/no-such-slug/").content)


def test_the_router_of_a_frontend_learns_that_it_is_gone(newsroom: Newsroom, client):
    article = newsroom.publish()
    kill(article, reason="It was wrong.", by=newsroom.publisher)
    found = client.get("/api/v1/resolve/", {"path": article.public_path}).json()
    assert (found["type"], found["status"], found["reason"]) == ("gone", 410, "It was wrong.")
