"""Addresses of related links in the admin, under /admin/related/."""

from django.urls import path

from .views import LinksView, SuggestView

app_name = "related"
urlpatterns = [
    path("suggest/", SuggestView.as_view(), name="suggest"),
    path("stories/<int:pk>/", LinksView.as_view(), name="links"),
]
