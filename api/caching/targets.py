"""The kinds of caches that can be told to forget, each with one verb."""

from collections.abc import Iterator, Sequence
from typing import Any, ClassVar
from urllib.parse import SplitResult, parse_qs, urlsplit

import requests
from django.core.exceptions import ImproperlyConfigured

from cms.outgoing import open_session

TIMEOUT_SECONDS = (1.0, 5.0)
"""To connect, and to answer: a cache that is slower is tried again."""


class NotForgotten(Exception):
    """The cache did not confirm; it says why, in words for an operator."""


class Target:
    """A cache. `forget` returns once it has confirmed.

    The address is the kind, what identifies the cache, and what is needed to speak to it:
    kind://secret@identity?option=value.
    """

    keys_at_once: ClassVar[int] = 100
    success: ClassVar[tuple[int, ...]] = (200,)

    def __init__(self, address: SplitResult) -> None:
        secret, at, identity = address.netloc.rpartition("@")
        self.secret = secret if at else ""
        self.identity = identity
        self.options = {name: values[-1] for name, values in parse_qs(address.query).items()}

    def forget(self, keys: Sequence[str]) -> None:
        """Make the cache forget every answer that has one of these keys.

        Raises:
            NotForgotten: it did not confirm that it has.
        """
        with open_session(private_addresses=True) as session:
            for some in _batches(keys, self.keys_at_once):
                self._check(self._ask(session, some))

    def _ask(self, session: requests.Session, keys: list[str]) -> requests.Response:
        raise NotImplementedError

    def _check(self, response: requests.Response) -> None:
        if response.status_code not in self.success:
            raise NotForgotten(f"It answered {response.status_code}: {response.text[:200]}")


class Varnish(Target):
    """Varnish with vmod xkey and deploy/varnish/default.vcl: varnish://host:port."""

    keys_at_once = 60

    def _ask(self, session: requests.Session, keys: list[str]) -> requests.Response:
        headers = {"Surrogate-Key": " ".join(keys)}
        return session.request("PURGE", f"http://{self.identity}/", headers=headers, timeout=TIMEOUT_SECONDS)


class Nginx(Target):
    """nginx with deploy/nginx/copydesk.conf: nginx://host:port, the port for Copydesk and not that for readers.

    It knows addresses and no keys, so everything is forgotten at once: another generation of the cache begins.
    """

    keys_at_once = 1_000_000
    success = (204,)

    def _ask(self, session: requests.Session, keys: list[str]) -> requests.Response:
        return session.get(f"http://{self.identity}/generation", timeout=TIMEOUT_SECONDS)


class Fastly(Target):
    """A service of Fastly: fastly://token@service. See fastly.com/documentation/reference/api/purging."""

    keys_at_once = 256

    def _ask(self, session: requests.Session, keys: list[str]) -> requests.Response:
        return session.post(
            f"{self.options.get('api', 'https://api.fastly.com')}/service/{self.identity}/purge",
            json={"surrogate_keys": keys},
            headers={"Fastly-Key": self.secret, "Accept": "application/json"},
            timeout=TIMEOUT_SECONDS,
        )


class Cloudflare(Target):
    """A zone of Cloudflare, by cache tags: cloudflare://token@zone. See developers.cloudflare.com/api (Purge Cache)."""

    keys_at_once = 30

    def _ask(self, session: requests.Session, keys: list[str]) -> requests.Response:
        return session.post(
            f"{self.options.get('api', 'https://api.cloudflare.com/client/v4')}/zones/{self.identity}/purge_cache",
            json={"tags": keys},
            headers={"Authorization": f"Bearer {self.secret}"},
            timeout=TIMEOUT_SECONDS,
        )

    def _check(self, response: requests.Response) -> None:
        super()._check(response)
        answer: Any = response.json()
        if not answer.get("success"):
            raise NotForgotten(f"It refused: {answer.get('errors')}"[:200])


KINDS: dict[str, type[Target]] = {"varnish": Varnish, "nginx": Nginx, "fastly": Fastly, "cloudflare": Cloudflare}


def target_at(url: str) -> Target:
    """The cache that an entry of PURGE_TARGETS stands for.

    Raises:
        ImproperlyConfigured: there is no such kind of cache.
    """
    address = urlsplit(url)
    if address.scheme not in KINDS or not address.netloc:
        kinds = ", ".join(f"{kind}://" for kind in KINDS)
        raise ImproperlyConfigured(f"PURGE_TARGETS: {name_of(url)} is none of {kinds}. An example: .env.example")
    return KINDS[address.scheme](address)


def name_of(url: str) -> str:
    """What a cache is called in the database and in the log: its address without its secret."""
    address = urlsplit(url)
    return f"{address.scheme}://{address.netloc.rpartition('@')[2]}"


def _batches(keys: Sequence[str], size: int) -> Iterator[list[str]]:
    for start in range(0, len(keys), size):
        yield list(keys[start : start + size])
