"""From a story's text to the body that Wagtail stores."""

import html
import random
import re
import uuid
from collections.abc import Mapping
from typing import Any

from api.demo.stories import SEED, Plan

Raw = list[dict[str, Any]]

_LINK = re.compile(r"\[\[([^|\]]+)\|([^\]]+)\]\]")
_MARKS = ((re.compile(r"\*\*(.+?)\*\*"), "b"), (re.compile(r"\*(.+?)\*"), "i"))


class Writer:
    """Writes the bodies of one newsroom; it knows its pictures and stories by primary key."""

    def __init__(self, images: Mapping[str, int], articles: Mapping[str, int]) -> None:
        self.images, self.articles = images, articles
        self._rng = random.Random()

    def body(self, plan: Plan) -> Raw:
        """The blocks of a story. A link to a story that does not exist becomes plain words."""
        self._rng.seed(f"{SEED} {plan.story.key}")
        raw = [made for block in plan.story.blocks if (made := self._block(*block)) is not None]
        if plan.picture_inside:
            raw.insert(max(2, len(raw) // 2), self._new("image", self._picture(plan.picture_inside)))
        related = self._block("related", {"title": "More on this", "keys": plan.related}) if plan.related else None
        return [*raw, related] if related else raw

    def paragraph(self, text: str) -> dict[str, Any]:
        return self._new("paragraph", self._rich(text))

    def _block(self, kind: str, value: Any) -> dict[str, Any] | None:
        match kind:
            case "paragraph":
                return self.paragraph(value)
            case "list":
                return self._new("list", value | {"items": [self._item(self._rich(item)) for item in value["items"]]})
            case "fact_box":
                points = "".join(f"<li {self._key()}>{self._inline(point)}</li>" for point in value["points"])
                return self._new("fact_box", {"title": value["title"], "text": f"<ul>{points}</ul>"})
            case "image":
                return self._new("image", self._picture(value))
            case "gallery":
                pictures = [self._item(self._picture(key)) for key in value["keys"]]
                return self._new("gallery", {"title": value["title"], "pictures": pictures})
            case "related":
                stories = [self._item(self.articles[key]) for key in value["keys"] if key in self.articles]
                return self._new("related", {"title": value["title"], "stories": stories}) if stories else None
        return self._new(kind, value)

    def _picture(self, key: str) -> dict[str, Any]:
        return {"image": self.images[key], "alt": "", "caption": ""}

    def _rich(self, text: str) -> str:
        return f"<p {self._key()}>{self._inline(text)}</p>"

    def _inline(self, text: str) -> str:
        words = html.escape(text, quote=False)
        for pattern, tag in _MARKS:
            words = pattern.sub(rf"<{tag}>\1</{tag}>", words)
        return _LINK.sub(self._link, words)

    def _link(self, match: re.Match[str]) -> str:
        key, words = match.groups()
        return f'<a id="{self.articles[key]}" linktype="page">{words}</a>' if key in self.articles else words

    def _new(self, kind: str, value: Any) -> dict[str, Any]:
        return {"type": kind, "value": value, "id": self._id()}

    def _item(self, value: Any) -> dict[str, Any]:
        return self._new("item", value)

    def _id(self) -> str:
        return str(uuid.UUID(int=self._rng.getrandbits(128), version=4))

    def _key(self) -> str:
        # Wagtail's editor gives each piece of rich text such a key; with one a story stays the same when it is saved.
        return 'data-block-key="{}"'.format("".join(self._rng.choices("abcdefghijklmnopqrstuvwxyz0123456789", k=5)))
