"""The inbox: what a person was told, within the admin."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.cache import never_cache
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from workflows.models import Notice
from workflows.notifications import inbox

PAGE_LENGTH = 25


class InboxView(WagtailAdminTemplateMixin, TemplateView):
    """The newest first, 25 a page; `?unread=1` leaves out what was read. POST marks as read: `notice`, or all."""

    template_name = "workflows/inbox.html"
    page_title = gettext_lazy("Inbox")
    header_icon = "bell"
    _show_breadcrumbs = True

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, {"url": "", "label": _("Inbox")}]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        unread_only = self.request.GET.get("unread") == "1"
        notices = inbox.find_notices(self.request.user, unread_only=unread_only)
        page: Page[Notice] = Paginator(notices, PAGE_LENGTH).get_page(self.request.GET.get("p"))
        return super().get_context_data(
            page=page,
            lines=[(notice, inbox.gist(notice)) for notice in page],
            unread_only=unread_only,
            unread_count=inbox.count_unread(self.request.user),
            account_url=reverse("wagtailadmin_account") + "#tab-notifications",
            **kwargs,
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        notice_id = request.POST.get("notice", "")
        if notice_id.isdecimal():
            inbox.mark_read(request.user, at=timezone.now(), notice_id=int(notice_id))
        elif request.POST.get("all"):
            count = inbox.mark_read(request.user, at=timezone.now())
            if count:
                messages.success(request, _("Everything is marked as read."))
        query = "?unread=1" if request.POST.get("unread") == "1" else ""
        return redirect(reverse("workflows:inbox") + query)


class OpenNoticeView(View):
    """Go to where a notice leads; it counts as read."""

    def get(self, request: HttpRequest, pk: int) -> HttpResponse:
        notice = get_object_or_404(inbox.find_notices(request.user), pk=pk)
        inbox.mark_read(request.user, at=timezone.now(), notice_id=notice.pk)
        return redirect(notice.url or reverse("workflows:inbox"))


@method_decorator(never_cache, name="dispatch")
class UnreadCountView(View):
    """How many notices are unread, for the bell: one query, asked for by each open page of the admin."""

    def get(self, request: HttpRequest) -> HttpResponse:
        return JsonResponse({"unread": inbox.count_unread(request.user)})
