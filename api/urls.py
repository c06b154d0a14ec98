"""Addresses of what readers get."""

from django.urls import URLPattern

urlpatterns: list[URLPattern] = []
