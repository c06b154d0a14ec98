"""Where a new story begins: the choice of its section."""

from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from cms.models import Article, Section
from workflows import planning


class NewStoryView(WagtailAdminTemplateMixin, TemplateView):
    """The sections to which this person adds stories; straight to the form if it is one."""

    template_name = "workflows/new_story.html"
    page_title = gettext_lazy("New story")
    header_icon = "plus"
    _show_breadcrumbs = True
    breadcrumbs_items: ClassVar[list[dict[str, Any]]] = [{"url": "", "label": gettext_lazy("New story")}]

    @cached_property
    def sections(self) -> list[Section]:
        return list(planning.sections_to_write(self.request.user))

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, *self.breadcrumbs_items]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not self.sections:
            raise PermissionDenied
        if len(self.sections) == 1:
            return redirect(_address(self.sections[0]))
        return super().get(request, *args, **kwargs)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        places = [(section.draft_title, _address(section)) for section in self.sections]
        return super().get_context_data(places=places, **kwargs)


def _address(section: Section) -> str:
    return reverse("wagtailadmin_pages:add", args=[Article._meta.app_label, Article._meta.model_name, section.pk])
