"""Addresses of the desk, under /admin/desk/."""

from django.urls import path

from workflows import views

app_name = "workflows"
urlpatterns = [
    path("board/", views.BoardView.as_view(), name="board"),
    path("stories/<int:pk>/review/", views.ReviewView.as_view(), name="review"),
    path("stories/<int:pk>/submit/", views.SubmitView.as_view(), name="submit"),
    path("stories/<int:pk>/release/", views.ReleaseView.as_view(), name="release"),
    path("stories/<int:pk>/hold/", views.HoldView.as_view(), name="hold"),
    path("stories/<int:pk>/correct/", views.CorrectView.as_view(), name="correct"),
    path("stories/<int:pk>/kill/", views.KillView.as_view(), name="kill"),
    path("stories/<int:pk>/take-down/", views.TakeDownView.as_view(), name="take_down"),
    path("stories/<int:pk>/version/<int:revision_id>/", views.VersionView.as_view(), name="version"),
]
