"""An act that is sent twice is done once: draft-ietf-httpapi-idempotency-key-header-07."""

import hashlib
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.utils import timezone
from rest_framework import exceptions, status
from rest_framework.request import Request

from workflows.models import KeptAnswer

KEPT_FOR = timedelta(hours=24)
_KEY = re.compile(r'"?([\x21\x23-\x5b\x5d-\x7e]{1,255})"?')


class KeyMissing(exceptions.APIException):
    status_code = status.HTTP_400_BAD_REQUEST
    default_detail = "Send an Idempotency-Key: one for each act that somebody decides, the same when you send it again."
    default_code = "idempotency-key-missing"


class KeyReused(exceptions.APIException):
    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_detail = "This Idempotency-Key came with another request before."
    default_code = "idempotency-key-reused"


class KeyInUse(exceptions.APIException):
    status_code = status.HTTP_409_CONFLICT
    default_detail = "The first request with this Idempotency-Key is still being answered."
    default_code = "idempotency-key-in-use"


@transaction.atomic
def answer_once(request: Request, answer: Callable[[], HttpResponse]) -> HttpResponse:
    """What `answer` gives, or what it gave when the same request of the same person came first.

    The act and the note of its answer are one transaction, and so is the lock that keeps a second request out: whatever
    dies on the way leaves nothing behind.

    Raises:
        KeyMissing: there is no Idempotency-Key, or none that can be read.
        KeyReused: the key came with another request.
        KeyInUse: the first request is not answered yet.
    """
    found = _KEY.fullmatch(request.headers.get("Idempotency-Key", ""))
    if found is None:
        raise KeyMissing
    user: Any = request.user
    key, fingerprint = found[1], _fingerprint(request)
    if not _hold(user, key):
        raise KeyInUse
    kept = KeptAnswer.objects.filter(user=user, key=key).first()
    if kept and kept.created_at < timezone.now() - KEPT_FOR:
        kept.delete()
        kept = None
    if kept is None:
        response = answer()
        KeptAnswer.objects.create(
            user=user,
            key=key,
            fingerprint=fingerprint,
            status_code=response.status_code,
            media_type=response["Content-Type"],
            body=response.content.decode(),
        )
        return response
    if kept.fingerprint != fingerprint:
        raise KeyReused
    again = HttpResponse(kept.body, status=kept.status_code, content_type=kept.media_type)
    again["Idempotency-Replayed"] = "true"
    return again


def forget_kept_answers() -> int:
    """Delete what nobody can ask for again; how many those were."""
    return KeptAnswer.objects.filter(created_at__lt=timezone.now() - KEPT_FOR).delete()[0]


def lock_number(user_id: int, key: str) -> int:
    """The number of PostgreSQL's advisory lock for a key of a person."""
    return int.from_bytes(hashlib.sha256(f"idempotency {user_id} {key}".encode()).digest()[:8], signed=True)


def _hold(user: Any, key: str) -> bool:
    """Keep others out until the transaction ends; False if somebody is in."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [lock_number(user.pk, key)])
        return bool(cursor.fetchone()[0])


def _fingerprint(request: Request) -> str:
    head = f"{request.method} {request.get_full_path()}\n".encode()
    return hashlib.sha256(head + request._request.body).hexdigest()
