"""The clock of the newsroom, which does not stand still while the broker is away."""

import logging
from functools import cached_property
from typing import Any

from celery.beat import PersistentScheduler, ScheduleEntry, SchedulingError
from django.conf import settings
from django.db import close_old_connections

log = logging.getLogger(__name__)


class Clock(PersistentScheduler):
    """Celery's clock. What must not be late it does itself when it cannot hand it over.

    A worker that has the same task at the same time does no harm: the tasks of CLOCK_TASKS may run twice at once.
    """

    @cached_property
    def producer(self) -> Any:
        """Connects when something is sent. Celery's own waits for the broker first, and for minutes."""
        return self.app.amqp.Producer(self.connection, auto_declare=False)

    def apply_async(self, entry: ScheduleEntry, producer: Any = None, advance: bool = True, **kwargs: Any) -> Any:
        try:
            return super().apply_async(entry, producer=producer, advance=advance, **kwargs)
        except SchedulingError as error:
            if entry.task not in settings.CLOCK_TASKS:
                log.warning("%s is left out: %s", entry.task, error)
                return None
        close_old_connections()
        try:
            self.app.tasks[entry.task]()
        except Exception:
            log.exception("%s failed in the clock", entry.task)
        return None
