"""The website that `make run` starts beside the newsroom."""

import shlex
import socket
from collections.abc import Iterator

import pytest

from cms.local.reader import FIRST_PORT, build_reader_command, describe_reader, place_reader

NEWSROOM = {"BASE_URL": "http://127.0.0.1:8000", "STREAM_URL": "http://127.0.0.1:8001/stream/", "PORT": "8000"}


@pytest.fixture
def first_port_taken() -> Iterator[None]:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            other.bind(("127.0.0.1", FIRST_PORT))
            other.listen()
        except OSError:
            pass  # Taken by somebody else, which is as good.
        yield


def test_the_newsroom_is_told_of_the_reader():
    placed = place_reader({"CORS_ALLOWED_ORIGINS": "https://www.example.org"}, taken=())
    port = placed["READER_PORT"]
    assert placed["FRONTEND_URL"] == f"http://127.0.0.1:{port}"
    assert placed["PREVIEW_URL"] == f"http://127.0.0.1:{port}/preview/"
    assert placed["CORS_ALLOWED_ORIGINS"].split(",") == [
        "https://www.example.org",
        f"http://127.0.0.1:{port}",
        f"http://localhost:{port}",
    ]


def test_the_reader_is_told_of_the_newsroom():
    environment = NEWSROOM | place_reader({}, taken=())
    words = shlex.split(build_reader_command(environment)["reader"])
    assert words[words.index("--api") + 1] == NEWSROOM["BASE_URL"]
    assert words[words.index("--stream") + 1] == NEWSROOM["STREAM_URL"]
    assert words[words.index("--port") + 1] == environment["READER_PORT"]


def test_a_newsroom_with_a_website_of_its_own_starts_no_reader():
    environment = NEWSROOM | {"FRONTEND_URL": "https://www.example.org"}
    assert place_reader(environment, taken=()) == {}
    assert build_reader_command(environment) == {}
    assert describe_reader(environment) == ""


def test_a_taken_port_is_passed_over_and_named(first_port_taken: None):
    placed = place_reader({}, taken=(FIRST_PORT + 1,))
    assert int(placed["READER_PORT"]) > FIRST_PORT + 1
    assert f"(port {FIRST_PORT} is taken)" in describe_reader(placed)
