"""What happens to stories under review, for the package above `workflows`."""

from typing import NamedTuple

from django.dispatch import Signal

stage_changed = Signal()
"""Sent when a story goes on, or back, in its review, in the same transaction.
Arguments: `article`, `before` and `after` (both `Stop`), `at`."""


class Stop(NamedTuple):
    """Where a story can be: at a review stage, or before, between and after them."""

    slug: str
    name: str


DRAFT = Stop("draft", "Draft")
SENT_BACK = Stop("sent-back", "Sent back")
READY = Stop("ready", "Ready")
PUBLISHED = Stop("published", "Published")
