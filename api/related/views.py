"""What editors see of related links: suggestions while they write, and the links of a published story."""

import json
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Sum
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Page
from wagtail.permissions import policy_registry

from api.models import PublishedArticle, RelatedChoice, RelatedClicks, RelatedLink
from cms.exceptions import Refused
from cms.models import Article

from . import choices
from .suggestions import Draft, Suggestion, suggest


class DraftForm(forms.Form):
    """What the editing form holds at the moment."""

    page = forms.IntegerField(required=False)
    parent = forms.IntegerField(required=False)
    title = forms.CharField(required=False, max_length=500)
    standfirst = forms.CharField(required=False, max_length=5_000)
    body = forms.CharField(required=False, max_length=500_000)
    topics = forms.JSONField(required=False)
    authors = forms.JSONField(required=False)
    picks = forms.JSONField(required=False)
    sensitive = forms.BooleanField(required=False)

    def _ids(self, name: str) -> list[int]:
        value = self.cleaned_data.get(name) or []
        if not isinstance(value, list) or not all(isinstance(one, int) for one in value):
            raise forms.ValidationError("Give a list of numbers.")
        return value[:200]

    def clean_topics(self) -> list[int]:
        return self._ids("topics")

    def clean_authors(self) -> list[int]:
        return self._ids("authors")

    def clean_picks(self) -> list[int]:
        return self._ids("picks")


class SuggestView(View):
    """Stories to pick for what has been typed so far. Only published ones, with what readers know of them."""

    def post(self, request: HttpRequest) -> HttpResponse:
        form = DraftForm(request.POST)
        if not form.is_valid():
            return JsonResponse({"errors": form.errors}, status=400)
        data = form.cleaned_data
        article, section = self._place(data["page"], data["parent"])
        draft = Draft(
            title=data["title"],
            standfirst=data["standfirst"],
            body=data["body"],
            language=(article or section).locale.language_code,
            section=section.slug,
            article_id=article.pk if article else None,
            topic_ids=data["topics"],
            author_ids=data["authors"],
            sensitive=data["sensitive"],
        )
        items = [_as_json(one) for one in suggest(draft, without=data["picks"])]
        urls = dict(
            PublishedArticle.objects.filter(article_id__in=[item["id"] for item in items]).values_list(
                "article_id", "summary"
            )
        )
        for item in items:
            item["url"] = json.loads(urls[item["id"]])["url"] if item["id"] in urls else ""
        return JsonResponse({"items": items})

    def _place(self, page_id: int | None, parent_id: int | None) -> tuple[Article | None, Page]:
        """The story that is edited, if it was saved already, and its section."""
        if page_id:
            article = get_object_or_404(Article, pk=page_id)
            if not article.permissions_for_user(self.request.user).can_edit():
                raise PermissionDenied
            return article, article.get_parent()
        parent = get_object_or_404(Page, pk=parent_id or 0)
        if not parent.permissions_for_user(self.request.user).can_add_subpage():
            raise PermissionDenied
        return None, parent


def _as_json(one: Suggestion) -> dict[str, Any]:
    story = one.match.candidate.story
    return {
        "id": story.article_id,
        "title": story.title,
        "section": story.section,
        "published_at": story.published_at.isoformat(),
        "edit_url": reverse("wagtailadmin_pages:edit", args=[story.article_id]),
        "score": round(one.match.score, 2),
        "relation": str(RelatedLink.Relation(one.match.relation).label),
        "reasons": [reason["text"] for reason in one.reasons],
    }


class LinksView(WagtailAdminTemplateMixin, TemplateView):
    """The related links of a published story, with what carried them, for an editor to pin or to remove."""

    template_name = "related/links.html"
    page_title: ClassVar[Any] = gettext_lazy("Related stories")
    header_icon: ClassVar[str] = "link"
    _show_breadcrumbs = True
    verbs: ClassVar[dict[str, Any]] = {"pin": choices.pin, "remove": choices.remove, "take_back": choices.take_back}

    @cached_property
    def article(self) -> Article:
        reachable = policy_registry.get_by_type(Article).explorable_instances(self.request.user)
        article: Article = get_object_or_404(
            Article.objects.filter(pk__in=reachable.values("pk")), pk=self.kwargs["pk"]
        )
        if not article.permissions_for_user(self.request.user).can_edit():
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
        row = PublishedArticle.objects.filter(article_id=self.article.pk).first()
        links = (
            RelatedLink.objects.filter(article=row)
            .select_related("target")
            .defer("target__detail", "target__search", "target__text", "target__summary")
            .order_by("-pinned", "-score", "-target__published_at")
            if row
            else RelatedLink.objects.none()
        )
        removed = list(
            RelatedChoice.objects.of(self.article.pk)
            .filter(verdict=RelatedChoice.Verdict.REMOVED)
            .select_related("by")
            .order_by("-at")
        )
        titles = dict(
            PublishedArticle.objects.filter(article_id__in=[one.target_id for one in removed]).values_list(
                "article_id", "title"
            )
        )
        clicks = dict(
            RelatedClicks.objects.filter(article_id=self.article.public_id)
            .values_list("target_id")
            .annotate(times=Sum("count"))
        )
        return super().get_context_data(
            **kwargs,
            article=self.article,
            row=row,
            links=[(link, clicks.get(link.target.public_id, 0)) for link in links],
            removed=[(choice, titles[choice.target_id]) for choice in removed if choice.target_id in titles],
        )

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        verb = self.verbs.get(request.POST.get("verb", ""))
        target = request.POST.get("target", "")
        if verb is None or not target.isdecimal():
            return HttpResponse(status=400)
        try:
            verb(article=self.article, target_id=int(target), by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("Noted. The list is made again in a moment."))
        return redirect("related:links", pk)
