"""Refusals: one form, a type that leads to a page, the values that would have been right, and the request's id."""

import ast
import re
import uuid
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from django.urls import path
from rest_framework import exceptions
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

import cms.urls
from api.v1.views import ReadView
from cms.problems import PROBLEMS
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db

PACKAGES = ("api", "workflows", "cms")
PROJECT = Path(__file__).resolve().parents[2]


class Broken(APIView):
    def get(self, request: Request) -> Response:
        raise RuntimeError("the password is hunter2")


class Busy(APIView):
    def get(self, request: Request) -> Response:
        raise exceptions.Throttled(wait=7)


class Teapot(APIView):
    def get(self, request: Request) -> Response:
        error = exceptions.APIException("Short and stout.")
        error.status_code = 418
        error.default_code = "teapot"
        raise error


class Reader(ReadView):
    def post(self, request: Request) -> Response:
        return Response(request.data)


urlpatterns = [
    path("api/broken/", Broken.as_view()),
    path("broken/", Broken.as_view()),
    path("api/busy/", Busy.as_view()),
    path("api/teapot/", Teapot.as_view()),
    path("api/reader/", Reader.as_view()),
    *cms.urls.urlpatterns,
]
handler400, handler403 = cms.urls.handler400, cms.urls.handler403
handler404, handler500 = cms.urls.handler404, cms.urls.handler500


@pytest.fixture
def with_broken_views(settings):
    settings.ROOT_URLCONF = __name__


def refusal(response, status: int, code: str) -> dict:
    """The document of a refusal, checked for what every refusal has."""
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    document = response.json()
    assert document["type"] == f"{settings.BASE_URL}/docs/problems/{code}"
    assert document["status"] == status
    assert document["title"]
    assert document["detail"]
    return document


def modules() -> list[Path]:
    return [path for package in PACKAGES for path in (PROJECT / package).rglob("*.py")]


