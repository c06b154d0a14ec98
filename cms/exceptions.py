"""Refusals, in words that an editor can act on."""

from django.core.exceptions import PermissionDenied


class Refused(PermissionDenied):
    """An act that the rules of the newsroom do not allow now; its text says why and what to do."""


class PublicationRefused(Refused):
    """This content may not go live."""


class NotLive(Refused):
    """Readers have never seen this version, so an ordinary edit is enough."""
