"""The calendar's page, and the form that moves one of its entries."""

from datetime import date, datetime, time, timedelta
from typing import Any, ClassVar

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date
from django.utils.formats import date_format, get_format
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.widgets import AdminDateTimeInput

from cms.exceptions import Refused
from cms.models import Article, Section
from workflows import calendar
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import Desk

FIRST_DAY, LAST_DAY = date(1900, 1, 1), date(2999, 12, 31)
"""What the calendar shows and takes: a week further on, and time zones, can still be counted with."""


class CalendarView(WagtailAdminTemplateMixin, TemplateView):
    """A week or a day of what readers get, and of what is planned for them."""

    template_name = "workflows/calendar.html"
    page_title = gettext_lazy("Calendar")
    header_icon = "calendar-alt"
    _show_breadcrumbs = True
    breadcrumbs_items: ClassVar[list[dict[str, Any]]] = [{"url": "", "label": gettext_lazy("Calendar")}]

    def get_template_names(self) -> list[str]:
        if self.request.headers.get("X-Calendar-Part"):
            return ["workflows/calendar_days.html"]
        return [self.template_name]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, *self.breadcrumbs_items]

    @cached_property
    def by_day(self) -> bool:
        return self.request.GET.get("by") == "day"

    @cached_property
    def on(self) -> date:
        try:
            on = parse_date(self.request.GET.get("on", "")) or timezone.localdate()
        except ValueError:
            on = timezone.localdate()
        return min(max(on, FIRST_DAY), LAST_DAY)

    @cached_property
    def first(self) -> date:
        if self.by_day:
            return self.on
        # Django counts the days of a week from Sunday, Python from Monday.
        starts_on = (int(get_format("FIRST_DAY_OF_WEEK")) - 1) % 7
        return self.on - timedelta(days=(self.on.weekday() - starts_on) % 7)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        filters = calendar.Filters.from_query(self.request.GET)
        now = timezone.now()
        length = 1 if self.by_day else 7
        days = calendar.build_calendar(self.request.user, filters, first=self.first, day_count=length, now=now)
        for day in days:
            day.address = self._address(on=day.on, by="day")
        shows_today = self.first <= timezone.localdate() <= days[-1].on
        return super().get_context_data(
            days=days,
            by_day=self.by_day,
            filters=filters,
            today=timezone.localdate(),
            last=self.first + timedelta(days=length - 1),
            zone=timezone.get_current_timezone(),
            earlier_url=self._address(on=self.first - timedelta(days=length)),
            later_url=self._address(on=self.first + timedelta(days=length)),
            today_url=self._address(on=None),
            week_url=self._address(on=self.on, by=""),
            day_url=self._address(on=timezone.localdate() if shows_today else self.first, by="day"),
            desks=Desk.objects.all(),
            sections=Section.objects.live().order_by("path"),
            kinds=Article.Kind.choices,
            **kwargs,
        )

    def _address(self, *, on: date | None, by: str | None = None) -> str:
        query = self.request.GET.copy()
        for name, value in (("on", on.isoformat() if on else ""), ("by", query.get("by", "") if by is None else by)):
            if value:
                query[name] = value
            else:
                query.pop(name, None)
        return f"?{query.urlencode()}" if query else reverse("workflows:calendar")


class MoveForm(forms.Form):
    at = forms.DateTimeField(label=gettext_lazy("Move it to"), widget=AdminDateTimeInput)
    seen_at = forms.DateTimeField(required=False, widget=forms.HiddenInput)


class DropForm(forms.Form):
    """Where an entry was dropped; without an hour it keeps its time of day."""

    on = forms.DateField(validators=[MinValueValidator(FIRST_DAY), MaxValueValidator(LAST_DAY)])
    hour = forms.IntegerField(required=False, min_value=0, max_value=23)
    seen_at = forms.DateTimeField(required=False)


class MoveView(WagtailAdminTemplateMixin, TemplateView):
    """Gives an entry another time: by this form, or as JSON where it was dropped on another day or hour."""

    template_name = "workflows/calendar_move.html"
    page_title = gettext_lazy("Move")
    header_icon = "calendar-alt"
    _show_breadcrumbs = True
    refusal = ""

    @cached_property
    def entry(self) -> calendar.Entry:
        if self.kwargs["kind"] not in set(calendar.Kind):
            raise Http404
        return calendar.find_entry(self.kwargs["kind"], self.kwargs["pk"], user=self.request.user)

    def get_page_subtitle(self) -> str:
        return self.entry.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("workflows:calendar"), "label": _("Calendar")},
            {"url": "", "label": _("Move")},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        entry = self.entry
        kwargs.setdefault("form", MoveForm(initial={"at": entry.at, "seen_at": _exactly(entry.at)}))
        return super().get_context_data(
            entry=entry,
            refusal=self.refusal,
            zone=timezone.get_current_timezone(),
            back_url=get_valid_next_url_from_request(self.request) or _shown_at(entry.at),
            **kwargs,
        )

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if "on" in request.POST:
            return self._drop(request)
        form = MoveForm(request.POST)
        if not form.is_valid():
            return self.render_to_response(self.get_context_data(form=form), status=422)
        at = form.cleaned_data["at"]
        status, self.refusal = self._move(at, form.cleaned_data["seen_at"])
        if self.refusal:
            return self.render_to_response(self.get_context_data(), status=status)
        messages.success(request, _("Moved."))
        return redirect(get_valid_next_url_from_request(request) or _shown_at(at))

    def _drop(self, request: HttpRequest) -> JsonResponse:
        form = DropForm(request.POST)
        if not form.is_valid():
            return JsonResponse({"reason": _("There is no such day.")}, status=422)
        local = timezone.localtime(self.entry.at) if self.entry.at else timezone.localtime()
        hour = form.cleaned_data["hour"]
        clock = local.time() if hour is None else time(hour, local.minute)
        at = calendar.at_time(form.cleaned_data["on"], clock, timezone.get_current_timezone())
        status, refusal = self._move(at, form.cleaned_data["seen_at"])
        if refusal:
            return JsonResponse({"reason": refusal}, status=status)
        message = _("“%(title)s” moved to %(moment)s.") % {
            "title": self.entry.title,
            "moment": date_format(timezone.localtime(at), "l j F, H:i"),
        }
        return JsonResponse({"message": message})

    def _move(self, at: datetime, seen_at: datetime | None) -> tuple[int, str]:
        """Status and reason of a refusal; no reason if it was moved."""
        try:
            calendar.move(self.kwargs["kind"], self.kwargs["pk"], at=at, by=self.request.user, seen_at=seen_at)
        except Refused as refusal:
            return 409 if isinstance(refusal, StoryMovedOn) else 403 if isinstance(refusal, NotYours) else 422, str(
                refusal
            )
        return 200, ""


def _exactly(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _shown_at(moment: datetime | None) -> str:
    address = reverse("workflows:calendar")
    return f"{address}?on={timezone.localdate(moment).isoformat()}" if moment else address
