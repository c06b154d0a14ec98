"""Addresses for people without a login, under /guest/."""

from django.urls import path

from workflows.views.guests import GuestPictureView, GuestStoryView

app_name = "guests"
urlpatterns = [
    path("<str:token>/", GuestStoryView.as_view(), name="story"),
    path("<str:token>/pictures/<uuid:public_id>/", GuestPictureView.as_view(), name="picture"),
]
