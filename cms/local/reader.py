"""The example of a website, examples/reader/, which `make run` starts beside the newsroom."""

import itertools
import shlex
import sys
from collections.abc import Mapping

from cms.local.servers import is_free

FIRST_PORT = 3000


def place_reader(environment: Mapping[str, str], *, taken: tuple[int, ...]) -> dict[str, str]:
    """The variables by which newsroom and reader know of each other; none where the newsroom has a website already.

    The reader takes the first free port from 3000 on; `taken` are ports that are about to be.
    """
    if environment.get("FRONTEND_URL"):
        return {}
    port = next(port for port in itertools.count(FIRST_PORT) if port not in taken and is_free(port))
    origins = [f"http://127.0.0.1:{port}", f"http://localhost:{port}"]
    allowed = [origin for origin in environment.get("CORS_ALLOWED_ORIGINS", "").split(",") if origin]
    return {
        "READER_PORT": str(port),
        "FRONTEND_URL": origins[0],
        "PREVIEW_URL": environment.get("PREVIEW_URL") or f"{origins[0]}/preview/",
        "CORS_ALLOWED_ORIGINS": ",".join(dict.fromkeys([*allowed, *origins])),
    }


def build_reader_command(environment: Mapping[str, str]) -> dict[str, str]:
    """The process of the reader by its name, as a Procfile would have it; none where there is no reader."""
    if "READER_PORT" not in environment:
        return {}
    words = [sys.executable, "examples/reader/serve.py", "--port", environment["READER_PORT"]]
    words += ["--api", environment["BASE_URL"], "--stream", environment["STREAM_URL"]]
    # The admin, which shows drafts in a frame, answers under both names.
    words += ["--preview-from", f"http://localhost:{environment['PORT']}"]
    return {"reader": f"exec {shlex.join(words)}"}


def describe_reader(environment: Mapping[str, str]) -> str:
    """Where the reader is, in words for whoever started it; empty where there is none."""
    if "READER_PORT" not in environment:
        return ""
    instead = "" if environment["READER_PORT"] == str(FIRST_PORT) else f"  (port {FIRST_PORT} is taken)"
    return f"    Reader     {environment['FRONTEND_URL']}/{instead}"
