"""What the OpenAPI document says of the stream."""

from typing import Any

from drf_spectacular.utils import OpenApiExample, OpenApiParameter, OpenApiResponse

from api.models import Change
from api.representation import schema
from cms.problems import MEDIA_TYPE

_EXAMPLE = """retry: 2711
id: 4710

id: 4711
event: published
data: {"event":"published","id":"8f1c2f0e-0d5c-4f0e-9a59-7f1f1f0a4b11","at":"2026-05-04T06:00:00Z","version":1,\
"reason":null,"article":{"title":"The ferry sails again"}}

: still here
id: 4711

id: 4712
event: withdrawn
data: {"event":"withdrawn","id":"8f1c2f0e-0d5c-4f0e-9a59-7f1f1f0a4b11","at":"2026-05-04T06:20:00Z","version":1,\
"reason":"The ferry never sailed.","article":null}

"""

_PROBLEMS = {
    (code, MEDIA_TYPE): OpenApiResponse(schema.ProblemSerializer, text)
    for code, text in {
        400: "A parameter is unknown, repeated or cannot be read; `errors` names it.",
        401: "The key is not valid, or one is needed and missing.",
        403: "The key lacks the scope that `scope` names.",
        410: "What happened after the event in `after` is not kept any more.",
        429: "More was asked, or more is connected, than is allowed; `Retry-After` says when to try again.",
        503: "As many are connected as can be, or the stream is not served here.",
    }.items()
}

STREAM: dict[str, Any] = {
    "operation_id": "streamChanges",
    "tags": ["Sync"],
    "summary": "Be told of changes as they happen",
    "description": (
        "Server-sent events, for `EventSource`: `published`, `updated` and `withdrawn`, with the item of `/changes/` "
        "in `shape=summary` as data. A connection that ends is made again by the browser and goes on behind the last "
        "event. Where too much has happened since, it begins with the event `resync`: fetch again what you show."
    ),
    "parameters": [
        OpenApiParameter(
            "after",
            {"type": "integer", "minimum": 0},
            OpenApiParameter.QUERY,
            description="The last event that you have; too old an event answers 410 of type `cursor-expired`.",
        ),
        OpenApiParameter(
            "Last-Event-ID",
            {"type": "integer", "minimum": 0},
            OpenApiParameter.HEADER,
            description="The same, sent by browsers that reconnect; it outranks `after`, and too old a one is answered "
            "with the event `resync`.",
        ),
        OpenApiParameter(
            "section",
            str,
            OpenApiParameter.QUERY,
            description="Slug of a section: only stories that are or were in it, or in one below it.",
        ),
        OpenApiParameter(
            "breaking",
            bool,
            OpenApiParameter.QUERY,
            description="Only what is or was breaking news, or only the rest.",
        ),
        OpenApiParameter(
            "events",
            str,
            OpenApiParameter.QUERY,
            description="Only these events.",
            enum=list(Change.Event.values),
            many=True,
            explode=False,
            style="form",
        ),
    ],
    "responses": {
        (200, "text/event-stream"): OpenApiResponse(
            {"type": "string"},
            "An event stream that does not end by itself. Comments come every few seconds where nothing happens.",
            examples=[OpenApiExample("Published, then withdrawn", value=_EXAMPLE, media_type="text/event-stream")],
        ),
        307: OpenApiResponse(description="The stream is at another address, which `EventSource` follows."),
        **_PROBLEMS,
    },
}
