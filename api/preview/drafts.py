"""What a token shows: a version of a story, in the shape of a published one."""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from wagtail.models import Locale

from api.media.signing import sign
from api.models import PublishedArticle, Tombstone
from api.representation.build import build, dump, moment, stamp
from api.representation.sources import gather
from cms.models import Article, User
from cms.website_preview import find_typed, is_of_a_form
from workflows import snapshots
from workflows.reach import may_find

from . import links


@dataclass(frozen=True)
class Draft:
    """A version that is not public, and until when it may be shown."""

    version: Article
    until: datetime


def find_draft(token: str, at: datetime) -> Draft | None:
    """What `token` opens at `at`, by a link or as it stands in an editor's form; None if it opens nothing."""
    if is_of_a_form(token):
        return _find_typed(token)
    link = links.find_open(token, at)
    return Draft(snapshots.version_of(link.snapshot), link.expires_at) if link else None


def _find_typed(token: str) -> Draft | None:
    typed = find_typed(token)
    if typed is None:
        return None
    version = _version(typed.content)
    person = User.objects.filter(pk=typed.by or 0, is_active=True).first()
    if version is None or person is None or not may_find(person, version if version.pk else version.get_parent()):
        return None
    return Draft(version, typed.until)


def _version(content: dict[str, Any]) -> Article | None:
    """The story with this content; None if it was deleted since, or names something that was."""
    if content["pk"]:
        stored = Article.objects.filter(pk=content["pk"]).first()
        return stored.with_content_json(content) if stored else None
    version: Article | None = Article.from_serializable_data(content)
    if version and not version.locale_id:
        version.locale = Locale.get_default()
    return version


def render(draft: Draft, at: datetime) -> str:
    """The JSON of the draft as `GET /articles/{id}/` would give it if it were published at `at`.

    Its pictures have addresses that end with the preview.
    """
    version = draft.version
    sources = gather({version.pk or 0: version})
    row = PublishedArticle.objects.filter(public_id=version.public_id).first()
    last = row or Tombstone.objects.filter(public_id=version.public_id).first()
    published_at = (last and last.published_at) or version.published_at() or at
    _summary, detail = stamp(
        build(version, sources),
        published_at=published_at,
        updated_at=at,
        version=1 + (last.version if last else 0),
        aliases=json.loads(row.detail)["aliases"] if row else [],
    )
    for renditions in sources.renditions.values():
        for rendition in renditions:
            name = rendition.file.name
            url = settings.PUBLIC_MEDIA_URL + name
            detail = detail.replace(url, sign(url, name, draft.until))
    return dump(json.loads(detail) | {"preview": True, "preview_expires_at": moment(draft.until)})
