"""The processes of a Procfile: started together, their output side by side, stopped together."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO

from honcho.colour import get_colours
from honcho.environ import parse_procfile
from honcho.printer import Message, Printer

STOP_SECONDS = 10


class Interrupted(BaseException):
    """Somebody asked the program to stop: Ctrl-C, SIGTERM, or a closed terminal."""


@contextmanager
def interruptible() -> Iterator[None]:
    """Within the block the first SIGINT, SIGTERM or SIGHUP raises Interrupted; later ones do nothing."""
    signals = [signal.SIGINT, signal.SIGTERM]
    if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:  # which is what nohup asks for
        signals.append(signal.SIGHUP)

    def interrupt(number: int, frame: object) -> None:
        for each in signals:
            signal.signal(each, lambda *_: None)
        raise Interrupted(signal.Signals(number).name)

    before = {each: signal.signal(each, interrupt) for each in signals}
    try:
        yield
    finally:
        for each, handler in before.items():
            signal.signal(each, handler)


def read_procfile(path: Path) -> dict[str, str]:
    """The shell command of each process, by name and in the order of the file."""
    return dict(parse_procfile(path.read_text()).processes)


@dataclass
class _Process:
    name: str
    popen: subprocess.Popen[bytes]
    reader: threading.Thread


class Processes:
    """Shell commands that run together. Each leads a process group of its own, so that nothing it starts is missed."""

    def __init__(self, commands: Mapping[str, str], *, environment: Mapping[str, str], folder: Path) -> None:
        self._commands = commands
        self._environment = environment
        self._folder = folder
        self._running: list[_Process] = []
        self._printer = Printer(sys.stdout, width=max(map(len, commands), default=0))
        self._printing = threading.Lock()

    def start(self) -> list[int]:
        """Start every command and return their process ids, which are those of their groups too."""
        colours = get_colours()
        for name, command in self._commands.items():
            popen = subprocess.Popen(
                ["/bin/sh", "-c", command],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                env=dict(self._environment),
                cwd=self._folder,
                start_new_session=True,
            )
            reader = threading.Thread(target=self._relay, args=(name, popen.stdout, next(colours)), daemon=True)
            reader.start()
            self._running.append(_Process(name, popen, reader))
        return [process.popen.pid for process in self._running]

    def find_ended(self) -> str | None:
        """A sentence about the first process that has ended, or None while all run."""
        for process in self._running:
            code = process.popen.poll()
            if code is not None:
                how = f"was stopped by {signal.Signals(-code).name}" if code < 0 else f"ended with code {code}"
                return f"{process.name} {how}"
        return None

    def stop(self) -> None:
        """Ask each process to stop, wait, then end what is left of its group."""
        for process in self._running:
            # Only the first process of the group: a Celery worker whose children are told too drops what they hold.
            with suppress(ProcessLookupError):
                process.popen.terminate()
        deadline = time.monotonic() + STOP_SECONDS
        for process in self._running:
            with suppress(subprocess.TimeoutExpired):
                process.popen.wait(max(0.1, deadline - time.monotonic()))
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.popen.pid, signal.SIGKILL)
            process.popen.wait()
            process.reader.join(2)
        self._running = []

    def say(self, text: str) -> None:
        """Print `text` between the lines of the processes, without a prefix."""
        with self._printing:
            print(text, flush=True)

    def _relay(self, name: str, output: IO[bytes], colour: str) -> None:
        with output:
            for line in output:
                # Nobody may be reading any more (`make run | head`), but the process is not to block on a full pipe.
                with suppress(OSError), self._printing:
                    self._printer.write(Message("line", line, datetime.now().astimezone(), name, colour))
