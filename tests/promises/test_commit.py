"""Promise: "published" in the admin and "readable" in the API change in one transaction."""

import pytest
from django.db import DatabaseError, connection, transaction

from api.models import Change
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


def test_if_storing_fails_publishing_fails(newsroom: Newsroom):
    article = newsroom.clear(newsroom.draft())
    with connection.cursor() as cursor:
        # The shelf refuses this row, as a full disk would.
        cursor.execute("ALTER TABLE api_publishedarticle ADD CONSTRAINT no_room CHECK (false) NOT VALID")
    with pytest.raises(DatabaseError), transaction.atomic():
        newsroom.release(article)
    assert not newsroom.fresh(article).live
    assert not Change.objects.exists()


def test_a_rolled_back_publication_is_neither_live_nor_readable(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft())

    class Stop(Exception):
        pass

    def release_and_stop() -> None:
        newsroom.release(article)
        raise Stop

    with pytest.raises(Stop), transaction.atomic():
        release_and_stop()
    assert not newsroom.fresh(article).live
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 404


def test_the_event_is_written_with_the_row(newsroom: Newsroom):
    article = newsroom.publish()
    assert list(Change.objects.values_list("event", "public_id")) == [("published", article.public_id)]


def test_events_are_numbered_without_gaps(newsroom: Newsroom):
    for _ in range(3):
        newsroom.publish()
    assert list(Change.objects.values_list("sequence", flat=True)) == [1, 2, 3]
