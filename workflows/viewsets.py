"""Lists and forms of desks and sign-off rules, for administrators."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet

from workflows.models import Desk, SignOffRule


class DeskViewSet(ModelViewSet):
    model = Desk
    icon = "group"
    list_display = ["name", "group", "email"]
    panels = [FieldPanel("name"), FieldPanel("slug"), FieldPanel("group"), FieldPanel("email")]


class SignOffRuleViewSet(ModelViewSet):
    model = SignOffRule
    icon = "tasks"
    list_display = ["stage", "desk", "required", "condition"]
    list_filter = ["stage", "desk"]
    exclude_form_fields: list[str] = []


class DeskGroup(ViewSetGroup):
    menu_label = _("Desks")
    menu_icon = "group"
    menu_order = 310
    items = (DeskViewSet, SignOffRuleViewSet)
