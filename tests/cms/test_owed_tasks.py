"""Work that was promised with a commit: nothing loses it, and what cannot be done is seen."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from api.tasks import reconcile_stories_showing
from cms.celery import owe
from cms.models import Author, OwedTask
from cms.tasks import MAX_PAYMENTS, pay, pay_owed
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture
def renamed(newsroom: Newsroom) -> Author:
    """The author of a published story, under another name since."""
    newsroom.publish("The ferry")
    author = Author.objects.get(name="Ottoline Quay")
    author.name = "Ottoline Quay-Harbour"
    author.save()
    return author


def a_task_that_fails() -> OwedTask:
    """The kind of thing that changed is one that the shelf does not know."""
    owe(reconcile_stories_showing, "weather", 1)
    return OwedTask.objects.get(args=["weather", 1])


def test_what_is_owed_is_written_with_what_makes_it_necessary(renamed: Author):
    owed = OwedTask.objects.get()
    assert (owed.task, owed.args) == ("api.tasks.reconcile_stories_showing", ["author", renamed.pk])


def test_what_is_rolled_back_is_not_owed(newsroom: Newsroom):
    with transaction.atomic():
        owe(reconcile_stories_showing, "author", 1)
        transaction.set_rollback(True)
    assert not OwedTask.objects.exists()


def test_readers_get_the_new_name_and_nothing_is_owed_any_more(renamed: Author, client):
    pay(OwedTask.objects.get().pk)
    assert client.get("/api/v1/articles/").json()["items"][0]["authors"][0]["name"] == "Ottoline Quay-Harbour"
    assert not OwedTask.objects.exists()


def test_what_has_begun_is_not_begun_by_another_worker(renamed: Author, client):
    owed = OwedTask.objects.get()
    OwedTask.objects.update(attempt_count=1, next_attempt_at=timezone.now() + timedelta(minutes=5))
    pay(owed.pk)
    assert OwedTask.objects.filter(pk=owed.pk, attempt_count=1).exists()


def test_what_a_dead_worker_had_begun_is_due_again(renamed: Author, freezer):
    OwedTask.objects.update(attempt_count=1, next_attempt_at=timezone.now() + timedelta(minutes=11))
    freezer.tick(timedelta(minutes=12))
    assert OwedTask.objects.due(timezone.now()).count() == 1


def test_a_failure_is_noted_and_tried_again_after_a_pause(newsroom: Newsroom, freezer):
    owed = a_task_that_fails()
    pay(owed.pk)
    owed.refresh_from_db()
    assert "weather" in owed.error
    assert owed.next_attempt_at == timezone.now() + timedelta(seconds=10)


def test_what_fails_again_and_again_waits_for_an_administrator(newsroom: Newsroom, client):
    owed = a_task_that_fails()
    OwedTask.objects.update(attempt_count=MAX_PAYMENTS - 1, next_attempt_at=timezone.now())
    pay(owed.pk)
    client.force_login(newsroom.boss)
    page = client.get("/admin/owed/").content.decode()
    assert "reconcile_stories_showing" in page
    assert "given up" in page
    assert not OwedTask.objects.due(timezone.now() + timedelta(days=1)).exists()


def test_an_administrator_has_it_tried_again(newsroom: Newsroom, client):
    owed = a_task_that_fails()
    OwedTask.objects.update(attempt_count=MAX_PAYMENTS, next_attempt_at=None, error="It broke.")
    client.force_login(newsroom.boss)
    client.post("/admin/owed/again/")
    assert list(OwedTask.objects.due(timezone.now())) == [owed]


def test_a_reporter_does_not_see_the_work_of_the_house(newsroom: Newsroom, client):
    client.force_login(newsroom.reporter)
    assert client.get("/admin/owed/").status_code == 302
    assert "/admin/owed/" not in client.get("/admin/").content.decode()


def test_a_sweep_with_nothing_to_do_asks_once(newsroom: Newsroom, django_assert_num_queries):
    with django_assert_num_queries(1):
        pay_owed()
