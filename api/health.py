"""Whether this server lives, and whether it can do its work."""

from django.core.cache import cache
from django.db import DatabaseError, connection, transaction
from django.http import HttpRequest, JsonResponse
from redis.exceptions import RedisError


@transaction.non_atomic_requests
def live(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return _uncached({"status": "ok"}, 200)


@transaction.non_atomic_requests
def ready(request: HttpRequest) -> JsonResponse:
    """200 when PostgreSQL and Redis answer, 503 otherwise; `checks` says which of them does not."""
    checks = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = "ok"
    except DatabaseError as error:
        checks["database"] = str(error).strip() or type(error).__name__
    try:
        cache.get("health")
        checks["redis"] = "ok"
    except (RedisError, OSError) as error:
        checks["redis"] = str(error) or type(error).__name__
    well = set(checks.values()) == {"ok"}
    return _uncached({"status": "ok" if well else "unavailable", "checks": checks}, 200 if well else 503)


def _uncached(body: dict[str, object], status: int) -> JsonResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response
