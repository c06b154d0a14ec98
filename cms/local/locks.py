"""Locks between processes that vanish with the process that holds them, so that nothing stale is left behind.

They are POSIX record locks: not inherited by children, and one per process and file, so that closing the file anywhere
in a process lets go of it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class FileLock:
    """A lock on one file, shared or exclusive."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._descriptor: int | None = None

    def share(self) -> None:
        """Hold the lock together with others; waits while somebody holds it alone."""
        fcntl.lockf(self._open(), fcntl.LOCK_SH)

    def take(self) -> None:
        """Hold the lock alone; waits for everybody else to let go."""
        fcntl.lockf(self._open(), fcntl.LOCK_EX)

    def try_take(self) -> bool:
        """Hold the lock alone, or return False when another process has it. A shared hold is kept in that case."""
        try:
            fcntl.lockf(self._open(), fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True

    def release(self) -> None:
        """Let go. Safe to call when nothing is held."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the lock alone for the length of a `with` block."""
        self.take()
        try:
            yield
        finally:
            self.release()

    def _open(self) -> int:
        if self._descriptor is None:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
        return self._descriptor
