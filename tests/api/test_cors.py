"""What a browser lets a website of another origin do: preflights, and the headers of answers."""

from typing import Any

import pytest
from django.test import Client

pytestmark = pytest.mark.django_db

WEBSITE = "https://www.example.org"


@pytest.fixture(autouse=True)
def website(settings: Any) -> None:
    settings.CORS_ALLOWED_ORIGINS = [WEBSITE]


def preflight(client: Client, path: str, *, origin: str = WEBSITE, method: str = "GET", headers: str = "") -> Any:
    sent = {"Origin": origin, "Access-Control-Request-Method": method}
    if headers:
        sent["Access-Control-Request-Headers"] = headers
    return client.options(path, headers=sent)


def test_a_website_may_send_a_key(client: Client, settings: Any):
    settings.API_KEYS_REQUIRED = True
    answer = preflight(client, "/api/v1/articles/", headers="authorization,if-none-match")
    assert answer.status_code == 200
    assert answer["Access-Control-Allow-Origin"] == WEBSITE
    allowed = {name.strip() for name in answer["Access-Control-Allow-Headers"].split(",")}
    assert {"authorization", "if-none-match", "last-event-id"} <= allowed


def test_a_website_reads_the_answer_and_its_headers(client: Client):
    answer = client.get("/api/v1/articles/", headers={"Origin": WEBSITE})
    assert answer["Access-Control-Allow-Origin"] == WEBSITE
    exposed = {name.strip() for name in answer["Access-Control-Expose-Headers"].split(",")}
    wanted = {"ETag", "Link", "RateLimit", "RateLimit-Policy", "Retry-After", "X-Request-ID", "Deprecation", "Sunset"}
    assert wanted <= exposed
    assert "origin" in answer["Vary"].lower()


def test_a_website_reads_why_it_was_refused(client: Client):
    answer = client.get("/api/v1/articles/", headers={"Origin": WEBSITE, "Authorization": "Bearer wrong"})
    assert answer.status_code == 401
    assert answer["Access-Control-Allow-Origin"] == WEBSITE


def test_another_website_may_not(client: Client):
    stranger = "https://stranger.example"
    assert "Access-Control-Allow-Origin" not in preflight(client, "/api/v1/articles/", origin=stranger)
    assert "Access-Control-Allow-Origin" not in client.get("/api/v1/articles/", headers={"Origin": stranger})


def test_all_websites_may_where_the_newsroom_says_so(client: Client, settings: Any):
    settings.CORS_ALLOW_ALL_ORIGINS = True
    answer = client.get("/api/v1/articles/", headers={"Origin": "https://stranger.example"})
    assert answer["Access-Control-Allow-Origin"] == "*"


@pytest.mark.parametrize("everybody", [True, False])
def test_no_website_comes_with_the_cookies_of_an_editor(client: Client, settings: Any, everybody: bool):
    settings.CORS_ALLOW_ALL_ORIGINS = everybody
    for answer in (
        preflight(client, "/api/v1/articles/"),
        client.get("/api/v1/articles/", headers={"Origin": WEBSITE}),
    ):
        assert "Access-Control-Allow-Credentials" not in answer


@pytest.mark.parametrize("path", ["/admin/", "/workflow/v1/stories/", "/api/v3/pages/", "/guest/x/"])
def test_no_website_calls_what_is_for_the_newsroom(client: Client, path: str):
    assert "Access-Control-Allow-Origin" not in preflight(client, path, headers="authorization")


def test_websites_only_read(client: Client):
    answer = preflight(client, "/api/v1/articles/", method="DELETE")
    assert "DELETE" not in answer["Access-Control-Allow-Methods"]
