"""The shelf, the sequence of public events and who is told of them, and what links stories to each other."""

from .changes import Change
from .delays import ReleaseDelay
from .hubs import Hub
from .keys import ApiKey, Scope
from .previews import PreviewLink
from .purges import Purge
from .related import (
    RankingDue,
    RelatedChoice,
    RelatedClicks,
    RelatedLink,
    RelatedSettings,
    TermFrequency,
    TermModel,
    Terms,
)
from .shelf import ArticlePath, PublishedArticle, Tombstone
from .suggestions import Suggestion, SuggestionWord
from .webhooks import Attempt, Delivery, EventType, Subscription

__all__ = [
    "ApiKey",
    "ArticlePath",
    "Attempt",
    "Change",
    "Delivery",
    "EventType",
    "Hub",
    "PreviewLink",
    "PublishedArticle",
    "Purge",
    "RankingDue",
    "RelatedChoice",
    "RelatedClicks",
    "RelatedLink",
    "RelatedSettings",
    "ReleaseDelay",
    "Scope",
    "Subscription",
    "Suggestion",
    "SuggestionWord",
    "TermFrequency",
    "TermModel",
    "Terms",
    "Tombstone",
]
