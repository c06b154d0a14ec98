"""A page of Wagtail's that is ours; it must be asked for before Wagtail's own addresses are."""

from django.urls import path
from wagtail.admin.auth import require_admin_access

from workflows.views.account import PersonalAccountView

urlpatterns = [path("account/", require_admin_access(PersonalAccountView.as_view()))]
