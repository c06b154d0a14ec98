"""Addresses under /admin/previews/."""

from django.urls import path

from .pages import LinksView

app_name = "previews"
urlpatterns = [path("<int:pk>/", LinksView.as_view(), name="links")]
