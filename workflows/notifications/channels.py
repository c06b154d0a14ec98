"""What every way out of the house has in common: one verb, and one failure that knows whether to try again."""

from abc import ABC, abstractmethod

from workflows.models import Notice


class NotDelivered(Exception):
    """An attempt failed; `permanent` if another one would fail in the same way.

    The words are shown to administrators, so they hold no password and no address that is a secret.
    """

    def __init__(self, reason: str, *, permanent: bool = False) -> None:
        super().__init__(reason)
        self.permanent = permanent


class Transport(ABC):
    """A way by which a notice leaves the house."""

    @abstractmethod
    def send(self, notice: Notice) -> None:
        """Deliver one notice, or raise NotDelivered. Called in a worker, and never inside a request."""
