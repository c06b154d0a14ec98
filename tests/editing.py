"""What a browser posts from Wagtail's editing form of a story."""

from typing import Any

from django.urls import reverse
from wagtail.test.utils.form_data import inline_formset, nested_form_data, rich_text, streamfield

from cms.models import Article


def form_data(article: Article, **changes: Any) -> dict[str, str]:
    """The fields of the form as they stand in the latest version, with `changes`; the text is one paragraph."""
    version = article.get_latest_revision_as_object()
    text = changes.pop("text", "<p>Words of the story.</p>")
    fields = {
        "title": version.title,
        "slug": version.slug,
        "standfirst": version.standfirst,
        "short_title": version.short_title,
        "kicker": version.kicker,
        "kind": version.kind,
        "lead_image": version.lead_image_id or "",
        "body": streamfield([("paragraph", rich_text(text))]),
        "byline": inline_formset([]),
        "topic_links": inline_formset([]),
        "picks": inline_formset([]),
        "comments": inline_formset([]),
        "suggest_related": "on",
        "may_be_suggested": "on",
        "embargo_until": "",
        "usage_terms": "",
        "go_live_at": "",
        "expire_at": "",
        "seo_title": "",
        "search_description": "",
        "canonical_url": "",
        "robots": "index,follow",
    }
    return nested_form_data(fields | changes)


def opened(article: Article) -> dict[str, str]:
    """What the form says of the version that was latest when the browser opened it."""
    latest = article.get_latest_revision()
    return {"loaded_revision_id": str(latest.pk), "loaded_revision_created_at": latest.created_at.isoformat()}


def address(name: str, *arguments: Any) -> str:
    """The address of one of Wagtail's own pages about a page."""
    return reverse(f"wagtailadmin_pages:{name}", args=arguments)
