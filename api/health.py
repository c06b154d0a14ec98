"""Whether this server lives, and whether it can do its work."""

from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Max
from django.http import HttpRequest, JsonResponse
from django_redis import get_redis_connection
from redis.exceptions import RedisError

from api.models import Purge


@transaction.non_atomic_requests
def live(request: HttpRequest) -> JsonResponse:
    """200 while the process answers."""
    return _uncached({"status": "ok"}, 200)


@transaction.non_atomic_requests
def ready(request: HttpRequest) -> JsonResponse:
    """200 while PostgreSQL answers, 503 otherwise; `checks` says what does not.

    `caches` says what those that are told to forget are owed; none of them is a reason to take the server away. Without
    Redis the server is degraded and still does its work: what was to follow a save is owed in PostgreSQL.
    """
    checks = {}
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
        checks["database"] = "ok"
    except DatabaseError as error:
        checks["database"] = str(error).strip() or type(error).__name__
    try:
        get_redis_connection("default").ping()
        checks["redis"] = "ok"
    except (RedisError, OSError) as error:
        checks["redis"] = str(error) or type(error).__name__
    if checks["database"] != "ok":
        return _uncached({"status": "unavailable", "checks": checks}, 503)
    status = "ok" if checks["redis"] == "ok" else "degraded"
    return _uncached({"status": status, "checks": checks, "caches": _caches()}, 200)


def _caches() -> dict[str, object]:
    """What caches are owed, by name; empty where none is, or is configured."""
    owed = Purge.objects.values("target").annotate(owed=Count("pk"), failures=Max("failure_count")).order_by("target")
    return {one["target"]: {"owed": one["owed"], "failing": one["failures"] > 0} for one in owed}


def _uncached(body: dict[str, object], status: int) -> JsonResponse:
    response = JsonResponse(body, status=status)
    response["Cache-Control"] = "no-store"
    return response
