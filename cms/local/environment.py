"""The environment that development and tests run in: what the caller gave, then `.env`, then values that work."""

import os
import secrets
import sys
from pathlib import Path

from dotenv import dotenv_values

PROJECT = Path(__file__).resolve().parents[2]
NEWSROOM = PROJECT / ".local"
TESTS = NEWSROOM / "test"


def find_given(name: str) -> str | None:
    """The value of `name` in the environment or else in `.env`; None where it is missing or blank."""
    return os.environ.get(name) or dotenv_values(PROJECT / ".env").get(name) or None


def build_newsroom_environment() -> dict[str, str]:
    """Everything that `make run` and its processes need, except DATABASE_URL and REDIS_URL."""
    port = find_given("PORT") or "8000"
    defaults = {
        "DEBUG": "1",
        "PORT": port,
        "BASE_URL": f"http://127.0.0.1:{port}",
        "PYTHONUNBUFFERED": "1",
    }
    if not find_given("SECRET_KEY"):
        defaults["SECRET_KEY"] = _read_or_make_secret_key(NEWSROOM / "secret_key")
    given = {name: value for name, value in dotenv_values(PROJECT / ".env").items() if value} | dict(os.environ)
    return _find_programs(given | {name: value for name, value in defaults.items() if not given.get(name)})


def build_test_environment() -> dict[str, str]:
    """What tests and checks need, except DATABASE_URL and REDIS_URL. The newsroom's files are out of reach."""
    fixed = {
        "READ_DOTENV": "0",
        "DEBUG": "0",
        "SECRET_KEY": "tests sign with this key and nothing else does",
        "PLAIN_STATIC_FILES": "1",
        # Tests and benchmarks ask faster than readers do, all from one address.
        "QUOTA_PER_ADDRESS": "0",
        "MEDIA_ROOT": str(TESTS / "media"),
    }
    return _find_programs(dict(os.environ)) | fixed


def _find_programs(environment: dict[str, str]) -> dict[str, str]:
    # Those that the Procfile names are beside the Python that runs this.
    return environment | {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), environment.get("PATH", os.defpath)])
    }


def _read_or_make_secret_key(path: Path) -> str:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        with open(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(50))
    return path.read_text().strip()
