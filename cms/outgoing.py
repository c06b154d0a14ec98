"""Requests to addresses that somebody typed into a form."""

import requests
from requests_hardened import Config, Manager

TIMEOUT_SECONDS = (3.05, 10.0)
"""To connect, and to answer."""


def open_session(*, private_addresses: bool) -> requests.Session:
    """A session that follows no redirect and, unless `private_addresses`, reaches nothing in a private network.

    Each request resolves the name, checks the address (loopback, private, link-local, metadata services, IPv4 inside
    IPv6) and connects to that very address, so that a name cannot point elsewhere between check and connection.
    `requests_hardened.ip_filter.InvalidIPAddress` is raised for an address that is refused.
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
    return session
