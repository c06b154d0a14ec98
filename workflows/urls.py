"""Addresses of the desk, under /admin/desk/."""

from django.urls import path

app_name = "workflows"
urlpatterns: list = []
