"""Addresses of feeds and sitemaps, at the root, where their readers look for them."""

from django.urls import path, re_path

from . import views

urlpatterns = [
    re_path(r"^feeds/(?P<name>[-\w]+)\.(?P<form>rss|atom|json)$", views.feed, name="feed"),
    path("sitemaps/index.xml", views.sitemap_index, name="sitemap-index"),
    path("sitemaps/news.xml", views.sitemap_news, name="sitemap-news"),
    path("sitemaps/<int:year>-<int:month>-<int:page>.xml", views.sitemap_month, name="sitemap-month"),
    path("llms.txt", views.llms, name="llms"),
]
