"""Errors as application/problem+json (RFC 9457): the types that the API answers, and how exceptions become them."""

from collections.abc import Collection, Mapping
from typing import Any

from django.core.exceptions import PermissionDenied
from django.forms.utils import ErrorDict
from django.http import Http404, HttpRequest, HttpResponse
from django.views import defaults
from django.views.decorators.csrf import csrf_exempt
from rest_framework import exceptions, status

from cms.problems import PROBLEMS, ProblemType, declare, problem, unnamed_problem

declare(
    ProblemType(
        code="invalid-parameter",
        status=400,
        title="Invalid parameter",
        detail="A parameter is invalid.",
        meaning="A parameter of the address is unknown, is there more than once, or holds a value that cannot be read.",
        remedy="Each entry of `errors` names a parameter and says what it should hold. Where only certain values are "
        "possible, they are in `allowed`; for an unknown parameter, those are the names that the address takes. "
        "A cursor is only good for the list that gave it out, with the same filters and order.",
        members={
            "errors": "One entry for each parameter: `parameter`, `detail`, and `allowed` where values are fixed."
        },
        example={
            "detail": "These parameters are invalid: order.",
            "errors": [
                {
                    "parameter": "order",
                    "detail": "Give one of: -published_at, published_at.",
                    "allowed": ["-published_at", "published_at"],
                }
            ],
        },
    ),
    ProblemType(
        code="parse-error",
        status=400,
        title="Malformed body",
        detail="The body of the request cannot be read.",
        meaning="The request has a body that is not what its `Content-Type` says, such as JSON with a missing brace.",
        remedy="Send a valid body; `detail` says where reading it ended.",
    ),
    ProblemType(
        code="bad-request",
        status=400,
        title="Bad request",
        detail="The request cannot be read.",
        meaning="The request itself is malformed, such as a host name that this server does not have.",
        remedy="Check the address, its host name and its encoding.",
    ),
    ProblemType(
        code="forbidden",
        status=403,
        title="Forbidden",
        detail="This is not open to you.",
        meaning="Who asks is known, and may not have this.",
        remedy="Ask the newsroom for the right to it. Asking again changes nothing.",
    ),
    ProblemType(
        code="not-found",
        status=404,
        title="Not found",
        detail="There is nothing public at this address.",
        meaning="Nothing that readers may see is here. A story that was never public, one that is not public yet, "
        "and one that does not exist give the same answer, on purpose.",
        remedy="Show your own page for missing things. For a path of your website, ask `/api/v1/resolve/?path=`: it "
        "knows where stories have moved.",
        is_shared=True,
    ),
    ProblemType(
        code="method-not-allowed",
        status=405,
        title="Method not allowed",
        detail="This address does not answer this method.",
        meaning="The address exists, but not for this HTTP method. Nearly all of the API is for reading.",
        remedy="Use one of the methods in the `Allow` header of the answer.",
    ),
    ProblemType(
        code="not-acceptable",
        status=406,
        title="Not acceptable",
        detail="This cannot be given in a form that the request accepts.",
        meaning="The `Accept` header of the request rules out every form that this address has.",
        remedy="Accept `application/json` (or `*/*`), beside what else you can read.",
    ),
    ProblemType(
        code="gone",
        status=410,
        title="Gone",
        detail="This story was withdrawn.",
        meaning="A story was public at this address and is not any more: it was withdrawn, moved out of public view, "
        "or has expired.",
        remedy="Take it out of what you keep, and tell your readers; show `reason` to them where there is one.",
        members={
            "reason": "Why it was withdrawn, for readers; null where the newsroom gives none.",
            "withdrawn_at": "When.",
        },
        example={
            "detail": "The story named the wrong harbour.",
            "reason": "The story named the wrong harbour.",
            "withdrawn_at": "2026-05-04T06:00:00Z",
        },
        is_shared=True,
    ),
    ProblemType(
        code="cursor-expired",
        status=410,
        title="Cursor expired",
        detail="What happened after this cursor is not kept any more: start again without a cursor.",
        meaning="A copy of the publication has not asked for so long that what happened since is no longer known, "
        "change by change.",
        remedy="Resync: ask `/api/v1/changes/` without a cursor, take all that it gives, and drop what is not in it.",
    ),
    ProblemType(
        code="unsupported-media-type",
        status=415,
        title="Unsupported media type",
        detail="The body is of a type that cannot be read here.",
        meaning="The request has a body whose `Content-Type` this address does not read.",
        remedy="Send `application/json`.",
    ),
    ProblemType(
        code="throttled",
        status=429,
        title="Too many requests",
        detail="There were too many requests.",
        meaning="More was asked, in a span of time, than is allowed.",
        remedy="Wait for the number of seconds in `Retry-After`, then go on more slowly.",
    ),
    ProblemType(
        code="server-error",
        status=500,
        title="Server error",
        detail="Something went wrong here.",
        meaning="The server failed to answer a request that may have been in order. It has been written down.",
        remedy="Try again in a moment. If it stays, give the newsroom the `request_id`: it is in the log beside what "
        "happened.",
    ),
)


