"""Processes that are killed in the middle: what was owed is done after the restart, once."""

from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from urllib.parse import urlencode
from urllib.request import Request, urlopen

from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from api.models import Change
from cms.models import Article
from tests.journeys.courier import Courier
from tests.together import meanwhile, wait_until_somebody_waits
from workflows import actions

TOKEN = "a" * 32


def events(article: Article) -> list[str]:
    return list(Change.objects.filter(public_id=article.public_id).order_by("sequence").values_list("event", flat=True))


def press(courier: Courier, view: str, article: Article, fields: dict[str, str]) -> int:
    """Send a form of the desk to the web server as the publisher; the status of its answer."""
    session = Client()
    session.force_login(courier.newsroom.publisher)
    cookies = f"sessionid={session.cookies['sessionid'].value}; csrftoken={TOKEN}"
    address = courier.url + reverse(f"workflows:{view}", args=[article.pk])
    data = urlencode(fields | {"csrfmiddlewaretoken": TOKEN}).encode()
    with urlopen(Request(address, data, headers={"Cookie": cookies, "Referer": courier.url}), timeout=30) as answer:
        return int(answer.status)


def test_a_release_that_was_due_while_the_clock_was_dead_goes_out_once(courier: Courier):
    newsroom = courier.newsroom
    article = newsroom.clear(newsroom.draft("The night train"))
    at = timezone.now().replace(microsecond=0) + timedelta(seconds=2)
    newsroom.release(article, at=at)
    path = f"/api/v1/articles/{article.public_id}/"
    courier.crash("worker", "beat")
    courier.until(lambda: timezone.now() > at + timedelta(seconds=1))
    assert courier.get(path).status == 404
    courier.start("worker", "beat")
    courier.until(lambda: courier.get(path).status == 200)
    assert events(article) == ["published"]


def test_a_takedown_whose_web_server_dies_is_not_half_done(courier: Courier):
    newsroom = courier.newsroom
    article = newsroom.publish("The wrong man")
    path = f"/api/v1/articles/{article.public_id}/"
    assert courier.get(path).status == 200
    fields = {"reason": "We confused two people.", "note": "", "confirmation": article.slug}

    def kill() -> Any:
        return press(courier, "kill", article, fields)

    with ExitStack() as others, transaction.atomic():
        actions.locked(article)
        answer = others.enter_context(meanwhile(kill))
        wait_until_somebody_waits()
        courier.crash("web")
    assert isinstance(answer[0], OSError)
    courier.start("web")
    courier.until(courier.is_up)
    assert courier.get(path).status == 200
    assert newsroom.fresh(article).live
    assert not article.takedowns.exists()

    assert kill() == 200
    assert courier.get(path).status == 410
    assert events(article) == ["published", "withdrawn"]


def test_a_mail_that_was_owed_when_its_worker_died_arrives_once(courier: Courier):
    newsroom = courier.newsroom
    courier.crash("slow")
    article = newsroom.submit(newsroom.draft("The mail that waits"))
    courier.start("slow")
    courier.until(lambda: courier.mailbox.find(to="editor@example.org", about="The mail that waits"))
    notices = article.notices.filter(address="editor@example.org")
    courier.until(lambda: not notices.filter(sent_at=None).exists())
    mails = [mail for mail in courier.mailbox.mails if "The mail that waits" in str(mail["Subject"])]
    assert [mail["To"] for mail in mails] == ["editor@example.org"]


def test_an_expiry_that_was_due_while_the_clock_was_dead_is_done_once(courier: Courier):
    newsroom = courier.newsroom
    article = newsroom.publish("Offer ends today")
    at = timezone.now().replace(microsecond=0) + timedelta(seconds=3)
    newsroom.edit(article, by=newsroom.reporter, expire_at=at)
    newsroom.release(article)
    courier.crash("worker")
    courier.until(lambda: timezone.now() > at)
    assert courier.get(f"/api/v1/articles/{article.public_id}/").status == 410
    courier.start("worker")
    courier.until(lambda: not newsroom.fresh(article).live)
    assert events(article) == ["published", "updated", "withdrawn"]
