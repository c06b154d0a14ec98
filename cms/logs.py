"""What the log says of each line's request, and what it does not say."""

import logging
import re
from collections.abc import MutableMapping
from typing import Any

from django_guid import get_guid
from pythonjsonlogger.core import RESERVED_ATTRS
from pythonjsonlogger.json import JsonFormatter

_SECRET_LINK = re.compile(r"(/(?:guest|previews)/)[\w%-]+")


def without_secret_links(text: str) -> str:
    """`text` without the tokens of links to drafts: each is its own password."""
    return _SECRET_LINK.sub(r"\1…", text)


class DiscreetFormatter(logging.Formatter):
    """Lines for people. Adds `request_id`, and leaves out secret links."""

    def format(self, record: logging.LogRecord) -> str:
        record.request_id = get_guid() or "-"
        return without_secret_links(super().format(record))


class DiscreetJsonFormatter(JsonFormatter):
    """An object a line, as discreet as the other: time in UTC, level, logger, message, and what else is known."""

    def __init__(self) -> None:
        super().__init__(
            ["levelname", "name", "message"],
            rename_fields={"levelname": "level", "name": "logger", "exc_info": "exception", "stack_info": "stack"},
            # Django hands over its request, and Celery what a task was given.
            reserved_attrs=[*RESERVED_ATTRS, "request", "request_id", "data"],
            timestamp="time",
            json_ensure_ascii=False,
        )

    def add_fields(
        self, log_data: dict[str, Any], record: logging.LogRecord, message_dict: MutableMapping[str, Any]
    ) -> None:
        super().add_fields(log_data, record, dict(message_dict))
        log_data["request_id"] = get_guid()

    def format(self, record: logging.LogRecord) -> str:
        return without_secret_links(super().format(record))
