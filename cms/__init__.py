"""What a story is: articles, sections, topics, authors, pictures, and the wiring of the project."""

from cms.celery import app as celery_app

__all__ = ["celery_app"]
