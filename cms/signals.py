"""What happens to stories, for the packages above `cms`.

Wagtail's own page signals (`page_published`, `page_unpublished`, `post_page_move`, ...) are used where they suffice.
"""

from django.dispatch import Signal

about_to_publish = Signal()
"""Sent before a revision of an article goes live or is scheduled. Arguments: `article`, `revision`, `user`.
A receiver stops it by raising `cms.exceptions.PublicationRefused`."""

about_to_stop = Signal()
"""Sent in a process with an event loop, and in that loop, when the process has been told to stop. No arguments."""

article_withdrawn = Signal()
"""Sent after an article was killed or taken down, in the same transaction. Arguments: `article`, `takedown`."""

article_corrected = Signal()
"""Sent after a correction was put under a live article, in the same transaction. Arguments: `article`, `correction`."""
