"""What a story is made of. Dependencies run downwards: articles know the others, none of them knows articles."""

from .users import User  # isort: skip
from .images import NewsImage, NewsRendition
from .authors import Author
from .topics import Topic
from .sections import FrontPage, Section
from .articles import Article, ArticleAuthor, ArticleTopic, Correction, Pick, Takedown

__all__ = [
    "Article",
    "ArticleAuthor",
    "ArticleTopic",
    "Author",
    "Correction",
    "FrontPage",
    "NewsImage",
    "NewsRendition",
    "Pick",
    "Section",
    "Takedown",
    "Topic",
    "User",
]
