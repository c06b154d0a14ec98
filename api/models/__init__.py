"""The shelf that readers read, the sequence of public events, and what links stories to each other."""

from .changes import Change
from .related import RankingDue, RelatedLink, TermFrequency, Terms
from .shelf import ArticlePath, PublishedArticle, Tombstone

__all__ = [
    "ArticlePath",
    "Change",
    "PublishedArticle",
    "RankingDue",
    "RelatedLink",
    "TermFrequency",
    "Terms",
    "Tombstone",
]
