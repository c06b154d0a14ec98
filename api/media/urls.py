"""Addresses of files, under /media/."""

from django.urls import path

from .views import MediaView

app_name = "media"
urlpatterns = [path("<path:name>", MediaView.as_view(), name="file")]
