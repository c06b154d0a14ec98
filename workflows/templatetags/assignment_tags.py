"""Who has a story, wherever a story is shown."""

from typing import Any

from django import template

from cms.models import Article
from workflows import assignments

register = template.Library()


@register.inclusion_tag("workflows/assignment.html", takes_context=True)
def story_assignment(context: dict[str, Any], article: Article) -> dict[str, Any]:
    """Who has this story, since when and until when, with the buttons that this person may press.

    They lead back to the page itself, or to `next_url` of the context where the page is only a part of another.
    """
    request = context["request"]
    held = assignments.open_assignment(article)
    mine = bool(held and held.assignee_id == request.user.pk)
    may_claim, may_give = assignments.offered(article, by=request.user)
    return {
        "article": article,
        "held": held,
        "mine": mine,
        "may_claim": may_claim,
        "may_give": may_give,
        "next": context.get("next_url") or request.get_full_path(),
        "csrf_token": context.get("csrf_token"),
    }
