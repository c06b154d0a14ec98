"""Typed readers of the environment. A missing or malformed value stops the start and says where to look."""

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from django.core.exceptions import ImproperlyConfigured
from environs import Env, EnvError

BASE_DIR = Path(__file__).resolve().parent.parent

_env = Env()
if _env.bool("READ_DOTENV", True):
    _env.read_env(BASE_DIR / ".env", recurse=False)

_REQUIRED: Any = object()
T = TypeVar("T")


def _read(reader: Callable[..., T], name: str, default: Any, **options: Any) -> T:
    try:
        if default is _REQUIRED:
            return reader(name, **options)
        return reader(name, default, **options)
    except EnvError as error:
        raise ImproperlyConfigured(f"{error}. What {name} means and an example: .env.example") from None


def text(name: str, *, default: str = _REQUIRED) -> str:
    """The value of `name` as text."""
    return _read(_env.str, name, default)


def number(name: str, *, default: int = _REQUIRED) -> int:
    """The value of `name` as a whole number."""
    return _read(_env.int, name, default)


def flag(name: str, *, default: bool = _REQUIRED) -> bool:
    """The value of `name` as yes or no: 1/0, true/false, yes/no, on/off."""
    return _read(_env.bool, name, default)


def choice(name: str, allowed: list[str], *, default: str) -> str:
    """The value of `name`, which must be one of `allowed`."""
    value = text(name, default=default)
    if value not in allowed:
        raise ImproperlyConfigured(f"{name} is {value!r}, and may be {' or '.join(allowed)}. See .env.example")
    return value


def items(name: str, *, default: list[str] = _REQUIRED) -> list[str]:
    """The comma-separated values of `name`, without empty ones."""
    return [item.strip() for item in _read(_env.list, name, default) if item.strip()]


def database(name: str) -> dict[str, Any]:
    """A Django database from the URL in `name`, for example postgresql://user:password@host:5432/copydesk."""
    return dict(_read(_env.dj_db_url, name, _REQUIRED))


def email(name: str, *, default: str) -> dict[str, Any]:
    """Django's mail settings from the URL in `name`, for example smtp+tls://user:password@host:587."""
    return dict(_read(_env.dj_email_url, name, default))
