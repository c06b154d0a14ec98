"""Why somebody cannot have a stream."""

from rest_framework import exceptions, status

from cms.problems import ProblemType, declare

RETRY_SECONDS = 10

declare(
    ProblemType(
        code="stream-full",
        status=503,
        title="Stream full",
        detail="As many as can be are connected to the stream.",
        meaning="This server keeps a limited number of connections of `/api/v1/stream/` open, and has as many.",
        remedy="Try again after the number of seconds in `Retry-After`, or follow `/api/v1/changes/` meanwhile.",
    ),
    ProblemType(
        code="too-many-streams",
        status=429,
        title="Too many streams",
        detail="As many as can be are connected to the stream from this address.",
        meaning="There are several connections to `/api/v1/stream/` from your address already, and not more are taken.",
        remedy="Close those that you do not need: one for all tabs of a browser is enough. Then try again after the "
        "number of seconds in `Retry-After`.",
    ),
    ProblemType(
        code="stream-elsewhere",
        status=503,
        title="Stream elsewhere",
        detail="The stream is served by a process of its own, which this address does not lead to.",
        meaning="The newsroom's server has no route from this address to the process that serves the stream.",
        remedy="Tell the newsroom, whose operators set `STREAM_URL` or a route in their proxy; follow "
        "`/api/v1/changes/` meanwhile.",
    ),
)


class StreamFull(exceptions.APIException):
    """This process keeps no more connections open."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "As many as can be are connected to the stream."
    default_code = "stream-full"
    wait = RETRY_SECONDS


class TooManyStreams(exceptions.APIException):
    """One address keeps no more connections open."""

    status_code = status.HTTP_429_TOO_MANY_REQUESTS
    default_detail = "As many as can be are connected to the stream from this address."
    default_code = "too-many-streams"
    wait = RETRY_SECONDS


class StreamElsewhere(exceptions.APIException):
    """No other process is known that serves the stream."""

    status_code = status.HTTP_503_SERVICE_UNAVAILABLE
    default_detail = "The stream is served by a process of its own, which this address does not lead to."
    default_code = "stream-elsewhere"
