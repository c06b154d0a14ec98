"""What a machine can say of a story before people release it: findings that block, and findings that advise.

A check reads one version (`Reading`) and yields findings. Blocking findings keep the version out of print on every
route; some of them can be waived (`workflows.waivers`), by a right and with a reason.
"""

import hashlib
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from html.parser import HTMLParser
from typing import Any
from urllib.parse import urlsplit

from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from wagtail.models import Comment, Page

from cms.checks import find_without_alt, has_standfirst, picture_ids
from cms.models import Article, NewsImage, Takedown
from cms.text import body_paragraphs
from workflows import matters, progress
from workflows.models import SignOffRule, Waiver

HEADLINE_CHARACTERS = 80
STANDFIRST_CHARACTERS = 200
RIGHTS_WARNING = timedelta(days=14)
_WORDS_OF_COURTS = re.compile(
    r"\b(alleg\w+|accus\w+|arrest\w*|charged with|convict\w*|court|defam\w+|fraud\w*|indict\w*|lawsuit|libel\w*|rape\w*"
    r"|sexual\w*|suspect\w*|trial|victims?|under investigation)\b",
    re.IGNORECASE,
)
_SCHEMES = {"http", "https", "mailto", "tel"}


@dataclass(frozen=True)
class Finding:
    """One thing that a check found.

    `target` is what it is about; a waiver holds for one code and target. `place` is the path of the field in the editor
    (`title`, `body.<block id>.image`), empty for the whole story.
    """

    code: str
    message: str
    place: str = ""
    target: str = ""
    blocking: bool = False
    waivable: bool = False
    waiver: Waiver | None = None

    @property
    def stands_in_the_way(self) -> bool:
        return self.blocking and self.waiver is None


@dataclass(frozen=True)
class Shown:
    """A picture where a version shows it, with the words that belong to that place."""

    pk: int
    place: str
    caption: str = ""


@dataclass(frozen=True)
class Link:
    """A link inside the text: to one of our pages, or to an address."""

    place: str
    page_id: int | None = None
    href: str = ""


class Reading:
    """One version as the checks read it; readers see it from `at`. What several checks need is fetched once."""

    def __init__(self, version: Article, *, at: datetime) -> None:
        self.version = version
        self.at = at
        self.body: list[dict[str, Any]] = version.body.get_prep_value()

    @property
    def day(self) -> date:
        """The day of `at` in the newsroom, wherever whoever asks may be."""
        return timezone.localdate(self.at, timezone.get_default_timezone())

    @cached_property
    def pictures(self) -> dict[int, NewsImage]:
        ids = picture_ids(self.version)
        return NewsImage.objects.in_bulk(ids) if ids else {}

    @cached_property
    def shown(self) -> list[Shown]:
        """Pictures in reading order, the lead picture first."""
        found = [Shown(self.version.lead_image_id, "lead_image")] if self.version.lead_image_id else []
        for block in self.body:
            place, value = f"body.{block.get('id')}", block["value"]
            if block["type"] == "image" and value["image"]:
                found.append(Shown(value["image"], f"{place}.image", value.get("caption", "")))
            elif block["type"] == "gallery":
                for item in value.get("pictures", []):
                    one = item.get("value", item)
                    if one["image"]:
                        found.append(Shown(one["image"], f"{place}.pictures", one.get("caption", "")))
        return [one for one in found if one.pk in self.pictures]

    @cached_property
    def links(self) -> list[Link]:
        """Links in the text, and stories that stand in it."""
        found = []
        for block in self.body:
            place = f"body.{block.get('id')}"
            if block["type"] == "related":
                stories = [item["value"] if isinstance(item, dict) else item for item in block["value"]["stories"]]
                found += [Link(f"{place}.stories", page_id=pk) for pk in stories if pk]
            else:
                found += _links_in(block["value"], place)
        return found

    @cached_property
    def stories(self) -> dict[int, dict[str, Any]]:
        """What is known of every page that this version leads to, by primary key."""
        ids = {link.page_id for link in self.links if link.page_id}
        ids |= {pick.article_id for pick in self.version.picks.all()}
        if not ids:
            return {}
        pages = Page.objects.filter(pk__in=ids).annotate(
            withdrawn=Exists(Takedown.objects.filter(article_id=OuterRef("pk")))
        )
        return {row["pk"]: row for row in pages.values("pk", "title", "live", "withdrawn", "article__embargo_until")}


