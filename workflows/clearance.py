"""The content hash, and whether content is cleared."""

import hashlib
import json
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from wagtail.models import Revision

from cms.models import Article
from workflows.models import Clearance, SignOff


def content_hash(article: Article) -> str:
    """SHA-256, as 64 hexadecimal digits, of the story's own public content (`Article.public_content`).

    The JSON is canonical in the sense that matters here: sorted keys, no white space, UTF-8. `article` must have come
    from the database or from a revision; a form's unsaved values may differ from what will be stored.
    """
    canonical = json.dumps(
        article.public_content(), sort_keys=True, separators=(",", ":"), ensure_ascii=False, cls=DjangoJSONEncoder
    )
    return hashlib.sha256(canonical.encode()).hexdigest()


def revision_hash(revision: Revision) -> str:
    """The content hash of a saved version."""
    return content_hash(revision.as_object())


def is_cleared(article_id: int, hash_: str) -> bool:
    """Whether this content of this story may be shown to readers."""
    return Clearance.objects.filter(article_id=article_id, content_hash=hash_, voided_at=None).exists()


def clear(article_id: int, hash_: str, *, kind: Clearance.Kind) -> Clearance:
    """Note that this content may go live; once, however often it is called."""
    clearance, _created = Clearance.objects.get_or_create(
        article_id=article_id, content_hash=hash_, voided_at=None, defaults={"kind": kind}
    )
    return clearance


def void_all(article_id: int, *, at: datetime) -> dict[str, Any]:
    """Void every clearance and signature of a story that was withdrawn: it can come back only by a new review."""
    return {
        "clearances": Clearance.objects.filter(article_id=article_id, voided_at=None).update(voided_at=at),
        "sign_offs": SignOff.objects.filter(article_id=article_id, voided_at=None).update(voided_at=at),
    }
