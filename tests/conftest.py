"""What every test has: no way out of this machine. The servers are brought up in tests/services.py."""

import ipaddress
import os
import socket
from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

import pytest

pytest_plugins = ["tests.fixtures"]


@pytest.fixture(scope="session", autouse=True)
def only_this_machine() -> Iterator[None]:
    """Sockets reach this machine and the servers in DATABASE_URL and REDIS_URL; any other is a failing test."""
    allowed = {
        "localhost",
        "",
        *(urlsplit(os.environ.get(name, "")).hostname for name in ("DATABASE_URL", "REDIS_URL")),
    }
    resolve = socket.getaddrinfo

    def is_near(host: object) -> bool:
        text = host.decode() if isinstance(host, bytes) else host
        if text is None or text in allowed:
            return True
        try:
            return ipaddress.ip_address(str(text).partition("%")[0]).is_loopback
        except ValueError:
            return False

    def guard(name: str) -> Any:
        original = getattr(socket.socket, name)

        def call(self: socket.socket, *arguments: Any) -> Any:
            address = arguments[-1]
            if self.family in (socket.AF_INET, socket.AF_INET6) and not is_near(address[0]):
                self.close()
                raise AssertionError(f"A test tried to reach {address[0]} port {address[1]}")
            return original(self, *arguments)

        return call

    def look_up(host: Any, *arguments: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else str(host)
        if name.endswith((".invalid", ".test")):  # RFC 6761: names that never resolve
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if not is_near(host) and not _is_address(name):
            raise AssertionError(f"A test tried to look up {name}")
        return resolve(host, *arguments, **options)

    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex", "sendto"):
            patch.setattr(socket.socket, name, guard(name))
        patch.setattr(socket, "getaddrinfo", look_up)
        yield


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    return True
