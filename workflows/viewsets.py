"""Lists and forms of desks and sign-off rules, for administrators."""

from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.viewsets.pages import PageViewSet

from cms.models import Article
from workflows.desk_form import DeskForm
from workflows.models import Desk, SignOffRule
from workflows.views.editing import StoryEditView


class StoryPagesViewSet(PageViewSet):
    """Wagtail's pages about a story, ours in their places."""

    model = Article
    edit_view_class = StoryEditView


def _people(desk: Desk) -> str:
    count = desk.people_count
    return ngettext("%d person", "%d people", count) % count if count else gettext("Nobody works here: nobody is told")


class DeskViewSet(ModelViewSet):
    model = Desk
    icon = "group"
    list_display = ["name", "group", Column("people", label=_("People"), accessor=_people), "email"]
    edit_handler = ObjectList(
        [FieldPanel(name) for name in ("name", "slug", "group", "head", "email", "chat_webhook_url", "forget_chat")],
        base_form_class=DeskForm,
    )


class SignOffRuleViewSet(ModelViewSet):
    model = SignOffRule
    icon = "tasks"
    list_display = [
        "stage",
        "desk",
        Column("people", label=_("People"), accessor=lambda rule: _people(rule.desk)),
        "required",
        "condition",
    ]
    list_filter = ["stage", "desk"]
    exclude_form_fields: list[str] = []


class DeskGroup(ViewSetGroup):
    menu_label = _("Desks")
    menu_icon = "group"
    menu_order = 310
    items = (DeskViewSet, SignOffRuleViewSet)
