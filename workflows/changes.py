"""What changed since a person last had a story before them, with the names of things, ready to be shown."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef
from django.utils.dateparse import parse_datetime
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import capfirst
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.models import Page

from cms.models import Article, ArticleAuthor, Author, NewsImage, Topic
from workflows import differences, progress, snapshots
from workflows.differences import Item, Part, Piece
from workflows.models import Matter, SignOff, Snapshot

SIGNED, LIVE, SUBMITTED = "signed", "live", "submitted"

LABELS: dict[str, str | Promise] = {
    "title": gettext_lazy("Headline"),
    "short_title": gettext_lazy("Short headline"),
    "kicker": gettext_lazy("Kicker"),
    "standfirst": gettext_lazy("Standfirst"),
    "kind": gettext_lazy("Kind"),
    "language": gettext_lazy("Language"),
    "byline": gettext_lazy("Byline"),
    "topics": gettext_lazy("Topics"),
    "lead_image": gettext_lazy("Lead picture"),
    "flags.breaking": gettext_lazy("Breaking"),
    "flags.sensitive": gettext_lazy("Sensitive"),
    "flags.sponsored": gettext_lazy("Sponsored"),
    "embargo_until": gettext_lazy("Embargo"),
    "rights.usage_terms": gettext_lazy("Usage terms"),
    "rights.may_be_syndicated": gettext_lazy("May be syndicated"),
    "picks": gettext_lazy("Picked stories"),
    "related.suggest": gettext_lazy("Show related stories"),
    "related.may_be_suggested": gettext_lazy("May be suggested"),
    "seo.title": gettext_lazy("Title for search engines"),
    "seo.description": gettext_lazy("Description for search engines"),
    "seo.canonical_url": gettext_lazy("Canonical address"),
    "seo.robots": gettext_lazy("Search engines"),
}
"""Words of the editing form for the keys of `Article.public_content`; keys within a key behind a full stop."""

_CHOICES = {"kind": dict(Article.Kind.choices), "seo.robots": dict(Article.Robots.choices)}
_FORMATS = {"bold": gettext_lazy("bold"), "italic": gettext_lazy("italic"), "heading": gettext_lazy("heading")}


@dataclass(frozen=True)
class Base:
    """A version to compare with: `why` is one of SIGNED, LIVE, SUBMITTED or empty; `label` says it in words."""

    why: str
    label: str
    content_hash: str
    at: datetime | None
    content: dict[str, Any]


@dataclass(frozen=True)
class Run:
    """A run of text: same, added or removed; `note` says how the look of words that stayed has changed."""

    op: str
    text: str
    note: str = ""


@dataclass(frozen=True)
class Thing:
    """A picture, a person, a topic or a story: same, added, removed or moved."""

    op: str
    name: str
    note: str = ""
    image: NewsImage | None = None


@dataclass(frozen=True)
class Row:
    """One value that changed."""

    label: str
    runs: tuple[Run, ...] = ()
    things: tuple[Thing, ...] = ()


@dataclass(frozen=True)
class BlockRow:
    """One block that changed; `unchanged` blocks stand between it and the one before."""

    op: str
    id: str
    label: str
    moved: bool
    rows: tuple[Row, ...]
    unchanged: int = 0


@dataclass(frozen=True)
class Changes:
    """What changed since `base`; false if nothing did."""

    base: Base
    fields: tuple[Row, ...]
    blocks: tuple[BlockRow, ...]
    unchanged_after: int
    matters: tuple[str, ...]

    def __bool__(self) -> bool:
        return bool(self.count)

    @property
    def count(self) -> int:
        """How many fields and blocks changed."""
        return len(self.fields) + len(self.blocks)


def find_bases(article: Article, user: Any) -> list[Base]:
    """Versions that this person may want to compare the latest with, the one that means most to them first.

    What they signed or sent back last, what is live, what was submitted first; each only if there is one.
    """
    return list(_bases(article, user))


def find_base(article: Article, user: Any) -> Base | None:
    """The version that means most to this person; None if nobody has submitted the story."""
    return next(_bases(article, user), None)


def _bases(article: Article, user: Any) -> Iterator[Base]:
    for found in (_last_verdict, _live, _first_submitted):
        base = found(article, user)
        if base:
            yield base


def find_seen(article: Article, content_hash: str) -> Base | None:
    """The version with this hash, which somebody had before them a moment ago; None if it was not kept."""
    snapshot = snapshots.find(article.pk, content_hash)
    return _of_snapshot(snapshot, article, "", _("Since you opened this page")) if snapshot else None


def build_changes(base: Base, version: Article) -> Changes:
    """What changed from `base` to `version`, with names."""
    after = version.public_content()
    found = differences.compare(base.content, after)
    names = _Names(base.content, after) if found else None
    fields = tuple(_row(part, names, LABELS[part.name]) for part in found.fields) if names else ()
    blocks, unchanged = [], 0
    for block in found.blocks:
        if block.op == "same":
            unchanged += 1
            continue
        assert names
        rows = tuple(_row(part, names, _block_label(block.type, part.name)) for part in block.parts)
        blocks.append(BlockRow(block.op, block.id, _block_label(block.type), block.moved, rows, unchanged))
        unchanged = 0
    touched = tuple(str(label) for value, label in Matter.choices if value in found.matters)
    return Changes(base, fields, tuple(blocks), unchanged, touched)


def _last_verdict(article: Article, user: Any) -> Base | None:
    kept = Snapshot.objects.filter(article=OuterRef("article"), content_hash=OuterRef("content_hash"))
    last = (
        SignOff.objects.filter(Exists(kept), article_id=article.pk, by=user.pk, carried_from=None)
        .order_by("-at", "-pk")
        .first()
    )
    snapshot = snapshots.find(article.pk, last.content_hash) if last else None
    if last is None or snapshot is None:
        return None
    label = _("Since you signed") if last.verdict == SignOff.Verdict.APPROVED else _("Since you sent it back")
    return _of_snapshot(snapshot, article, SIGNED, label, at=last.at)


def _live(article: Article, user: Any) -> Base | None:
    live = Article.objects.filter(pk=article.pk, live=True).first()
    if live is None:
        return None
    standing = progress.standing_of(article)
    return Base(LIVE, _("Since it went live"), standing.live_hash, live.last_published_at, live.public_content())


def _first_submitted(article: Article, user: Any) -> Base | None:
    first = Snapshot.objects.filter(article_id=article.pk).order_by("at", "pk").first()
    return _of_snapshot(first, article, SUBMITTED, _("Since it was first submitted")) if first else None


def _of_snapshot(snapshot: Snapshot, article: Article, why: str, label: str, *, at: datetime | None = None) -> Base:
    content = article.with_content_json(snapshot.content).public_content()
    return Base(why, label, snapshot.content_hash, at or snapshot.at, content)


class _Names:
    """Names of what two versions refer to, fetched with a query a kind."""

    def __init__(self, before: dict[str, Any], after: dict[str, Any]) -> None:
        old, new = differences.references(before), differences.references(after)
        ids = {kind: old[kind] | new[kind] for kind in new}
        self.images = NewsImage.objects.in_bulk(ids["picture"]) if ids["picture"] else {}
        self._names: dict[str, dict[int, str]] = {
            "picture": {pk: image.title for pk, image in self.images.items()},
            "author": _names_of(Author.objects.filter(pk__in=ids["author"]), "name", ids["author"]),
            "topic": _names_of(Topic.objects.filter(pk__in=ids["topic"]), "name", ids["topic"]),
            "story": _names_of(Page.objects.filter(pk__in=ids["story"]), "title", ids["story"]),
        }

    def of(self, kind: str, pk: int) -> str:
        return self._names[kind].get(pk) or _("deleted (%s)") % pk


def _names_of(rows: Any, field: str, ids: Iterable[int]) -> dict[int, str]:
    return dict(rows.values_list("pk", field)) if ids else {}


def _row(part: Part, names: _Names, label: str | Promise) -> Row:
    runs = tuple(Run(piece.op, _value(part.name, piece.text), _note(piece)) for piece in part.pieces)
    return Row(str(label), runs, tuple(_thing(item, names) for item in part.items))


def _thing(item: Item, names: _Names) -> Thing:
    reference = item.reference
    role = ArticleAuthor.Role(reference.note).label if reference.kind == "author" else reference.note
    image = names.images.get(reference.pk) if reference.kind == "picture" else None
    return Thing(item.op, names.of(reference.kind, reference.pk), str(role), image)


def _value(name: str, text: str) -> str:
    """A value in an editor's words: a choice, a switch, a time; other text as it is."""
    if name in _CHOICES:
        return str(_CHOICES[name].get(text, text))
    if name.startswith(("flags.", "related.")) or name == "rights.may_be_syndicated":
        return {"True": _("yes"), "False": _("no")}.get(text, text)
    moment = parse_datetime(text) if name == "embargo_until" else None
    return date_format(localtime(moment), "DATETIME_FORMAT") if moment else text


def _note(piece: Piece) -> str:
    if not piece.restyled:
        return ""
    gained = [_format(one) for one in piece.now if one not in piece.was]
    lost = [_format(one) for one in piece.was if one not in piece.now]
    return ", ".join([*(_("now %s") % one for one in gained), *(_("no longer %s") % one for one in lost)])


def _format(name: str) -> str:
    if name.startswith("link"):
        target = name.removeprefix("link").strip()
        return _("linked to story %s") % target if target.isdigit() else _("linked to %s") % target
    return str(_FORMATS[name])


def _block_label(block_type: str, name: str = "") -> str:
    """The editor's word for a type of block, or for one of its values."""
    block = Article.body.field.stream_block.child_blocks.get(block_type)
    if not name:
        return str(block.label) if block else block_type
    child = getattr(block, "child_blocks", {}).get(name)
    return str(child.label) if child else capfirst(name.replace("_", " "))