Check = Callable[[Reading], Iterator[Finding]]
_blocking: list[Check] = []
_advisory: list[Check] = []


def blocks(check: Check) -> Check:
    """Register a check whose findings keep a version out of print."""
    _blocking.append(check)
    return check


def advises(check: Check) -> Check:
    """Register a check whose findings are advice."""
    _advisory.append(check)
    return check


def find_all(version: Article, *, at: datetime | None = None) -> list[Finding]:
    """Everything that the checks find in `version`, what blocks first, each with its waiver if it was waived.

    `at` is when it would be released: by default its schedule, or now.
    """
    reading = Reading(version, at=_seen_from(version, at))
    return _with_waivers(version, _run(_blocking, reading)) + _run(_advisory, reading)


def find_blocking(version: Article, *, at: datetime | None = None) -> list[Finding]:
    """The findings that keep `version` out of print, if it is released at `at`: by default its schedule, or now."""
    reading = Reading(version, at=_seen_from(version, at))
    return [one for one in _with_waivers(version, _run(_blocking, reading)) if one.stands_in_the_way]


def _run(checks: Iterable[Check], reading: Reading) -> list[Finding]:
    return [finding for check in checks for finding in check(reading)]


def _seen_from(version: Article, at: datetime | None) -> datetime:
    """When readers would first see `version`, released at `at`: a schedule and an embargo both keep it from them."""
    now = timezone.now()
    return max(at or version.go_live_at or now, version.embargo_until or now, now)


def _with_waivers(version: Article, findings: list[Finding]) -> list[Finding]:
    if not any(finding.waivable for finding in findings):
        return findings
    waived = {
        (waiver.check_code, waiver.target): waiver
        for waiver in Waiver.objects.filter(article_id=version.pk, voided_at=None).select_related("by")
    }
    return [
        replace(finding, waiver=waived.get((finding.code, finding.target)) if finding.waivable else None)
        for finding in findings
    ]


@blocks
def standfirst_missing(reading: Reading) -> Iterator[Finding]:
    if not has_standfirst(reading.version):
        yield Finding("standfirst_missing", _("The standfirst is empty."), "standfirst", blocking=True)


@blocks
def alt_missing(reading: Reading) -> Iterator[Finding]:
    for image in find_without_alt(reading.version) if picture_ids(reading.version) else ():
        yield Finding(
            "alt_missing",
            _("The picture “%s” has no alternative text.") % image.title,
            _place_of(reading, image.pk),
            f"picture:{image.pk}",
            blocking=True,
        )


@blocks
def reference_gone(reading: Reading) -> Iterator[Finding]:
    """What was deleted after the version was saved: it says less than what was signed, so it has to be saved anew."""
    messages = {
        "lead_image": _("The lead picture was deleted. Choose another, or save the story without one."),
        "byline": _("An author of the byline was deleted. Save the story without them, and have it signed again."),
        "topic_links": _("A topic was deleted. Save the story without it, and have it signed again."),
    }
    for field in reading.version.lost:
        yield Finding("reference_gone", messages[field], field, field, blocking=True)


@blocks
def slug_taken(reading: Reading) -> Iterator[Finding]:
    version = reading.version
    if Article.objects.live().filter(slug=version.slug).exclude(pk=version.pk).exists():
        yield Finding(
            "slug_taken",
            _("Another live story has the slug “%s”. Choose another.") % version.slug,
            "slug",
            version.slug,
            blocking=True,
        )


@blocks
def body_empty(reading: Reading) -> Iterator[Finding]:
    if not reading.body:
        yield Finding("body_empty", _("The story has no text."), "body", "body", blocking=True, waivable=True)


