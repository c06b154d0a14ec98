"""A story as readers get it, built from what the newsroom wrote. Changes nothing."""

import hashlib
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urljoin

import nh3
from django.conf import settings

from api.representation.html import body_html
from api.representation.rich_text import publish
from api.representation.sources import Sources, list_item, media_url
from cms.embeds import find_provider
from cms.images import CROPS
from cms.models import Article, Correction, NewsImage, NewsRendition
from cms.text import body_paragraphs, count_words, reading_minutes

Json = dict[str, Any]

FORM = 3
"""Counts the forms that the public JSON has had. Raise it when you change what `build` makes: rows of an earlier form
are then stored anew by a sweep (`api.tasks.reconcile_strays`)."""

_MIME_TYPES = {"avif": "image/avif", "webp": "image/webp", "jpeg": "image/jpeg"}
"""By format, the smallest files first: a browser takes the first that it can show."""
_CROP_OF_SIZE = {f"fill-{width}x{height}": name for name, sizes in CROPS.items() for width, height in sizes}


@dataclass(frozen=True)
class Representation:
    """What the shelf keeps of a story, apart from the dates and the version that only the shelf knows."""

    summary: Json
    detail: Json
    text: str
    section_slugs: list[str]
    author_slugs: list[str]
    topic_slugs: list[str]
    """Topics and the topics above them."""
    publisher: Json
    """Name and address of the website, for search engines."""

    def digest(self) -> str:
        """A fingerprint of everything that readers could see differently."""
        columns = [self.section_slugs, self.author_slugs, self.topic_slugs, self.publisher]
        return hashlib.sha256(dump([self.summary, self.detail, columns]).encode()).hexdigest()


def shape() -> str:
    """What a row is stored as besides the story's own content: the form of the JSON, and the addresses in it."""
    addresses = dump([settings.BASE_URL, settings.FRONTEND_URL, settings.PUBLIC_MEDIA_URL])
    return f"{FORM}-{hashlib.sha256(addresses.encode()).hexdigest()[:12]}"


def dump(value: Any) -> str:
    """Compact JSON; the same value always gives the same bytes."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def moment(at: datetime | None) -> str | None:
    """RFC 3339 in UTC with seconds, such as 2026-05-04T06:00:00Z."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ") if at else None


def build(article: Article, sources: Sources) -> Representation:
    """The public shape of one story, without `published_at`, `updated_at` and `version` (see `stamp`)."""
    raw = article.body.get_prep_value()
    blocks = [_block(block, sources) for block in raw]
    words = [text for text in body_paragraphs(raw) if text]
    word_count = sum(count_words(text) for text in words)
    section = sources.section_of(article)
    path = article.public_path
    website = sources.website_of(article)
    url = website.absolute(path)
    summary: Json = {
        "id": str(article.public_id),
        "type": "article",
        "kind": article.kind,
        "slug": article.slug,
        "path": path,
        "url": url,
        "api_url": f"{settings.BASE_URL}/api/v1/articles/{article.public_id}/",
        "title": article.title,
        "short_title": article.short_title or None,
        "kicker": article.kicker or None,
        "standfirst": article.standfirst,
        "language": article.locale.language_code,
        "site": website.name,
        "published_at": None,
        "updated_at": None,
        "version": None,
        "flags": {"breaking": article.breaking, "sensitive": article.sensitive, "sponsored": article.sponsored},
        "section": {"id": str(section.public_id), "slug": section.slug, "name": section.title},
        "authors": [
            {
                "id": str(line.author.public_id),
                "slug": line.author.slug,
                "name": line.author.name,
                "role": line.role,
            }
            for line in article.byline.all()
        ],
        "topics": [
            {
                "id": str(link.topic.public_id),
                "slug": link.topic.slug,
                "qcode": link.topic.qcode,
                "name": link.topic.name,
            }
            for link in article.topic_links.all()
        ],
        "image": picture(article.lead_image_id, sources),
        "word_count": word_count,
        "reading_minutes": reading_minutes(word_count),
    }
    detail: Json = {
        "body": {"blocks": blocks, "html": body_html(blocks)},
        "corrections": [{"at": moment(one.at), "text": one.text} for one in _corrections(article)],
        "rights": {"usage_terms": article.usage_terms or None, "may_be_syndicated": article.may_be_syndicated},
        "seo": {
            "title": article.seo_title or article.title,
            "description": article.search_description or article.standfirst,
            "canonical_url": article.canonical_url or url,
            "robots": article.robots,
        },
        "aliases": [],
        "alternates": sources.alternates_of(article),
        "picks": [
            sources.links[pick.article_id]
            for pick in article.picks.all()
            if pick.article_id in sources.links and pick.article_id != article.pk
        ],
    }
    return Representation(
        summary=summary,
        detail=detail,
        text="\n".join([article.standfirst, *words]),
        section_slugs=[one.slug for one in sources.trail_of(article)],
        author_slugs=[line.author.slug for line in article.byline.all()],
        topic_slugs=sorted(
            {slug for link in article.topic_links.all() for slug in sources.topic_ancestors.get(link.topic_id, [])}
        ),
        publisher={"name": website.title or section.title, "url": website.absolute("/")},
    )


