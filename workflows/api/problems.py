"""What a program is told when something is not done."""

from collections.abc import Mapping
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from rest_framework import exceptions, status
from rest_framework.settings import api_settings

from cms.exceptions import Refused
from cms.problems import ProblemType, declare, problem
from workflows.exceptions import NotYours, StoryMovedOn

REALM = 'Bearer realm="Copydesk newsroom"'
_HASH = "d2d2d2f4a8f1f2c2b9e0b1e6a7c8d9e0f1a2b3c4d5e6f708192a3b4c5d6e7f80"

declare(
    ProblemType(
        code="token-required",
        status=401,
        title="Token required",
        detail="Send the token of somebody who works here: Authorization: Bearer, a space, and the token.",
        meaning="The workflow API and the API that writes pages answer members of the newsroom only, by a token of "
        "theirs. There was none, or it was revoked, or its owner has left or may not enter the admin. A session of the "
        "admin does not count, nor does a key of the readers' API.",
        remedy="Make a token under Settings, API tokens, and send it in the header `Authorization`.",
    ),
    ProblemType(
        code="no-such-story",
        status=404,
        title="No such story",
        detail="There is no such story in the sections in which you work.",
        meaning="No story has this id, or it is in a section in which the owner of the token does not work. The two "
        "give the same answer, on purpose.",
        remedy="Check the id: it is the `id` of the list of stories, and of the readers' API.",
    ),
    ProblemType(
        code="invalid-body",
        status=422,
        title="Invalid body",
        detail="The body is not what this act takes.",
        meaning="A member of the JSON body is missing, unknown, or holds a value that cannot be read.",
        remedy="Each entry of `errors` names a member and says what it should hold.",
        members={"errors": "One entry for each member: `member` and `detail`."},
        example={
            "detail": "These members of the body are invalid: content_hash.",
            "errors": [{"member": "content_hash", "detail": "This field is required."}],
        },
    ),
    ProblemType(
        code="story-moved-on",
        status=409,
        title="The story has moved on",
        detail="The story is not what you were looking at any more. Nothing was done.",
        meaning="An act names the content that its maker saw (`content_hash`) and the stay at a stage for which it is "
        "meant (`visit`). Meanwhile the story was changed, or went to another stage, or somebody else took it.",
        remedy="Read the story again, and let a person decide again. Send the act with the new `content_hash` and "
        "`visit`, and with another `Idempotency-Key`.",
        members={
            "content_hash": "Of the latest version.",
            "visit": "The present stay at a stage; null where the story is in none.",
            "stage": "Name of that stage; null where the story is in none.",
            "changed": "What the latest version says differently, in the words of the editing form; empty where nobody "
            "kept the version that was seen.",
        },
        example={"content_hash": _HASH, "visit": 4712, "stage": "Copy and facts", "changed": ["Headline", "Byline"]},
    ),
    ProblemType(
        code="not-yours",
        status=403,
        title="Not yours to do",
        detail="The owner of the token may not do this.",
        meaning="The rules of the newsroom keep this from the owner of the token: they wrote or submitted the story, "
        "the stage waits for another desk, or they do not publish in its section.",
        remedy="`detail` says which rule it is. Somebody else must do it; `allowed_actions` of the story says what you "
        "may do.",
    ),
    ProblemType(
        code="refused",
        status=422,
        title="Refused",
        detail="This cannot be done with the story as it is.",
        meaning="The act was understood, and the state of the story rules it out: not every desk has signed it, a "
        "check stands in the way, a time has passed, or nothing is scheduled.",
        remedy="`detail` says what to do first.",
    ),
    ProblemType(
        code="idempotency-key-missing",
        status=400,
        title="Idempotency-Key missing",
        detail="Send an Idempotency-Key: one for each act that somebody decides, the same when you send it again.",
        meaning="Acts need a key of your own making, so that one that is sent twice is done once.",
        remedy='Send a header such as `Idempotency-Key: "8e03978e-40d5-43e8-bc93-6894a57f9324"`, up to 255 printable '
        "ASCII characters.",
    ),
    ProblemType(
        code="idempotency-key-reused",
        status=422,
        title="Idempotency-Key used for something else",
        detail="This Idempotency-Key came with another request before.",
        meaning="In the last 24 hours the same key came with another address or another body.",
        remedy="Make a new key for each act. To repeat one, send exactly what you sent first.",
    ),
    ProblemType(
        code="idempotency-key-in-use",
        status=409,
        title="Idempotency-Key in use",
        detail="The first request with this Idempotency-Key is still being answered.",
        meaning="The same act was sent again before the first one was answered.",
        remedy="Wait a moment and send it again: you get the answer of the first.",
    ),
)


class TokenRequired(exceptions.NotAuthenticated):
    default_detail = "Send the token of somebody who works here: Authorization: Bearer, a space, and the token."
    default_code = "token-required"


class InvalidBody(exceptions.APIException):
    """The JSON of an act is not what the act takes; maps names of members to sentences."""

    status_code = status.HTTP_422_UNPROCESSABLE_ENTITY
    default_code = "invalid-body"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(f"These members of the body are invalid: {', '.join(errors)}.")
        self.members = {"errors": [{"member": name, "detail": text} for name, text in errors.items()]}


class InvalidQuery(exceptions.APIException):
    """Query parameters that there are not, or that cannot be read; maps their names to sentences."""

    status_code = status.HTTP_400_BAD_REQUEST
    default_code = "invalid-parameter"

    def __init__(self, errors: Mapping[str, str]) -> None:
        super().__init__(f"These parameters are invalid: {', '.join(errors)}.")
        self.members = {"errors": [{"parameter": name, "detail": text} for name, text in errors.items()]}


def handle_exception(error: Exception, context: dict[str, Any]) -> HttpResponse | None:
    """DRF's exception handler for these views; what is not of the newsroom is left to that of the whole project."""
    match error:
        case StoryMovedOn():
            return problem("story-moved-on", str(error), **context["view"].where_it_is())
        case NotYours():
            return problem("not-yours", str(error))
        case Refused():
            return problem("refused", str(error))
        case ValidationError():
            return problem("refused", " ".join(error.messages))
        case PermissionDenied():
            return problem("not-yours")
        case Http404() | exceptions.NotFound():
            return problem("no-such-story")
    of_the_project: Any = api_settings.EXCEPTION_HANDLER
    response: HttpResponse | None = of_the_project(error, context)
    return response
