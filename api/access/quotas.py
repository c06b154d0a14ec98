"""How often one key, or one address without a key, may ask in a minute.

Counted in Redis, over a sliding window. Redis is no reason to keep anybody waiting: where it does not answer at once,
requests are answered uncounted, and it is left alone for some seconds.
"""

import ipaddress
import logging
import math
import time
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.storage import RedisStorage
from limits.strategies import SlidingWindowCounterRateLimiter
from redis.backoff import NoBackoff
from redis.exceptions import RedisError
from redis.retry import Retry
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from api.models import ApiKey

WINDOW_SECONDS = 60
ANSWERS_WITHIN_SECONDS = 0.05
PAUSE_SECONDS = 5
LOG_EVERY_SECONDS = 60

logger = logging.getLogger(__name__)


@dataclass(frozen=True)
class Count:
    """Where somebody stands who has just asked once more."""

    policy: str
    """Whose quota it is: `key` or `address`."""
    quota: int
    remaining: int
    reset_seconds: int
    """In how many seconds there will be more than `remaining`; at 0, when the next request will be answered."""
    is_allowed: bool

    def headers(self) -> dict[str, str]:
        """Fields of draft-ietf-httpapi-ratelimit-headers-10."""
        return {
            "RateLimit-Policy": f'"{self.policy}";q={self.quota};w={WINDOW_SECONDS}',
            "RateLimit": f'"{self.policy}";r={self.remaining};t={self.reset_seconds}',
        }


class Counter:
    """Counts in one Redis, and leaves it alone for a while after it failed to answer."""

    def __init__(self, redis_url: str) -> None:
        storage = RedisStorage(
            redis_url,
            key_prefix="copydesk:quota",
            socket_timeout=ANSWERS_WITHIN_SECONDS,
            socket_connect_timeout=ANSWERS_WITHIN_SECONDS,
            retry=Retry(NoBackoff(), 0),  # type: ignore[arg-type]  # handed on to redis.from_url, as all options are
        )
        self._limiter = SlidingWindowCounterRateLimiter(storage)
        self._silent_until = 0.0
        self._logged_at = -math.inf

    def count(self, policy: str, who: str, quota: int, *, is_told: bool) -> Count | None:
        """Count one request of `who`; None if it could not be counted, or is allowed and `who` is not told the rest."""
        if time.monotonic() < self._silent_until:
            return None
        item = RateLimitItemPerMinute(quota)
        try:
            is_allowed = self._limiter.hit(item, policy, who)
            if is_allowed and not is_told:
                return None
            stats = self._limiter.get_window_stats(item, policy, who)
        except (RedisError, OSError) as error:
            self._rest(error)
            return None
        reset_seconds = max(1, math.ceil(stats.reset_time - time.time()))
        return Count(policy, quota, stats.remaining if is_allowed else 0, reset_seconds, is_allowed)

    def _rest(self, error: Exception) -> None:
        now = time.monotonic()
        self._silent_until = now + PAUSE_SECONDS
        if now - self._logged_at >= LOG_EVERY_SECONDS:
            self._logged_at = now
            logger.warning("Redis does not answer, so requests are answered uncounted: %s", error)


@cache
def counter_in(redis_url: str) -> Counter:
    """The counter of this process."""
    return Counter(redis_url)


def network_of(address: str) -> str | None:
    """An address, or of IPv6 the network of 64 bits that one household has; None where `address` is none."""
    try:
        parsed = ipaddress.ip_address(address.strip("[]"))
    except ValueError:
        return None
    if isinstance(parsed, ipaddress.IPv6Address):
        if parsed.ipv4_mapped:
            return str(parsed.ipv4_mapped)
        return str(ipaddress.ip_network((parsed.packed, 64), strict=False))
    return str(parsed)


class Quota(BaseThrottle):
    """Counts each request, by its key or else by its address, and leaves where that stands as `view.asked`.

    Only those with a key are told, and whoever is refused: other answers are kept by shared caches, which would tell
    everybody where one reader stands.

    The address is read as `TRUSTED_PROXIES` says: see DRF's NUM_PROXIES.
    """

    count: Count | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        policy, who, quota = self._whose(request)
        if quota:
            self.count = counter_in(settings.REDIS_URL).count(policy, who, quota, is_told=policy == "key")
            view.asked = self.count
        return self.count is None or self.count.is_allowed

    def wait(self) -> float | None:
        return self.count.reset_seconds if self.count else None

    def _whose(self, request: Request) -> tuple[str, str, int]:
        key = request.auth
        if isinstance(key, ApiKey):
            return "key", str(key.pk), settings.QUOTA_PER_KEY if key.quota is None else key.quota
        address = network_of(self.get_ident(request)) or network_of(request.META.get("REMOTE_ADDR", ""))
        return "address", address or "unknown", settings.QUOTA_PER_ADDRESS
