"""A past for an invented newsroom: its people act at the times at which their stories say that they did."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from django.db.models import DateTimeField
from django.db.models.signals import pre_save
from django.utils import timezone

_now = timezone.now


@contextmanager
def clock_at(moment: datetime) -> Iterator[None]:
    """Date everything that happens inside `moment`, through whatever action it happens.

    For a command that runs alone in its process: other threads would see the same clock.
    """

    def date_new_row(instance: Any, **kwargs: object) -> None:
        # Fields hold the function that was their default when the model was made, not the name `timezone.now`.
        if instance._state.adding:
            for field in instance._meta.concrete_fields:
                if isinstance(field, DateTimeField) and field.default is _now:
                    setattr(instance, field.attname, moment)

    timezone.now = lambda: moment
    pre_save.connect(date_new_row, weak=False, dispatch_uid="api.demo.clock")
    try:
        yield
    finally:
        pre_save.disconnect(dispatch_uid="api.demo.clock")
        timezone.now = _now
