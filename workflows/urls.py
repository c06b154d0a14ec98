"""Addresses of the desk, under /admin/desk/."""

from django.urls import path

from workflows.views import stories
from workflows.views.absences import AbsenceEndView, AbsencesView
from workflows.views.afterwards import CorrectView, GoneView, KillView, TakeDownView
from workflows.views.assignments import AssignView, ClaimView
from workflows.views.board import BoardView
from workflows.views.calendar import CalendarView, MoveView
from workflows.views.changes import ChangesView
from workflows.views.emergencies import AgreeView, CloseView, EmergencyView
from workflows.views.fixes import BringBackView, FixView
from workflows.views.flow import FlowView, PassagesView
from workflows.views.guests import GuestsView, WithdrawGuestView
from workflows.views.inbox import InboxView, OpenNoticeView, UnreadCountView
from workflows.views.moves import MOVES
from workflows.views.new_story import NewStoryView
from workflows.views.plans import PlanView
from workflows.views.schedules import ScheduleView
from workflows.views.side_panel import PanelView
from workflows.views.undelivered import TryAgainView, UndeliveredView
from workflows.views.waivers import WaiveView, WithdrawWaiverView

app_name = "workflows"
urlpatterns = [
    path("board/", BoardView.as_view(), name="board"),
    path("stories/new/", NewStoryView.as_view(), name="new_story"),
    *(path(f"board/<int:pk>/{verb}/", move.as_view(), name=f"board_{verb}") for verb, move in MOVES.items()),
    path("stories/<int:pk>/review/", stories.ReviewView.as_view(), name="review"),
    path("stories/<int:pk>/panel/", PanelView.as_view(), name="panel"),
    path("stories/<int:pk>/changes/", ChangesView.as_view(), name="changes"),
    path("stories/<int:pk>/waive/", WaiveView.as_view(), name="waive"),
    path("stories/<int:pk>/waivers/<int:waiver_id>/withdraw/", WithdrawWaiverView.as_view(), name="withdraw_waiver"),
    path("stories/<int:pk>/submit/", stories.SubmitView.as_view(), name="submit"),
    path("stories/<int:pk>/release/", stories.ReleaseView.as_view(), name="release"),
    path("stories/<int:pk>/schedule/", ScheduleView.as_view(), name="schedule"),
    path("stories/<int:pk>/emergency/", EmergencyView.as_view(), name="emergency"),
    path("stories/<int:pk>/emergency/agree/", AgreeView.as_view(), name="emergency_agree"),
    path("stories/<int:pk>/emergency/close/", CloseView.as_view(), name="emergency_close"),
    path("stories/<int:pk>/fix/", FixView.as_view(), name="fix"),
    path("stories/<int:pk>/bring-back/", BringBackView.as_view(), name="bring_back"),
    path("stories/<int:pk>/correct/", CorrectView.as_view(), name="correct"),
    path("stories/<int:pk>/kill/", KillView.as_view(), name="kill"),
    path("stories/<int:pk>/take-down/", TakeDownView.as_view(), name="take_down"),
    path("stories/<int:pk>/gone/", GoneView.as_view(), name="gone"),
    path("stories/<int:pk>/version/<int:revision_id>/", stories.VersionView.as_view(), name="version"),
    path("stories/<int:pk>/guests/", GuestsView.as_view(), name="guests"),
    path("stories/<int:pk>/guests/<int:review_id>/withdraw/", WithdrawGuestView.as_view(), name="withdraw_guest"),
    path("flow/", FlowView.as_view(), name="flow"),
    path("flow/results/", FlowView.as_view(results_only=True), name="flow_results"),
    path("flow/stories/", PassagesView.as_view(), name="passages"),
    path("flow/stories/results/", PassagesView.as_view(results_only=True), name="passages_results"),
    path("stories/<int:pk>/claim/", ClaimView.as_view(), name="claim"),
    path("stories/<int:pk>/assign/", AssignView.as_view(), name="assign"),
    path("stories/<int:pk>/plan/", PlanView.as_view(), name="plan"),
    path("inbox/", InboxView.as_view(), name="inbox"),
    path("inbox/unread/", UnreadCountView.as_view(), name="unread_count"),
    path("inbox/<int:pk>/", OpenNoticeView.as_view(), name="open_notice"),
    path("undelivered/", UndeliveredView.as_view(), name="undelivered"),
    path("undelivered/results/", UndeliveredView.as_view(results_only=True), name="undelivered_results"),
    path("undelivered/again/", TryAgainView.as_view(), name="try_again"),
    path("calendar/", CalendarView.as_view(), name="calendar"),
    path("calendar/<slug:kind>/<int:pk>/move/", MoveView.as_view(), name="calendar_move"),
    path("absences/", AbsencesView.as_view(), name="absences"),
    path("absences/<int:pk>/end/", AbsenceEndView.as_view(), name="absence_end"),
]
