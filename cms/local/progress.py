"""A line for each thing that takes time: what it is at once, and its seconds when it is done."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TextIO


@contextmanager
def step(label: str, stream: TextIO) -> Iterator[None]:
    """Print `label` to `stream`, and at the end of the block the seconds that it took."""
    print(f"  {label:<28}", end="", file=stream, flush=True)
    started = time.monotonic()
    try:
        yield
    except BaseException:
        print("  failed", file=stream, flush=True)
        raise
    print(f"{time.monotonic() - started:6.1f} s", file=stream, flush=True)
