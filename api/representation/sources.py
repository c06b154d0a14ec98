"""Everything that representations of a batch of stories are built from, read in a fixed number of queries."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from wagtail.embeds.embeds import get_embed_hash
from wagtail.embeds.models import Embed
from wagtail.models import PageViewRestriction

from api.models import PublishedArticle
from api.representation.rich_text import Link, linked_page_ids
from cms.checks import picture_ids
from cms.images import rendition_specs
from cms.models import Article, NewsImage, NewsRendition, Section, Topic
from cms.websites import Website, get_websites, website_of

Alternate = dict[str, str]


@dataclass
class Sources:
    """What a batch of stories refers to."""

    articles: dict[int, Article]
    sections: dict[str, Section]
    """Sections by tree path."""
    topic_ancestors: dict[int, list[str]]
    images: dict[int, NewsImage]
    renditions: dict[int, list[NewsRendition]] = field(default_factory=lambda: defaultdict(list))
    page_ids: dict[int, set[int]] = field(default_factory=dict)
    """Pages that each story refers to, by primary key; readers may not be able to see them."""
    links: dict[int, Link] = field(default_factory=dict)
    """What is public about linked pages, by primary key."""
    embeds: dict[str, Embed] = field(default_factory=dict)
    embed_urls: set[str] = field(default_factory=set)
    private_paths: list[str] = field(default_factory=list)
    """Tree paths below which nothing is public."""
    websites: list[Website] = field(default_factory=list)
    translations: dict[UUID | None, list[Alternate]] = field(default_factory=lambda: defaultdict(list))
    """Stories on the shelf by translation key; each is among its own translations."""

    def section_of(self, article: Article) -> Section:
        return self.sections[article.path[: -article.steplen]]

    def trail_of(self, article: Article) -> list[Section]:
        """The sections around a story, outermost first."""
        step = article.steplen
        paths = [article.path[:length] for length in range(step, len(article.path), step)]
        return [self.sections[path] for path in paths if path in self.sections]

    def website_of(self, article: Article) -> Website:
        return website_of(article.path, self.websites)

    def alternates_of(self, article: Article) -> list[Alternate]:
        """The visible translations of a story, itself left out, by language."""
        others = self.translations.get(article.translation_key, [])
        return sorted(
            (one for one in others if one["id"] != str(article.public_id)),
            key=lambda one: (str(one["language"]), str(one["id"])),
        )

    def is_private(self, article: Article) -> bool:
        """Whether the story is in something private, or in a section that is not live."""
        return any(article.path.startswith(path) for path in self.private_paths) or not all(
            section.live for section in self.trail_of(article)
        )


def load(article_ids: Sequence[int]) -> Sources:
    """Read what the representations of these stories need; ids of stories that are gone are left out."""
    articles = {
        article.pk: article
        for article in Article.objects.filter(pk__in=article_ids)
        .select_related("locale")
        .prefetch_related("byline__author", "topic_links__topic", "picks", "corrections")
    }
    return gather(articles)


def gather(articles: dict[int, Article]) -> Sources:
    """The same for stories at hand, by primary key: versions that are not what is stored, too."""
    raw_bodies = {pk: article.body.get_prep_value() for pk, article in articles.items()}
    parents = {
        article.path[:length]
        for article in articles.values()
        for length in range(article.steplen, len(article.path), article.steplen)
    }
    topic_ids = {link.topic_id for article in articles.values() for link in article.topic_links.all()}
    image_ids = set().union(*(picture_ids(article) for article in articles.values())) if articles else set()
    sources = Sources(
        articles=articles,
        sections={section.path: section for section in Section.objects.filter(path__in=parents)},
        topic_ancestors=Topic.objects.ancestor_slugs(topic_ids) if topic_ids else {},
        images=NewsImage.objects.in_bulk(image_ids) if image_ids else {},
        private_paths=list(PageViewRestriction.objects.values_list("page__path", flat=True)),
        websites=get_websites(),
    )
    _add_translations(sources)
    renditions_of(image_ids, sources)
    urls: set[str] = set()
    for pk, article in articles.items():
        pages, addresses = _references(raw_bodies[pk])
        sources.page_ids[pk] = pages | {pick.article_id for pick in article.picks.all()}
        urls |= addresses
    page_ids = set().union(*sources.page_ids.values())
    if page_ids:
        sources.links = public_links(page_ids)
    sources.embed_urls = urls
    if urls:
        hashes = {get_embed_hash(url): url for url in urls}
        sources.embeds = {hashes[embed.hash]: embed for embed in Embed.objects.filter(hash__in=hashes)}
    return sources


def renditions_of(image_ids: set[int], sources: Sources) -> None:
    """Read the preset renditions of pictures that are made already."""
    if image_ids:
        for rendition in NewsRendition.objects.filter(image__in=image_ids, filter_spec__in=rendition_specs()):
            sources.renditions[rendition.image_id].append(rendition)


def _add_translations(sources: Sources) -> None:
    keys = {article.translation_key for article in sources.articles.values()}
    addresses = {website.name: website for website in sources.websites}
    for key, language, public_id, slug, site, path, title in PublishedArticle.objects.filter(
        translation_key__in=keys
    ).values_list("translation_key", "language", "public_id", "slug", "site", "path", "title"):
        sources.translations[key].append(
            {
                "language": language,
                "id": str(public_id),
                "slug": slug,
                "title": title,
                "path": path,
                "url": addresses[site].absolute(path) if site in addresses else public_url(path),
                "api_url": f"{settings.BASE_URL}/api/v1/articles/{public_id}/",
            }
        )


def public_links(page_ids: set[int]) -> dict[int, Link]:
    """What readers may know about pages, by primary key; pages that they cannot read are left out."""
    links: dict[int, Link] = {}
    websites = get_websites()
    addresses = {website.name: website for website in websites}
    for pk, public_id, slug, site, path, title in PublishedArticle.objects.filter(article_id__in=page_ids).values_list(
        "article_id", "public_id", "slug", "site", "path", "title"
    ):
        links[pk] = {
            "kind": "article",
            "id": str(public_id),
            "slug": slug,
            "path": path,
            "url": addresses[site].absolute(path) if site in addresses else public_url(path),
            "title": title,
        }
    for section in public_sections().filter(pk__in=page_ids - links.keys()):
        links[section.pk] = {
            "kind": "section",
            "id": str(section.public_id),
            "slug": section.slug,
            "path": section.public_path,
            "url": website_of(section.path, websites).absolute(section.public_path),
            "title": section.title,
        }
    return links


def public_sections() -> QuerySet[Section]:
    """Sections that readers may know of: live, in nothing that is not, and not private."""
    sections = Section.objects.live()
    hidden = [
        *PageViewRestriction.objects.values_list("page__path", flat=True),
        *Section.objects.not_live().values_list("path", flat=True),
    ]
    for path in hidden:
        sections = sections.exclude(path__startswith=path)
    return sections


def public_url(path: str) -> str:
    """The full address of a path on the newsroom's first website."""
    return urljoin(settings.FRONTEND_URL + "/", path.lstrip("/"))


def media_url(url: str) -> str:
    """The full address at which readers find a file, by its address on this server."""
    return settings.PUBLIC_MEDIA_URL + url.removeprefix(settings.MEDIA_URL)


def _references(raw: list[dict[str, Any]]) -> tuple[set[int], set[str]]:
    """Pages and embedded addresses that a stored body refers to."""
    pages: set[int] = set()
    urls: set[str] = set()
    for block in raw:
        value = block["value"]
        match block["type"]:
            case "paragraph":
                pages |= linked_page_ids(value)
            case "fact_box":
                pages |= linked_page_ids(value["text"])
            case "list":
                for item in value["items"]:
                    pages |= linked_page_ids(list_item(item))
            case "related":
                pages |= {list_item(item) for item in value["stories"] if list_item(item)}
            case "embed":
                urls.add(value["url"])
    return pages, urls


def list_item(item: Any) -> Any:
    """The value of an item of a stored list; stories saved by old versions of Wagtail hold the bare value."""
    return item["value"] if isinstance(item, dict) and item.get("type") == "item" else item