class Gone(exceptions.APIException):
    """The story was public once and is not any more."""

    status_code = status.HTTP_410_GONE
    default_detail = "This story was withdrawn."
    default_code = "gone"

    def __init__(self, *, reason: str, withdrawn_at: str) -> None:
        super().__init__(reason or None)
        self.members = {"reason": reason or None, "withdrawn_at": withdrawn_at}


class InvalidParameters(exceptions.ValidationError):
    """Parameters that the API does not have or cannot read.

    `errors` maps their names to sentences, `allowed` to the values that are possible, where those are fixed.
    """

    default_code = "invalid-parameter"

    def __init__(self, errors: Mapping[str, str], *, allowed: Mapping[str, Collection[str]] | None = None) -> None:
        super().__init__({name: [text] for name, text in errors.items()})
        self.allowed = dict(allowed or {})

    @classmethod
    def of_form(cls, errors: ErrorDict) -> "InvalidParameters":
        """What a form found; its `ValidationError`s may hold `allowed` among their params."""
        found = {name: list(lines.as_data()) for name, lines in errors.items()}
        allowed = {
            name: line.params["allowed"]
            for name, lines in found.items()
            for line in lines
            if line.params and "allowed" in line.params
        }
        sentences = {name: " ".join(text for line in lines for text in line.messages) for name, lines in found.items()}
        return cls(sentences, allowed=allowed)


def handle_exception(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler: every refusal of the API in one form; None leaves a server error to `server_error`."""
    match error:
        case exceptions.ValidationError():
            return _invalid(error)
        case Http404() | exceptions.NotFound():
            return problem("not-found")
        case PermissionDenied():
            return problem("forbidden")
        case exceptions.APIException():
            response = _of(error)
            if isinstance(error, exceptions.MethodNotAllowed):
                response["Allow"] = ", ".join(context["view"].allowed_methods)
            return response
    return None


def _invalid(error: exceptions.ValidationError) -> HttpResponse:
    allowed = getattr(error, "allowed", {})
    errors = [
        {"parameter": name, "detail": str(text)} | ({"allowed": list(allowed[name])} if name in allowed else {})
        for name, texts in _named(error.detail)
        for text in texts
    ]
    names = ", ".join(dict.fromkeys(str(one["parameter"]) for one in errors))
    return problem("invalid-parameter", f"These parameters are invalid: {names}.", errors=errors)


def _of(error: exceptions.APIException) -> HttpResponse:
    """The problem of an exception, by its `default_code`; `members` and `headers` of the exception go with it."""
    code = str(error.default_code).replace("_", "-")
    code = {"permission-denied": "forbidden"}.get(code, code)
    if code in PROBLEMS:
        response = problem(code, str(error.detail), **getattr(error, "members", {}))
    else:
        response = unnamed_problem(error.status_code, str(error.detail))
    if getattr(error, "auth_header", None):
        response["WWW-Authenticate"] = error.auth_header  # type: ignore[attr-defined]  # DRF's APIView sets it
    if getattr(error, "wait", None):
        response["Retry-After"] = str(int(error.wait))  # type: ignore[attr-defined]  # of Throttled
    for name, value in getattr(error, "headers", {}).items():
        response[name] = value
    return response


def _named(detail: Any) -> list[tuple[str, list[Any]]]:
    if isinstance(detail, Mapping):
        return [(name, list(texts) if isinstance(texts, list) else [texts]) for name, texts in detail.items()]
    return [("query", list(detail) if isinstance(detail, list) else [detail])]


@csrf_exempt
def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404 of an address that no view has; as a problem under /api/, as a page elsewhere."""
    return problem("not-found") if _is_api(request) else defaults.page_not_found(request, exception or Http404())


def bad_request(request: HttpRequest, exception: Exception) -> HttpResponse:
    """400 of what Django refuses before a view sees it."""
    return problem("bad-request") if _is_api(request) else defaults.bad_request(request, exception)


def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    return problem("forbidden") if _is_api(request) else defaults.permission_denied(request, exception)


def server_error(request: HttpRequest) -> HttpResponse:
    """500, once Django has written to the log what happened."""
    return problem("server-error") if _is_api(request) else defaults.server_error(request)


def _is_api(request: HttpRequest) -> bool:
    return request.path.startswith(("/api/", "/workflow/"))
