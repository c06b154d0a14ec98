"""PostgreSQL and Valkey from wheels, and the command that runs Copydesk on them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from cms.local.environment import PROJECT
from cms.local.locks import FileLock
from cms.local.postgres import LONGEST_SOCKET_PATH, check_database
from cms.local.servers import ServiceError
from cms.local.services import Addresses, services
from cms.local.valkey import check_redis

JOIN = """
import os, signal, sys
from pathlib import Path
from cms.local.services import services
with services(Path(sys.argv[1]), durable=False) as addresses:
    print(addresses.redis_url, flush=True)
    if sys.argv[2] == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
"""


@pytest.fixture(scope="module")
def root() -> Iterator[Path]:
    """A directory whose path is too long for a socket in it."""
    # Not tmp_path: pytest closes the directory around those to other users, and root's PostgreSQL is another user.
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder) / ("deep" * 15) / ("deeper" * 15)


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A project with the launcher in it and nothing else, so that the newsroom of this one is left alone."""
    shutil.copytree(PROJECT / "cms" / "local", tmp_path / "cms" / "local")
    (tmp_path / "cms" / "__init__.py").touch()
    return tmp_path


def run(folder: Path, *words: str, **environment: str) -> subprocess.CompletedProcess[str]:
    given = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "REDIS_URL", "PORT")}
    return subprocess.run(
        [sys.executable, *words],
        cwd=folder,
        env=given | {"PYTHONPATH": str(folder)} | environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=30,
    )


def write(addresses: Addresses, text: str) -> None:
    with psycopg.connect(addresses.database_url) as connection:
        connection.execute("CREATE TABLE note (text text)")
        connection.execute("INSERT INTO note VALUES (%s)", [text])
    with redis.Redis.from_url(addresses.redis_url) as client:
        client.set("note", text)


def read(addresses: Addresses) -> tuple[str, str]:
    with psycopg.connect(addresses.database_url) as connection:
        row = connection.execute("SELECT text FROM note").fetchone()
    with redis.Redis.from_url(addresses.redis_url, decode_responses=True) as client:
        return (row or ("",))[0], str(client.get("note"))


def is_up(redis_url: str) -> bool:
    try:
        with redis.Redis.from_url(redis_url) as client:
            return bool(client.ping())
    except redis.ConnectionError:
        return False


def test_what_the_servers_hold_survives_a_restart_at_the_same_addresses(root: Path) -> None:
    with services(root) as before:
        write(before, "kept")
    assert not is_up(before.redis_url)

    (root / "postgres" / "postmaster.pid").write_text(f"{os.getpid()}\n")  # as after a crash: now somebody else's
    with services(root) as after:
        assert read(after) == ("kept", "kept")
    assert after == before


def test_postgresql_is_out_of_reach_of_the_network_and_of_other_users(root: Path) -> None:
    assert len(str(root)) > LONGEST_SOCKET_PATH
    with services(root) as addresses, psycopg.connect(addresses.database_url) as connection:
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)
        assert connection.execute("SHOW unix_socket_permissions").fetchone() == ("0700",)
        assert Path(connection.info.host).stat().st_mode & 0o077 == 0


def test_words_in_curly_quotes_and_beside_dashes_are_found(root: Path) -> None:
    with services(root) as addresses, psycopg.connect(addresses.database_url) as connection:
        query = "SELECT to_tsvector('simple', '“Größe”—again') @@ to_tsquery('simple', 'größe & again')"
        assert connection.execute(query).fetchone() == (True,)


def test_the_last_program_to_leave_stops_the_servers(root: Path) -> None:
    with services(root) as addresses:
        assert run(PROJECT, "-c", JOIN, str(root), "leaves").stdout.strip() == addresses.redis_url
        assert is_up(addresses.redis_url)
    assert not is_up(addresses.redis_url)


def test_servers_left_by_a_killed_program_are_used_again_and_stopped(root: Path) -> None:
    killed = run(PROJECT, "-c", JOIN, str(root), "killed")
    assert killed.returncode == -signal.SIGKILL
    assert is_up(killed.stdout.strip())

    with services(root) as addresses:
        assert addresses.redis_url == killed.stdout.strip()
    assert not is_up(addresses.redis_url)


def test_a_given_server_that_does_not_answer_is_named_without_its_password() -> None:
    with pytest.raises(ServiceError, match="DATABASE_URL") as database:
        check_database("postgresql://desk:secret@127.0.0.1:1/copydesk")
    with pytest.raises(ServiceError, match="REDIS_URL") as broker:
        check_redis("redis://:secret@127.0.0.1:1/0")

    assert "secret" not in f"{database.value} {broker.value}"


def test_a_taken_port_is_named_with_another_to_choose(checkout: Path) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        result = run(checkout, "-m", "cms.local", "run", PORT=str(port))

    assert result.returncode == 1
    assert result.stderr.startswith(f"Port {port} is taken; choose another with PORT=")
    assert len(result.stderr.splitlines()) == 1


def test_a_second_newsroom_in_the_same_directory_is_refused_with_the_address_of_the_first(checkout: Path) -> None:
    local = checkout / ".local"
    lock = FileLock(local / "run.lock")
    assert lock.try_take()
    (local / "run.json").write_text(json.dumps({"url": "http://127.0.0.1:8123", "processes": []}))
    try:
        result = run(checkout, "-m", "cms.local", "run")
    finally:
        lock.release()

    assert result.returncode == 1
    assert "already running in this directory, at http://127.0.0.1:8123" in result.stderr
    assert (local / "run.json").exists()
