"""Names by which HTTP caches know what an answer shows (`Surrogate-Key`) and are told to forget it. Pure.

story-<id>            the story is shown, or was asked for by its id
section-<slug>        the name or the words of a section, topic, author are shown
topic-<slug>
author-<slug>
image-<id>            the picture is shown
related-<id>          related links of the story are shown
list                  any story that comes, changes or goes may change the answer
list-section-<slug>   only one in this section may; the same with topic and author; list-month-2026-05: of a month
at-<hash>             an address (slug or path) was asked for, whatever is there
sections, topics, authors, site    which there are; what the publication is called
any-story, any-image, ...          so many are shown that they are not named one by one
all                   every answer
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime
from typing import Any, Protocol
from uuid import UUID

MAX_LENGTH = 3_000
"""Bytes of the header. Proxies drop answers with long headers: nginx takes 4 kB in all unless told otherwise."""

ALL = "all"
LIST = "list"
SECTIONS, TOPICS, AUTHORS, REDIRECTS, SITE = "sections", "topics", "authors", "redirects", "site"
FAMILIES = ("image", "topic", "author", "section", "related", "story")

_PLAIN = re.compile(r"[A-Za-z0-9_-]{1,120}")


class OnTheShelf(Protocol):
    """What of a row of the shelf decides in which answers it may be."""

    public_id: UUID
    path: str
    slug: str
    section_slugs: list[str]
    topic_slugs: list[str]
    author_slugs: list[str]
    published_at: datetime


def story(public_id: object) -> str:
    return f"story-{public_id}"


def section(slug: str) -> str:
    return f"section-{_word(slug)}"


def topic(slug: str) -> str:
    return f"topic-{_word(slug)}"


def author(slug: str) -> str:
    return f"author-{_word(slug)}"


def image(public_id: object) -> str:
    return f"image-{public_id}"


def related(public_id: object) -> str:
    return f"related-{public_id}"


def listed_in(kind: str, slug: str) -> str:
    """Lists of the stories of a section, a topic or an author."""
    return f"list-{kind}-{_word(slug)}"


def of_month(at: datetime) -> str:
    """Lists of the stories that were first published in a month (UTC)."""
    return f"list-month-{at.astimezone(UTC):%Y-%m}"


def at_address(address: str) -> str:
    """Whatever is at a slug or a path, or is not."""
    return f"at-{hashlib.sha256(address.encode()).hexdigest()[:12]}"


def memberships(row: OnTheShelf) -> set[str]:
    """Keys of every answer that a story may be in, or that says where it is."""
    return {
        LIST,
        story(row.public_id),
        at_address(row.slug),
        at_address(row.path),
        of_month(row.published_at),
        *(listed_in("section", slug) for slug in row.section_slugs),
        *(listed_in("topic", slug) for slug in row.topic_slugs),
        *(listed_in("author", slug) for slug in row.author_slugs),
    }


def shown_in(document: dict[str, Any]) -> list[str]:
    """Keys of what a summary or a detail of a story shows, itself first."""
    keys = [
        story(document["id"]),
        section(document["section"]["slug"]),
        *(author(one["slug"]) for one in document["authors"]),
        *(topic(one["slug"]) for one in document["topics"]),
        *mentioned_in(document),
    ]
    return list(dict.fromkeys(keys))


def mentioned_in(value: Any) -> Iterator[str]:
    """Keys of pictures, stories and what is linked, wherever they stand in the JSON of an answer."""
    if isinstance(value, dict):
        if "renditions" in value and value.get("id"):
            yield image(value["id"])
        elif (value.get("kind") == "article" and "path" in value) or "/articles/" in str(value.get("api_url", "")):
            yield story(value["id"])
        elif value.get("kind") == "section" and "path" in value:
            yield section(value["slug"])
        elif "definition" in value and value.get("parent"):
            yield topic(value["parent"]["slug"])
        for one in value.values():
            yield from mentioned_in(one)
    elif isinstance(value, list):
        for one in value:
            yield from mentioned_in(one)


def of_list(filters: Mapping[str, Any]) -> set[str]:
    """Keys of a list of stories: one filter that every story in it must pass is enough to tell which can change it.

    `filters` are cleaned values by parameter; those of sections, topics and authors are clauses.
    """
    if filters.get("ids"):
        return {story(one) for one in filters["ids"]}
    for name in ("topic", "author", "section"):
        for clause in filters.get(name) or ():
            if not clause.negated:
                return {listed_in(name, slug) for slug in clause.slugs}
    return {LIST}


def header(keys: Iterable[str]) -> str:
    """The keys as a header, never longer than `MAX_LENGTH`: where they are too many, the largest family becomes one."""
    kept = {ALL, *keys}
    while _length(kept) > MAX_LENGTH:
        largest = max(FAMILIES, key=lambda family: _length(_of_family(family, kept)))
        if not (hidden := _of_family(largest, kept)):
            break
        kept = {*(kept - hidden), f"any-{largest}"}
    # Lists of very many sections, topics or authors: whatever comes or goes may change them.
    if _length(kept) > MAX_LENGTH:
        kept = {key for key in kept if not key.startswith("list-")} | {LIST}
    return " ".join(sorted(kept)) if _length(kept) <= MAX_LENGTH else ALL


def widen(keys: Iterable[str]) -> set[str]:
    """`keys`, and those under which an answer may have hidden them because it shows too many."""
    wanted = set(keys)
    return wanted | {f"any-{family}" for family in FAMILIES if _of_family(family, wanted)}


def _of_family(family: str, keys: set[str]) -> set[str]:
    return {key for key in keys if key.startswith(f"{family}-")}


def _length(keys: Iterable[str]) -> int:
    return sum(len(key) + 1 for key in keys)


def _word(text: str) -> str:
    """`text` where it can stand in a header; a fingerprint of it otherwise."""
    return text if _PLAIN.fullmatch(text) else hashlib.sha256(text.encode(errors="replace")).hexdigest()[:16]
