"""What a story is made of. Dependencies run downwards: articles know the others, none of them knows articles."""

from .users import User  # isort: skip
from .articles import Article, ArticleAuthor, ArticleTopic, Correction, Pick, Takedown
from .authors import Author
from .images import NewsImage, NewsRendition
from .owed import OwedTask
from .sections import FrontPage, Section
from .topics import Topic

__all__ = [
    "Article",
    "ArticleAuthor",
    "ArticleTopic",
    "Author",
    "Correction",
    "FrontPage",
    "NewsImage",
    "NewsRendition",
    "OwedTask",
    "Pick",
    "Section",
    "Takedown",
    "Topic",
    "User",
]
