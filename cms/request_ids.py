"""An id for each request: in the answer's X-Request-ID, in every line of the log, in refusals, and in Celery's tasks.

django-guid does that. What stands here is the check of an id that somebody else has given.
"""

import re
from collections.abc import Awaitable, Callable

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

_UUID = re.compile(r"[0-9a-f]{8}(-?)[0-9a-f]{4}(\1[0-9a-f]{4}){2}\1[0-9a-f]{12}", re.IGNORECASE)
_HEADER = "HTTP_X_REQUEST_ID"


def drop_malformed(request: HttpRequest) -> None:
    """Forget an X-Request-ID that is no UUID, so that the request gets one.

    django-guid takes whatever `uuid.UUID` takes: braces, prefixes, and hyphens without end.
    """
    if not _UUID.fullmatch(request.META.get(_HEADER, "")):
        request.META.pop(_HEADER, None)


@sync_and_async_middleware
def request_id_middleware(
    get_response: Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]],
) -> Callable[[HttpRequest], HttpResponseBase | Awaitable[HttpResponseBase]]:
    """Stands before django-guid's own."""
    if iscoroutinefunction(get_response):

        async def in_a_loop(request: HttpRequest) -> HttpResponseBase:
            drop_malformed(request)
            return await get_response(request)

        return in_a_loop

    def in_a_thread(request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        drop_malformed(request)
        return get_response(request)

    return in_a_thread
