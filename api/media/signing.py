"""Addresses of pictures that are not public yet, good for a while: for previews on another server."""

from datetime import datetime

from django.core.signing import BadSignature, Signer

PARAMETER = "signed"
_signer = Signer(salt="api.media")


def sign(url: str, name: str, until: datetime) -> str:
    """`url`, the address of the file called `name`, so that anybody may have that one file until then.

    What is added has no character that means something in HTML, in JSON or in a `srcset`.
    """
    ends = int(until.timestamp())
    return f"{url}?{PARAMETER}={ends}.{_signer.signature(f'{name}|{ends}')}"


def is_signed(name: str, signed: str, at: datetime) -> bool:
    """Whether the parameter of an address opens the file called `name` at `at`."""
    ends, _, signature = signed.partition(".")
    try:
        _signer.unsign(f"{name}|{ends}:{signature}")
    except BadSignature:
        return False
    return int(ends) > at.timestamp()
