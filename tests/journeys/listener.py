"""Somebody who listens to the stream, as a browser would."""

import json
import queue
import socket
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from http.client import HTTPConnection, HTTPException, HTTPResponse
from typing import Any, Self
from urllib.parse import urlsplit


class StreamListener:
    """One connection to the stream; what it hears is in `heard`, as (id, event, data)."""

    def __init__(self, url: str, *, last_id: str = "", **headers: str) -> None:
        self.last_id = last_id
        self.heard: list[tuple[str, str, Any]] = []
        self.ended = threading.Event()
        self._news: queue.Queue[None] = queue.Queue()
        given = {"Accept": "text/event-stream", **({"Last-Event-ID": last_id} if last_id else {}), **headers}
        self.url = url
        self.response = self._open(given)
        if self.response.status == 307:
            self.url = self.response.headers["Location"]
            self._connection.close()
            self.response = self._open(given)
        self.status = self.response.status
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def until(self, condition: Callable[[Self], object], *, within_seconds: float = 20) -> Self:
        """Wait for something to be true of what was heard."""
        deadline = time.monotonic() + within_seconds
        while not condition(self):
            left = deadline - time.monotonic()
            assert left > 0, f"heard only {self.heard[-5:]}, last id {self.last_id}"
            try:
                self._news.get(timeout=left)
            except queue.Empty:
                continue
        return self

    def close(self) -> None:
        # Not `response.close`, which waits for what the other thread is reading.
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join(5)
        self.response.close()
        self._connection.close()

    @property
    def events(self) -> list[str]:
        return [event for _id, event, _data in self.heard]

    def _open(self, headers: dict[str, str]) -> HTTPResponse:
        address = urlsplit(self.url)
        self._connection = HTTPConnection(address.netloc, timeout=60)
        self._connection.request("GET", f"{address.path}?{address.query}".rstrip("?"), headers=headers)
        self._socket = self._connection.sock
        return self._connection.getresponse()

    def _listen(self) -> None:
        block: dict[str, str] = {}
        try:
            for line in self.response:
                name, _, value = line.decode().rstrip("\n").partition(": ")
                if name:
                    block[name] = value
                    continue
                self.last_id = block.get("id", self.last_id)
                if "data" in block:
                    self.heard.append((self.last_id, block["event"], json.loads(block["data"])))
                block = {}
                self._news.put(None)
        except (OSError, ValueError, AttributeError, HTTPException):
            pass  # The connection was cut, by the server or by `close`.
        finally:
            self.ended.set()
            self._news.put(None)
