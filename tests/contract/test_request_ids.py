"""One id from the request through the log to the tasks that it starts."""

import logging
import uuid

import pytest
from asgiref.sync import async_to_sync
from celery import Task, current_app
from celery.signals import before_task_publish, task_postrun, task_prerun
from django.test import Client
from django_guid import clear_guid, get_guid, set_guid

from cms.logs import DiscreetFormatter
from cms.request_ids import request_id_middleware

ADDRESS = "/health/live"


def given(client: Client, request_id: str) -> str:
    return client.get(ADDRESS, headers={"X-Request-ID": request_id})["X-Request-ID"]


@pytest.fixture
def in_a_request():
    request_id = uuid.uuid4().hex
    set_guid(request_id)
    yield request_id
    clear_guid()


def formatted(text: str) -> str:
    record = logging.LogRecord("api", logging.INFO, __file__, 1, text, None, None)
    return DiscreetFormatter("[{request_id}] {message}", style="{").format(record)


def test_every_answer_has_an_id_of_its_own(client):
    ids = {client.get(ADDRESS)["X-Request-ID"] for _ in range(3)}
    assert len(ids) == 3
    assert all(uuid.UUID(one) for one in ids)


@pytest.mark.parametrize("request_id", ["0b5c6f1e7d3a4c1b9a52e8d4f6071c2d", "0b5c6f1e-7d3a-4c1b-9a52-e8d4f6071c2d"])
def test_an_id_that_the_reader_gives_is_kept(client, request_id):
    assert given(client, request_id) == request_id


@pytest.mark.parametrize(
    "request_id",
    [
        "42",
        "{0b5c6f1e-7d3a-4c1b-9a52-e8d4f6071c2d}",
        "0b5c6f1e7d3a4c1b9a52e8d4f6071c2d" + "-" * 500,
        "urn:uuid:0b5c6f1e-7d3a-4c1b-9a52-e8d4f6071c2d",
        "0b5c6f1e 7d3a 4c1b 9a52 e8d4f6071c2d",
    ],
)
def test_what_is_no_plain_uuid_is_not_repeated(client, request_id):
    assert given(client, request_id) != request_id


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1/articles/", "/admin/login/", "/feeds/all.rss", "/nothing-here/"])
def test_the_whole_site_has_them(client, address):
    assert client.get(address)["X-Request-ID"]


@pytest.mark.django_db
def test_scripts_of_other_sites_may_read_the_id(client, settings):
    settings.CORS_ALLOW_ALL_ORIGINS = True
    response = client.get("/api/v1/articles/", headers={"Origin": "https://www.example.org"})
    exposed = response["Access-Control-Expose-Headers"]
    assert {"X-Request-ID", "ETag"} <= {name.strip() for name in exposed.split(",")}


def test_lines_of_the_log_name_the_request(in_a_request):
    assert formatted("Stored") == f"[{in_a_request}] Stored"


def test_lines_outside_a_request_say_so():
    assert get_guid() is None
    assert formatted("Stored") == "[-] Stored"


@pytest.mark.parametrize("link", ["/guest/abc-DEF_1/", "/api/v1/previews/abc-DEF_1/"])
def test_links_to_drafts_are_not_written_down(link):
    assert "abc-DEF_1" not in formatted(f"Answered {link}")


def test_a_task_is_given_the_id_of_the_request_that_it_follows_from(in_a_request):
    headers: dict[str, str] = {}
    before_task_publish.send(sender="task", headers=headers, body=None)
    assert headers["X-Request-ID"] == in_a_request


@pytest.fixture
def task():
    def note() -> None:
        """Do nothing."""

    task = current_app.task(note, name="tests.contract.note", shared=False)
    yield task
    current_app.tasks.pop(task.name)


def id_while_running(task: Task, **headers: str) -> str:
    """The id under which a task writes that a worker has taken from a message with these headers."""
    task.push_request(**headers)
    try:
        task_prerun.send(sender=task, task=task)
        return get_guid()
    finally:
        task_postrun.send(sender=task, task=task)
        task.pop_request()


def test_a_task_writes_under_the_id_of_the_request_that_it_follows_from(task):
    request_id = uuid.uuid4().hex
    assert id_while_running(task, **{"X-Request-ID": request_id}) == request_id
    assert get_guid() is None


def test_a_task_of_the_clock_writes_under_an_id_of_its_own(task):
    assert uuid.UUID(id_while_running(task)) != uuid.UUID(id_while_running(task))


async def answer_late(request):
    return request.META.get("HTTP_X_REQUEST_ID")


def test_a_server_with_an_event_loop_checks_ids_too(rf):
    check = async_to_sync(request_id_middleware(answer_late))
    assert check(rf.get("/", HTTP_X_REQUEST_ID="{42}")) is None
    assert check(rf.get("/", HTTP_X_REQUEST_ID="0b5c6f1e7d3a4c1b9a52e8d4f6071c2d"))
