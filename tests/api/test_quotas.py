"""Quotas: who is counted, what they are told, and that readers notice nothing when Redis is away."""

import logging
import socket
from contextlib import closing
from typing import Any

import pytest
import redis
from django.conf import settings as project
from django.test import Client

from api.access.actions import make_key
from api.access.quotas import counter_in, network_of
from api.models import ApiKey, Scope
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db

ARTICLES = "/api/v1/articles/"


@pytest.fixture(autouse=True)
def counted_anew() -> Any:
    """Nothing is left of what another test counted."""
    with redis.Redis.from_url(project.REDIS_URL) as store:
        for name in store.scan_iter("copydesk:quota*"):
            store.delete(name)
    yield
    counter_in.cache_clear()


@pytest.fixture
def key(newsroom: Newsroom) -> dict[str, Any]:
    made, shown = make_key(name="App", scopes=[Scope.CONTENT], quota=3, by=newsroom.boss)
    return {"headers": {"Authorization": f"Bearer {shown}"}, "made": made}


def ask(client: Client, key: dict[str, Any] | None = None, **options: Any) -> Any:
    if key:
        options["headers"] = key["headers"] | options.get("headers", {})
    return client.get(ARTICLES, **options)


class TestKeys:
    def test_a_key_is_told_how_many_requests_it_has_left(self, client: Client, key: dict[str, Any]):
        answer = ask(client, key)
        assert answer["RateLimit-Policy"] == '"key";q=3;w=60'
        assert answer["RateLimit"].startswith('"key";r=2;t=')

    def test_one_request_too_many_is_refused_and_told_when_to_go_on(self, client: Client, key: dict[str, Any]):
        assert [ask(client, key).status_code for _ in range(4)] == [200, 200, 200, 429]
        answer = ask(client, key)
        assert answer.json()["type"].endswith("/docs/problems/throttled")
        assert 1 <= int(answer["Retry-After"]) <= 60
        assert answer["RateLimit"].startswith('"key";r=0;t=')
        assert answer["Cache-Control"] == "no-store"

    def test_an_answer_that_nothing_has_changed_counts_too(self, client: Client, key: dict[str, Any]):
        etag = ask(client, key)["ETag"]
        answers = [ask(client, key, headers={"If-None-Match": etag}).status_code for _ in range(3)]
        assert answers == [304, 304, 429]

    def test_another_key_is_not_held_up(self, client: Client, newsroom: Newsroom, key: dict[str, Any]):
        for _ in range(4):
            ask(client, key)
        _, shown = make_key(name="Other", scopes=[Scope.CONTENT], quota=3, by=newsroom.boss)
        assert ask(client, headers={"Authorization": f"Bearer {shown}"}).status_code == 200

    def test_a_key_without_a_quota_of_its_own_has_the_usual_one(
        self, client: Client, settings: Any, key: dict[str, Any]
    ):
        settings.QUOTA_PER_KEY = 2
        ApiKey.objects.update(quota=None)
        assert ask(client, key)["RateLimit-Policy"] == '"key";q=2;w=60'

    def test_a_quota_of_nought_is_none(self, client: Client, key: dict[str, Any]):
        ApiKey.objects.update(quota=0)
        answers = [ask(client, key) for _ in range(5)]
        assert {answer.status_code for answer in answers} == {200}
        assert not any("RateLimit" in answer for answer in answers)


class TestAddresses:
    @pytest.fixture(autouse=True)
    def quota(self, settings: Any) -> None:
        settings.QUOTA_PER_ADDRESS = 2

    def statuses(self, client: Client, count: int = 3, **options: Any) -> list[int]:
        return [ask(client, **options).status_code for _ in range(count)]

    def test_an_address_without_a_key_has_a_quota(self, client: Client):
        assert self.statuses(client) == [200, 200, 429]
        assert self.statuses(client, 1, REMOTE_ADDR="198.51.100.7") == [200]

    def test_shared_answers_tell_nobody_where_one_reader_stands(self, client: Client):
        answer = ask(client)
        assert answer["Cache-Control"].startswith("public")
        assert "RateLimit" not in answer
        ask(client)
        assert ask(client)["RateLimit-Policy"] == '"address";q=2;w=60'

    def test_whoever_tries_keys_is_counted_by_address(self, client: Client):
        wrong = {"Authorization": "Bearer abcdefgh.00000000000000000000000000000000"}
        assert self.statuses(client, headers=wrong) == [401, 401, 429]

    def test_an_invented_forwarding_does_not_help(self, client: Client):
        answers = [ask(client, headers={"X-Forwarded-For": f"203.0.113.{number}"}).status_code for number in range(3)]
        assert answers == [200, 200, 429]

    def test_behind_proxies_the_address_is_what_the_outermost_of_them_saw(self, client: Client, settings: Any):
        settings.REST_FRAMEWORK = project.REST_FRAMEWORK | {"NUM_PROXIES": 2}
        invented = [
            ask(client, headers={"X-Forwarded-For": f"10.0.0.{number}, 203.0.113.9, 192.0.2.1"}).status_code
            for number in range(3)
        ]
        assert invented == [200, 200, 429]
        assert ask(client, headers={"X-Forwarded-For": "203.0.113.10, 192.0.2.1"}).status_code == 200

    def test_nonsense_from_a_proxy_counts_for_the_proxy(self, client: Client, settings: Any):
        settings.REST_FRAMEWORK = project.REST_FRAMEWORK | {"NUM_PROXIES": 1}
        answers = [ask(client, headers={"X-Forwarded-For": f"nonsense{number}"}).status_code for number in range(3)]
        assert answers == [200, 200, 429]

    @pytest.mark.parametrize(
        ("address", "network"),
        [
            ("203.0.113.9", "203.0.113.9"),
            ("2001:db8:1:2:aaaa::1", "2001:db8:1:2::/64"),
            ("[2001:db8:1:2::9]", "2001:db8:1:2::/64"),
            ("::ffff:203.0.113.9", "203.0.113.9"),
            ("nonsense", None),
        ],
    )
    def test_a_household_is_one_address(self, address: str, network: str | None):
        assert network_of(address) == network


class TestWithoutRedis:
    def test_readers_are_answered(self, client: Client, settings: Any, key: dict[str, Any], caplog: Any):
        with closing(socket.socket()) as unused:
            unused.bind(("127.0.0.1", 0))
            settings.REDIS_URL = f"redis://127.0.0.1:{unused.getsockname()[1]}/0"
        with caplog.at_level(logging.WARNING, logger="api.access.quotas"):
            answers = [ask(client, key) for _ in range(5)]
        assert [answer.status_code for answer in answers] == [200] * 5
        assert not any("RateLimit" in answer for answer in answers)
        assert len(caplog.records) == 1

    def test_only_the_first_of_them_waits_for_it(self, client: Client, settings: Any, key: dict[str, Any]):
        with closing(socket.create_server(("127.0.0.1", 0))) as silent:
            settings.REDIS_URL = f"redis://127.0.0.1:{silent.getsockname()[1]}/0"
            assert [ask(client, key).status_code for _ in range(5)] == [200] * 5
            silent.settimeout(0.2)
            silent.accept()[0].close()
            with pytest.raises(TimeoutError):
                silent.accept()
