"""Why a reader is turned away."""

from collections.abc import Collection

from rest_framework import exceptions, status

from api.models import Scope
from cms.problems import ProblemType, declare

REALM = 'Bearer realm="Copydesk"'

declare(
    ProblemType(
        code="key-required",
        status=401,
        title="Key required",
        detail="Send a key of this newsroom: Authorization: Bearer, a space, and the key.",
        meaning="This newsroom gives its stories only to those who have a key, and the request had none.",
        remedy="Ask the newsroom for a key, and send it in the header `Authorization`, as `Bearer` and the key. A key "
        "in the address is not taken.",
    ),
    ProblemType(
        code="invalid-key",
        status=401,
        title="Invalid key",
        detail="This is not a key that is valid now.",
        meaning="The header `Authorization` holds a key that was never given out, was revoked, or has expired; or it "
        "holds something else than `Bearer` and a key. Nothing is given then, not even what needs no key.",
        remedy="Look for a mistake in copying. Otherwise ask the newsroom for a new key.",
    ),
    ProblemType(
        code="scope-missing",
        status=403,
        title="Scope missing",
        detail="This key does not open this.",
        meaning="The key is valid, but was made for other things. Nothing is given then, not even what needs no key.",
        remedy="Use another key, or ask the newsroom for one with the scope that `scope` names.",
        members={"scope": f"What the key would need besides, divided by spaces: {', '.join(Scope.values)}."},
        example={"detail": "This key lacks the scope sync.", "scope": "sync"},
    ),
)


class KeyRequired(exceptions.NotAuthenticated):
    """Nothing is given to those who have no key."""

    default_detail = "Send a key of this newsroom: Authorization: Bearer, a space, and the key."
    default_code = "key-required"
    headers = {"WWW-Authenticate": REALM}


class InvalidKey(exceptions.AuthenticationFailed):
    """What the request shows is no key that is valid now: RFC 6750, section 3.1."""

    default_code = "invalid-key"

    def __init__(self, detail: str) -> None:
        super().__init__(detail)
        self.headers = {"WWW-Authenticate": f'{REALM}, error="invalid_token", error_description="{detail}"'}


class ScopeMissing(exceptions.PermissionDenied):
    """The key is valid, and was made for other things."""

    status_code = status.HTTP_403_FORBIDDEN
    default_code = "scope-missing"

    def __init__(self, scopes: Collection[str]) -> None:
        named = " ".join(sorted(scopes))
        super().__init__(f"This key lacks the scope {named}.")
        self.members = {"scope": named}
        self.headers = {"WWW-Authenticate": f'{REALM}, error="insufficient_scope", scope="{named}"'}
