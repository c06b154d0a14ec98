"""Hands the reader out: its files as they are, and its one page at any other path, with the status that is true there.

    python serve.py --port 3000 --api http://127.0.0.1:8000

Python's standard library is enough. The server listens on this machine only; README.md says what belongs in front of a
public one.
"""

import argparse
import json
import os
import sys
from dataclasses import dataclass
from functools import partial
from http.client import HTTPException
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.error import HTTPError
from urllib.parse import quote, urlencode, urlsplit
from urllib.request import Request, urlopen

SITE = Path(__file__).resolve().parent / "site"
PATIENCE_SECONDS = 5
OWN_PAGES = ("/", "/search/", "/preview/")
"""Paths that the reader answers itself; what is at any other the API knows."""
RESOLVED = "<!-- resolved -->"
"""Where index.html takes what the API knows of the path, so that the browser need not ask again."""


@dataclass(frozen=True)
class Configuration:
    """Where the API is. `preview_from` are the origins that may show a draft in a frame: the admin's."""

    api: str
    stream: str
    name: str
    media: tuple[str, ...] = ()
    preview_from: tuple[str, ...] = ()

    def as_module(self) -> str:
        """config.js, which the scripts import."""
        values = {"api": self.api, "stream": self.stream, "name": self.name}
        return f"export const config = {json.dumps(values, indent=2)};\n"

    def policy(self) -> str:
        """The Content-Security-Policy: scripts and styles of ours alone, data from the API alone."""
        api = _origin(self.api)
        pictures = " ".join(dict.fromkeys([api, *map(_origin, self.media)]))
        connections = " ".join(dict.fromkeys([api, _origin(self.stream)]))
        frames = " ".join(["'self'", api, *map(_origin, self.preview_from)])
        return "; ".join(
            [
                "default-src 'none'",
                "script-src 'self'",
                "style-src 'self'",
                f"img-src 'self' {pictures}",
                f"connect-src 'self' {connections}",
                # Embeds, after the reader has agreed to each of them.
                "frame-src https:",
                "base-uri 'none'",
                "form-action 'self'",
                f"frame-ancestors {frames}",
                "require-trusted-types-for 'script'",
                "trusted-types reader",
            ]
        )


@dataclass(frozen=True)
class Found:
    """What is at a path: the status to answer with, where it has moved to, and what the page is told."""

    status: int
    location: str = ""
    resolved: Any = None


def find(path: str, configuration: Configuration) -> Found:
    """Ask the API what is at `path`. 503 when it does not answer: the page says so and tries again."""
    if path in OWN_PAGES:
        return Found(200)
    question = f"{configuration.api}/api/v1/resolve/?{urlencode({'path': path})}"
    try:
        with urlopen(Request(question, headers={"Accept": "application/json"}), timeout=PATIENCE_SECONDS) as answer:
            resolved = json.load(answer)
    except HTTPError as error:
        with error:
            known = error.code in (400, 404)
            return Found(404, resolved={"type": "missing", "path": path, "status": 404}) if known else Found(503)
    except (OSError, HTTPException, ValueError):
        return Found(503)
    if resolved["type"] == "redirect":
        return Found(resolved["status"], location=resolved["location"])
    if resolved["status"] == 200 and resolved["path"] != path:
        return Found(301, location=resolved["path"])
    return Found(resolved["status"], resolved=resolved)


class Handler(SimpleHTTPRequestHandler):
    """Answers GET and HEAD."""

    protocol_version = "HTTP/1.1"
    extensions_map = {**SimpleHTTPRequestHandler.extensions_map, ".js": "text/javascript; charset=utf-8"}

    def __init__(self, *arguments: Any, configuration: Configuration, **named: Any) -> None:
        self.configuration = configuration
        super().__init__(*arguments, directory=str(SITE), **named)

    def do_GET(self) -> None:
        self._answer()

    def do_HEAD(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = urlsplit(self.path).path
        if path == "/config.js":
            self._send(200, self.configuration.as_module(), "text/javascript; charset=utf-8")
        elif self._is_file():
            if self.command == "HEAD":
                super().do_HEAD()
            else:
                super().do_GET()
        else:
            self._send_page(path)

    def _is_file(self) -> bool:
        file = Path(self.translate_path(self.path)).resolve()
        return file.is_file() and file.is_relative_to(SITE) and file.name != "index.html"

    def _send_page(self, path: str) -> None:
        found = find(path, self.configuration)
        if found.location:
            query = urlsplit(self.path).query
            location = quote(found.location, safe="/:?#[]@!$&'()*+,;=%~")
            self._send(found.status, "", "text/plain", Location=f"{location}?{query}" if query else location)
            return
        # "<" must not end the script element that this stands in.
        resolved = json.dumps(found.resolved).replace("<", "\\u003c")
        page = (SITE / "index.html").read_text(encoding="utf-8").replace(RESOLVED, resolved)
        headers = {"Content-Security-Policy": self.configuration.policy()}
        if found.status == 503:
            headers["Retry-After"] = "5"
        if path == "/preview/":
            # The address of a preview is a secret.
            headers |= {"X-Robots-Tag": "noindex", "Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}
        self._send(found.status, page, "text/html; charset=utf-8", **headers)

    def _send(self, status: int, text: str, media_type: str, **headers: str) -> None:
        data = text.encode()
        self.send_response(status)
        self.send_header("Content-Type", media_type)
        self.send_header("Content-Length", str(len(data)))
        self._given = set(headers)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(data)

    def end_headers(self) -> None:
        given = getattr(self, "_given", set())
        for name, value in {
            "Cache-Control": "no-cache",
            "Referrer-Policy": "strict-origin-when-cross-origin",
            "X-Content-Type-Options": "nosniff",
        }.items():
            if name not in given:
                self.send_header(name, value)
        self._given = set()
        super().end_headers()

    def log_message(self, format: str, *arguments: Any) -> None:  # noqa: A002  # the name that http.server gave it
        if os.environ.get("READER_LOG"):
            super().log_message(format, *arguments)


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def main() -> int:
    """Serve until told to stop and return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=3000)
    parser.add_argument("--api", default="http://127.0.0.1:8000", help="where Copydesk answers")
    parser.add_argument("--stream", default="", help="address of the stream, where it is not under the API's")
    parser.add_argument("--name", default="The Wexcombe Courier", help="name of the newspaper")
    parser.add_argument("--media", action="append", default=[], help="origin of the pictures, where it is another")
    parser.add_argument("--preview-from", action="append", default=[], help="origin of the admin, where it is another")
    options = parser.parse_args()
    api = options.api.rstrip("/")
    configuration = Configuration(
        api=api,
        stream=options.stream or f"{api}/api/v1/stream/",
        name=options.name,
        media=tuple(options.media),
        preview_from=tuple(options.preview_from),
    )
    try:
        server = ThreadingHTTPServer(("127.0.0.1", options.port), partial(Handler, configuration=configuration))
    except OSError as error:
        print(f"The reader cannot listen on port {options.port}: {error.strerror}. Choose another with --port.")
        return 1
    print(f"The reader is at http://127.0.0.1:{options.port}/ and reads {api}", flush=True)
    with server:
        try:
            server.serve_forever()
        except KeyboardInterrupt:
            print("The reader stops.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
