"""Who is away, and until when."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.formats import date_format

from workflows.models import Absence


def newsroom_date() -> date:
    """Today where the newsroom is, whatever time zone somebody reads the admin in."""
    return timezone.localdate(timezone=timezone.get_default_timezone())


def find_absence(user_id: int | None, on: date | None = None) -> Absence | None:
    """The absence of a person on a day, today unless told otherwise; None if they are there."""
    if user_id is None:
        return None
    on = on or newsroom_date()
    away = Absence.objects.filter(user_id=user_id, starts_on__lte=on, ends_on__gte=on).select_related("user")
    return away.order_by("-ends_on").first()


def away_ids(user_ids: Iterable[int] | QuerySet[Any], on: date | None = None) -> set[int]:
    """Who of these people is away on a day, today unless told otherwise."""
    on = on or newsroom_date()
    away = Absence.objects.filter(user_id__in=user_ids, starts_on__lte=on, ends_on__gte=on)
    return set(away.values_list("user_id", flat=True))


def describe(absence: Absence) -> str:
    """The dates of an absence in words, such as "3 December to 9 December"."""
    first, last = (date_format(day, "j F") for day in (absence.starts_on, absence.ends_on))
    return first if first == last else f"{first} to {last}"
