"""Real caches in front of a running newsroom: Varnish and nginx as deploy/ configures them, on loopback."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import Request, urlopen

from cms.local.environment import PROJECT

PATIENCE_SECONDS = 20


@dataclass(frozen=True)
class Seen:
    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def from_cache(self) -> bool:
        return self.headers.get("x-cache", "") in ("HIT", "STALE", "UPDATING", "REVALIDATED")


@dataclass(frozen=True)
class Edge:
    """A cache that runs."""

    kind: str
    url: str
    target: str
    """What PURGE_TARGETS says of it."""

    def get(self, path: str, method: str = "GET", **headers: str) -> Seen:
        """What a reader gets, without following a redirect's address anywhere else."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        try:
            with urlopen(Request(self.url + path, headers=named, method=method), timeout=20) as response:
                return _seen(response.status, response)
        except HTTPError as error:
            with error:
                return _seen(error.code, error)


def _seen(status: int, response: object) -> Seen:
    headers = {name.lower(): value for name, value in response.headers.items()}  # type: ignore[attr-defined]
    return Seen(status, headers, response.read())  # type: ignore[attr-defined]


def missing(kind: str) -> str:
    """Why this cache cannot be started here; empty if it can."""
    if kind == "varnish":
        found = shutil.which("varnishd") and (shutil.which("cc") or shutil.which("gcc"))
        vmods = any(Path("/usr").glob("lib*/**/varnish/vmods/libvmod_xkey.so"))
        return "" if found and vmods else "varnishd with vmod xkey (Debian: varnish, varnish-modules) is not here"
    return "" if shutil.which("nginx") else "nginx is not here"


def free_ports(count: int) -> list[int]:
    """Ports of the loopback address that nobody has."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [int(one.getsockname()[1]) for one in sockets]
    for one in sockets:
        one.close()
    return ports


@contextmanager
def varnish(folder: Path, *, web_port: int, stream_port: int, port: int) -> Iterator[Edge]:
    """A Varnish with the configuration of production."""
    folder.mkdir()
    text = (PROJECT / "deploy" / "varnish" / "default.vcl").read_text()
    text = _change(text, {'.port = "8000";': f'.port = "{web_port}";', '.port = "8001";': f'.port = "{stream_port}";'})
    (folder / "default.vcl").write_text(text)
    command = ["varnishd", "-F", "-j", "none", "-n", str(folder / "work"), "-a", f"127.0.0.1:{port}"]
    command += ["-f", str(folder / "default.vcl"), "-s", "malloc,64m", "-p", "thread_pool_min=10", "-T", "none"]
    with _running(command, folder, port):
        yield Edge("varnish", f"http://127.0.0.1:{port}", f"varnish://127.0.0.1:{port}")


@contextmanager
def nginx(folder: Path, *, web_port: int, stream_port: int, ports: list[int]) -> Iterator[Edge]:
    """An nginx with the configuration of production; `ports` are for readers, for purges, for generations."""
    folder.mkdir()
    readers, purges, generations = ports
    text = (PROJECT / "deploy" / "nginx" / "copydesk.conf").read_text()
    changes = {
        "127.0.0.1:8000": f"127.0.0.1:{web_port}",
        "127.0.0.1:8001": f"127.0.0.1:{stream_port}",
        "127.0.0.1:8080": f"127.0.0.1:{purges}",
        "127.0.0.1:8081": f"127.0.0.1:{generations}",
        "listen 80;": f"listen 127.0.0.1:{readers};",
        "/var/cache/nginx/copydesk": f"{folder}/cache",
    }
    (folder / "copydesk.conf").write_text(_change(text, changes))
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    temporary = "\n".join(f"    {kind}_temp_path {folder}/{kind};" for kind in kinds)
    user = "user root;" if os.getuid() == 0 else ""
    (folder / "nginx.conf").write_text(
        f"daemon off;\n{user}\nworker_processes 1;\npid {folder}/pid;\n"
        f"error_log {folder}/error.log;\nevents {{}}\nhttp {{\n    access_log off;\n{temporary}\n"
        f"    include {folder}/copydesk.conf;\n}}\n"
    )
    with _running(["nginx", "-p", str(folder), "-c", str(folder / "nginx.conf")], folder, readers):
        yield Edge("nginx", f"http://127.0.0.1:{readers}", f"nginx://127.0.0.1:{purges}")


def _change(text: str, changes: dict[str, str]) -> str:
    for old, new in changes.items():
        assert old in text, old
        text = text.replace(old, new)
    return text


@contextmanager
def _running(command: list[str], folder: Path, port: int) -> Iterator[None]:
    with (folder / "log").open("wb") as log, subprocess.Popen(command, stdout=log, stderr=log) as process:
        try:
            deadline = time.monotonic() + PATIENCE_SECONDS
            while not _listens(port):
                assert process.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < deadline, (folder / "log").read_text()
                time.sleep(0.05)
            yield
        finally:
            process.terminate()
            process.wait(PATIENCE_SECONDS)


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0