@blocks
def credit_missing(reading: Reading) -> Iterator[Finding]:
    for image in reading.pictures.values():
        if not image.credit.strip():
            yield Finding(
                "credit_missing",
                _("The picture “%s” has no credit.") % image.title,
                _place_of(reading, image.pk),
                f"picture:{image.pk}",
                blocking=True,
                waivable=True,
            )


@blocks
def rights_ended(reading: Reading) -> Iterator[Finding]:
    day = reading.day
    for image in reading.pictures.values():
        if image.rights_end_on and image.rights_end_on < day:
            yield Finding(
                "rights_ended",
                _("The rights to the picture “%(title)s” end on %(day)s, before the release.")
                % {"title": image.title, "day": date_format(image.rights_end_on)},
                _place_of(reading, image.pk),
                f"picture:{image.pk}:{image.rights_end_on.isoformat()}",
                blocking=True,
                waivable=True,
            )


@blocks
def link_dead(reading: Reading) -> Iterator[Finding]:
    for link in reading.links:
        if link.page_id:
            page = reading.stories.get(link.page_id)
            if page is None:
                message = _("A link leads to a story that was deleted.")
            elif page["withdrawn"] and not page["live"]:
                message = _("A link leads to “%s”, which was withdrawn.") % page["title"]
            else:
                continue
            target = f"page:{link.page_id}"
        elif _is_address(link.href):
            continue
        else:
            message, target = _("A link leads nowhere: “%s”.") % link.href[:80], f"address:{_short(link.href)}"
        yield Finding("link_dead", message, link.place, target, blocking=True, waivable=True)


@blocks
def sensitive_without_legal(reading: Reading) -> Iterator[Finding]:
    """A story that is marked as sensitive asks for desks that read it as such; here nobody does."""
    version = reading.version
    if not version.sensitive:
        return
    workflow = progress.workflow_of(version)
    rules = SignOffRule.objects.filter(
        condition=SignOffRule.Condition.SENSITIVE, stage__active=True, stage__workflow_tasks__workflow=workflow
    ).select_related("stage")
    story = progress.facts(version)
    if not any(
        rule.desk_id in {applied.desk_id for applied in progress.rules_for(rule.stage, story)} for rule in rules
    ):
        yield Finding(
            "sensitive_without_legal",
            _("The story is marked as sensitive, and no desk reads it for that."),
            "sensitive",
            # Waived for these words, not for whatever is written later.
            f"text:{matters.digests(version.public_content())['text'][:16]}",
            blocking=True,
            waivable=True,
        )


@advises
def headline_long(reading: Reading) -> Iterator[Finding]:
    length = len(reading.version.title)
    if length > HEADLINE_CHARACTERS:
        yield Finding("headline_long", _("The headline is long: %s characters.") % length, "title")


@advises
def standfirst_long(reading: Reading) -> Iterator[Finding]:
    length = len(reading.version.standfirst)
    if length > STANDFIRST_CHARACTERS:
        yield Finding("standfirst_long", _("The standfirst is long: %s characters.") % length, "standfirst")


@advises
def byline_missing(reading: Reading) -> Iterator[Finding]:
    if not reading.version.byline.all():
        yield Finding("byline_missing", _("Nobody is named in the byline."), "byline")


@advises
def topics_missing(reading: Reading) -> Iterator[Finding]:
    if not reading.version.topic_links.all():
        message = _("The story has no topic, so readers of a topic will not find it.")
        yield Finding("topics_missing", message, "topic_links")


@advises
def caption_missing(reading: Reading) -> Iterator[Finding]:
    for shown in reading.shown:
        image = reading.pictures[shown.pk]
        if not shown.caption and not image.caption:
            yield Finding("caption_missing", _("The picture “%s” has no caption.") % image.title, shown.place)


