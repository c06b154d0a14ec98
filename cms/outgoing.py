"""Requests to addresses that somebody typed into a form."""

import socket
from contextlib import suppress
from threading import Timer

import requests
from requests_hardened import Config, Manager
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

TIMEOUT_SECONDS = (3.05, 10.0)
"""To connect, and until the next byte of the answer."""
LONGEST_SECONDS = 20
"""For a whole connection. Whoever answers a byte every nine seconds would never be cut off otherwise."""


def open_session(*, private_addresses: bool, longest_seconds: float = LONGEST_SECONDS) -> requests.Session:
    """A session that follows no redirect and, unless `private_addresses`, reaches nothing in a private network.

    Each request resolves the name, checks the address (loopback, private, link-local, metadata services, IPv4 inside
    IPv6) and connects to that very address, so that a name cannot point elsewhere between check and connection.
    `requests_hardened.ip_filter.InvalidIPAddress` is raised for an address that is refused. A connection that lasts
    longer than `longest_seconds` is cut, which its reader meets as a `requests.RequestException`.
    """
    session = Manager(
        Config(
            ip_filter_enable=not private_addresses,
            ip_filter_allow_loopback_ips=False,
            never_redirect=True,
            default_timeout=TIMEOUT_SECONDS,
            user_agent_override="Copydesk",
        )
    ).get_session()
    # A proxy or a password that the environment names is not meant for somebody else's address.
    session.trust_env = False
    pools = _pools(longest_seconds)
    for adapter in session.adapters.values():
        adapter.poolmanager.pool_classes_by_scheme = pools
    return session


def _pools(longest: float) -> dict[str, type[HTTPConnectionPool]]:
    class Plain(_Short, HTTPConnection):
        longest_seconds = longest

    class Secure(_Short, HTTPSConnection):
        longest_seconds = longest

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class SecurePool(HTTPSConnectionPool):
        ConnectionCls = Secure

    return {"http": PlainPool, "https": SecurePool}


class _Short:
    """A connection that is cut after `longest_seconds`."""

    longest_seconds: float
    _line: socket.socket | None = None
    _watch: Timer | None = None

    def _new_conn(self) -> socket.socket:
        line: socket.socket = super()._new_conn()  # type: ignore[misc]
        # A second handle of it: TLS replaces the first.
        self._line = line.dup()
        self._watch = Timer(self.longest_seconds, self._cut)
        self._watch.daemon = True
        self._watch.start()
        return line

    def _cut(self) -> None:
        if self._line:
            with suppress(OSError):
                self._line.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        if self._watch:
            self._watch.cancel()
        if self._line:
            self._line.close()
        self._line = self._watch = None
        super().close()  # type: ignore[misc]