def _corrections(article: Article) -> Iterable[Correction]:
    # A story that was never saved is built for a preview.
    return article.corrections.all() if article.pk else ()


def stamp(
    built: Representation, *, published_at: datetime, updated_at: datetime, version: int, aliases: list[str]
) -> tuple[str, str]:
    """JSON text of summary and detail, with what only the shelf knows."""
    dates = {"published_at": moment(published_at), "updated_at": moment(updated_at), "version": version}
    summary = built.summary | dates
    detail = summary | built.detail
    detail["aliases"] = aliases
    detail["seo"] = detail["seo"] | {"json_ld": json_ld(detail, built.publisher)}
    return dump(summary), dump(detail)


def json_ld(detail: Json, publisher: Json) -> Json:
    """The story as schema.org/NewsArticle, as search engines want it: developers.google.com/search/docs (Article).

    What the story does not have (a picture, a translation, a correction) is left out.
    """
    images = detail["image"]["renditions"] if detail["image"] else []
    pictures = [one["url"] for one in images if one["type"] == "image/jpeg" and one["width"] >= 640]
    document: Json = {
        "@context": "https://schema.org",
        "@type": {
            "opinion": "OpinionNewsArticle",
            "analysis": "AnalysisNewsArticle",
            "review": "ReviewNewsArticle",
        }.get(detail["kind"], "NewsArticle"),
        "mainEntityOfPage": detail["seo"]["canonical_url"],
        "headline": detail["title"],
        "description": detail["standfirst"],
        "inLanguage": detail["language"],
        "datePublished": detail["published_at"],
        "dateModified": detail["updated_at"],
        "articleSection": detail["section"]["name"],
        "keywords": [topic["name"] for topic in detail["topics"]],
        "wordCount": detail["word_count"],
        "isAccessibleForFree": True,
        "author": [
            {"@type": "Person", "name": author["name"], "url": urljoin(publisher["url"], f"/authors/{author['slug']}/")}
            for author in detail["authors"]
        ],
        "publisher": {"@type": "NewsMediaOrganization", **publisher},
        "image": pictures,
        "correction": [
            {"@type": "CorrectionComment", "text": one["text"], "datePublished": one["at"]}
            for one in detail["corrections"]
        ],
        "workTranslation": [
            {"@type": "NewsArticle", "inLanguage": one["language"], "headline": one["title"], "url": one["url"]}
            for one in detail["alternates"]
        ],
    }
    return {name: value for name, value in document.items() if value != []}


def picture(image_id: int | None, sources: Sources, *, alt: str = "", caption: str = "") -> Json | None:
    """A picture with the renditions that are made already; None where there is none.

    `alt` and `caption` are a story's own words, used instead of the picture's where they are not empty.
    """
    image = sources.images.get(image_id) if image_id else None
    if image is None:
        return None
    renditions = [one for each in sources.renditions[image.pk] if (one := _rendition(each)) is not None]
    renditions.sort(key=lambda one: (one["crop"] or "", one["type"], one["width"]))
    crops = {name: _srcset(renditions, name) for name in CROPS}
    return {
        "id": str(image.public_id),
        "alt": alt or image.alt,
        "caption": caption or image.caption or None,
        "credit": image.credit or None,
        "width": image.width,
        "height": image.height,
        "focal_point": _focal_point(image),
        "dominant_colour": image.dominant_colour or None,
        "blurhash": image.blurhash or None,
        "renditions": renditions,
        "srcset": _srcset(renditions, None),
        "crops": {name: srcset for name, srcset in crops.items() if srcset},
    }


def _srcset(renditions: list[Json], crop: str | None) -> dict[str, str]:
    """By media type what belongs into the `srcset` of a <source>; a small picture has some widths more than once."""
    found: dict[str, str] = {}
    for kind in _MIME_TYPES.values():
        urls = {one["width"]: one["url"] for one in renditions if (one["type"], one["crop"]) == (kind, crop)}
        if urls:
            found[kind] = ", ".join(f"{url} {width}w" for width, url in urls.items())
    return found


