"""The shelf that readers read, the sequence of public events, and what links stories to each other."""

from .changes import Change
from .related import RankingDue, RelatedLink, TermFrequency, Terms
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
    "RelatedLink",
    "Subscription",
    "TermFrequency",
    "Terms",
    "Tombstone",
]
