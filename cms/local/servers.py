"""What goes wrong with servers, and what is asked of their processes and ports."""

import socket
import time

import psutil

PATIENCE_SECONDS = 60
"""How long a server may take to answer for the first time."""


class ServiceError(Exception):
    """A server that cannot be started or reached. The message says why and what to do about it."""


def is_free(port: int) -> bool:
    """Whether a server could listen on `port` of the loopback address."""
    with socket.socket() as client:
        client.settimeout(1)
        # On macOS binding succeeds beside a server that listens on every address.
        if client.connect_ex(("127.0.0.1", port)) == 0:
            return False
    with socket.socket() as server:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            server.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def has_ended(process: psutil.Process, *, within_seconds: float) -> bool:
    """Whether a process ends in time."""
    # A process that has ended stays in the table until its parent looks, and nobody looks in some containers.
    deadline = time.monotonic() + within_seconds
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False


def first_line(error: BaseException) -> str:
    """What an error says, or its name where it says nothing."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]
