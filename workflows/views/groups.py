"""Groups in the admin: the group of a desk stays, and whoever would delete it is told why."""

from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from wagtail.admin import messages
from wagtail.users.views import groups

from workflows.models import Desk


class DeleteView(groups.DeleteView):
    def run_before_hook(self) -> HttpResponse | None:
        desk = Desk.objects.filter(group=self.object).first()
        if desk is None:
            return None
        words = _("The people of “%(desk)s” are in this group. Delete the desk first, or give it another group.")
        messages.error(self.request, words % {"desk": desk})
        return redirect("wagtailusers_groups:edit", self.object.pk)


class NewsroomGroupViewSet(groups.GroupViewSet):
    delete_view_class = DeleteView
