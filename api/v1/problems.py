"""Errors as application/problem+json (RFC 9457)."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status

MEDIA_TYPE = "application/problem+json"
_TYPE = "urn:copydesk:problem:"


class Gone(exceptions.APIException):
    """The story was public once and is not any more."""

    status_code = status.HTTP_410_GONE
    default_detail = "This story was withdrawn."
    default_code = "gone"

    def __init__(self, *, reason: str, withdrawn_at: str) -> None:
        super().__init__(reason or None)
        self.extra = {"reason": reason or None, "withdrawn_at": withdrawn_at}


class InvalidParameters(exceptions.ValidationError):
    """Parameters that the API does not have or cannot read; maps their names to sentences."""

    default_code = "invalid-parameter"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__({name: [text] for name, text in errors.items()})


def problem(status_code: int, code: str, title: str, detail: str, **extra: Any) -> HttpResponse:
    """A problem document; `code` completes its type, `extra` are members of its own."""
    body = {"type": _TYPE + code, "title": title, "status": status_code, "detail": detail, **extra}
    response = JsonResponse(body, status=status_code, content_type=MEDIA_TYPE)
    response["Cache-Control"] = "public, max-age=0, s-maxage=5" if status_code in (404, 410) else "no-store"
    return response


def handle_exception(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler: every refusal of the API in one form; None leaves a server error to Django."""
    match error:
        case exceptions.ValidationError():
            errors = [
                {"parameter": name, "detail": str(text)} for name, texts in _named(error.detail) for text in texts
            ]
            names = ", ".join(one["parameter"] for one in errors)
            return problem(
                400, "invalid-parameter", "Invalid parameter", f"These parameters are invalid: {names}.", errors=errors
            )
        case Gone():
            return problem(410, "gone", "Gone", str(error.detail), **error.extra)
        case Http404() | exceptions.NotFound():
            return problem(404, "not-found", "Not found", "There is nothing public at this address.")
        case PermissionDenied() | exceptions.PermissionDenied():
            return problem(403, "forbidden", "Forbidden", "This is not open to you.")
        case exceptions.MethodNotAllowed():
            response = problem(405, "method-not-allowed", "Method not allowed", str(error.detail))
            response["Allow"] = ", ".join(context["view"].allowed_methods)
            return response
        case exceptions.APIException():
            code = str(getattr(error, "default_code", "error")).replace("_", "-")
            return problem(error.status_code, code, code.replace("-", " ").capitalize(), str(error.detail))
    return None


def _named(detail: Any) -> list[tuple[str, list[Any]]]:
    if isinstance(detail, Mapping):
        return [(name, list(texts) if isinstance(texts, list) else [texts]) for name, texts in detail.items()]
    return [("query", list(detail) if isinstance(detail, list) else [detail])]


@csrf_exempt
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 of an address under /api/ that no view has."""
    return problem(404, "not-found", "Not found", "There is nothing public at this address.")
