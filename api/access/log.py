"""How decisions about keys read in the audit log."""

from typing import Any

from wagtail.log_actions import LogFormatter


def message_of_key(label_: Any, message: Any) -> type[LogFormatter]:
    """A formatter that puts what was written down about the key into `message`."""

    class Formatter(LogFormatter):
        label = label_

        def format_message(self, log_entry: Any) -> str:
            return str(message) % log_entry.data

    return Formatter
