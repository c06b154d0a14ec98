"""Versions kept as they were when somebody signed them or sent them out of the house."""

import json

from django.core.serializers.json import DjangoJSONEncoder

from cms.models import Article
from workflows import progress
from workflows.clearance import revision_hash
from workflows.models import Snapshot


def keep_latest(article: Article, *, anew: bool = False) -> Snapshot:
    """The latest saved version of a story, kept; made once for each content, however often it is asked for.

    What is no content, like the address and the expiry, stays as it was when it was kept first unless kept `anew`.

    Raises:
        ValueError: the story has no saved version.
    """
    revision = article.get_latest_revision()
    if revision is None:
        raise ValueError(f"story {article.pk} has no saved version")
    return _keep(article, revision_hash(revision), revision.content, anew=anew)


def keep_live(article: Article, *, anew: bool = False) -> Snapshot:
    """The live version of a story, kept; see `keep_latest`.

    Raises:
        ValueError: nothing of the story is live.
    """
    live = Article.objects.filter(pk=article.pk, live=True).first()
    if live is None:
        raise ValueError(f"nothing of story {article.pk} is live")
    content = json.loads(json.dumps(live.serializable_data(), cls=DjangoJSONEncoder))
    return _keep(article, progress.standing_of(live).live_hash, content, anew=anew)


def find(article_id: int, content_hash: str) -> Snapshot | None:
    """The kept version with this content; None if nobody signed or sent it."""
    return Snapshot.objects.filter(article_id=article_id, content_hash=content_hash).first()


def version_of(snapshot: Snapshot) -> Article:
    """The story as it was then; not to be saved."""
    version: Article = Article.objects.get(pk=snapshot.article_id).with_content_json(snapshot.content)
    return version


def _keep(article: Article, content_hash: str, content: dict[str, object], *, anew: bool) -> Snapshot:
    snapshot, created = Snapshot.objects.get_or_create(
        article_id=article.pk, content_hash=content_hash, defaults={"content": content}
    )
    if anew and not created:
        snapshot.content = content
        snapshot.save(update_fields=["content"])
    return snapshot
