"""What reads cost: python -m bench.reads [--seconds 5] [--json FILE], on a database that holds many stories.

Starts the server as in production, asks for each kind of read over 1 and 16 connections after a warm-up, and prints
requests a second, the middle and the slowest hundredth of the answers, CPU milliseconds of the server and of
PostgreSQL a request, SQL queries and bytes. Beside it, in the same run and on the same stories: a bare Django view, an
ordinary serializer of Django REST framework, and Wagtail's own API. CPU time stays comparable on a machine that has
other work; requests a second do not. With wrk on the machine it asks; without it a Python program does, which is slow
itself, so that only the CPU figures count.
"""

import argparse
import itertools
import json
import os
import re
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import django
import psutil

from bench.__main__ import FOLDER
from cms.local.environment import PROJECT
from cms.local.processes import read_procfile
from cms.local.servers import is_free

PORT = 8961
DISTINCT = 400
"""Addresses asked in turn, so that no answer is simply remembered."""
_LUA = """
local paths = {}
for line in io.lines("%s") do paths[#paths + 1] = line end
local at = 0
request = function() at = at %% #paths + 1; return wrk.format("GET", paths[at]) end
"""


@dataclass(frozen=True)
class Read:
    name: str
    paths: list[str]
    rival: str = ""
    """Whose read it is; empty for ours."""


@dataclass(frozen=True)
class Result:
    name: str
    rival: str
    connections: int
    requests: int
    per_second: float
    p50_ms: float
    p99_ms: float
    server_ms: float
    database_ms: float
    queries: int
    bytes: int

    @property
    def cpu_ms(self) -> float:
        return self.server_ms + self.database_ms


def main() -> int:
    parser = argparse.ArgumentParser(description="Measure what reads of the API cost.")
    parser.add_argument("--seconds", type=float, default=5, help="how long each kind of read is asked for")
    parser.add_argument("--json", type=Path, help="where to write the results")
    options = parser.parse_args()
    os.environ["DJANGO_SETTINGS_MODULE"] = "bench.rivals.settings"
    django.setup()
    reads = choose_reads()
    results: list[Result] = []
    print(_HEAD)
    with running_server() as server:
        for read, connections in itertools.product(reads, (1, 16)):
            results.append(measure(read, connections=connections, seconds=options.seconds, server=server))
            print(_line(results[-1]), flush=True)
        megabytes = max(process.memory_info().rss for process in _family(server)) / 1e6
    print(f"\nMemory of a web process: {megabytes:.0f} MB")
    print_ratios(results)
    if options.json:
        options.json.write_text(json.dumps([asdict(result) for result in results], indent=2) + "\n", "utf-8")
    return 0


