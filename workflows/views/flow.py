"""The report of how stories flow through the desks: in sum, and passage by passage."""

from collections.abc import Callable
from functools import cached_property
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import DateRangePickerWidget, WagtailFilterSet
from wagtail.admin.menu import MenuItem
from wagtail.admin.ui.tables import Column, DateColumn, NumberColumn, TitleColumn
from wagtail.admin.views.reports import ReportView
from wagtail.admin.widgets.button import HeaderButton
from wagtail.models import Page, TaskState
from wagtail.permissions import policy_registry

from cms.models import Article, Section
from workflows import flow
from workflows.models import Desk, ReviewStage

STUCK_SHOWN = 50


def _sections(request: HttpRequest) -> QuerySet[Section]:
    reachable = policy_registry.get_by_type(Section).explorable_instances(request.user)
    return Section.objects.filter(pk__in=reachable.values("pk")).order_by("path")


class FlowMenuItem(MenuItem):
    """For whoever works on stories; the report shows each person what they may reach."""

    def is_shown(self, request: HttpRequest) -> bool:
        return bool(
            policy_registry.get_by_type(Page).user_has_any_permission(request.user, ["add", "change", "publish"])
        )


class FlowFilterSet(WagtailFilterSet):
    started_at = django_filters.DateFromToRangeFilter(label=_("Came to the stage"), widget=DateRangePickerWidget)
    section = django_filters.ModelChoiceFilter(label=_("Section"), queryset=_sections, method="within_section")
    desk = django_filters.ModelChoiceFilter(label=_("Desk"), queryset=Desk.objects.all(), method="asking_desk")
    stage = django_filters.ModelChoiceFilter(label=_("Stage"), queryset=ReviewStage.objects.all(), method="at_stage")

    class Meta:
        model = TaskState
        fields: tuple[str, ...] = ()

    def within_section(self, rows: QuerySet[TaskState], name: str, section: Section) -> QuerySet[TaskState]:
        return rows.filter(workflow_state__object_id__in=flow.keys_of(Article.objects.descendant_of(section)))

    def asking_desk(self, rows: QuerySet[TaskState], name: str, desk: Desk) -> QuerySet[TaskState]:
        return rows.filter(task__in=ReviewStage.objects.filter(rules__desk=desk).values("pk"))

    def at_stage(self, rows: QuerySet[TaskState], name: str, stage: ReviewStage) -> QuerySet[TaskState]:
        return rows.filter(task=stage.pk)


class _FlowReport(ReportView):
    filterset_class = FlowFilterSet
    any_permission_required = ("add", "change", "publish")
    header_icon = "history"

    @cached_property
    def permission_policy(self) -> Any:
        return policy_registry.get_by_type(Page)

    def get_queryset(self) -> QuerySet[TaskState]:
        reachable = policy_registry.get_by_type(Article).explorable_instances(self.request.user)
        return flow.passages(Article.objects.filter(pk__in=reachable.values("pk")), timezone.now())

    def get_filename(self) -> str:
        return f"{self.export_filename}-{timezone.localdate():%Y-%m-%d}"


def _hours(name: str) -> Callable[[Any], str]:
    """An accessor for a table: hours with one digit behind the point, or a dash."""

    def read(row: Any) -> str:
        hours = getattr(row, name)
        return "—" if hours is None else f"{hours:.1f}"

    return read


def _rounded(value: float | None) -> float | str:
    return "" if value is None else round(value, 2)


_ROUNDED = {ReportView.FORMAT_CSV: _rounded, ReportView.FORMAT_XLSX: _rounded}
_BLANK = {kind: (lambda value: "" if value is None else value) for kind in ReportView.FORMATS}


