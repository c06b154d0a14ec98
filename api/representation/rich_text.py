"""Rich text as readers get it: plain HTML with real addresses, and its links as data. Pure."""

import html
import re
from collections.abc import Callable, Iterable
from typing import Any

from bs4 import BeautifulSoup, Tag

_BLOCK_KEY = re.compile(r'\sdata-block-key="[^"]*"')
_PAGE_LINK = re.compile(r'<a[^>]*\blinktype="page"[^>]*>')
_ID = re.compile(r'\bid="(\d+)"')

Link = dict[str, Any]


def linked_page_ids(source: str) -> set[int]:
    """Primary keys of the pages that a piece of stored rich text links to."""
    found = set()
    for tag in _PAGE_LINK.findall(source):
        match = _ID.search(tag)
        if match:
            found.add(int(match.group(1)))
    return found


def publish(source: str, find_link: Callable[[int], Link | None]) -> tuple[str, list[Link]]:
    """HTML without Wagtail's own attributes, and the links in it.

    `find_link` gives what is public about a page by primary key, with at least `kind` and `url`; where it gives None
    (the target is not published, or not any more) the link becomes plain text.
    """
    source = _BLOCK_KEY.sub("", source)
    if "<a" not in source:
        return source, []
    soup = BeautifulSoup(source, "html.parser")
    links: list[Link] = []
    for anchor in soup.find_all("a"):
        link = _resolve(anchor, find_link)
        if link is None:
            anchor.unwrap()
            continue
        links.append(link | {"text": anchor.get_text()})
        anchor.attrs = {"href": link["url"]}
        if link["kind"] == "external":
            anchor.attrs["rel"] = "noopener"
    return str(soup), links


def _resolve(anchor: Tag, find_link: Callable[[int], Link | None]) -> Link | None:
    if anchor.get("linktype") == "page":
        identifier = str(anchor.get("id", ""))
        return find_link(int(identifier)) if identifier.isascii() and identifier.isdecimal() else None
    address = str(anchor.get("href", ""))
    if address.startswith(("https://", "http://", "mailto:", "tel:", "#", "/")):
        return {"kind": "external", "url": address}
    return None


def escape(text: str | None) -> str:
    return html.escape(text or "", quote=True)


def join(parts: Iterable[str]) -> str:
    return "\n".join(part for part in parts if part)
