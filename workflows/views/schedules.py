"""The page of a scheduled release: hold it, move it, cancel it."""

from typing import Any

from django import forms
from django.utils.text import format_lazy
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from wagtail.admin.widgets import AdminDateTimeInput

from cms.exceptions import Refused
from workflows import actions, progress, schedules
from workflows.forms import times_in_zone
from workflows.views.stories import StoryView


class ScheduleForm(forms.Form):
    at = forms.DateTimeField(
        label=gettext_lazy("Publish at"),
        required=False,
        widget=AdminDateTimeInput(format="%Y-%m-%d %H:%M:%S"),
        help_text=format_lazy(
            "{} {}", gettext_lazy("For another time. The version that is scheduled stays cleared."), times_in_zone()
        ),
    )
    content_hash = forms.CharField(required=False, widget=forms.HiddenInput)


class ScheduleView(StoryView):
    """Hold a release, move it, give up its time, or let a newer cleared version take it."""

    template_name = "workflows/schedule.html"
    form_class = ScheduleForm
    verb = gettext_lazy("Schedule")

    def get_initial(self) -> dict[str, Any]:
        schedule = schedules.find(self.article)
        latest = progress.standing_of(self.article).content_hash
        return {"at": schedule.at if schedule else None, "content_hash": latest}

    def act(self, data: dict[str, Any]) -> str:
        by = self.request.user
        match self.request.POST.get("act"):
            case "move":
                if data["at"] is None:
                    raise Refused(_("Say when it should go out."))
                schedules.move(self.article, at=data["at"], by=by)
                return _("The release has another time.")
            case "hold":
                schedules.hold(self.article, by=by)
                return _("Held: nothing goes out until you release it.")
            case "cancel":
                schedules.cancel(self.article, by=by)
                return _("The time is given up. The story stays cleared and can be released.")
            case "take_over":
                schedule = schedules.find(self.article)
                if schedule is None:
                    raise Refused(_("Nothing is scheduled for this story."))
                actions.release(self.article, content_hash=data["content_hash"], by=by, at=schedule.at)
                return _("The newer version goes out at that time.")
        raise Refused(_("Choose what should happen to the release."))

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(schedule=schedules.find(self.article), **kwargs)
