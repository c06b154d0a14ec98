"""What the API is about to drop: told in headers of each answer that uses it, in the OpenAPI document, and on a page.

A view declares it for its address (`deprecation`) or for some of its parameters (`deprecated_parameters`). The policy
is in docs/features/deprecation.md.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.http.response import HttpResponseBase
from django.utils.http import http_date

PAGE_PATH = "/docs/deprecations/"
NOTICE = timedelta(days=180)
"""How long what is deprecated goes on working, at least."""


@dataclass(frozen=True)
class Deprecation:
    """That something still works and is better not begun with."""

    name: str
    """What it is: an address, or an address and a parameter; an anchor of the page."""
    instead: str
    """What to use in its place, in a sentence."""
    since: datetime
    sunset: datetime

    def __post_init__(self) -> None:
        assert self.sunset - self.since >= NOTICE, f"{self.name} would be dropped without the promised notice"

    @property
    def url(self) -> str:
        return f"{settings.BASE_URL}{PAGE_PATH}#{self.anchor}"

    @property
    def anchor(self) -> str:
        return "-".join("".join(c if c.isalnum() else " " for c in self.name).split()).lower()


def announce(response: HttpResponseBase, deprecations: Iterable[Deprecation]) -> None:
    """Put what an answer made use of into its headers: RFC 9745 and RFC 8594; of several, the nearest end counts."""
    found = sorted(deprecations, key=lambda one: one.sunset)
    if not found:
        return
    response["Deprecation"] = f"@{int(min(one.since for one in found).timestamp())}"
    response["Sunset"] = http_date(found[0].sunset.timestamp())
    links = [f'<{one.url}>; rel="deprecation"; type="text/html"' for one in found]
    response["Link"] = ", ".join([response["Link"], *links] if response.has_header("Link") else links)
