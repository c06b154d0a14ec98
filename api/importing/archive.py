"""A whole archive: read a line at a time, written a batch at a time."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.db import reset_queries
from django.utils import timezone

from api.importing.lines import BadLine, Story, parse_line
from api.importing.write import write_batch
from cms.models import FrontPage

BATCH = 200
BATCH_BYTES = 4 * 1024 * 1024
MAX_LINE_BYTES = 8 * 1024 * 1024
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


@dataclass
class Summary:
    """How many lines came to what."""

    imported: int = 0
    updated: int = 0
    unchanged: int = 0
    refused: int = 0
    correct: int = 0
    """Lines without a fault, in a dry run."""


def import_archive(
    path: Path,
    *,
    front_page: FrontPage,
    dry_run: bool,
    on_refused: Callable[[BadLine], None],
    on_batch: Callable[[Summary, int], None],
) -> Summary:
    """Import an archive, or only check its lines, and say what became of them.

    `on_refused` is called for every line that is not imported; `on_batch` after every commit, with what has been done
    so far and the number of bytes read. What was committed stays when this is interrupted.
    """
    summary = Summary()
    with path.open("rb") as file, closing(_RepeatedIds()) as ids:
        for batch in _batches(file, path.parent, ids):
            stories = [one for one in batch if isinstance(one, Story)]
            refused = [one for one in batch if isinstance(one, BadLine)]
            if dry_run:
                summary.correct += len(stories)
            else:
                outcome = write_batch(stories, front_page)
                summary.imported += outcome.imported
                summary.updated += outcome.updated
                summary.unchanged += outcome.unchanged
                refused += outcome.refused
            summary.refused += len(refused)
            for bad in sorted(refused, key=lambda one: one.number):
                on_refused(bad)
            on_batch(summary, file.tell())
            reset_queries()  # With DEBUG Django keeps the SQL of thousands of queries, megabytes each.
    return summary


def _batches(file: BinaryIO, directory: Path, ids: "_RepeatedIds") -> Iterator[list[Story | BadLine]]:
    """At most `BATCH` lines or about `BATCH_BYTES` at a time; empty lines count, but stand for nothing."""
    now = timezone.now()
    batch: list[Story | BadLine] = []
    size = 0
    for number, line in _lines(file):
        if isinstance(line, BadLine):
            batch.append(line)
        elif line.strip():
            size += len(line)
            batch.append(ids.refuse_repeated(parse_line(number, line, directory=directory, now=now)))
        if len(batch) >= BATCH or size >= BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch


def _lines(file: BinaryIO) -> Iterator[tuple[int, bytes | BadLine]]:
    number = 0
    while line := file.readline(MAX_LINE_BYTES):
        number += 1
        if number == 1:
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if len(line) < MAX_LINE_BYTES or line.endswith(b"\n"):
            yield number, line
            continue
        while (rest := file.readline(MAX_LINE_BYTES)) and not rest.endswith(b"\n"):
            pass
        yield number, BadLine(number, f"longer than {MAX_LINE_BYTES // 1024 // 1024} megabytes")


class _RepeatedIds:
    """Remembers every id of the file. SQLite keeps them in a temporary file, so that memory does not grow with it."""

    def __init__(self) -> None:
        self._database = sqlite3.connect("", isolation_level=None)
        self._database.execute("PRAGMA journal_mode = OFF")
        self._database.execute("CREATE TABLE seen (id TEXT PRIMARY KEY, number INTEGER) WITHOUT ROWID")

    def refuse_repeated(self, line: Story | BadLine) -> Story | BadLine:
        if isinstance(line, BadLine):
            return line
        row = [line.external_id, line.number]
        if self._database.execute("INSERT OR IGNORE INTO seen VALUES (?, ?)", row).rowcount:
            return line
        found = self._database.execute("SELECT number FROM seen WHERE id = ?", row[:1]).fetchone()
        return BadLine(line.number, f'"id" was used by line {found[0]} already')

    def close(self) -> None:
        self._database.close()
