"""Addresses of the desk, under /admin/desk/."""

from django.urls import path

from workflows.views import stories
from workflows.views.board import BoardView

app_name = "workflows"
urlpatterns = [
    path("board/", BoardView.as_view(), name="board"),
    path("stories/<int:pk>/review/", stories.ReviewView.as_view(), name="review"),
    path("stories/<int:pk>/submit/", stories.SubmitView.as_view(), name="submit"),
    path("stories/<int:pk>/release/", stories.ReleaseView.as_view(), name="release"),
    path("stories/<int:pk>/hold/", stories.HoldView.as_view(), name="hold"),
    path("stories/<int:pk>/correct/", stories.CorrectView.as_view(), name="correct"),
    path("stories/<int:pk>/kill/", stories.KillView.as_view(), name="kill"),
    path("stories/<int:pk>/take-down/", stories.TakeDownView.as_view(), name="take_down"),
    path("stories/<int:pk>/version/<int:revision_id>/", stories.VersionView.as_view(), name="version"),
]
