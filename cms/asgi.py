"""The ASGI application of the process `stream`. Everything else is served by cms/wsgi.py."""

import asyncio
import os
import signal
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

import django
from django.core.handlers.asgi import ASGIHandler

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")
django.setup(set_prefix=False)

from cms.signals import about_to_stop  # noqa: E402  # needs Django's settings

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[Mapping[str, Any]]]
Send = Callable[[Mapping[str, Any]], Awaitable[None]]


class Handler(ASGIHandler):
    """Django, for connections that stay open for long."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            await _live(receive, send)
        else:
            # Django's own `__call__` would give each connection a thread, and with it a connection to PostgreSQL, for
            # as long as it lasts. So they all share one for what is not asynchronous.
            await self.handle(scope, receive, send)


async def _live(receive: Receive, send: Send) -> None:
    """Say when the process is told to stop, which a server otherwise does only after the last connection has ended."""
    loop = asyncio.get_running_loop()
    message = await receive()
    while message["type"] != "lifespan.shutdown":
        for number in (signal.SIGTERM, signal.SIGINT):
            # Beside the server's own handler, which is the loop's and is called all the same.
            signal.signal(number, lambda *_: loop.call_soon_threadsafe(about_to_stop.send, Handler))
        await send({"type": "lifespan.startup.complete"})
        message = await receive()
    about_to_stop.send(Handler)
    await send({"type": "lifespan.shutdown.complete"})


application = Handler()
