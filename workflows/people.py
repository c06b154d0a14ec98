"""Wagtail's app for people and groups, with a page of ours in it. It is loaded before any model."""

from wagtail.users.apps import WagtailUsersAppConfig


class PeopleConfig(WagtailUsersAppConfig):
    group_viewset = "workflows.views.groups.NewsroomGroupViewSet"
