"""People who act in the same instant: a thread and a connection to the database for each."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection

PATIENCE_SECONDS = 30


def at_once(*acts: Callable[[], Any], within_seconds: float = PATIENCE_SECONDS) -> list[Any]:
    """What each act returned, or the exception that it raised, in order. None begins before all are there."""
    start = threading.Barrier(len(acts))
    outcomes: list[Any] = [None] * len(acts)

    def run(number: int, act: Callable[[], Any]) -> None:
        try:
            connection.ensure_connection()
            start.wait(PATIENCE_SECONDS)
            outcomes[number] = act()
        except Exception as error:
            outcomes[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=pair) for pair in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(within_seconds)
        assert not thread.is_alive(), "they wait for each other"
    return outcomes


@contextmanager
def meanwhile(act: Callable[[], Any]) -> Iterator[list[Any]]:
    """Within the block somebody else does `act`; afterwards the list holds what it returned or raised."""
    outcome: list[Any] = []

    def run() -> None:
        try:
            outcome.append(act())
        except Exception as error:
            outcome.append(error)
        finally:
            connection.close()

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield outcome
    finally:
        thread.join(PATIENCE_SECONDS)
        assert not thread.is_alive(), "they wait for each other"


def wait_until_somebody_waits() -> None:
    """Return as soon as another connection waits for a lock that this one holds."""
    for _ in range(PATIENCE_SECONDS * 100):
        with connection.cursor() as cursor:
            # Not pg_stat_activity, which shows one transaction the same picture for ever.
            cursor.execute(
                "SELECT count(*), pg_sleep(0.01) FROM pg_locks"
                " WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
            )
            if cursor.fetchone()[0]:
                return
    raise AssertionError("nobody waits for this connection")
