"""Who may come by HTTP: members of the newsroom, by tokens of theirs, on the hosts of the newsroom."""

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse
from django.http.request import split_domain_port
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication
from rest_framework.request import Request
from wagtail.api.v3.auth import BearerTokenAuth
from wagtail.models import APIToken

from cms.problems import problem

from .problems import REALM, TokenRequired


def refuse_other_hosts(request: HttpRequest | Request) -> None:
    """Raise Http404 unless the request came to a host of the newsroom; without `ADMIN_HOSTS` every host is one."""
    host, _port = split_domain_port(request.get_host())
    if settings.ADMIN_HOSTS and host not in settings.ADMIN_HOSTS:
        raise Http404


def find_token(request: HttpRequest) -> APIToken | None:
    """The token of somebody who works here; None without one. `request.user` is its owner then, not of the session."""
    token: APIToken | None = BearerTokenAuth()(request)
    return token if token and token.user.has_perm("wagtailadmin.access_admin") else None


class StaffToken(BaseAuthentication):
    """Makes the owner of the token `request.user`, and the token `request.auth`; there is no other way in."""

    def authenticate(self, request: Request) -> tuple[Any, APIToken]:
        token = find_token(request._request)
        if token is None:
            raise TokenRequired
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return REALM


class StaffTokenScheme(OpenApiAuthenticationExtension):
    target_class = "workflows.api.access.StaffToken"
    name = "staffToken"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "A token of a member of the newsroom: Settings, API tokens. It may do what its owner may.",
        }


def for_staff(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """`view`, for those who come with a token to a host of the newsroom."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        refuse_other_hosts(request)
        if find_token(request) is None:
            response = problem("token-required")
            response["WWW-Authenticate"] = REALM
            return response
        response = view(request, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    return guarded
