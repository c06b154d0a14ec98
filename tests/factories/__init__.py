"""Makers of test data, one module a part of the newsroom: the smallest valid thing, traits named after states."""

from .articles import ArticleFactory, AuthorFactory, FrontPageFactory, SectionFactory, TopicFactory, UserFactory
from .images import NewsImageFactory, picture_bytes

__all__ = [
    "ArticleFactory",
    "AuthorFactory",
    "FrontPageFactory",
    "NewsImageFactory",
    "SectionFactory",
    "TopicFactory",
    "UserFactory",
    "picture_bytes",
]
