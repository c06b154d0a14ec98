"""`make run`, `make dev` and the commands that borrow their servers.

run, dev       servers, migrations, a seeded newsroom, then web, worker and beat until Ctrl-C
manage ...     manage.py on the newsroom's data, whether or not `make run` is running
exec -- ...    any command on the servers of the tests
"""

import argparse
import itertools
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from http.client import HTTPConnection, HTTPException
from pathlib import Path

import psutil

from cms.local.environment import (
    NEWSROOM,
    PROJECT,
    TESTS,
    build_newsroom_environment,
    build_test_environment,
    find_given,
)
from cms.local.locks import FileLock
from cms.local.processes import Interrupted, Processes, interruptible, read_procfile
from cms.local.progress import step
from cms.local.reader import build_reader_command, describe_reader, place_reader
from cms.local.servers import ServiceError, is_free
from cms.local.services import services

HEALTH_PATH = "/health/ready"
SLOW_START_SECONDS = 90


class Refusal(Exception):
    """A reason not to start, in words for whoever typed the command."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what the command line says and return the exit code."""
    parser = argparse.ArgumentParser(prog="python -m cms.local", description=__doc__.splitlines()[0])
    commands = parser.add_subparsers(dest="command", metavar="command")
    commands.add_parser("run", help="start Copydesk on this machine (the default)")
    commands.add_parser("dev", help="the same, reloading what changes")
    manage = commands.add_parser("manage", help="run manage.py on the newsroom's data", add_help=False)
    manage.add_argument("words", nargs=argparse.REMAINDER)
    execute = commands.add_parser("exec", help="run a command on the servers of the tests", add_help=False)
    execute.add_argument("words", nargs=argparse.REMAINDER)
    options = parser.parse_args(arguments)
    try:
        with interruptible():
            if options.command == "manage":
                return run_manage(options.words)
            if options.command == "exec":
                return run_on_test_servers(options.words[1:] if options.words[:1] == ["--"] else options.words)
            return run_newsroom(reload=options.command == "dev")
    except (Refusal, ServiceError) as error:
        print(error, file=sys.stderr)
        return 1
    except Interrupted:
        return 130 if options.command in ("manage", "exec") else 0


def run_manage(words: Sequence[str]) -> int:
    """Run manage.py with `words` on the newsroom's database and return its exit code."""
    environment = build_newsroom_environment()
    with services(NEWSROOM, database_url=find_given("DATABASE_URL"), redis_url=find_given("REDIS_URL")) as addresses:
        return _call([sys.executable, "manage.py", *words], environment | addresses.as_environment())


def run_on_test_servers(words: Sequence[str]) -> int:
    """Run a command on the servers of the tests and return its exit code."""
    if not words:
        raise Refusal("Which command? python -m cms.local exec -- command ...")
    environment = build_test_environment()
    with services(
        TESTS, durable=False, database_url=find_given("DATABASE_URL"), redis_url=find_given("REDIS_URL")
    ) as addresses:
        return _call(words, environment | addresses.as_environment())


def run_newsroom(*, reload: bool) -> int:
    """Run Copydesk until it is told to stop (0) or one of its processes ends (1)."""
    started = time.monotonic()
    environment = build_newsroom_environment()
    port = _parse_port(environment["PORT"])
    state = NEWSROOM / "run.json"
    alone = FileLock(NEWSROOM / "run.lock")
    if not alone.try_take():
        raise Refusal(_describe_running(state))
    with ExitStack() as stack:
        stack.callback(alone.release)
        _end_leftovers(state)
        stack.callback(state.unlink, missing_ok=True)
        if not is_free(port):
            command = "make dev" if reload else "make run"
            raise Refusal(f"Port {port} is taken; choose another with PORT={_suggest_port(port)} {command}")
        with step("PostgreSQL and Valkey", sys.stdout):
            database_url, redis_url = find_given("DATABASE_URL"), find_given("REDIS_URL")
            addresses = stack.enter_context(services(NEWSROOM, database_url=database_url, redis_url=redis_url))
        if not (database_url and redis_url):
            stack.callback(print, "Stopping PostgreSQL and Valkey", flush=True)
        environment |= addresses.as_environment() | _place_stream(environment, port)
        environment |= place_reader(environment, taken=(port, int(environment["STREAM_PORT"])))
        return _run_processes(environment, port=port, reload=reload, state=state, started=started)


