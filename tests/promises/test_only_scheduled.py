"""Promise: scheduling a first publication announces nothing."""

from datetime import timedelta

import pytest
from django.utils import timezone

from api.models import Change
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


def test_scheduling_writes_no_event_and_shows_nothing(newsroom: Newsroom, client):
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=timezone.now() + timedelta(hours=1))
    assert newsroom.fresh(article).approved_schedule
    assert not Change.objects.exists()
    assert newsroom.readers_see(article) is None
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 404


def test_scheduling_a_new_version_of_a_live_story_announces_nothing(newsroom: Newsroom, client):
    article = newsroom.publish("The first version")
    newsroom.edit(article, by=newsroom.reporter, title="For tomorrow")
    newsroom.clear(article)
    newsroom.release(article, at=timezone.now() + timedelta(hours=1))
    assert list(Change.objects.values_list("event", flat=True)) == ["published"]
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["title"] == "The first version"