@advises
def rights_end_soon(reading: Reading) -> Iterator[Finding]:
    day = reading.day
    for image in reading.pictures.values():
        if image.rights_end_on and day <= image.rights_end_on <= day + RIGHTS_WARNING:
            yield Finding(
                "rights_end_soon",
                _("The rights to the picture “%(title)s” end on %(day)s.")
                % {"title": image.title, "day": date_format(image.rights_end_on)},
                _place_of(reading, image.pk),
            )


@advises
def link_unpublished(reading: Reading) -> Iterator[Finding]:
    for link in reading.links:
        page = reading.stories.get(link.page_id) if link.page_id else None
        if page and not page["live"] and not page["withdrawn"]:
            message = _("A link leads to “%s”, which is not published yet.") % page["title"]
            yield Finding("link_unpublished", message, link.place)


@advises
def pick_hidden(reading: Reading) -> Iterator[Finding]:
    for pick in reading.version.picks.all():
        page = reading.stories.get(pick.article_id)
        if page is None:
            continue
        embargo_until = page["article__embargo_until"]
        if page["withdrawn"] and not page["live"]:
            message = _("The picked story “%s” was withdrawn.")
        elif not page["live"]:
            message = _("The picked story “%s” is not published.")
        elif embargo_until and embargo_until > reading.at:
            message = _("The picked story “%s” is under embargo.")
        else:
            continue
        yield Finding("pick_hidden", message % page["title"], "picks")


@advises
def comments_open(reading: Reading) -> Iterator[Finding]:
    places = list(
        Comment.objects.filter(page_id=reading.version.pk, resolved_at=None)
        .order_by("pk")
        .values_list("contentpath", flat=True)
    )
    if places:
        message = ngettext("%s comment is not resolved.", "%s comments are not resolved.", len(places)) % len(places)
        yield Finding("comments_open", message, places[0])


@advises
def looks_sensitive(reading: Reading) -> Iterator[Finding]:
    """Words of courts and police in a story that is not marked; a guess, in English only."""
    version = reading.version
    if version.sensitive or not version.language.startswith("en"):
        return
    found = _WORDS_OF_COURTS.search(" ".join((version.title, version.standfirst, *body_paragraphs(reading.body))))
    if found:
        message = _("The text says “%s”, and the story is not marked as sensitive.") % found.group()
        yield Finding("looks_sensitive", message, "sensitive")


@advises
def embargo_past(reading: Reading) -> Iterator[Finding]:
    embargo_until = reading.version.embargo_until
    if embargo_until and embargo_until <= timezone.now() and not reading.version.live:
        yield Finding("embargo_past", _("The embargo has ended already."), "embargo_until")


def _place_of(reading: Reading, pk: int) -> str:
    return next((shown.place for shown in reading.shown if shown.pk == pk), "")


def _is_address(href: str) -> bool:
    try:
        parts = urlsplit(href.strip())
    except ValueError:
        return False
    if parts.scheme in ("http", "https"):
        return bool(parts.hostname)
    return bool(parts.scheme in _SCHEMES and parts.path) or href.startswith(("#", "/"))


def _short(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _links_in(value: Any, place: str) -> list[Link]:
    """Links in every piece of rich text of a block, with the path of the piece."""
    if isinstance(value, str):
        return [Link(place, page_id, href) for page_id, href in _Anchors.read(value)] if "<a" in value else []
    if isinstance(value, dict):
        return [link for name, part in value.items() if name != "id" for link in _links_in(part, f"{place}.{name}")]
    if isinstance(value, list):
        return [
            link
            for part in value
            for link in _links_in(part["value"] if isinstance(part, dict) and "value" in part else part, place)
        ]
    return []


class _Anchors(HTMLParser):
    @classmethod
    def read(cls, source: str) -> list[tuple[int | None, str]]:
        reader = cls()
        reader.found = []
        reader.feed(source)
        reader.close()
        return reader.found

    found: list[tuple[int | None, str]]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag != "a":
            return
        given = dict(attrs)
        if given.get("linktype") == "page":
            id_ = given.get("id") or ""
            self.found.append((int(id_) if id_.isascii() and id_.isdecimal() else None, ""))
        else:
            self.found.append((None, given.get("href") or ""))
