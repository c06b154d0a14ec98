"""The page of the admin on which links to a story are made, seen and closed."""

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.permissions import policy_registry

from api.models import PreviewLink
from cms.exceptions import Refused
from cms.models import Article

from . import links


class LinksView(WagtailAdminTemplateMixin, TemplateView):
    """GET: the links of a story. POST: make one, which is shown once, or close the one that `revoke` names."""

    template_name = "previews/links.html"
    page_title: ClassVar[Any] = gettext_lazy("Preview links")
    header_icon: ClassVar[str] = "view"
    _show_breadcrumbs = True
    made: links.MadeLink | None = None

    @cached_property
    def article(self) -> Article:
        reachable = policy_registry.get_by_type(Article).explorable_instances(self.request.user)
        article: Article = get_object_or_404(
            Article.objects.filter(pk__in=reachable.values("pk")), pk=self.kwargs["pk"]
        )
        if not links.may_make(article, self.request.user):
            raise PermissionDenied
        return article

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            *super().get_breadcrumbs_items(),
            {"url": reverse("wagtailadmin_pages:edit", args=[self.article.pk]), "label": self.article.title},
            {"url": "", "label": str(self.page_title)},
        ]

    def get_page_subtitle(self) -> str:
        return self.article.title

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        now = timezone.now()
        made = PreviewLink.objects.filter(article=self.article).select_related("snapshot", "made_by", "revoked_by")
        context: dict[str, Any] = super().get_context_data(**kwargs)
        return context | {
            "article": self.article,
            "links": [(link, link.revoked_at is None and link.expires_at > now) for link in made[:50]],
            "made": self.made,
            "has_website": bool(settings.PREVIEW_URL),
        }

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        article = self.article
        number = request.POST.get("revoke", "")
        try:
            if number.isascii() and number.isdecimal():
                links.revoke(get_object_or_404(PreviewLink, pk=int(number), article=article), by=request.user)
                messages.success(request, _("The link is closed."))
                return redirect(request.path)
            self.made = links.make(article, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect(request.path)
        return self.get(request, *args, **kwargs)
