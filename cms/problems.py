"""Refusals of every HTTP API of the house, as application/problem+json (RFC 9457), and the page that each leads to."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.http import HttpResponse, JsonResponse
from django_guid import get_guid

MEDIA_TYPE = "application/problem+json"
PAGES_PATH = "/docs/problems/"
SECONDS_IN_CACHES = 5


@dataclass(frozen=True)
class ProblemType:
    """A kind of refusal: what its document says, and what its page explains."""

    code: str
    """Ends the address of its page, which is the `type` of the document."""
    status: int
    title: str
    detail: str
    """The sentence of a document that knows nothing more exact."""
    meaning: str
    remedy: str
    members: Mapping[str, str] = field(default_factory=dict)
    """What a document has beyond the five of the RFC: name and meaning."""
    example: Mapping[str, Any] = field(default_factory=dict)
    """Those members in an example; `detail` too where it says more than above."""
    is_shared: bool = False
    """Whether HTTP caches may keep the answer for a moment; it then is the same for everybody and names no request."""

    @property
    def url(self) -> str:
        """Of its page, which is its `type`."""
        return f"{settings.BASE_URL}{PAGES_PATH}{self.code}"

    def document(self, detail: str = "", **members: Any) -> dict[str, Any]:
        """The document, without the id of a request."""
        return {
            "type": self.url,
            "title": self.title,
            "status": self.status,
            "detail": detail or self.detail,
            **members,
        }


PROBLEMS: dict[str, ProblemType] = {}
"""Every type that has been declared, by its code."""


def declare(*types: ProblemType) -> None:
    """Make problem types known, so that they can be answered and have pages."""
    for one in types:
        assert PROBLEMS.setdefault(one.code, one) == one, f"There are two problem types {one.code}"


def problem(code: str, detail: str = "", **members: Any) -> HttpResponse:
    """The answer of the declared type `code`; `members` are those that the type has of its own."""
    kind = PROBLEMS[code]
    return _answer(kind.status, kind.document(detail, **members), is_shared=kind.is_shared)


def unnamed_problem(status: int, detail: str) -> HttpResponse:
    """The answer of a status that means no more than it says: RFC 9457, section 4.2.1."""
    document = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status, "detail": detail}
    return _answer(status, document, is_shared=False)


def _answer(status: int, document: dict[str, Any], *, is_shared: bool) -> HttpResponse:
    request_id = get_guid()
    if request_id and not is_shared:
        document["request_id"] = request_id
    response = JsonResponse(document, status=status, content_type=MEDIA_TYPE)
    response["Cache-Control"] = f"public, max-age=0, s-maxage={SECONDS_IN_CACHES}" if is_shared else "no-store"
    return response
