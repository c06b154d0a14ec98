"""The pages to which the `type` of a problem leads: what it means, when it happens, what to do."""

import json

from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.views.decorators.http import require_safe

from cms.problems import PROBLEMS, ProblemType

_EXAMPLE_ID = "5f0c6b1e7d3a4c1b9a52e8d4f6071c2d"
_CACHE = "public, max-age=3600"


@transaction.non_atomic_requests
@require_safe
def index(request: HttpRequest) -> HttpResponse:
    """Every problem that this server may answer."""
    types = sorted(PROBLEMS.values(), key=lambda one: (one.status, one.code))
    return _page(request, "problems/index.html", {"types": types})


@transaction.non_atomic_requests
@require_safe
def page(request: HttpRequest, code: str) -> HttpResponse:
    """One of them.

    Raises:
        Http404: there is no such problem.
    """
    kind = PROBLEMS.get(code)
    if kind is None:
        raise Http404
    context = {
        "kind": kind,
        "meaning": _with_code(kind.meaning),
        "remedy": _with_code(kind.remedy),
        "members": [(name, _with_code(text)) for name, text in kind.members.items()],
        "example": json.dumps(example_of(kind), indent=2, ensure_ascii=False),
    }
    return _page(request, "problems/page.html", context)


def example_of(kind: ProblemType) -> dict[str, object]:
    """A document of this type, as an answer would hold it."""
    members = dict(kind.example)
    if not kind.is_shared:
        members["request_id"] = _EXAMPLE_ID
    return kind.document(**members)


def _with_code(text: str) -> SafeString:
    """HTML of a sentence in which `code` stands between backticks."""
    parts = [
        f"<code>{escape(part)}</code>" if number % 2 else escape(part) for number, part in enumerate(text.split("`"))
    ]
    return mark_safe("".join(parts))  # noqa: S308  # every part is escaped


def _page(request: HttpRequest, template: str, context: dict[str, object]) -> HttpResponse:
    response = render(request, template, context)
    response["Cache-Control"] = _CACHE
    return response