def _rendition(rendition: NewsRendition) -> Json | None:
    size, _, kind = rendition.filter_spec.partition("|format-")
    if kind not in _MIME_TYPES:
        return None
    return {
        "url": media_url(rendition.url),
        "width": rendition.width,
        "height": rendition.height,
        "type": _MIME_TYPES[kind],
        "crop": _CROP_OF_SIZE.get(size),
    }


def _focal_point(image: NewsImage) -> Json | None:
    """Where the eye should rest, as fractions of width and height from the top left; None where nobody said."""
    if image.focal_point_x is None or image.focal_point_y is None:
        return None
    return {"x": round(image.focal_point_x / image.width, 4), "y": round(image.focal_point_y / image.height, 4)}


def _block(block: Json, sources: Sources) -> Json:
    return {"id": block["id"], "type": block["type"], "value": _VALUES[block["type"]](block["value"], sources)}


def _rich(source: str, sources: Sources) -> Json:
    text, links = publish(source, sources.links.get)
    return {"html": text, "links": links}


def _paragraph(value: str, sources: Sources) -> Json:
    return _rich(value, sources)


def _heading(value: Json, sources: Sources) -> Json:
    return {"text": value["text"], "level": int(value["level"])}


def _list(value: Json, sources: Sources) -> Json:
    return {"style": value["style"], "items": [_rich(list_item(item), sources) for item in value["items"]]}


def _quote(value: Json, sources: Sources) -> Json:
    return {
        "text": value["text"],
        "attribution": value.get("attribution") or None,
        "role": value.get("role") or None,
        "style": value.get("style") or "block",
    }


def _divider(value: Any, sources: Sources) -> Json:
    return {}


def _image(value: Json, sources: Sources) -> Json:
    found = picture(value["image"], sources, alt=value.get("alt") or "", caption=value.get("caption") or "")
    return found or _MISSING_PICTURE


_MISSING_PICTURE: Json = {
    "id": None,
    "alt": "",
    "caption": None,
    "credit": None,
    "width": 0,
    "height": 0,
    "focal_point": None,
    "dominant_colour": None,
    "blurhash": None,
    "renditions": [],
    "srcset": {},
    "crops": {},
}


def _gallery(value: Json, sources: Sources) -> Json:
    images = [_image(list_item(item), sources) for item in value.get("pictures", [])]
    return {"title": value.get("title") or None, "images": [image for image in images if image["id"]]}


def _embed(value: Json, sources: Sources) -> Json:
    embed = sources.embeds.get(value["url"])
    return {
        "url": value["url"],
        "provider": find_provider(value["url"]),
        "caption": value.get("caption") or None,
        "title": (embed.title or None) if embed else None,
        "html": _safe_embed(embed.html) if embed else None,
        "thumbnail_url": (embed.thumbnail_url or None) if embed else None,
        "width": embed.width if embed else None,
        "height": embed.height if embed else None,
    }


def _safe_embed(html: str) -> str | None:
    """What a service sent, without scripts: frames over https, and the words that stand in for them."""
    return (
        nh3.clean(
            html,
            tags={"iframe", "blockquote", "p", "a", "br"},
            attributes={
                "iframe": {"src", "width", "height", "title", "allow", "allowfullscreen", "loading"},
                "a": {"href"},
            },
            url_schemes={"https"},
        )
        or None
    )


def _fact_box(value: Json, sources: Sources) -> Json:
    return {"title": value["title"], **_rich(value["text"], sources)}


def _table(value: Json, sources: Sources) -> Json:
    columns = value.get("columns", [])
    return {
        "caption": value.get("caption") or None,
        "columns": [{"heading": column.get("heading") or "", "type": column["type"]} for column in columns],
        "rows": [[None if cell in (None, "") else str(cell) for cell in row["values"]] for row in value["rows"]],
    }


def _related(value: Json, sources: Sources) -> Json:
    stories = [sources.links.get(list_item(item)) for item in value["stories"]]
    return {
        "title": value.get("title") or None,
        "stories": [story for story in stories if story and story["kind"] == "article"],
    }


_VALUES: dict[str, Callable[[Any, Sources], Json]] = {
    "paragraph": _paragraph,
    "heading": _heading,
    "list": _list,
    "quote": _quote,
    "divider": _divider,
    "image": _image,
    "gallery": _gallery,
    "embed": _embed,
    "fact_box": _fact_box,
    "table": _table,
    "related": _related,
}
