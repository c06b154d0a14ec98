"""A story as IPTC ninjs 3.1 (iptc.org/std/ninjs): what agencies and partners read. Pure."""

from typing import Any

from django.utils.html import strip_tags

from cms.text import count_words

Json = dict[str, Any]

STANDARD = {
    "name": "ninjs",
    "version": "3.1",
    "schema": "https://www.iptc.org/std/ninjs/ninjs-schema_3.1.json",
}
_GENRES = {
    "analysis": "Analysis",
    "opinion": "Opinion",
    "interview": "Interview",
    "review": "Review",
    "explainer": "Background",
}
_TOPIC_BASE = "http://cv.iptc.org/newscodes/mediatopic/"
_REGULAR, _BREAKING = 5, 1


def build(story: Json) -> Json:
    """The ninjs document of a story, from the detail that readers get."""
    html = story["body"]["html"]
    text = strip_tags(html)
    document: Json = {
        "uri": f"urn:uuid:{story['id']}",
        "standard": STANDARD,
        "type": "text",
        "representationType": "full",
        "version": str(story["version"]),
        "firstCreated": story["published_at"],
        "versionCreated": story["updated_at"],
        "contentCreated": story["published_at"],
        "pubStatus": "usable",
        "urgency": _BREAKING if story["flags"]["breaking"] else _REGULAR,
        "language": story["language"],
        "slugline": story["slug"],
        "title": story["title"],
        "headlines": _headlines(story),
        "descriptions": [{"role": "standfirst", "contentType": "text/plain", "value": story["standfirst"]}],
        "by": ", ".join(author["name"] for author in story["authors"]),
        "people": [
            {"name": author["name"], "rel": author["role"], "literal": author["slug"]} for author in story["authors"]
        ],
        "bodies": [
            {
                "role": "main",
                "contentType": "text/html",
                "charCount": len(html),
                "wordCount": count_words(text),
                "value": html,
            }
        ],
        "subjects": [_subject(topic) for topic in story["topics"]],
        "altIds": [
            {"role": "slug", "value": story["slug"]},
            {"role": "url", "value": story["url"]},
        ],
        "associations": _pictures(story),
    }
    if story["kind"] in _GENRES:
        document["genres"] = [{"name": _GENRES[story["kind"]]}]
    if story["rights"]["usage_terms"]:
        document["usageTerms"] = story["rights"]["usage_terms"]
    if story["corrections"]:
        document["edNote"] = " ".join(one["text"] for one in story["corrections"])
    return document


def _headlines(story: Json) -> list[Json]:
    named = (("main", "title"), ("short", "short_title"), ("kicker", "kicker"))
    return [{"role": role, "contentType": "text/plain", "value": story[name]} for role, name in named if story[name]]


def _subject(topic: Json) -> Json:
    subject: Json = {"name": topic["name"], "literal": topic["qcode"] or topic["slug"]}
    scheme, _, code = (topic["qcode"] or "").partition(":")
    if scheme == "medtop":
        subject["uri"] = _TOPIC_BASE + code
    return subject


def _pictures(story: Json) -> list[Json]:
    image = story["image"]
    if image is None:
        return []
    picture: Json = {
        "name": "lead",
        "uri": f"urn:uuid:{image['id']}",
        "type": "picture",
        "renditions": [
            {
                "name": f"{one['crop'] or 'whole'}-{one['width']}",
                "href": one["url"],
                "contentType": one["type"],
                "width": one["width"],
                "height": one["height"],
            }
            for one in image["renditions"]
        ],
        "descriptions": [
            {"role": role, "contentType": "text/plain", "value": words}
            for role, words in (("alt", image["alt"]), ("caption", image["caption"]))
            if words
        ],
    }
    if image["credit"]:
        picture["by"] = image["credit"]
    return [picture]
