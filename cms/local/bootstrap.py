"""`make setup`: the environment in `.venv/`, made with nothing but the Python that runs this file.

pip installs the pinned uv, and uv the rest in a tenth of the time that pip takes; where uv cannot, pip does it.
Either way every file is checked against its hash in requirements-dev.txt.
"""

import sys

if sys.version_info < (3, 11):  # noqa: UP036  # the one file that an older Python may meet
    import shutil

    found = [name for name in ("python3.11", "python3.12", "python3.13", "python3.14") if shutil.which(name)]
    sys.exit(
        "Copydesk needs Python 3.11 or newer, and this is {}.{}. Choose another with: make setup PYTHON={}".format(
            sys.version_info[0], sys.version_info[1], found[-1] if found else "/path/to/python3.12"
        )
    )

import ast
import os
import re
import subprocess
import tempfile
import time
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
VENV = PROJECT / ".venv"
PYTHON = VENV / "bin" / "python"
REQUIREMENTS = PROJECT / "requirements-dev.txt"


def set_up() -> None:
    """Make `.venv/` or bring it up to date, and leave the marks by which the Makefile knows that it is."""
    started = time.monotonic()
    made_in = VENV / "made-in"
    if not _works() or (made_in.exists() and made_in.read_text().strip() != str(PROJECT)):
        print("Making .venv", flush=True)
        # Cleared, because the scripts in it name the directory that it was made in.
        if subprocess.run([sys.executable, "-m", "venv", "--clear", str(VENV)], check=False).returncode:
            sys.exit("python -m venv does not work here. On Debian and Ubuntu: apt-get install python3-venv")
    print("Installing requirements-dev.txt", flush=True)
    if not _install_with_uv():
        print("Installing with pip instead; this takes a minute", flush=True)
        if _pip("install", "--no-deps", "--require-hashes", "-r", str(REQUIREMENTS)):
            sys.exit("pip cannot install requirements-dev.txt; its reason is above.")
    (VENV / REQUIREMENTS.name).write_bytes(REQUIREMENTS.read_bytes())
    made_in.write_text(f"{PROJECT}\n")
    print(f"Ready in {time.monotonic() - started:.0f} s", flush=True)


def compile_requirements(arguments: list[str]) -> None:
    """Pin what pyproject.toml asks for, with hashes and for every platform, in each of the requirements files."""
    # A further index may have some of a version's files, and uv would write down the hashes of these alone.
    flags, environment = _read_pip_configuration(further_places=False)
    environment["UV_CUSTOM_COMPILE_COMMAND"] = "make requirements"
    command = ["uv", "pip", "compile", "pyproject.toml", "--universal", "--python-version", "3.11"]
    command += ["--generate-hashes", "--no-annotate", "--quiet", *flags, *arguments]
    for output in (
        ["-o", "requirements.txt"],
        ["--extra", "observed", "-c", "requirements.txt", "-o", "requirements-observed.txt"],
        ["--group", "dev", "-o", "requirements-dev.txt"],
    ):
        subprocess.run([PYTHON.with_name("uv"), *command[1:], *output], cwd=PROJECT, env=environment, check=True)


def _works() -> bool:
    check = "import sys, pip; sys.exit(sys.version_info < (3, 11))"
    return PYTHON.exists() and not subprocess.run([PYTHON, "-c", check], capture_output=True, check=False).returncode


def _pip(*words: str) -> int:
    command = [str(PYTHON), "-m", "pip", "--disable-pip-version-check", "--no-input", *words]
    return subprocess.run(command, stdin=subprocess.DEVNULL, check=False).returncode


def _install_with_uv() -> bool:
    pinned = re.search(r"^uv==.*(?:\n\s+--hash=.*)+", REQUIREMENTS.read_text(), re.MULTILINE)
    if pinned is None:
        return False
    with tempfile.TemporaryDirectory() as folder:
        only_uv = Path(folder) / "uv.txt"
        only_uv.write_text(pinned.group())
        if _pip("install", "--quiet", "--no-deps", "--require-hashes", "-r", str(only_uv)):
            return False
    flags, environment = _read_pip_configuration()
    command = [str(PYTHON.with_name("uv")), "pip", "sync", "--python", str(PYTHON), "--require-hashes", *flags]
    if not sys.stdout.isatty():
        command.append("--quiet")
    try:
        return not subprocess.run([*command, str(REQUIREMENTS)], env=environment, check=False).returncode
    except OSError as error:
        print(error, flush=True)
        return False


def _read_pip_configuration(*, further_places: bool = True) -> tuple[list[str], dict[str, str]]:
    """What uv has to be told, as flags and as environment, to look where pip looks: uv reads no pip.conf.

    A setting for `pip install` outranks a global one, and PIP_ in the environment outranks both, as in pip.
    """
    listing = subprocess.run(
        [PYTHON, "-m", "pip", "config", "list"], capture_output=True, text=True, check=False
    ).stdout
    sections: dict[str, dict[str, str]] = {"global": {}, "install": {}, ":env:": {}}
    for line in listing.splitlines():
        setting = re.fullmatch(r"(global|install|:env:)\.([\w-]+)=(.+)", line.strip())
        if setting:
            section, name, value = setting.groups()
            sections[section][name] = str(ast.literal_eval(value))
    settings = sections["global"] | sections["install"] | sections[":env:"]

    # pip looks at every index before it chooses, and hashes settle that the file is the right one.
    flags = ["--index-strategy", "unsafe-best-match"]
    places = {"index-url": "--default-index", "trusted-host": "--allow-insecure-host"}
    if further_places:
        places |= {"extra-index-url": "--index", "find-links": "--find-links"}
    for name, flag in places.items():
        for value in settings.get(name, "").split():
            flags += [flag, value]
    if settings.get("no-index", "").lower() in ("1", "true", "yes", "on"):
        flags.append("--no-index")

    environment = {"UV_SYSTEM_CERTS": "1", "UV_NATIVE_TLS": "1"} | dict(os.environ)
    timeout = settings.get("timeout") or settings.get("default-timeout")
    for variable, value in {
        "SSL_CERT_FILE": settings.get("cert"),
        "HTTPS_PROXY": settings.get("proxy"),
        "HTTP_PROXY": settings.get("proxy"),
        "UV_HTTP_TIMEOUT": timeout,
    }.items():
        if value:
            environment.setdefault(variable, value)
    # An environment that happens to be active is not the one meant.
    environment.pop("VIRTUAL_ENV", None)
    return flags, environment


if __name__ == "__main__":
    if sys.argv[1:2] == ["compile"]:
        compile_requirements(sys.argv[2:])
    else:
        set_up()
