"""What the log does not say."""

import logging
import re

_GUEST_LINK = re.compile(r"(/guest/)[\w%-]+")


class DiscreetFormatter(logging.Formatter):
    """Leaves out the links of guests: each is its own password, and whoever reads the log could open the draft."""

    def format(self, record: logging.LogRecord) -> str:
        return _GUEST_LINK.sub(r"\1…", super().format(record))
