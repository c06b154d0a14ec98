"""The servers of the tests: one PostgreSQL and one Valkey for every worker, up before Django reads its settings.

pyproject.toml loads this module with `-p`, because a conftest.py is read after the settings. Where DATABASE_URL and
REDIS_URL are given they are used instead: databases named test_ there, and the Redis databases from number 1 up.
"""

import atexit
import hashlib
import os
import shutil
import subprocess
import sys
from collections.abc import Generator
from contextlib import ExitStack
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from psycopg import sql

from cms.local.environment import PROJECT, TESTS, build_test_environment, find_given
from cms.local.locks import FileLock
from cms.local.postgres import DATABASE
from cms.local.servers import ServiceError
from cms.local.services import services

RUNS_AT_ONCE = 7
WORKERS_IN_A_RUN = 32
TEMPLATE_LOCK = 20_260_101


@pytest.hookimpl(wrapper=True)
def pytest_load_initial_conftests(args: list[str]) -> Generator[None]:
    """Set the environment of the settings: in the process that starts the run, then in each of its workers."""
    worker = os.environ.get("PYTEST_XDIST_WORKER")
    if worker:
        first = int(urlsplit(os.environ["REDIS_URL"]).path.strip("/"))
        os.environ["REDIS_URL"] = _with_path(os.environ["REDIS_URL"], str(first + 1 + int(worker.removeprefix("gw"))))
        _empty_redis()
    elif not {"-h", "--help", "-V", "--version"} & set(args):
        try:
            _start()
        except (ServiceError, psycopg.Error, redis.RedisError) as error:
            raise pytest.UsageError(str(error)) from None
    return (yield)


def _start() -> None:
    stack = ExitStack()
    atexit.register(stack.close)
    database_url, redis_url = find_given("DATABASE_URL"), find_given("REDIS_URL")
    addresses = stack.enter_context(services(TESTS, durable=False, database_url=database_url, redis_url=redis_url))
    run = _number_run(stack)
    media = TESTS / "media" / str(run)
    shutil.rmtree(media, ignore_errors=True)
    os.environ.update(build_test_environment() | addresses.as_environment())
    os.environ["MEDIA_ROOT"] = str(media)
    os.environ["TEST_DATABASE_TEMPLATE"] = _prepare_template(addresses.database_url, tidy=database_url is None)
    if database_url is None and run:
        os.environ["DATABASE_URL"] = _with_path(addresses.database_url, f"{DATABASE}_{run}")
    os.environ["REDIS_URL"] = _with_path(addresses.redis_url, str(1 if redis_url else 1 + run * WORKERS_IN_A_RUN))
    _empty_redis()


def _number_run(stack: ExitStack) -> int:
    """A number that no other run in this directory has at the moment, so that they have databases of their own."""
    for number in range(RUNS_AT_ONCE):
        lock = FileLock(TESTS / f"run-{number}.lock")
        if lock.try_take():
            stack.callback(lock.release)
            return number
    raise pytest.UsageError(f"{RUNS_AT_ONCE} test runs are going on in this directory; wait for one to end.")


def _prepare_template(database_url: str, *, tidy: bool) -> str:
    """The name of a migrated database to copy, made once for each state of the migrations.

    `tidy` drops those of earlier states: only on a server of our own.
    """
    digest = hashlib.sha256((PROJECT / "requirements.txt").read_bytes())
    for package in ("cms", "workflows", "api"):
        for path in sorted((PROJECT / package / "migrations").glob("*.py")):
            digest.update(f"{path.relative_to(PROJECT)}\n".encode() + path.read_bytes())
    name = f"test_template_{digest.hexdigest()[:16]}"
    with psycopg.connect(_with_path(database_url, "postgres"), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(%s)", [TEMPLATE_LOCK])
        rows = connection.execute("SELECT datname FROM pg_database WHERE starts_with(datname, 'test_template_')")
        names = {row[0] for row in rows.fetchall()}
        if name not in names:
            sys.stderr.write("Migrating a template of the test database, once for each state of the migrations\n")
            unfinished = f"{name}_unfinished"
            _execute(connection, "DROP DATABASE IF EXISTS {}", unfinished)
            _execute(connection, "CREATE DATABASE {}", unfinished)
            _migrate(_with_path(database_url, unfinished))
            _execute(connection, "ALTER DATABASE {} RENAME TO {}", unfinished, name)
        for old in names - {name} if tidy else ():
            _execute(connection, "DROP DATABASE IF EXISTS {} WITH (FORCE)", old)
    return name


def _migrate(database_url: str) -> None:
    command = [sys.executable, "manage.py", "migrate", "--noinput", "--verbosity", "0"]
    environment = {**os.environ, "DATABASE_URL": database_url}
    result = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    if result.returncode:
        raise pytest.UsageError(f"The migrations fail:\n{result.stdout}{result.stderr}")


def _execute(connection: psycopg.Connection, statement: str, *names: str) -> None:
    connection.execute(sql.SQL(statement).format(*map(sql.Identifier, names)))


def _empty_redis() -> None:
    with redis.Redis.from_url(os.environ["REDIS_URL"]) as client:
        client.flushdb()


def _with_path(url: str, path: str) -> str:
    # Not geturl(): it leaves out the // of an address without a host, which is how a socket is written.
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}/{path}" + (f"?{parts.query}" if parts.query else "")
