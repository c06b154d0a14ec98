"""A newspaper that runs: the processes of the Procfile, untouched, on a database and a Redis of its own."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import urlopen

import psycopg
import redis
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from psycopg import sql

from cms.local.environment import PROJECT
from cms.local.processes import Processes, read_procfile
from tests.journeys.mailbox import Mailbox
from tests.newsroom import Newsroom

T = TypeVar("T")


@dataclass(frozen=True)
class Answer:
    status: int
    content: bytes

    def json(self) -> Any:
        return json.loads(self.content)


@dataclass
class Courier:
    """A running newsroom, and what a test may do from outside: ask its API, read its mail, see its files."""

    newsroom: Newsroom
    url: str
    media: Path
    mailbox: Mailbox
    environment: dict[str, str]
    folder: Path
    running: dict[str, tuple[Processes, int]] = field(default_factory=dict)
    """By the name in the Procfile: the process, and its id, which is that of its group too."""

    def start(self, *names: str) -> None:
        """Start these processes of the Procfile."""
        commands = read_procfile(PROJECT / "Procfile")
        for name in names:
            # In a folder of their own: beat keeps its notes beside it.
            process = Processes({name: commands[name]}, environment=self.environment, folder=self.folder)
            self.running[name] = process, process.start()[0]

    def crash(self, *names: str) -> None:
        """End these processes and all that they started, as a power cut would."""
        for name in names:
            process, group = self.running.pop(name)
            os.killpg(group, signal.SIGKILL)
            process.stop()

    def end(self, *names: str) -> None:
        """Ask these processes to stop, as an operator would, and wait until they have."""
        for name in names:
            self.running.pop(name)[0].stop()

    def stop(self) -> None:
        for process, _group in self.running.values():
            process.stop()

    def get(self, path: str) -> Answer:
        """What the web server answers to a reader."""
        try:
            with urlopen(path if "://" in path else self.url + path, timeout=20) as response:
                return Answer(response.status, response.read())
        except HTTPError as error:
            with error:
                return Answer(error.code, error.read())

    def read(self, path: str) -> Any:
        """The same as JSON, of something that must be there."""
        answer = self.get(path)
        assert answer.status == 200, f"{path} answers {answer.status}: {answer.content[:500]!r}"
        return answer.json()

    def until(self, condition: Callable[[], T], *, within_seconds: float = 45) -> T:
        """What `condition` returns, as soon as that is true."""
        deadline = time.monotonic() + within_seconds
        while not (found := condition()):
            ended = [sentence for process, _group in self.running.values() if (sentence := process.find_ended())]
            assert not ended, ended
            assert time.monotonic() < deadline, f"waited {within_seconds} seconds in vain"
            self.pause()
        return found

    def is_up(self) -> bool:
        try:
            return self.get("/health/ready").status == 200
        except (URLError, ConnectionError):
            return False

    def pause(self) -> None:
        """Leave the processor to the newsroom before one asks again."""
        time.sleep(0.2)

    def manage(self, *arguments: str) -> str:
        """What a management command prints, run as an operator would."""
        result = subprocess.run(
            [sys.executable, PROJECT / "manage.py", *arguments],
            env=self.environment,
            cwd=PROJECT,
            capture_output=True,
            text=True,
            check=False,
        )
        assert result.returncode == 0, result.stdout + result.stderr
        return result.stdout


@contextmanager
def run(
    folder: Path, *, purpose: str = "journeys", redis_url: str = "", names: Collection[str] = (), **variables: str
) -> Iterator[Courier]:
    """A newsroom with all its processes, or those of `names`; the ORM of this process writes to its database meanwhile.

    Its Redis is that of the tests, unless another one is given; `variables` are added to its environment.
    """
    with own_database(purpose) as database_url, Mailbox() as mailbox:
        redis_url = redis_url or os.environ["REDIS_URL"]
        _empty(redis_url)
        port, stream_port, website_port = _free_port(), _free_port(), _free_port()
        url = f"http://127.0.0.1:{port}"
        environment = os.environ | {
            "DATABASE_URL": database_url,
            "REDIS_URL": redis_url,
            "EMAIL_URL": mailbox.url,
            "BASE_URL": url,
            "PORT": str(port),
            "STREAM_PORT": str(stream_port),
            "STREAM_URL": f"http://127.0.0.1:{stream_port}/api/v1/stream/",
            "STREAM_CLIENTS_PER_ADDRESS": "0",
            "FRONTEND_URL": f"http://127.0.0.1:{website_port}",
            "CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{website_port}",
            "MEDIA_ROOT": str(folder / "media"),
            "DEBUG": "0",
            "PLAIN_STATIC_FILES": "1",
            "WEB_WORKERS": "1",
            "WORKER_LOG_LEVEL": "WARNING",
            "PYTHONPATH": str(PROJECT),
            **variables,
        }
        courier = Courier(Newsroom.open(), url, folder / "media", mailbox, environment, folder)
        try:
            courier.start(*names or read_procfile(PROJECT / "Procfile"))
            courier.until(courier.is_up)
            yield courier
        finally:
            courier.stop()
            _empty(redis_url)


@contextmanager
def own_database(purpose: str = "journeys") -> Iterator[str]:
    """The address of a copy of the migrated template, to which the ORM of this process is connected meanwhile."""
    before = connection.settings_dict["NAME"]
    address = urlsplit(os.environ["DATABASE_URL"])
    query = f"?{address.query}" if address.query else ""
    server = f"{address.scheme}://{address.netloc}"
    name = f"test_{address.path.strip('/')}_{purpose}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    template = os.environ["TEST_DATABASE_TEMPLATE"]
    with psycopg.connect(f"{server}/postgres{query}", autocommit=True) as administration:
        _execute(administration, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)
        _execute(administration, "CREATE DATABASE {} TEMPLATE {}", name, template)
        _connect_to(name)
        try:
            yield f"{server}/{name}{query}"
        finally:
            _connect_to(before)
            _execute(administration, "DROP DATABASE IF EXISTS {} WITH (FORCE)", name)


def _execute(administration: psycopg.Connection, statement: str, *names: str) -> None:
    administration.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _connect_to(name: str) -> None:
    connection.close()
    connection.settings_dict["NAME"] = name
    ContentType.objects.clear_cache()


def _free_port() -> int:
    with socket.socket() as candidate:
        candidate.bind(("127.0.0.1", 0))
        return int(candidate.getsockname()[1])


def _empty(redis_url: str) -> None:
    with redis.Redis.from_url(redis_url) as client:
        client.flushdb()
