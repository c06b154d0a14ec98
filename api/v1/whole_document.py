"""What the OpenAPI document says of the whole API, and what every operation has in common.

Hooks of drf-spectacular: settings name them.
"""

import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from drf_spectacular.openapi import AutoSchema

from api.problem_pages import example_of
from cms.problems import MEDIA_TYPE, PROBLEMS

from .parameters import MAY_BE_EMPTY

Json = dict[str, Any]

EXAMPLES = Path(__file__).parent / "examples"
METHODS = ("get", "post", "put", "patch", "delete")
EXAMPLE_HOST = "https://cms.example.org"

TAGS = {
    "Stories": "Published stories: lists with filters and search, one story in full and in other forms, and what is "
    "related to it.",
    "Sections": "The parts of the publication in which stories sit.",
    "Topics": "What stories are about; a tree.",
    "Authors": "Who wrote them.",
    "Search": "What a reader may be about to type. Lists search too, with `q`.",
    "Routing": "What is at a path of the website.",
    "Sync": "For apps and search indexes that keep a copy of the publication, or want to be told at once.",
    "Previews": "Drafts, for a separate frontend that the newsroom itself looks at.",
}
"""What each tag of an operation stands for; a tag that is missing here has no operations in the document."""

_DESCRIPTION = """\
Published stories and related links, for websites and apps.

- Nothing that is unreviewed, under embargo, private or withdrawn is anywhere in it. A draft, a private story and a \
missing one give the same answer.
- Errors are problem documents (RFC 9457); the `type` of each leads to a page that explains it.
- Answers have strong ETags: send them back as `If-None-Match`, and what has not changed is answered with 304.
- Lists have `next` and `previous`. Cursors are opaque.
- Each address is answered with a slash at its end, too.
"""


class DocumentedView(AutoSchema):
    """How a view is described: what the API is about to drop is marked as such."""

    def get_description(self) -> str:
        text: str = super().get_description()
        scopes = ", ".join(f"`{scope}`" for scope in getattr(self.view, "scopes", ()))
        return f"{text} A key, where one is sent, needs the scope {scopes}." if scopes else text

    def is_deprecated(self) -> bool:
        return bool(super().is_deprecated() or getattr(self.view, "deprecation", None))

    def _get_parameters(self) -> list[Json]:
        parameters: list[Json] = super()._get_parameters()
        leaving = getattr(self.view, "deprecated_parameters", {})
        return [one | {"deprecated": True} if one["name"] in leaving else one for one in parameters]


def without_slashes(endpoints: list[Any]) -> list[Any]:
    """Leave out the second form of addresses, with a slash at its end, and what is no part of the contract."""
    return [one for one in endpoints if not one[0].endswith("/")]


def complete(result: Json, generator: Any, **kwargs: Any) -> Json:
    """Add what no single view knows: who answers, tags, examples, and the refusals that any address may give."""
    result = _without_generator_marks(result)
    result["info"] |= {
        "description": _DESCRIPTION,
        "contact": {"name": "The newsroom that runs this server"},
        # Of what the API gives; each story has its own terms.
        "license": {
            "name": "The terms of each story: rights.usage_terms",
            "identifier": "LicenseRef-Story-Usage-Terms",
        },
    }
    # Both shapes have all that a summary has, so that one excludes the other in no tool's eyes.
    either = result["components"]["schemas"]["AnyShape"]
    either["anyOf"] = either.pop("oneOf")
    operations = list(_operations(result))
    used = {tag for operation in operations for tag in operation["tags"]}
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items() if name in used]
    components = result["components"]
    components["headers"] = {
        "RequestId": {
            "description": "The id of this request, which is in the server's log; yours, if you sent a UUID.",
            "schema": {"type": "string"},
        },
        "ETag": {
            "description": "A strong validator of exactly these bytes.",
            "schema": {"type": "string"},
        },
        "CacheControl": {
            "description": "How long shared caches may keep the answer.",
            "schema": {"type": "string"},
        },
    }
    for operation in operations:
        _complete(operation)
    return result


def _complete(operation: Json) -> None:
    for parameter in operation.get("parameters", []):
        _refuse_empty(parameter)
    responses = operation["responses"]
    for status in (406, 500):
        if str(status) not in responses:
            responses[str(status)] = _refusal(status)
    for status, response in responses.items():
        headers = response.setdefault("headers", {})
        headers["X-Request-ID"] = {"$ref": "#/components/headers/RequestId"}
        if status == "200" and operation.get("security"):
            headers["Cache-Control"] = {"$ref": "#/components/headers/CacheControl"}
            headers["ETag"] = {"$ref": "#/components/headers/ETag"}
        for media_type, content in response.get("content", {}).items():
            if media_type == MEDIA_TYPE:
                content["examples"] = problem_examples(int(status))
            elif (example := _example(operation["operationId"], media_type)) is not None:
                content["example"] = example
    operation["responses"] = dict(sorted(responses.items()))


def _refuse_empty(parameter: Json) -> None:
    """Say of a query parameter that it is left out rather than empty, as `refuse_unknown` has it."""
    shape = parameter["schema"]
    if parameter["in"] != "query" or parameter["name"] in MAY_BE_EMPTY:
        return
    if shape.get("type") == "array":
        shape.setdefault("minItems", 1)
    elif shape.get("type") == "string" and "enum" not in shape:
        shape.setdefault("minLength", 1)


def _refusal(status: int) -> Json:
    texts = {406: "The request accepts no form that this address has.", 500: "We failed, and have written it down."}
    return {
        "description": texts[status],
        "content": {MEDIA_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}},
    }


@cache
def problem_examples(status: int) -> Json:
    """A document of each declared type with this status, as answers hold them."""
    examples = {}
    for kind in PROBLEMS.values():
        if kind.status == status:
            document = example_of(kind) | {"type": f"{EXAMPLE_HOST}/docs/problems/{kind.code}"}
            examples[kind.code] = {"summary": kind.title, "value": document}
    return examples


def _example(operation_id: str, media_type: str) -> Any:
    """What a seeded newsroom answers, from `examples/`; None where none is kept."""
    ending = {"application/json": "json", "text/markdown": "md", "text/event-stream": "txt"}.get(media_type)
    path = EXAMPLES / f"{operation_id}.{ending}"
    if ending is None or not path.exists():
        return None
    return json.loads(path.read_text()) if ending == "json" else path.read_text()


def _operations(result: Json) -> Iterator[Json]:
    for address in result["paths"].values():
        yield from (operation for method, operation in address.items() if method in METHODS)


def _without_generator_marks(value: Any) -> Any:
    """Take out the marks with which drf-spectacular would move enumerations elsewhere."""
    if isinstance(value, dict):
        return {name: _without_generator_marks(one) for name, one in value.items() if name != "x-spec-enum-id"}
    if isinstance(value, list):
        return [_without_generator_marks(one) for one in value]
    return value
