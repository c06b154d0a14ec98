"""Archives to import, and the import as an operator runs it."""

import copy
import io
import json
from pathlib import Path
from typing import Any

from django.core.management import call_command
from django.core.management.base import CommandError

LINE: dict[str, Any] = {
    "id": "ferry-1",
    "slug": "ferry-late",
    "title": "Ferry late again",
    "standfirst": "The ferry left two hours late.",
    "section": "Harbour & Docks",
    "authors": ["Ottoline Quay", "Bram Winter"],
    "topics": ["Ferries", "Public transport"],
    "published_at": "2019-04-17T09:00:00Z",
    "body": [
        {"type": "paragraph", "text": "It was <b>two</b> hours late & full.\nNobody knew why.\n\nIt left at noon."},
        {"type": "heading", "text": "What the harbour master says"},
        {"type": "quote", "text": "We waited.", "attribution": "Odalys Brindle"},
    ],
}


def line(number: int = 1, **fields: Any) -> dict[str, Any]:
    return copy.deepcopy(LINE) | {"id": f"ferry-{number}", "slug": f"ferry-late-{number}"} | fields


def write_lines(folder: Path, *lines: Any) -> Path:
    path = folder / "archive.ndjson"
    path.write_bytes(b"".join((one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in lines))
    return path


def run(path: Path, **options: Any) -> tuple[str, str, int]:
    """What the command printed to both outputs, and its exit code."""
    out, err, code = io.StringIO(), io.StringIO(), 0
    try:
        call_command("import_articles", path, stdout=out, stderr=err, **options)
    except CommandError as error:
        code = error.returncode
    return out.getvalue(), err.getvalue(), code
