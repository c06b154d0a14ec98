"""Refusals of the review."""

from cms.exceptions import Refused


class StoryMovedOn(Refused):
    """The story, or its stage, is no longer what the reviewer was looking at; nothing was signed. HTTP 409."""


class NotYours(Refused):
    """This person may not sign here: they wrote it, or it waits for another desk."""


class LinkClosed(Refused):
    """The guest's link was closed or has expired since they opened it. HTTP 404."""
