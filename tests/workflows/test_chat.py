"""The chat of a desk: what is posted, where it may go, and what is never said aloud."""

import json
import logging
from collections.abc import Iterator

import pytest
from django.urls import reverse

from tests.newsroom import Newsroom
from tests.receiver import Receiver
from workflows.models import Desk, Notice
from workflows.tasks import send_notice

pytestmark = pytest.mark.django_db

SECRET = "T00/B00/a-long-secret"


@pytest.fixture
def chat() -> Iterator[Receiver]:
    with Receiver(f"/services/{SECRET}") as server:
        yield server


@pytest.fixture
def notice(newsroom: Newsroom, chat: Receiver, settings) -> Notice:
    settings.CHAT_PRIVATE_ADDRESSES = True
    Desk.objects.filter(slug="news").update(chat_webhook_url=chat.url)
    newsroom.submit(newsroom.draft("Ferry & <quay>"))
    return Notice.objects.get(channel="chat")


def messages(chat: Receiver) -> list[dict[str, str]]:
    return [json.loads(one.body) for one in chat.requests]


def after_attempt(notice: Notice) -> Notice:
    send_notice(notice.pk)
    notice.refresh_from_db()
    return notice


def test_the_chat_of_the_desk_is_told_that_a_story_waits(notice: Notice, chat: Receiver, settings):
    assert after_attempt(notice).sent_at
    link = f"{settings.BASE_URL}{reverse('workflows:review', args=[notice.article_id])}"
    assert messages(chat) == [
        {
            "text": f"<{link}|Desk edit: Ferry &amp; &lt;quay&gt;>\n"
            "“Ferry &amp; &lt;quay&gt;” waits for you at “Desk edit”."
        }
    ]


def test_a_message_is_posted_once(notice: Notice, chat: Receiver):
    after_attempt(notice)
    after_attempt(notice)
    assert len(chat.requests) == 1


def test_a_headline_calls_nobody(notice: Notice, chat: Receiver):
    Notice.objects.update(subject="Now <!channel>")
    after_attempt(notice)
    assert "<!channel>" not in messages(chat)[0]["text"]


@pytest.mark.parametrize("status", [429, 500, 503])
def test_a_chat_that_is_busy_is_asked_again(notice: Notice, chat: Receiver, status: int):
    chat.answers = [status]
    notice = after_attempt(notice)
    assert notice.retry_at
    assert str(status) in notice.error


@pytest.mark.parametrize("status", [403, 404, 410])
def test_a_chat_that_says_no_is_asked_no_more(notice: Notice, chat: Receiver, status: int):
    chat.answers = [status]
    notice = after_attempt(notice)
    assert notice.retry_at is None
    assert str(status) in notice.error


def test_a_redirect_is_not_followed(notice: Notice, chat: Receiver):
    chat.answers = [302]
    assert after_attempt(notice).sent_at is None
    assert [one.path for one in chat.requests] == [f"/services/{SECRET}"]


def test_a_chat_that_is_away_is_asked_again(notice: Notice, chat: Receiver):
    Desk.objects.filter(slug="news").update(chat_webhook_url=f"http://127.0.0.1:1/services/{SECRET}")
    notice = after_attempt(notice)
    assert notice.retry_at


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:1/hook",
        "http://10.0.0.1/hook",
        "http://169.254.169.254/latest/meta-data",
        "http://[::1]/hook",
        "http://[::ffff:127.0.0.1]/hook",
    ],
)
def test_a_private_address_is_never_asked(notice: Notice, chat: Receiver, settings, url: str):
    settings.CHAT_PRIVATE_ADDRESSES = False
    Desk.objects.filter(slug="news").update(chat_webhook_url=url)
    notice = after_attempt(notice)
    assert "private network" in notice.error
    assert notice.retry_at is None


def test_this_machine_is_a_private_address(notice: Notice, chat: Receiver, settings):
    settings.CHAT_PRIVATE_ADDRESSES = False
    after_attempt(notice)
    assert chat.requests == []


def test_the_address_of_a_chat_stands_in_no_log_and_no_list(notice: Notice, chat: Receiver, caplog):
    caplog.set_level(logging.DEBUG)
    chat.answers = [500]
    notice = after_attempt(notice)
    Desk.objects.filter(slug="news").update(chat_webhook_url=f"http://127.0.0.1:1/services/{SECRET}")
    Notice.objects.update(retry_at=None, attempt_count=0)
    notice = after_attempt(notice)
    assert "a-long-secret" not in caplog.text
    assert "a-long-secret" not in notice.error


# The form of the desk -------------------------------------------------------------------------------------------------


def form_of(desk: Desk, **fields: str) -> dict[str, str]:
    return {"name": desk.name, "slug": desk.slug, "group": str(desk.group_id), "head": "", "email": "", **fields}


@pytest.fixture
def desk(newsroom: Newsroom, client) -> Desk:
    client.force_login(newsroom.boss)
    Desk.objects.filter(slug="news").update(chat_webhook_url=f"https://hooks.chat.example/services/{SECRET}")
    return Desk.objects.get(slug="news")


def test_the_form_of_a_desk_does_not_show_the_address_of_its_chat(desk: Desk, client):
    page = client.get(reverse("desk:edit", args=[desk.pk])).content.decode()
    assert "hooks.chat.example" in page
    assert SECRET not in page


def test_a_desk_keeps_its_chat_when_the_field_stays_empty(desk: Desk, client):
    client.post(reverse("desk:edit", args=[desk.pk]), form_of(desk, chat_webhook_url="", email="desk@example.org"))
    desk.refresh_from_db()
    assert desk.email == "desk@example.org"
    assert desk.chat_webhook_url.endswith(SECRET)


def test_a_desk_gets_another_chat(desk: Desk, client):
    client.post(reverse("desk:edit", args=[desk.pk]), form_of(desk, chat_webhook_url="https://chat.example/hooks/2"))
    desk.refresh_from_db()
    assert desk.chat_webhook_url == "https://chat.example/hooks/2"


def test_a_desk_gives_up_its_chat(desk: Desk, client):
    client.post(reverse("desk:edit", args=[desk.pk]), form_of(desk, chat_webhook_url="", forget_chat="on"))
    desk.refresh_from_db()
    assert desk.chat_webhook_url == ""


def test_a_chat_is_reached_by_https(desk: Desk, client):
    answer = client.post(
        reverse("desk:edit", args=[desk.pk]), form_of(desk, chat_webhook_url="http://chat.example/hooks/2")
    )
    assert "https://" in str(answer.context["form"].errors["chat_webhook_url"])
