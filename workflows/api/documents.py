"""What the OpenAPI document of the workflow API says of each address."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from . import shapes

TITLE = "Copydesk workflow"
DESCRIPTION = (
    "The review by HTTP, for a newsroom's own programs: what people do in the admin, by the same rules, in the name of "
    "the owner of a token."
)
_PROBLEM = "application/problem+json"
_TEXTS = {
    400: "A parameter is unknown or cannot be read, or the `Idempotency-Key` is missing.",
    401: "There is no valid token of somebody who works here.",
    403: "The rules of the newsroom keep this from the owner of the token.",
    404: "There is no such story in the sections in which the owner of the token works.",
    409: "The story was changed, or is at another stage, than the act names; or the same act is being answered.",
    422: "The body cannot be read, the state of the story rules the act out, or the key came with another request.",
}
_ID = OpenApiParameter(
    "public_id",
    OpenApiTypes.UUID,
    OpenApiParameter.PATH,
    description="The id of the story, as the readers' API has it.",
)
_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="Of your own making, one for each act. Sent again with the same body within 24 hours, it gets the "
    "first answer again.",
)
_LIMIT = OpenApiParameter(
    "limit",
    {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
    OpenApiParameter.QUERY,
    description="How many stories, of each column.",
)


def _problems(*codes: int) -> dict[Any, OpenApiResponse]:
    return {(code, _PROBLEM): OpenApiResponse(shapes.ProblemShape, _TEXTS[code]) for code in codes}


def _query(name: str, text: str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, str, OpenApiParameter.QUERY, description=text, **options)


def _read(operation_id: str, summary: str, shape: Any, parameters: list[Any], *codes: int) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "tags": ["Reading"],
        "summary": summary,
        "description": summary + ".",
        "parameters": parameters,
        "responses": {200: OpenApiResponse(shape, "Found."), **_problems(400, 401, *codes)},
    }


def _act(operation_id: str, summary: str, text: str, body: Any = shapes.Act) -> dict[str, Any]:
    return {
        "operation_id": operation_id,
        "tags": ["Acting"],
        "summary": summary,
        "description": text,
        "parameters": [_ID, _KEY],
        "request": {"application/json": body},
        "responses": {
            200: OpenApiResponse(shapes.Story, "Done; this is the story now."),
            **_problems(400, 401, 403, 404, 409, 422),
        },
    }


ME = _read("getMe", "Whose token this is", shapes.Me, [])
STORY_LIST = _read(
    "listStories",
    "What is in hand, by the columns of the board",
    shapes.StoryList,
    [
        _query("column", "Only this column: its key, such as `drafts`, `stage-3`, `ready`, `scheduled`."),
        _query("desk", "Slug of a desk: only what waits at its stages."),
        _query("section", "Slug of a section; those in it are included."),
        _query("kind", "One kind of story."),
        _query("mine", "1 for what the owner of the token wrote, or has.", enum=["0", "1"]),
        _query("late", "1 for what is late.", enum=["0", "1"]),
        _query("q", "Words of the headline."),
        _LIMIT,
    ],
)
WAITING = _read("listWaiting", "What wants the signature of the owner of the token", shapes.WaitingList, [_LIMIT])
STORY = _read("getStory", "Where a story stands, and what may be done with it", shapes.Story, [_ID], 404)
CONTENT = _read("getContent", "What a signature of the latest version signs", shapes.Content, [_ID], 404)

SUBMIT = _act(
    "submit", "Submit", "The latest version goes to the first desk that has not signed it, or back into the review."
)
SIGN = _act(
    "sign",
    "Sign",
    "For the first desk of the owner of the token that the stage waits for. The last signature moves the story on. "
    "Nobody signs what they changed or submitted.",
    shapes.Sign,
)
SEND_BACK = _act("sendBack", "Send back", "To whoever submitted it, with the reason.", shapes.SendBack)
CLAIM = _act("claim", "Claim", "The owner of the token takes a story that nobody has.")
ASSIGN = _act("assign", "Assign", "To somebody who may do the work and is not away; both are told.", shapes.Assign)
GIVE_BACK = _act("giveBack", "Give back", "To the desk.")
PUBLISH = _act("publish", "Publish", "The version that every desk has signed, at once.")
SCHEDULE = _act(
    "schedule",
    "Schedule",
    "The version that every desk has signed, on the second; or another time. The latest takes the place of an earlier "
    "one that is scheduled, once every desk has signed it; until then the earlier one is moved.",
    shapes.Schedule,
)
HOLD = _act("hold", "Hold", "Stop the clock of a scheduled release; it stays signed.")
