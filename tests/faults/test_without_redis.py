"""Redis is gone with all that it held: readers read, editors publish, and what was to follow is done later."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import psutil
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from cms.local.valkey import Valkey
from cms.models import Author, OwedTask
from tests.journeys.courier import Courier, run

pytestmark = pytest.mark.xdist_group("without redis")
TOKEN = "a" * 32


@pytest.fixture(scope="module")
def valkey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Valkey]:
    """A server of its own, so that nobody else misses it; what it holds is lost when it ends."""
    server = Valkey(tmp_path_factory.mktemp("valkey"), durable=False)
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="module")
def courier(django_db_blocker: Any, tmp_path_factory: pytest.TempPathFactory, valkey: Valkey) -> Iterator[Courier]:
    folder = tmp_path_factory.mktemp("courier")
    with django_db_blocker.unblock(), run(folder, purpose="faults", redis_url=valkey.get_url()) as courier:
        yield courier


@pytest.fixture
def without_redis(courier: Courier, valkey: Valkey) -> Iterator[None]:
    """It dies as in a power cut, and is there again afterwards."""
    pid = int((valkey.data / "valkey.pid").read_text())
    process = psutil.Process(pid)
    process.kill()
    courier.until(lambda: not psutil.pid_exists(pid) or process.status() == psutil.STATUS_ZOMBIE)
    yield
    valkey.start()


def ask(courier: Courier, path: str, fields: dict[str, str] | None = None) -> int:
    """Ask for a page of the admin as the head of the house, or send a form; the status of the answer."""
    session = Client()
    session.force_login(courier.newsroom.boss)
    cookies = f"sessionid={session.cookies['sessionid'].value}; csrftoken={TOKEN}"
    data = urlencode(fields | {"csrfmiddlewaretoken": TOKEN}).encode() if fields is not None else None
    request = Request(courier.url + path, data, headers={"Cookie": cookies, "Referer": courier.url})
    with urlopen(request, timeout=30) as answer:
        return int(answer.status)


def test_readers_read_and_operators_know(courier: Courier, without_redis: None):
    article = courier.newsroom.publish("Nobody notices")
    assert courier.read(f"/api/v1/articles/{article.public_id}/")["title"] == "Nobody notices"
    assert courier.get("/feeds/all.rss").status == 200
    ready = courier.read("/health/ready")
    assert ready["status"] == "degraded"
    assert ready["checks"]["database"] == "ok"
    assert ready["checks"]["redis"] != "ok"


@pytest.mark.parametrize("page", ["explorer", "editor", "pictures", "board", "home"])
def test_the_admin_opens(courier: Courier, without_redis: None, page: str):
    newsroom = courier.newsroom
    paths = {
        "explorer": reverse("wagtailadmin_explore", args=[newsroom.section.pk]),
        "editor": reverse("wagtailadmin_pages:edit", args=[newsroom.draft().pk]),
        "pictures": reverse("wagtailimages:index"),
        "board": reverse("workflows:board"),
        "home": reverse("wagtailadmin_home"),
    }
    assert ask(courier, paths[page]) == 200


def test_a_story_goes_out_on_its_second(courier: Courier, without_redis: None):
    newsroom = courier.newsroom
    article = newsroom.clear(newsroom.draft("The early ferry"))
    newsroom.release(article, at=timezone.now().replace(microsecond=0) + timedelta(seconds=3))
    path = f"/api/v1/articles/{article.public_id}/"
    assert courier.get(path).status == 404
    courier.until(lambda: courier.get(path).status == 200)


def test_a_story_is_released_and_a_renamed_author_follows_when_redis_is_back(
    courier: Courier, valkey: Valkey, without_redis: None
):
    newsroom = courier.newsroom
    article = newsroom.clear(newsroom.draft("Out without Redis"))
    path = f"/api/v1/articles/{article.public_id}/"
    form = {"content_hash": newsroom.hash_of(article), "at": ""}
    assert ask(courier, reverse("workflows:release", args=[article.pk]), form) == 200
    assert courier.read(path)["title"] == "Out without Redis"

    author = Author.objects.get(name="Ottoline Quay")
    form = {
        "name": "Ottoline Pier",
        "slug": author.slug,
        "bio": "",
        "links-TOTAL_FORMS": "0",
        "links-INITIAL_FORMS": "0",
    }
    assert ask(courier, reverse("wagtailsnippets_cms_author:edit", args=[author.pk]), form) == 200
    assert OwedTask.objects.filter(args=["author", author.pk]).exists()

    valkey.start()
    courier.until(lambda: courier.read(path)["authors"][0]["name"] == "Ottoline Pier")
    courier.until(lambda: not OwedTask.objects.exists())
