"""Sections that keep a stage from being for the whole newsroom."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from cms.exceptions import Refused
from workflows.models import ReviewStage


def refuse_widening(section_ids: Iterable[int]) -> None:
    """Raise unless every stage that is for some of these sections is for another one, too: for none means for all.

    Raises:
        Refused: with the stages.
    """
    ids = list(section_ids)
    others = ReviewStage.sections.through.objects.exclude(section_id__in=ids).values("reviewstage_id")
    stages = ReviewStage.objects.filter(sections__in=ids).exclude(pk__in=others).distinct().order_by("name")
    if stages:
        raise Refused(
            _("Without this section, these review stages would be for the whole newsroom: %s. Change them first.")
            % ", ".join(f"“{stage}”" for stage in stages)
        )
