"""PostgreSQL and Valkey for development and tests, from wheels: no root, no container, no TCP port for PostgreSQL.

    with services(NEWSROOM) as addresses:
        addresses.database_url, addresses.redis_url

Any number of processes may use one directory at the same time. The first starts the servers, the last stops them,
and servers that a killed process left behind are used again.
"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from .locks import FileLock
from .postgres import DATABASE, Postgres, check_database
from .valkey import Valkey, check_redis


@dataclass(frozen=True)
class Addresses:
    """Where the servers are, in the form that the settings read."""

    database_url: str
    redis_url: str

    def as_environment(self) -> dict[str, str]:
        """The two environment variables."""
        return {"DATABASE_URL": self.database_url, "REDIS_URL": self.redis_url}


@contextmanager
def services(
    root: Path, *, durable: bool = True, database_url: str | None = None, redis_url: str | None = None
) -> Iterator[Addresses]:
    """Servers with their data in `root`, for the length of a `with` block; a given URL is checked and used instead.

    `durable=False` trades safety after a power cut for speed: for tests.

    Raises:
        ServiceError: a server cannot be started, or a given one does not answer.
    """
    with ExitStack() as stack:
        if database_url is None:
            postgres = Postgres(root / "postgres", durable=durable)
            stack.enter_context(_shared(root / "postgres.lock", postgres))
            database_url = postgres.get_url(DATABASE)
        else:
            check_database(database_url)
        if redis_url is None:
            valkey = Valkey(root / "valkey", durable=durable)
            stack.enter_context(_shared(root / "valkey.lock", valkey))
            redis_url = valkey.get_url()
        else:
            check_redis(redis_url)
        yield Addresses(database_url, redis_url)


@contextmanager
def _shared(lock_path: Path, server: Postgres | Valkey) -> Iterator[None]:
    change = FileLock(lock_path.with_suffix(".change.lock"))
    users = FileLock(lock_path)

    def leave() -> None:
        with change.held():
            if users.try_take():
                server.stop()
            users.release()

    with change.held():
        users.share()
    try:
        with change.held():
            server.start()
        yield
    finally:
        leave()
