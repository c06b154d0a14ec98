"""Clicks on related links, where the newsroom counts them: no cookie, no address, no reader, only how many."""

from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from api.access.views import GuardedView
from api.models import PublishedArticle
from api.related import clicks

from . import documents


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class RelatedClick(GuardedView):
    """A reader went from one story to a related one."""

    # Readers' browsers report it, and hold no key.
    scopes = ()

    @extend_schema(**documents.RELATED_CLICK)
    def post(self, request: Request, article: UUID, target: UUID) -> HttpResponse:
        if not settings.COUNT_RELATED_CLICKS:
            raise NotFound
        # Only visible stories are counted, so that what anyone may post cannot fill the memory.
        shown = PublishedArticle.objects.visible(timezone.now()).filter(public_id__in=[article, target])
        if shown.count() < 2:
            raise NotFound
        clicks.count(article, target)
        response = HttpResponse(status=204)
        response["Cache-Control"] = "no-store"
        return response
