"""Lists and forms of desks and sign-off rules, for administrators."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext, ngettext
from django.utils.translation import gettext_lazy as _
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views.generic.models import DeleteView
from wagtail.admin.viewsets.base import ViewSetGroup
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.viewsets.pages import PageViewSet

from cms.models import Article
from workflows.desk_form import DeskForm
from workflows.models import Desk, ReviewStage, SignOff, SignOffRule
from workflows.views.editing import StoryEditView


class StoryPagesViewSet(PageViewSet):
    """Wagtail's pages about a story, ours in their places."""

    model = Article
    edit_view_class = StoryEditView


def _people(desk: Desk) -> str:
    count = desk.people_count
    return ngettext("%d person", "%d people", count) % count if count else gettext("Nobody works here: nobody is told")


class DeskDeleteView(DeleteView):
    """A desk that is asked, or that has signed, stays: whoever would delete it is told why."""

    def run_before_hook(self) -> HttpResponse | None:
        desk = self.object
        stages = ", ".join(ReviewStage.objects.filter(rules__desk=desk).distinct().values_list("name", flat=True))
        if stages:
            reason = _("“%(desk)s” signs at these stages: %(stages)s. Delete its sign-off rules first.")
        elif SignOff.objects.filter(desk=desk).exists():
            reason = _("“%(desk)s” has signed stories, so it stays. Take its people out of its group instead.")
        else:
            return None
        messages.error(self.request, reason % {"desk": desk, "stages": stages})
        return redirect("desk:edit", desk.pk)


class DeskViewSet(ModelViewSet):
    model = Desk
    delete_view_class = DeskDeleteView
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
