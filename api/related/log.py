"""How decisions about related links read in the history of a story."""

from typing import Any

from wagtail.log_actions import LogFormatter


def message_with_story(label_: Any, message: Any) -> type[LogFormatter]:
    """A formatter that puts the title of the other story into `message`."""

    class Formatter(LogFormatter):
        label = label_

        def format_message(self, log_entry: Any) -> str:
            return str(message) % log_entry.data.get("story", "")

    return Formatter
