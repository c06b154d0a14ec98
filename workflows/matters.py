"""Which part of a story a change is about: headline, text, pictures, ... Pure: values in, values out.

The names are those of `workflows.models.Matter`.
"""

import hashlib
import json
from typing import Any

MATTER_OF_KEY = {
    "title": "headline",
    "short_title": "headline",
    "kicker": "headline",
    "standfirst": "headline",
    "language": "text",
    "body": "text",
    "lead_image": "pictures",
    "byline": "byline",
    "topics": "topics",
    "kind": "topics",
    "flags": "flags",
    "embargo_until": "embargo",
    "rights": "rights",
    "picks": "links",
    "related": "links",
    "seo": "search",
}
"""Key of `Article.public_content` to its matter. The body is text, except for the blocks below."""

MATTER_OF_BLOCK = {"image": "pictures", "gallery": "pictures", "related": "links"}


def digests(content: dict[str, Any]) -> dict[str, str]:
    """Matter to a digest of what `content` (`Article.public_content`) says of it.

    Two versions that differ anywhere differ in at least one matter. A picture in the body belongs to the pictures; that
    one stands between these two paragraphs belongs to the text.
    """
    parts: dict[str, dict[str, Any]] = {matter: {} for matter in MATTER_OF_KEY.values()}
    for key, value in content.items():
        if key == "body":
            for matter, blocks in _split(value).items():
                parts[matter]["body"] = blocks
        else:
            parts[MATTER_OF_KEY[key]][key] = value
    return {matter: _digest(part) for matter, part in parts.items()}


def changed(before: dict[str, Any], after: dict[str, Any]) -> set[str]:
    """The matters in which two versions differ."""
    old, new = digests(before), digests(after)
    return {matter for matter in new if old[matter] != new[matter]}


def of_block(block_type: str) -> str:
    """The matter of a block of the body."""
    return MATTER_OF_BLOCK.get(block_type, MATTER_OF_KEY["body"])


def _split(body: list[dict[str, Any]]) -> dict[str, list[Any]]:
    """Matter to its blocks in order; in the text a mark stands for each block of another matter."""
    result: dict[str, list[Any]] = {"text": [], "pictures": [], "links": []}
    for block in body:
        matter = of_block(block["type"])
        result[matter].append(block)
        if matter != "text":
            result["text"].append({"mark": matter})
    return result


def _digest(part: dict[str, Any]) -> str:
    canonical = json.dumps(part, sort_keys=True, separators=(",", ":"), default=str)
    return hashlib.sha256(canonical.encode()).hexdigest()
