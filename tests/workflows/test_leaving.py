"""People and desks that go: what they have signed keeps their names."""

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse

from cms.models import User
from tests.newsroom import Newsroom
from workflows.models import Desk, SignOff

pytestmark = pytest.mark.django_db


def delete_people(client, *people: User):
    address = reverse("wagtail_bulk_action", args=["cms", "user", "delete"])
    return client.post(f"{address}?{'&'.join(f'id={person.pk}' for person in people)}", follow=True)


def test_whoever_has_signed_is_not_deleted_among_others(newsroom: Newsroom, client):
    newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    client.force_login(newsroom.boss)
    answer = delete_people(client, newsroom.editor, newsroom.pictures)
    assert "These have signed or answered for stories: Editor." in answer.content.decode()
    assert User.objects.filter(pk__in=[newsroom.editor.pk, newsroom.pictures.pk]).count() == 2


def test_several_people_who_signed_nothing_are_deleted_at_once(newsroom: Newsroom, client):
    client.force_login(newsroom.boss)
    delete_people(client, newsroom.editor, newsroom.pictures)
    assert not User.objects.filter(pk__in=[newsroom.editor.pk, newsroom.pictures.pk]).exists()


def delete_desk(client, desk: Desk) -> str:
    return client.post(reverse("desk:delete", args=[desk.pk]), follow=True).content.decode()


def test_a_desk_that_signs_at_a_stage_is_not_deleted(newsroom: Newsroom, client):
    client.force_login(newsroom.boss)
    assert "signs at these stages: Desk edit" in delete_desk(client, Desk.objects.get(slug="news"))
    assert Desk.objects.filter(slug="news").exists()


def test_a_desk_that_has_signed_is_not_deleted(newsroom: Newsroom, client):
    newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    news = Desk.objects.get(slug="news")
    news.rules.all().delete()
    client.force_login(newsroom.boss)
    assert "has signed stories, so it stays" in delete_desk(client, news)
    assert SignOff.objects.get().desk == news


def test_a_desk_that_nobody_asks_is_deleted(newsroom: Newsroom, client):
    desk = Desk.objects.create(name="Night desk", slug="night", group=Group.objects.create(name="Night"))
    client.force_login(newsroom.boss)
    delete_desk(client, desk)
    assert not Desk.objects.filter(slug="night").exists()
