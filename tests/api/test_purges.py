"""Caches are told what to forget: in the transaction it is noted, after it they are told, until they confirm."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, transaction
from django.urls import reverse
from django.utils import timezone

from api.caching.keys import ALL
from api.caching.outbox import forget
from api.caching.send import send_due
from api.caching.targets import name_of, target_at
from api.caching.tasks import send_owed_purges
from api.models import Purge
from cms.actions import kill
from cms.models import Author, NewsImage
from tests.api.edge import Edge
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


@pytest.fixture
def edge(settings: Any) -> Iterator[Edge]:
    """A Varnish that is told what to forget."""
    with Edge() as edge:
        settings.PURGE_TARGETS = [f"varnish://{edge.address}"]
        yield edge


def name(edge: Edge) -> str:
    return f"varnish://{edge.address}"


def owed() -> set[str]:
    return {key for keys in Purge.objects.values_list("keys", flat=True) for key in keys}


def told(edge: Edge) -> set[str]:
    return {key for one in edge.told for key in one.headers["surrogate-key"].split()}


def tell(newsroom: Newsroom, title: str = "", **fields: Any) -> Any:
    return newsroom.release(newsroom.clear_at_once(newsroom.draft(title, **fields)))


# What is noted --------------------------------------------------------------------------------------------------------


def test_a_publication_is_owed_to_each_cache(newsroom: Newsroom, settings):
    settings.PURGE_TARGETS = ["varnish://127.0.0.1:1", "fastly://secret@Service1"]
    article = tell(newsroom)
    assert set(Purge.objects.values_list("target", flat=True)) == {"varnish://127.0.0.1:1", "fastly://Service1"}
    assert owed() >= {f"story-{article.public_id}", "any-story", "list", "list-section-harbour"}
    assert not any("secret" in str(row) for row in Purge.objects.values_list())


def test_what_is_undone_is_owed_to_nobody(newsroom: Newsroom, edge: Edge):
    draft = newsroom.clear_at_once(newsroom.draft())
    Purge.objects.all().delete()
    with transaction.atomic():
        newsroom.release(draft)
        assert owed()
        transaction.set_rollback(True)
    assert not owed()


def test_nothing_is_noted_where_no_cache_is_told(newsroom: Newsroom):
    tell(newsroom)
    assert not Purge.objects.exists()


def test_a_story_that_moves_is_forgotten_where_it_was_and_where_it_is(newsroom: Newsroom, edge: Edge):
    article = tell(newsroom)
    Purge.objects.all().delete()
    article.move(newsroom.other_section, pos="last-child")
    assert owed() >= {"list-section-harbour", "list-section-council"}


def test_a_picture_is_forgotten_when_the_only_story_that_shows_it_goes(
    newsroom: Newsroom, image: NewsImage, edge: Edge
):
    article = tell(newsroom, lead_image=image)
    Purge.objects.all().delete()
    kill(article, reason="It was wrong.", by=newsroom.publisher)
    assert f"image-{image.public_id}" in owed()


def test_words_about_an_author_are_forgotten_though_no_story_changes(newsroom: Newsroom, edge: Edge):
    tell(newsroom)
    Purge.objects.all().delete()
    author = Author.objects.get(slug="ottoline-quay")
    author.bio = "She has a boat."
    author.save()
    assert owed() == {"authors", "author-ottoline-quay", "any-author"}


def test_very_much_at_once_is_everything(edge: Edge):
    forget(f"story-{number}" for number in range(3_000))
    assert owed() == {ALL}


# How it is told -------------------------------------------------------------------------------------------------------


def test_many_changes_are_told_at_once(newsroom: Newsroom, edge: Edge):
    articles = [tell(newsroom) for _ in range(4)]
    waiting = owed()
    assert send_due(name(edge)) == Purge.objects.count() > 4
    assert told(edge) == waiting >= {f"story-{article.public_id}" for article in articles}
    assert len(edge.told) == 1


def test_a_cache_is_told_again_since_it_may_have_been_fetching(edge: Edge, freezer):
    forget({"list"})
    for seconds in (0, 1, 10):
        freezer.tick(timedelta(seconds=seconds))
        assert send_due(name(edge)) == 1
        assert send_due(name(edge)) == 0
    assert [one.headers["surrogate-key"] for one in edge.told] == ["list"] * 3
    assert not Purge.objects.exists()


def test_a_cache_that_fails_is_told_later_and_left_alone_until_then(edge: Edge, freezer, caplog):
    edge.status = 503
    forget({"list"})
    send_due(name(edge))
    forget({"sections"})
    assert send_due(name(edge)) == 0
    assert len(edge.told) == 1
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    freezer.tick(timedelta(seconds=1))
    edge.status = 200
    assert send_due(name(edge)) == 2
    assert edge.told[-1].headers["surrogate-key"] == "list sections"
    assert not Purge.objects.failing().exists()


def test_pauses_grow_up_to_a_minute(edge: Edge, freezer):
    edge.status = 500
    forget({"list"})
    pauses = []
    for _ in range(9):
        send_due(name(edge))
        purge = Purge.objects.get()
        pauses.append((purge.next_attempt_at - timezone.now()).total_seconds())
        freezer.move_to(purge.next_attempt_at)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_what_no_cache_can_have_any_more_is_given_up(edge: Edge, freezer, settings):
    settings.API_PURGED_CACHE_SECONDS = 60
    edge.status = 500
    forget({"list"})
    send_due(name(edge))
    freezer.tick(timedelta(seconds=60 + 600 + 1))
    send_due(name(edge))
    assert not Purge.objects.exists()


def test_a_worker_that_dies_loses_nothing(edge: Edge):
    """As far as the database is concerned: its transaction ends without a commit."""
    forget({"list"})
    with transaction.atomic():
        send_due(name(edge))
        transaction.set_rollback(True)
    assert send_due(name(edge)) == 1
    assert len(edge.told) == 2


def test_a_cache_that_is_not_used_any_more_is_owed_nothing(edge: Edge, settings, freezer):
    forget({"list"})
    settings.PURGE_TARGETS = []
    for seconds in (0, 1, 10):
        freezer.tick(timedelta(seconds=seconds))
        send_due(name(edge))
    assert (edge.told, Purge.objects.exists()) == ([], False)


@pytest.mark.parametrize(
    ("kind", "method", "path", "header", "body"),
    [
        ("varnish://{}", "PURGE", "/", ("surrogate-key", "list story-1"), None),
        ("nginx://{}", "GET", "/generation", None, None),
        (
            *("fastly://token@SU1Z0isxPaozGVKXdv0eY?api=http://{}", "POST", "/service/SU1Z0isxPaozGVKXdv0eY/purge"),
            *(("fastly-key", "token"), {"surrogate_keys": ["list", "story-1"]}),
        ),
        (
            *("cloudflare://token@023e105f?api=http://{}", "POST", "/zones/023e105f/purge_cache"),
            *(("authorization", "Bearer token"), {"tags": ["list", "story-1"]}),
        ),
    ],
)
def test_each_kind_of_cache_is_told_in_its_own_words(edge: Edge, kind, method, path, header, body):
    edge.status = 204 if method == "GET" else 200
    target_at(kind.format(edge.address)).forget(["list", "story-1"])
    (one,) = edge.told
    assert (one.method, one.path, one.body) == (method, path, body)
    assert header is None or one.headers[header[0]] == header[1]


@pytest.mark.parametrize(("kind", "requests"), [("varnish", 5), ("fastly", 2), ("cloudflare", 10), ("nginx", 1)])
def test_no_request_is_longer_than_the_cache_takes(edge: Edge, kind, requests):
    keys = [f"story-{number:036}" for number in range(300)]
    edge.status = 204 if kind == "nginx" else 200
    target_at(f"{kind}://t@{edge.address}?api=http://{edge.address}").forget(keys)
    assert len(edge.told) == requests
    assert all(len(one.headers.get("surrogate-key", "")) < 4_000 for one in edge.told)


def test_cloudflare_refuses_with_a_200(edge: Edge, settings, freezer):
    settings.PURGE_TARGETS = [f"cloudflare://token@zone?api=http://{edge.address}"]
    edge.answer = {"success": False, "errors": [{"message": "Unable to purge"}]}
    forget({"list"})
    send_due("cloudflare://zone")
    assert "Unable to purge" in Purge.objects.get().error


def test_a_cache_that_is_away_is_named_without_its_secret(settings):
    settings.PURGE_TARGETS = ["fastly://secret@service?api=http://127.0.0.1:1"]
    forget({"list"})
    send_due(name_of(settings.PURGE_TARGETS[0]))
    purge = Purge.objects.get()
    assert (purge.target, purge.error) == ("fastly://service", "No answer (ConnectionError).")


@pytest.mark.parametrize("url", ["akamai://x", "varnish://", "127.0.0.1:6081"])
def test_an_unknown_cache_is_refused_at_the_start(url):
    with pytest.raises(ImproperlyConfigured, match="PURGE_TARGETS"):
        target_at(url)


def test_the_clock_tells_what_is_due(edge: Edge, monkeypatch):
    handed: list[tuple[Any, ...]] = []
    monkeypatch.setattr("api.caching.tasks.send_purges.apply_async", lambda args, **options: handed.append(args))
    send_owed_purges()
    assert handed == []
    forget({"list"})
    forget({"sections"})
    send_owed_purges()
    assert handed == [(name(edge),)]


# What operators see ---------------------------------------------------------------------------------------------------


def test_a_cache_that_fails_is_in_the_report_and_in_the_answer_about_health(edge: Edge, client, newsroom: Newsroom):
    edge.status = 503
    forget({"list"})
    send_due(name(edge))
    client.force_login(newsroom.boss)
    shown = client.get(reverse("cache_purges")).content.decode()
    assert name(edge) in shown
    assert "It answered 503" in shown
    health = client.get("/health/ready")
    assert (health.status_code, health.json()["caches"]) == (200, {name(edge): {"owed": 1, "failing": True}})


def test_the_report_is_for_administrators(client, newsroom: Newsroom):
    client.force_login(newsroom.reporter)
    assert client.get(reverse("cache_purges")).status_code == 302


@pytest.mark.usefixtures("edge")
def test_noting_costs_one_query_however_many_stories_change(newsroom: Newsroom, django_assert_num_queries):
    with django_assert_num_queries(1, connection=connection):
        forget(f"story-{number}" for number in range(500))