def choose_reads() -> list[Read]:
    """Each kind of read, with addresses of stories from all over the shelf."""
    from api.models import PublishedArticle
    from cms.models import Article, Section

    shelf = PublishedArticle.objects.order_by("-published_at")
    step = max(shelf.count() // DISTINCT, 1)
    rows = list(shelf.only("public_id", "section", "topic_slugs", "title")[::step])[:DISTINCT]
    sections = sorted({row.section for row in rows})
    topics = sorted({slug for row in rows for slug in row.topic_slugs})[:DISTINCT]
    words = sorted({max(row.title.split(), key=len).strip(".,:'\"").lower() for row in rows})
    pages = {one.slug: one for one in Section.objects.filter(slug__in=sections)}
    ids = dict(Article.objects.filter(public_id__in=[row.public_id for row in rows]).values_list("public_id", "pk"))
    api = "/api/v1"
    fields = "fields=standfirst,kind,kicker,byline(author),topic_links(topic),lead_image"
    pages_v2 = f"/wagtail/v2/pages/?type=cms.Article&limit=20&{fields}"
    return [
        Read("bare view", ["/bare/"], "Django"),
        Read("detail", [f"{api}/articles/{row.public_id}" for row in rows]),
        Read("20 newest", [f"{api}/articles"]),
        Read("section", [f"{api}/articles?section={slug}" for slug in sections]),
        Read("topic", [f"{api}/articles?topic={slug}" for slug in topics]),
        Read(
            "topic and section",
            [f"{api}/articles?topic={row.topic_slugs[0]}&section={row.section}" for row in rows if row.topic_slugs],
        ),
        Read("deep page", _deep_pages()),
        Read("search", [f"{api}/articles?q={word}" for word in words]),
        Read("search by relevance", [f"{api}/articles?q={word}&order=relevance" for word in words]),
        Read("related", [f"{api}/articles/{row.public_id}/related" for row in rows]),
        Read("changes", [f"{api}/changes?shape=summary&limit=20"]),
        Read("detail", [f"/ordinary/{row.public_id}/" for row in rows], "ordinary DRF"),
        Read("20 newest", ["/ordinary/?limit=20"], "ordinary DRF"),
        Read("section", [f"/ordinary/?limit=20&section={page.path}" for page in pages.values()], "ordinary DRF"),
        Read("detail", [f"/wagtail/v2/pages/{pk}/?fields=*" for pk in ids.values()], "Wagtail v2"),
        Read("20 newest", [f"{pages_v2}&order=-first_published_at"], "Wagtail v2"),
        Read("section", [f"{pages_v2}&descendant_of={page.pk}" for page in pages.values()], "Wagtail v2"),
        Read("search", [f"{pages_v2}&search={word}" for word in words], "Wagtail v2"),
    ]


def _deep_pages() -> list[str]:
    from django.test import Client

    client, address = Client(headers={"host": "localhost"}), "/api/v1/articles?limit=20"
    for _ in range(40):
        following = urlsplit(client.get(address).json()["next"] or "")
        if not following.query:
            break
        address = f"{following.path}?{following.query}"
    return [address]


@contextmanager
def running_server() -> Iterator[psutil.Process]:
    """The web process of the Procfile with the rivals beside it; two workers."""
    command = read_procfile(PROJECT / "Procfile")["web"]
    if not is_free(PORT):
        raise SystemExit(f"Port {PORT} of this machine is taken.")
    environment = os.environ | {"PORT": str(PORT), "WEB_WORKERS": "2", "DEBUG": "0", "PLAIN_STATIC_FILES": "1"}
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    process = subprocess.Popen(["sh", "-c", command], cwd=PROJECT, env=environment | {"PATH": path})
    try:
        deadline = time.monotonic() + 60
        while not _answers("/health/live"):
            if process.poll() is not None or time.monotonic() > deadline:
                raise SystemExit("The web server does not start.")
            time.sleep(0.2)
        yield psutil.Process(process.pid)
    finally:
        process.terminate()
        process.wait(timeout=60)


def measure(read: Read, *, connections: int, seconds: float, server: psutil.Process) -> Result:
    """Ask for one kind of read for a while, after a moment that does not count: imports, plans, caches."""
    _drive(read.paths, connections=connections, seconds=min(seconds, 1))
    before = _cpu_seconds(server)
    count, per_second, p50, p99 = _drive(read.paths, connections=connections, seconds=seconds)
    after = _cpu_seconds(server)
    queries, length = _look(read.paths[0])
    return Result(
        name=read.name,
        rival=read.rival,
        connections=connections,
        requests=count,
        per_second=per_second,
        p50_ms=p50,
        p99_ms=p99,
        server_ms=(after[0] - before[0]) / count * 1000,
        database_ms=(after[1] - before[1]) / count * 1000,
        queries=queries,
        bytes=length,
    )


def _family(server: psutil.Process) -> list[psutil.Process]:
    return [server, *server.children(recursive=True)]


def _cpu_seconds(server: psutil.Process) -> tuple[float, float]:
    """User and system time so far of the web server, and of PostgreSQL with all its connections."""
    postmaster = _postmaster()
    web = sum(sum(process.cpu_times()[:2]) for process in _family(server))
    # The times of children that have ended count too: a connection may end while it is measured.
    database = sum(sum(process.cpu_times()[:2]) for process in postmaster.children(recursive=True))
    return web, database + sum(postmaster.cpu_times()[2:4])


def _postmaster() -> psutil.Process:
    pid = int((FOLDER / "postgres" / "postmaster.pid").read_text().split("\n", 1)[0])
    return psutil.Process(pid)


def _drive(paths: Sequence[str], *, connections: int, seconds: float) -> tuple[int, float, float, float]:
    """Requests that were answered, requests a second, and the middle and 99th percentile in milliseconds."""
    if shutil.which("wrk"):
        return _drive_with_wrk(paths, connections=connections, seconds=seconds)
    times: list[float] = []
    ends = time.monotonic() + seconds

    def ask(first: int) -> None:
        connection = HTTPConnection("127.0.0.1", PORT, timeout=60)
        for path in itertools.islice(itertools.cycle(paths), first, None):
            started = time.monotonic()
            if started > ends:
                break
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
            times.append(time.monotonic() - started)
        connection.close()

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(connections)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    middle, slow = (sorted(times)[int(len(times) * share)] * 1000 for share in (0.5, 0.99))
    return len(times), len(times) / seconds, middle, slow


def _drive_with_wrk(paths: Sequence[str], *, connections: int, seconds: float) -> tuple[int, float, float, float]:
    listed, script = FOLDER / "paths.txt", FOLDER / "paths.lua"
    listed.write_text("\n".join(paths) + "\n")
    script.write_text(_LUA % listed)
    command = ["wrk", "-t1", f"-c{connections}", f"-d{max(round(seconds), 1)}s", "--latency", "--timeout", "30s"]
    said = subprocess.run(
        [*command, "-s", str(script), f"http://127.0.0.1:{PORT}"], capture_output=True, text=True, check=True
    ).stdout
    if "Non-2xx" in said:
        raise SystemExit(f"{paths[0]} and others were not answered with 200:\n{said}")
    count = int(_found(r"(\d+) requests in", said))
    return (
        count,
        float(_found(r"Requests/sec:\s+([\d.]+)", said)),
        _milliseconds(said, "50%"),
        _milliseconds(said, "99%"),
    )


def _found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    if match is None:
        raise SystemExit(f"wrk said something unknown:\n{text}")
    return match.group(1)


def _milliseconds(said: str, share: str) -> float:
    text = _found(rf"{share}\s+([\d.]+(?:us|ms|s))", said)
    number = float(re.sub("[a-z]+", "", text))
    return number / 1000 if text.endswith("us") else number if text.endswith("ms") else number * 1000


def _look(path: str) -> tuple[int, int]:
    """How many queries a read makes, and how long its answer is."""
    from django.db import connection
    from django.test import Client
    from django.test.utils import CaptureQueriesContext

    client = Client(headers={"host": "localhost"})
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(path)
    return len(captured), len(answer.content)


def _answers(path: str) -> bool:
    connection = HTTPConnection("127.0.0.1", PORT, timeout=5)
    try:
        connection.request("GET", path)
        return connection.getresponse().status == 200
    except OSError:
        return False
    finally:
        connection.close()


_HEAD = (
    f"{'read':20} {'by':13} {'conn.':>5} {'req/s':>7} {'p50 ms':>7} {'p99 ms':>7} "
    f"{'server':>7} {'database':>8} {'CPU ms':>7} {'queries':>7} {'bytes':>7}"
)


def _line(one: Result) -> str:
    return (
        f"{one.name:20} {one.rival or 'Copydesk':13} {one.connections:5} {one.per_second:7.0f} {one.p50_ms:7.1f} "
        f"{one.p99_ms:7.1f} {one.server_ms:7.2f} {one.database_ms:8.2f} {one.cpu_ms:7.2f} {one.queries:7} {one.bytes:7}"
    )


def print_ratios(results: Sequence[Result]) -> None:
    """Our CPU time a request beside that of others, one connection at a time."""
    alone = {(one.name, one.rival): one.cpu_ms for one in results if one.connections == 1}
    bare = alone["bare view", "Django"]
    print(f"\n{'read':20} {'of a bare view':>14}  {'rivals cost, times ours':>24}")
    for (name, rival), ours in alone.items():
        if not rival:
            others = [f"{other} {cost / ours:.0f}" for (what, other), cost in alone.items() if what == name and other]
            print(f"{name:20} {ours / bare:14.1f}  {', '.join(others):>24}")


if __name__ == "__main__":
    sys.exit(main())
