"""The address of drafts in the API."""

from typing import Any

from django.db import transaction
from django.http import HttpResponse
from django.utils import timezone
from django.utils.decorators import method_decorator
from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import NotFound
from rest_framework.request import Request

from api.access.views import GuardedView
from api.models import Scope
from api.v1 import documents
from api.v1.parameters import refuse_unknown

from .drafts import find_draft, render

_SECRET = {
    "Cache-Control": "private, no-store",
    "X-Robots-Tag": "noindex, nofollow, noarchive",
    "Referrer-Policy": "no-referrer",
}


@method_decorator(transaction.non_atomic_requests, name="dispatch")
class PreviewDetail(GuardedView):
    """One version of one story, for whoever has its token."""

    scopes = (Scope.PREVIEW,)

    @extend_schema(**documents.PREVIEW)
    def get(self, request: Request, token: str) -> HttpResponse:
        refuse_unknown(request.query_params, ())
        at = timezone.now()
        draft = find_draft(token, at)
        if draft is None:
            raise NotFound
        return HttpResponse(render(draft, at), content_type="application/json")

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        for name, value in _SECRET.items():
            response[name] = value
        return response