def answered_codes() -> set[str]:
    """Every code that our code hands to `problem`, and those of the exceptions that DRF and we raise."""
    import_module(settings.ROOT_URLCONF)
    codes = set()
    for module in modules():
        for node in ast.walk(ast.parse(module.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "problem":
                codes |= {one.value for one in node.args[:1] if isinstance(one, ast.Constant)}
    ours = [kind for kind in subclasses(exceptions.APIException) if kind.__module__.split(".")[0] in PACKAGES]
    return codes | {str(kind.default_code).replace("_", "-") for kind in ours}


def subclasses(kind: type) -> set[type]:
    return {kind}.union(*(subclasses(one) for one in kind.__subclasses__()))


def test_every_problem_that_the_api_can_answer_is_declared():
    assert answered_codes() - set(PROBLEMS) == set()
    assert len(answered_codes()) > 8


def test_the_type_of_every_problem_leads_to_a_page_that_explains_it(client):
    import_module(settings.ROOT_URLCONF)
    for kind in PROBLEMS.values():
        page = client.get(kind.url.removeprefix(settings.BASE_URL))
        assert page.status_code == 200, kind.code
        text = page.content.decode()
        assert f"<h1>{kind.title}</h1>" in text
        assert kind.url in text
        assert "When it happens" in text
        assert "What to do" in text
        assert all(f"<code>{name}</code>" in text for name in kind.members)


def test_all_problems_are_on_one_page(client):
    text = client.get("/docs/problems/").content.decode()
    assert {code for code in PROBLEMS if f'href="/docs/problems/{code}"' in text} == set(PROBLEMS)


def test_there_is_no_page_of_a_problem_that_there_is_not(client):
    assert client.get("/docs/problems/no-such-problem").status_code == 404


def test_every_problem_is_in_the_documentation():
    pages = "\n".join(path.read_text() for path in (PROJECT / "docs" / "features").glob("*.md"))
    assert [code for code in PROBLEMS if f"`{code}`" not in pages] == []


def test_the_table_of_problems_has_their_status():
    text = (PROJECT / "docs" / "features" / "errors.md").read_text()
    rows = {code: int(status) for status, code in re.findall(r"^\| (\d{3}) \| `([\w-]+)` \|", text, re.MULTILINE)}
    assert len(rows) > 12
    assert rows == {code: PROBLEMS[code].status for code in rows}


@pytest.mark.parametrize(
    ("query", "parameter", "allowed"),
    [
        ("order=oldest", "order", ["-published_at", "published_at", "-updated_at", "relevance"]),
        ("kind=news|rumour", "kind", ["news", "analysis", "opinion", "interview", "review", "explainer", "live"]),
        ("breaking=maybe", "breaking", ["true", "false"]),
        ("count=maybe", "count", ["true", "false"]),
    ],
)
def test_a_wrong_value_is_told_with_the_values_that_are_right(client, query, parameter, allowed):
    (error,) = refusal(client.get(f"/api/v1/articles/?{query}"), 400, "invalid-parameter")["errors"]
    assert (error["parameter"], error["allowed"]) == (parameter, allowed)
    assert error["detail"]


def test_a_misspelt_parameter_is_told_with_those_that_the_address_takes(client):
    (error,) = refusal(client.get("/api/v1/sections/?lmit=2"), 400, "invalid-parameter")["errors"]
    assert error["parameter"] == "lmit"
    assert {"limit", "cursor", "count"} <= set(error["allowed"])


def test_a_percent_sign_in_a_wrong_value_is_told_as_it_was_given(client):
    (error,) = refusal(client.get("/api/v1/articles/?kind=%25s"), 400, "invalid-parameter")["errors"]
    assert error["detail"].startswith("Unknown: %s.")


@pytest.mark.parametrize("address", ["/api/", "/api/v9/articles/", "/api/v1/nothing/"])
def test_nothing_under_api_is_answered_with_a_page(client, address):
    refusal(client.get(address), 404, "not-found")


def test_a_missing_page_elsewhere_stays_a_page(client):
    assert client.get("/nothing-here/")["Content-Type"].startswith("text/html")


def test_a_method_that_the_address_lacks_is_told_with_those_it_has(client):
    response = client.delete("/api/v1/articles/")
    refusal(response, 405, "method-not-allowed")
    assert "GET" in response["Allow"]


def test_a_form_that_cannot_be_given_is_refused(client):
    refusal(client.get("/api/v1/articles/", headers={"Accept": "image/png"}), 406, "not-acceptable")


def test_a_body_that_cannot_be_read_is_refused(client, with_broken_views):
    refusal(client.post("/api/reader/", "<a/>", content_type="text/xml"), 415, "unsupported-media-type")
    refusal(client.post("/api/reader/", "{", content_type="application/json"), 400, "parse-error")


def test_a_withdrawn_story_says_why_and_since_when(newsroom: Newsroom, client):
    article = newsroom.publish()
    newsroom.fresh(article).unpublish()
    document = refusal(client.get(f"/api/v1/articles/{article.public_id}/"), 410, "gone")
    assert document["reason"] is None
    assert document["withdrawn_at"].endswith("Z")


def test_too_many_requests_say_when_to_come_back(client, with_broken_views):
    response = client.get("/api/busy/")
    refusal(response, 429, "throttled")
    assert response["Retry-After"] == "7"


def test_a_refusal_of_no_declared_type_claims_no_page(client, with_broken_views):
    document = client.get("/api/teapot/").json()
    assert (document["type"], document["title"]) == ("about:blank", "I'm a Teapot")


def test_a_failure_of_the_server_tells_its_request_and_nothing_else(with_broken_views, caplog):
    response = Client(raise_request_exception=False).get("/api/broken/")
    document = refusal(response, 500, "server-error")
    assert set(document) == {"type", "title", "status", "detail", "request_id"}
    assert document["request_id"] == response["X-Request-ID"]
    assert response["Cache-Control"] == "no-store"
    assert "hunter2" not in response.content.decode()
    assert any("hunter2" in str(record.exc_info) for record in caplog.records)


def test_a_failure_elsewhere_is_answered_with_a_page(with_broken_views):
    response = Client(raise_request_exception=False).get("/broken/")
    assert (response.status_code, response["Content-Type"]) == (500, "text/html; charset=utf-8")


def test_a_host_that_is_not_ours_is_refused_as_a_problem(client):
    refusal(client.get("/api/v1/articles/", headers={"Host": "elsewhere.example"}), 400, "bad-request")


def test_a_refusal_that_caches_may_share_is_the_same_for_everybody(client):
    first, second = (client.get(f"/api/v1/articles/{uuid.uuid4()}/") for _ in range(2))
    assert first.content == second.content
    assert "request_id" not in first.json()
    assert first["X-Request-ID"] != second["X-Request-ID"]


def test_a_refusal_that_nobody_shares_names_its_request(client):
    response = client.get("/api/v1/articles/?lmit=2")
    assert response["Cache-Control"] == "no-store"
    assert response.json()["request_id"] == response["X-Request-ID"]


@pytest.mark.parametrize("name", ["public_id", "slug"])
def test_a_story_that_is_not_public_is_refused_as_one_that_never_was(newsroom: Newsroom, client, name):
    draft = newsroom.draft()
    keys = [str(getattr(draft, name)), str(uuid.uuid4()) if name == "public_id" else "no-such-slug"]
    answers = [client.get(f"/api/v1/articles/{key}/") for key in keys]
    assert answers[0].content == answers[1].content
    headers = [
        {one: value.replace(key, "") for one, value in answer.items() if one != "X-Request-ID"}
        for key, answer in zip(keys, answers, strict=True)
    ]
    assert headers[0] == headers[1]
