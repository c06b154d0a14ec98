"""The shelf, the sequence of public events and who is told of them, and what links stories to each other."""

from .changes import Change
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
from .webhooks import Attempt, Delivery, EventType, Subscription

__all__ = [
    "ArticlePath",
    "Attempt",
    "Change",
    "Delivery",
    "EventType",
    "PublishedArticle",
    "RankingDue",
    "RelatedChoice",
    "RelatedClicks",
    "RelatedLink",
    "RelatedSettings",
    "Subscription",
    "TermFrequency",
    "TermModel",
    "Terms",
    "Tombstone",
]
