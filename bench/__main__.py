"""Measure the import of an archive and the reads of the API on it: make bench (STORIES=10000).

Works on servers and a database of its own in .local/bench/, which is left there for a second look.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

import psycopg

from cms.local.environment import PROJECT, build_test_environment
from cms.local.postgres import DATABASE
from cms.local.services import services

FOLDER = PROJECT / ".local" / "bench"
_SET_UP = "from workflows.newsroom import set_up; set_up(name='The Measured Courier')"


def main() -> int:
    stories = int(os.environ.get("STORIES", "10000"))
    FOLDER.mkdir(parents=True, exist_ok=True)
    with services(FOLDER, durable=False) as addresses:
        environment = build_test_environment() | addresses.as_environment() | {"MEDIA_ROOT": str(FOLDER / "media")}
        start_afresh(addresses.database_url)
        manage("migrate", "--noinput", environment=environment, quiet=True)
        manage("shell", "-c", _SET_UP, environment=environment, quiet=True)
        archive = make_archive(stories, environment)
        print(f"\nImport of {stories:,} stories, {archive.stat().st_size / stories / 1000:.1f} kB each", flush=True)
        seconds, peak_megabytes = measured("manage.py", "import_articles", str(archive), environment=environment)
        print(f"{seconds:.0f} s, {stories / seconds:.0f} stories/s, peak memory {peak_megabytes:.0f} MB\n", flush=True)
        explained = subprocess.run([sys.executable, "-m", "bench.explain"], cwd=PROJECT, env=environment).returncode
        print("\nReads", flush=True)
        return (
            explained or subprocess.run([sys.executable, "-m", "bench.reads"], cwd=PROJECT, env=environment).returncode
        )


def start_afresh(database_url: str) -> None:
    """Replace the database of the last run by an empty one."""
    server = database_url.replace(f"/{DATABASE}", "/postgres", 1)
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        connection.execute(f"CREATE DATABASE {DATABASE}")


def make_archive(stories: int, environment: dict[str, str]) -> Path:
    """An archive of that many made-up stories, made once."""
    path = FOLDER / f"archive-{stories}.ndjson"
    if not path.exists():
        with path.open("wb") as file:
            subprocess.run(
                [sys.executable, "-m", "bench.make_archive", "--stories", str(stories)],
                cwd=PROJECT,
                env=environment,
                stdout=file,
                check=True,
            )
    return path


def manage(*arguments: str, environment: dict[str, str], quiet: bool = False) -> None:
    subprocess.run(
        [sys.executable, "manage.py", *arguments],
        cwd=PROJECT,
        env=environment,
        stdout=subprocess.DEVNULL if quiet else None,
        check=True,
    )


def measured(*arguments: str, environment: dict[str, str]) -> tuple[float, float]:
    """Wall seconds and peak resident megabytes of a Python program."""
    started = time.monotonic()
    process = subprocess.Popen([sys.executable, *arguments], cwd=PROJECT, env=environment)
    _pid, status, usage = os.wait4(process.pid, 0)
    if status:
        raise SystemExit(f"{' '.join(arguments)} failed")
    kilobytes = usage.ru_maxrss if sys.platform != "darwin" else usage.ru_maxrss / 1024
    return time.monotonic() - started, kilobytes / 1024


if __name__ == "__main__":
    sys.exit(main())
