"""What the views of the API have in common: keys, scopes, quotas, and what a cache may keep of their answers."""

from typing import Any, ClassVar

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.cache import patch_vary_headers
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request
from rest_framework.views import APIView

from api.models import Scope

from .gate import HoldsScopes, KeyAuthentication
from .quotas import Count, Quota


class GuardedView(APIView):
    """A view that needs the scopes in `scopes` from those who come with a key, and counts who asks."""

    authentication_classes = [KeyAuthentication]
    permission_classes = [HoldsScopes]
    throttle_classes = [Quota]
    scopes: ClassVar[tuple[str, ...]] = (Scope.CONTENT,)
    """Empty where nobody ever needs a key."""
    asked: Count | None = None

    def scopes_for(self, request: Request) -> set[str]:
        """Which scopes this request needs."""
        return set(self.scopes)

    def perform_authentication(self, request: Request) -> None:
        try:
            super().perform_authentication(request)
        except AuthenticationFailed:
            # Whoever tries keys is counted by their address.
            self.check_throttles(request)
            raise

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        keep_apart(request, response)
        for name, value in self.asked.headers().items() if self.asked else ():
            response[name] = value
        return response


def keep_apart(request: HttpRequest | Request, response: HttpResponseBase) -> None:
    """See to it that no shared cache gives what was answered to a key to anybody else, or to a key what was not."""
    patch_vary_headers(response, ["Authorization"])
    if request.headers.get("Authorization") and response.get("Cache-Control") != "no-store":
        response["Cache-Control"] = "private, no-cache"
