"""Addresses of the workflow API."""

from django.urls import include, path
from drf_spectacular.views import SpectacularJSONAPIView

from . import documents, views

DOCUMENT = {
    "TITLE": documents.TITLE,
    "DESCRIPTION": documents.DESCRIPTION,
    "SCHEMA_PATH_PREFIX": r"/workflow/v1",
    "PREPROCESSING_HOOKS": [],
    "POSTPROCESSING_HOOKS": [],
}
"""Where the document differs from that of the readers' API: settings of drf-spectacular."""

_story = "stories/<uuid:public_id>/"
_addresses = [
    path("me/", views.MeView.as_view(), name="me"),
    path("waiting/", views.WaitingView.as_view(), name="waiting"),
    path("stories/", views.StoryListView.as_view(), name="stories"),
    path(_story, views.StoryView.as_view(), name="story"),
    path(f"{_story}content/", views.ContentView.as_view(), name="content"),
    path(f"{_story}submit/", views.SubmitView.as_view(), name="submit"),
    path(f"{_story}sign/", views.SignView.as_view(), name="sign"),
    path(f"{_story}send-back/", views.SendBackView.as_view(), name="send-back"),
    path(f"{_story}claim/", views.ClaimView.as_view(), name="claim"),
    path(f"{_story}assign/", views.AssignView.as_view(), name="assign"),
    path(f"{_story}give-back/", views.GiveBackView.as_view(), name="give-back"),
    path(f"{_story}publish/", views.PublishView.as_view(), name="publish"),
    path(f"{_story}schedule/", views.ScheduleView.as_view(), name="schedule"),
    path(f"{_story}hold/", views.HoldView.as_view(), name="hold"),
    path(
        "openapi.json",
        SpectacularJSONAPIView.as_view(urlconf="workflows.api.urls", custom_settings=DOCUMENT),
        name="openapi",
    ),
]
urlpatterns = [path("workflow/v1/", include((_addresses, "workflow_api")))]
