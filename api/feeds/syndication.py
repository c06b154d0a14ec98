"""RSS 2.0, Atom and JSON Feed of stories on the shelf. Pure: values in, text out."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from xml.sax.xmlreader import AttributesImpl

from django.utils.feedgenerator import Atom1Feed, Rss201rev2Feed
from django.utils.xmlutils import SimplerXMLGenerator

Json = dict[str, Any]

_MEDIA = "http://search.yahoo.com/mrss/"
_CONTENT = "http://purl.org/rss/1.0/modules/content/"
_ATOM = "http://www.w3.org/2005/Atom"


@dataclass(frozen=True)
class Feed:
    """A feed and its stories, newest first, as the details that readers get."""

    title: str
    description: str
    language: str
    home_url: str
    url: str
    hub_url: str = ""
    stories: Sequence[Json] = field(default_factory=list)


def render(feed: Feed, form: str) -> tuple[str, str]:
    """The document and its media type; `form` is rss, atom or json."""
    match form:
        case "rss":
            return _xml(_Rss, feed), "application/rss+xml; charset=utf-8"
        case "atom":
            return _xml(_Atom, feed), "application/atom+xml; charset=utf-8"
    return json_feed(feed), "application/feed+json"


def full_text(story: Json) -> str:
    """The text as HTML where partners may print it; empty otherwise."""
    return str(story["body"]["html"]) if story["rights"]["may_be_syndicated"] else ""


def lead_picture(story: Json) -> Json | None:
    """The uncropped JPEG nearest to 1,200 pixels wide; None where the story has no picture."""
    image = story["image"]
    found = [one for one in image["renditions"] if one["type"] == "image/jpeg" and not one["crop"]] if image else []
    return min(found, key=lambda one: abs(one["width"] - 1200), default=None)


def json_feed(feed: Feed) -> str:
    """JSON Feed 1.1: jsonfeed.org/version/1.1."""
    document: Json = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": feed.title,
        "home_page_url": feed.home_url,
        "feed_url": feed.url,
        "description": feed.description,
        "language": feed.language,
        "items": [_json_item(story) for story in feed.stories],
    }
    if feed.hub_url:
        document["hubs"] = [{"type": "WebSub", "url": feed.hub_url}]
    return json.dumps(document, ensure_ascii=False)


def _json_item(story: Json) -> Json:
    picture = lead_picture(story)
    text = full_text(story)
    item: Json = {
        "id": _identity(story),
        "url": story["url"],
        "title": story["title"],
        "summary": story["standfirst"],
        "date_published": story["published_at"],
        "date_modified": story["updated_at"],
        "authors": [{"name": author["name"]} for author in story["authors"]],
        "tags": [topic["name"] for topic in story["topics"]],
        "language": story["language"],
    }
    # One of the two must be there; the standfirst stands in for a text that others may not print.
    item |= {"content_html": text} if text else {"content_text": story["standfirst"]}
    if picture:
        item["image"] = picture["url"]
    return item


def _identity(story: Json) -> str:
    return f"urn:uuid:{story['id']}"


def _xml(kind: "type[_Rss] | type[_Atom]", feed: Feed) -> str:
    document = kind(
        title=feed.title,
        link=feed.home_url,
        description=feed.description,
        language=feed.language,
        feed_url=feed.url,
        hub_url=feed.hub_url,
    )
    for story in feed.stories:
        document.add_item(
            title=story["title"],
            link=story["url"],
            description=story["standfirst"],
            unique_id=_identity(story),
            unique_id_is_permalink=False,
            pubdate=_moment(story["published_at"]),
            updateddate=_moment(story["updated_at"]),
            categories=[story["section"]["name"], *(topic["name"] for topic in story["topics"])],
            story=story,
        )
    return str(document.writeString("utf-8"))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


class _Rss(Rss201rev2Feed):
    def rss_attributes(self) -> dict[str, str]:
        return super().rss_attributes() | {
            "xmlns:media": _MEDIA,
            "xmlns:content": _CONTENT,
            "xmlns:dc": "http://purl.org/dc/elements/1.1/",
        }

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["hub_url"]:
            handler.addQuickElement("atom:link", None, {"rel": "hub", "href": self.feed["hub_url"]})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: Json) -> None:
        super().add_item_elements(handler, item)
        story = item["story"]
        for author in story["authors"]:
            handler.addQuickElement("dc:creator", author["name"])
        if text := full_text(story):
            handler.addQuickElement("content:encoded", text)
        if picture := lead_picture(story):
            shape = {name: str(picture[name]) for name in ("url", "type", "width", "height")}
            handler.startElement("media:content", AttributesImpl(shape | {"medium": "image"}))
            if story["image"]["credit"]:
                handler.addQuickElement("media:credit", story["image"]["credit"])
            if story["image"]["caption"]:
                handler.addQuickElement("media:description", story["image"]["caption"], {"type": "plain"})
            handler.endElement("media:content")


class _Atom(Atom1Feed):
    def root_attributes(self) -> dict[str, str]:
        return super().root_attributes() | {"xmlns:media": _MEDIA}

    def add_root_elements(self, handler: SimplerXMLGenerator) -> None:
        super().add_root_elements(handler)
        if self.feed["hub_url"]:
            handler.addQuickElement("link", None, {"rel": "hub", "href": self.feed["hub_url"]})

    def add_item_elements(self, handler: SimplerXMLGenerator, item: Json) -> None:
        super().add_item_elements(handler, item)
        story = item["story"]
        for author in story["authors"]:
            handler.startElement("author", AttributesImpl({}))
            handler.addQuickElement("name", author["name"])
            handler.endElement("author")
        if text := full_text(story):
            handler.addQuickElement("content", text, {"type": "html"})
        if picture := lead_picture(story):
            shape = {name: str(picture[name]) for name in ("url", "type", "width", "height")}
            handler.addQuickElement("media:content", None, shape | {"medium": "image"})
