"""What is special about a story just now, said above its form in the editor."""

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from cms.models import Article, Takedown
from workflows import emergencies, fixes


@dataclass(frozen=True)
class Mark:
    """A sentence and the page where something is done about it."""

    text: str
    label: str
    url: str
    urgent: bool = False


def find_marks(article: Article, user: Any) -> list[Mark]:
    """What this person should know before they edit."""
    found = []
    takedown = None if article.live else Takedown.objects.filter(article=article).select_related("by").first()
    if takedown:
        text = _("Withdrawn on %(at)s by %(who)s. It comes back only by a new review.") % {
            "at": date_format(localtime(takedown.at), "DATETIME_FORMAT"),
            "who": takedown.by or _("a program"),
        }
        found.append(Mark(text, _("What readers get, and what now"), _url("gone", article), urgent=True))
    waiting = emergencies.find_open(article, timezone.now())
    if waiting and emergencies.may(article, user):
        text = _("%s asks to release it without a full review. An edit closes the request.") % waiting.asked_by
        found.append(Mark(text, _("Look at it"), _url("emergency", article), urgent=True))
    owed = emergencies.owed().filter(article=article).first()
    if owed and owed.review_due_at:
        due = date_format(localtime(owed.review_due_at), "DATETIME_FORMAT")
        text = _("Readers have this story without a full review. The review is owed by %s.") % due
        found.append(Mark(text, _("How it stands"), _url("review", article), urgent=True))
    if fixes.find_open(article):
        text = _("A larger draft is set aside: this is what readers have. The draft comes back when the fix is live.")
        found.append(Mark(text, _("Bring it back now"), _url("bring_back", article)))
    elif clashes := fixes.find_clashes(article):
        text = _("The draft is back, with the fix in it. Both changed: %s.") % ", ".join(one.what for one in clashes)
        found.append(Mark(text, _("Compare"), _url("bring_back", article), urgent=True))
    return found


def _url(name: str, article: Article) -> str:
    return reverse(f"workflows:{name}", args=[article.pk])