def _run_processes(environment: dict[str, str], *, port: int, reload: bool, state: Path, started: float) -> int:
    logins = _prepare(environment)
    commands = read_procfile(PROJECT / "Procfile") | build_reader_command(environment)
    processes = Processes(
        _reload(commands) if reload else commands,
        environment=environment | (_build_reload_options() if reload else {}),
        folder=PROJECT,
    )
    try:
        _write_state(state, port, processes.start())
        ready = late = False
        while True:
            ended = processes.find_ended()
            if ended:
                processes.say(f"{ended}; stopping the rest")
                return 1
            if not ready:
                answer = _ask_health(port)
                ready = answer == "200"
                seconds = time.monotonic() - started
                if ready:
                    processes.say(_describe_ready(environment, logins, seconds, reload=reload))
                elif seconds > SLOW_START_SECONDS and not late:
                    late = True
                    processes.say(f"Not ready after {seconds:.0f} s: {HEALTH_PATH} answers {answer}")
            time.sleep(0.2)
    finally:
        processes.say("Stopping web, worker and beat")
        processes.stop()


def _reload(commands: Mapping[str, str]) -> dict[str, str]:
    # watchfiles runs its target without a shell, and the Procfile's lines are for one.
    worker = shlex.quote(shlex.join(["/bin/sh", "-c", commands["worker"]]))
    watch = "exec watchfiles --filter python --sigint-timeout 10 --target-type command"
    return {**commands, "worker": f"{watch} {worker} {shlex.join(_find_folders('cms', 'workflows', 'api'))}"}


def _build_reload_options() -> dict[str, str]:
    # Granian reads its options from the environment too, which leaves one Procfile for every use.
    return {
        "WEB_WORKERS": "1",
        "GRANIAN_RELOAD": "true",
        "GRANIAN_RELOAD_IGNORE_WORKER_FAILURE": "true",
        "GRANIAN_RELOAD_PATHS": ":".join(_find_folders("cms", "workflows", "api", "templates")),
    }


def _find_folders(*names: str) -> list[str]:
    return [name for name in names if (PROJECT / name).is_dir()]


def _describe_ready(environment: Mapping[str, str], logins: str, seconds: float, *, reload: bool) -> str:
    base_url = f"http://127.0.0.1:{environment['PORT']}"
    lines = [
        "",
        f"  Copydesk is ready, in {seconds:.0f} s. Ctrl-C stops it.",
        "",
        f"    Admin      {base_url}/admin/",
        f"    The board  {base_url}/admin/desk/board/",
        f"    API        {base_url}/api/v1/articles/",
        f"    API docs   {base_url}/api/v1/docs/",
        f"    Stream     {environment['STREAM_URL']}",
        *filter(None, [describe_reader(environment)]),
        "",
    ]
    lines += [f"    {line}".rstrip() for line in logins.strip().splitlines()]
    if reload:
        lines += ["", "  Web and worker reload when Python changes, web for templates too. Beat has to be restarted."]
    return "\n".join([*lines, ""])


def _ask_health(port: int) -> str:
    connection = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        connection.request("GET", HEALTH_PATH, headers={"Host": "127.0.0.1"})
        answer = connection.getresponse()
        body = answer.read(300).decode(errors="replace")
        return "200" if answer.status == 200 else f"{answer.status} {body}"
    except (OSError, HTTPException) as error:
        return str(error) or type(error).__name__
    finally:
        connection.close()


