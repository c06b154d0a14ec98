"""How long caches may keep an answer."""

from datetime import datetime

from django.conf import settings

STALE_SECONDS = 30
"""For so long after its end a cache in front may show an answer while it fetches the next."""
STALE_IF_ERROR_SECONDS = 600
"""For so long it may show it while this server fails."""


_OF_OURS = ("varnish:", "nginx:")
"""Caches that run with the configurations in deploy/, which keep from readers what is meant for the cache."""


def shared_seconds() -> int:
    """How long a shared cache may keep an answer: long where it is told to forget, short where it is not."""
    return settings.API_PURGED_CACHE_SECONDS if settings.PURGE_TARGETS else settings.API_CACHE_SECONDS


def longest_seconds() -> int:
    """After so long no cache has an answer any more, told or not."""
    return shared_seconds() + max(STALE_SECONDS, STALE_IF_ERROR_SECONDS)


def cache_control(at: datetime, until: datetime | None) -> str:
    """The header of an answer made at `at`, which stops being true at `until` if that is known.

    How long an answer may be shown when it is over is said only to a cache of ours: Chromium takes
    `stale-while-revalidate` for its own, and would show a withdrawn story for as long.
    """
    seconds, stale, on_error = shared_seconds(), STALE_SECONDS, STALE_IF_ERROR_SECONDS
    if until is not None:
        left = max(int((until - at).total_seconds()), 0)
        seconds = min(seconds, left)
        stale, on_error = min(stale, left - seconds), min(on_error, left - seconds)
    lifetime = f"public, max-age=0, s-maxage={seconds}"
    if any(url.startswith(_OF_OURS) for url in settings.PURGE_TARGETS):
        lifetime += f", stale-while-revalidate={stale}, stale-if-error={on_error}"
    return lifetime
