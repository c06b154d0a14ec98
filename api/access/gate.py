"""The key that a request shows, and whether it opens what is asked for."""

import logging
from collections.abc import Collection
from typing import Any

from django.conf import settings
from django.db import DatabaseError
from django.http import HttpRequest
from django.utils import timezone
from rest_framework.authentication import BaseAuthentication
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.models import ApiKey

from .refusals import REALM, InvalidKey, KeyRequired, ScopeMissing

logger = logging.getLogger(__name__)


def find_key(request: HttpRequest | Request) -> ApiKey | None:
    """The valid key in the header `Authorization`; None where there is no such header.

    Raises:
        InvalidKey: the header holds anything else.
    """
    header = request.headers.get("Authorization", "").strip()
    if not header:
        return None
    scheme, _, shown = header.partition(" ")
    if scheme.lower() != "bearer":
        raise InvalidKey("Send the key as Bearer: no other scheme is known here.")
    shown = shown.strip()
    # PostgreSQL takes no NUL, and whatever is no ASCII is no key of ours.
    found = ApiKey.objects.find(shown) if shown.isascii() and shown.isprintable() else None
    if found is None:
        raise InvalidKey("There is no such key.")
    if found.revoked:
        raise InvalidKey("This key was revoked.")
    if found.has_expired:
        raise InvalidKey("This key has expired.")
    try:
        found.note_use(timezone.now())
    except DatabaseError as error:
        # A replica that cannot be written to answers readers all the same.
        logger.warning("The use of the key %s was not noted: %s", found.prefix, error)
    return found


def refuse_unfit(key: ApiKey | None, scopes: Collection[str]) -> None:
    """Turn away who does not have what an address needs.

    Raises:
        KeyRequired: `key` is None, and the newsroom asks for one here.
        ScopeMissing: `key` does not open this.
    """
    if key is None:
        if scopes and settings.API_KEYS_REQUIRED:
            raise KeyRequired
        return
    missing = set(scopes) - set(key.scopes)
    if missing:
        raise ScopeMissing(missing)


class KeyAuthentication(BaseAuthentication):
    """Makes the key `request.auth`. There is no user: a key stands for a website or an app."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        key = find_key(request)
        return (None, key) if key else None

    def authenticate_header(self, request: Request) -> str:
        return REALM


class HoldsScopes(BasePermission):
    """Opens a view to those whose key has the scopes that the view needs for this request."""

    def has_permission(self, request: Request, view: Any) -> bool:
        key = request.auth
        refuse_unfit(key if isinstance(key, ApiKey) else None, view.scopes_for(request))
        return True