def _parse_port(text: str, *, name: str = "PORT") -> int:
    if not text.isdecimal() or not 1024 <= int(text) <= 65535:
        raise Refusal(f"{name} is {text!r}; it has to be a number from 1024 to 65535.")
    return int(text)


def _prepare(environment: Mapping[str, str]) -> str:
    """Bring the database to where the newsroom can open, and return the logins."""
    with subprocess.Popen(
        [sys.executable, "-m", "cms.local.prepare"],
        cwd=PROJECT,
        env={**environment, "DJANGO_SETTINGS_MODULE": "cms.settings"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=sys.stdout.fileno(),
        text=True,
        start_new_session=True,
    ) as command:
        try:
            logins, _ = command.communicate()
        except BaseException:
            command.terminate()
            print("  stopped", flush=True)
            raise
    if command.returncode:
        raise Refusal("Copydesk cannot start; the reason is above.")
    return logins


def _call(words: Sequence[str], environment: Mapping[str, str]) -> int:
    try:
        command = subprocess.Popen(words, cwd=PROJECT, env=dict(environment))
    except FileNotFoundError:
        raise Refusal(f"There is no command {words[0]}") from None
    try:
        code = command.wait()
    except BaseException:
        command.terminate()
        command.wait()
        raise
    return code if code >= 0 else 128 - code


def _write_state(path: Path, port: int, groups: Sequence[int]) -> None:
    leaders = [{"pid": pid, "created": psutil.Process(pid).create_time()} for pid in groups if psutil.pid_exists(pid)]
    path.write_text(json.dumps({"url": f"http://127.0.0.1:{port}", "processes": leaders}))


def _describe_running(state: Path) -> str:
    try:
        where = f"Copydesk is already running in this directory, at {json.loads(state.read_text())['url']}."
    except (OSError, ValueError, KeyError):
        where = "Copydesk is already starting in this directory."
    return f"{where} Stop it with Ctrl-C first."


def _end_leftovers(state: Path) -> None:
    """End what a launcher that was killed outright could not stop."""
    try:
        leaders = {leader["pid"]: leader["created"] for leader in json.loads(state.read_text())["processes"]}
    except (OSError, ValueError, KeyError):
        return
    ended = []
    for process in psutil.process_iter():
        try:
            group = os.getpgid(process.pid)
            # While a group has members no new process gets its number, so a younger leader means that ours is gone.
            if group not in leaders or (process.pid == group and process.create_time() - leaders[group] > 1):
                continue
            if os.path.samefile(process.cwd(), PROJECT):
                process.kill()
                ended.append(process)
        except (OSError, psutil.Error):
            continue
    if ended:
        # Their port is free a moment after they are gone.
        deadline = time.monotonic() + 5
        while any(map(_is_alive, ended)) and time.monotonic() < deadline:
            time.sleep(0.05)
        print(f"  Ended {len(ended)} processes of an earlier run that was killed", flush=True)


def _is_alive(process: psutil.Process) -> bool:
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.Error:
        return False


def _place_stream(environment: Mapping[str, str], port: int) -> dict[str, str]:
    """Where the stream is: on the port in STREAM_PORT, or else on the first free one behind that of the web server."""
    given = environment.get("STREAM_PORT")
    stream_port = _parse_port(given, name="STREAM_PORT") if given else _suggest_port(port)
    if given and (stream_port == port or not is_free(stream_port)):
        raise Refusal(f"STREAM_PORT {stream_port} is taken; choose another, or leave it out.")
    url = environment.get("STREAM_URL") or f"http://127.0.0.1:{stream_port}/api/v1/stream/"
    return {"STREAM_PORT": str(stream_port), "STREAM_URL": url}


def _suggest_port(taken: int) -> int:
    return next(port for port in itertools.chain(range(taken + 1, 65536), range(1024, taken)) if is_free(port))