class FlowView(_FlowReport):
    """Time by stage and desk; what is stuck; why stories came back."""

    page_title = _("Flow of stories")
    results_template_name = "workflows/flow_results.html"
    paginate_by = None
    index_url_name = "workflows:flow"
    index_results_url_name = "workflows:flow_results"
    no_results_message = _("No story has been at a stage in this time.")
    export_filename = "flow"
    export_headings = {
        "stage": _("Stage"),
        "desk": _("Desk"),
        "count": _("Passages"),
        "median": _("Median (hours)"),
        "nine_of_ten": _("Nine of ten within (hours)"),
        "allowed": _("Allowed (hours)"),
        "late": _("Late"),
        "waiting": _("There now"),
    }
    list_export = list(export_headings)
    custom_field_preprocess = {"median": _ROUNDED, "nine_of_ten": _ROUNDED, "waiting": _BLANK}
    columns = [
        Column("stage", label=_("Stage")),
        Column("desk", label=_("Desk"), accessor=lambda pace: pace.desk or gettext("all that sign here")),
        NumberColumn("count", label=_("Passages")),
        NumberColumn("median", label=_("Median (hours)"), accessor=_hours("median")),
        NumberColumn("nine_of_ten", label=_("Nine of ten within (hours)"), accessor=_hours("nine_of_ten")),
        NumberColumn("allowed", label=_("Allowed (hours)")),
        NumberColumn("late", label=_("Late")),
        NumberColumn(
            "waiting", label=_("There now"), accessor=lambda pace: "" if pace.waiting is None else pace.waiting
        ),
    ]

    @cached_property
    def rows(self) -> QuerySet[TaskState]:
        rows: QuerySet[TaskState] = self.filter_queryset(self.get_queryset())
        return rows

    @cached_property
    def desk(self) -> Desk | None:
        found: Desk | None = self.filters.form.cleaned_data.get("desk") if self.filters.is_valid() else None
        return found

    def get_filtered_queryset(self) -> list[flow.Pace]:
        return flow.paces(self.rows, desk=self.desk)

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        query = self.request.GET.urlencode()
        address = reverse("workflows:passages") + (f"?{query}" if query else "")
        return [HeaderButton(gettext("By story"), address, icon_name="list-ul")]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data(**kwargs)
        stuck = [] if self.is_export else list(flow.stuck(self.rows)[: STUCK_SHOWN + 1])
        context |= {
            "stuck": stuck[:STUCK_SHOWN],
            "more_stuck": len(stuck) > STUCK_SHOWN,
            "comebacks": [] if self.is_export else flow.comebacks(self.rows, desk=self.desk),
        }
        return context


class PassagesView(_FlowReport):
    """Every stay of every story at a stage, to be read in a spreadsheet."""

    page_title = _("Flow of stories, by story")
    verbose_name_plural = _("passages")
    index_url_name = "workflows:passages"
    index_results_url_name = "workflows:passages_results"
    no_results_message = _("No story has been at a stage in this time.")
    export_filename = "passages"
    export_headings = {
        "story": _("Story"),
        "section": _("Section"),
        "stage_name": _("Stage"),
        "desk_names": _("Desks"),
        "started_at": _("Came"),
        "finished_at": _("Left"),
        "hours": _("Hours"),
        "get_status_display": _("Outcome"),
        "late": _("Late"),
    }
    list_export = list(export_headings)
    custom_field_preprocess = {"hours": _ROUNDED}
    columns = [
        TitleColumn("story", label=_("Story"), get_url=lambda row: reverse("workflows:review", args=[row.article_id])),
        Column("section", label=_("Section")),
        Column("stage_name", label=_("Stage")),
        Column("desk_names", label=_("Desks")),
        DateColumn("started_at", label=_("Came")),
        DateColumn("finished_at", label=_("Left")),
        NumberColumn("hours", label=_("Hours"), accessor=_hours("hours")),
        Column("outcome", label=_("Outcome"), accessor="get_status_display"),
        Column("late", label=_("Late"), accessor=lambda row: gettext("late") if row.late else ""),
    ]

    @cached_property
    def header_buttons(self) -> list[HeaderButton]:
        return [HeaderButton(gettext("In sum"), reverse("workflows:flow"), icon_name="tasks")]
