"""ETags that are known without the answer: of what decides its bytes, and of the code that makes them."""

import hashlib
from functools import cache
from importlib.metadata import version
from pathlib import Path

from django.conf import settings

_LIBRARIES = ("django", "djangorestframework", "markdownify")
_KINDS = (".py", ".xml", ".txt")


def tag_of(*parts: object) -> str:
    """A tag for an answer whose bytes follow from `parts` and this program. Parts are compared by their `repr`."""
    return hashlib.sha256(repr((program(), *parts)).encode()).hexdigest()[:32]


@cache
def program() -> str:
    """A fingerprint of the code and the templates that make answers: another version of them may make other bytes."""
    digest = hashlib.sha256(repr([(name, version(name)) for name in _LIBRARIES]).encode())
    for folder in (Path(__file__).resolve().parents[1], settings.BASE_DIR / "cms", settings.BASE_DIR / "templates"):
        for path in sorted(folder.rglob("*")):
            if path.suffix in _KINDS and "migrations" not in path.parts:
                digest.update(path.read_bytes())
    return digest.hexdigest()
