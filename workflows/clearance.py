"""The content hash, and whether content is cleared."""

import hashlib
import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.utils import timezone
from wagtail.models import Revision

from cms.models import Article
from workflows.models import Clearance, EmergencyRelease, SignOff, Waiver


def content_hash(article: Article, *, picks: Sequence[int] | None = None) -> str:
    """SHA-256, as 64 hexadecimal digits, of the story's own public content (`Article.public_content`).

    The JSON is canonical in the sense that matters here: sorted keys, no white space, UTF-8. `article` must have come
    from the database or from a revision; a form's unsaved values may differ from what will be stored. `picks` stand in
    place of its own.
    """
    content = article.public_content() if picks is None else article.public_content() | {"picks": list(picks)}
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(canonical.encode()).hexdigest()


def revision_hash(revision: Revision) -> str:
    """The content hash of a saved version."""
    return content_hash(revision.as_object())


def is_cleared(article_id: int, hash_: str) -> bool:
    """Whether this content of this story may be shown to readers."""
    return Clearance.objects.filter(article_id=article_id, content_hash=hash_, voided_at=None).exists()


def is_reviewed(article_id: int, hash_: str) -> bool:
    """Whether this content is cleared otherwise than in an emergency."""
    cleared = Clearance.objects.filter(article_id=article_id, content_hash=hash_, voided_at=None)
    return cleared.exclude(kind=Clearance.Kind.EMERGENCY).exists()


def clear(article_id: int, hash_: str, *, kind: Clearance.Kind) -> Clearance:
    """Note that this content may go live; once, however often it is called. A review makes good an emergency."""
    clearance, _created = Clearance.objects.get_or_create(
        article_id=article_id, content_hash=hash_, voided_at=None, defaults={"kind": kind}
    )
    if clearance.kind == Clearance.Kind.EMERGENCY and kind != clearance.kind:
        clearance.kind = kind
        clearance.save(update_fields=["kind"])
        EmergencyRelease.objects.filter(
            article_id=article_id, content_hash=hash_, seconded_at__isnull=False, reviewed_at=None
        ).update(reviewed_at=timezone.now())
    return clearance


def void_all(article_id: int, *, at: datetime) -> dict[str, Any]:
    """Void every clearance, signature and waiver of a story that was withdrawn: it comes back only by a new review."""
    Waiver.objects.filter(article_id=article_id, voided_at=None).update(voided_at=at)
    return {
        "clearances": Clearance.objects.filter(article_id=article_id, voided_at=None).update(voided_at=at),
        "sign_offs": SignOff.objects.filter(article_id=article_id, voided_at=None).update(voided_at=at),
    }
