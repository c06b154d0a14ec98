"""Drafts in the readers' own website, shown inside the editor while somebody types."""

import json
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, cast
from urllib.parse import urlencode, urlsplit

from django.conf import settings
from django.core.signing import BadSignature, b62_decode
from django.http import HttpRequest, HttpResponse
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _
from wagtail.models import PreviewableMixin
from wagtail_headless_preview.models import HeadlessPreviewMixin, PagePreview

PREVIEW_LASTS = timedelta(minutes=15)
_ANEW_AFTER = timedelta(minutes=5)
HOUSE, WEBSITE = "", "website"
_BY = "previewed_by"
_BETWEEN = ":"
"""What Django's signer puts between a value, its time and the signature."""


def website_address(token: str) -> str:
    """Where the website shows what `token` opens."""
    return f"{settings.PREVIEW_URL}{'&' if urlsplit(settings.PREVIEW_URL).query else '?'}{urlencode({'token': token})}"


class WebsitePreview(HeadlessPreviewMixin):
    """Wagtail's preview of a page, in the house style and, where PREVIEW_URL is set, first of all in the website.

    While one person types, one token stands for what the form holds; after some minutes another takes its place, so
    that a page that was just loaded stays good for a while.
    """

    _by: int | None = None

    @property
    def preview_modes(self) -> list[tuple[str, Any]]:
        if not settings.PREVIEW_URL:
            return cast(list[tuple[str, Any]], PreviewableMixin.DEFAULT_PREVIEW_MODES)
        return [(WEBSITE, _("Website")), (HOUSE, _("House style"))]

    def serve_preview(self, request: HttpRequest, preview_mode: str) -> HttpResponse:
        if preview_mode != WEBSITE or not settings.PREVIEW_URL:
            # Past the library, which knows of one mode only.
            return cast(HttpResponse, super(HeadlessPreviewMixin, self).serve_preview(request, preview_mode))
        self._by = request.user.pk
        response: HttpResponse = super().serve_preview(request, preview_mode)
        website = urlsplit(settings.PREVIEW_URL)
        response["Content-Security-Policy"] = (
            f"default-src 'none'; style-src 'unsafe-inline'; frame-src {website.scheme}://{website.netloc}; "
            "frame-ancestors 'self'"
        )
        response["Referrer-Policy"] = "no-referrer"
        return response

    def get_preview_url(self, request: HttpRequest, token: str) -> str:
        return website_address(token)

    def create_page_preview(self) -> PagePreview:
        # A token of the library is made of the page and the second: two people would read each other's drafts.
        whose = salted_hmac("cms.website_preview", f"{self._by}|{self._place()}").hexdigest()[:20]
        last = PagePreview.objects.filter(token__startswith=f"{whose}.").order_by("-pk").first()
        token = last.token if last and is_open(last.token, within=_ANEW_AFTER) else None
        preview, _created = self.update_page_preview(
            token or self.get_preview_signer().sign(f"{whose}.{secrets.token_urlsafe(32)}")
        )
        return preview

    def update_page_preview(self, token: str) -> tuple[PagePreview, bool]:
        content = json.loads(self.to_json()) | {_BY: self._by}
        return cast(
            tuple[PagePreview, bool],
            PagePreview.objects.update_or_create(
                token=token,
                defaults={"content_type": self.content_type, "content_json": json.dumps(content)},
            ),
        )

    def _place(self) -> str:
        """The page, or for one that was never saved the place where it will be."""
        return str(self.pk or f"new {self.path}")


def is_of_a_form(token: str) -> bool:
    """Whether `token` could be one of ours: those of links have no such character in them."""
    return _BETWEEN in token


def is_open(token: str, *, within: timedelta = PREVIEW_LASTS) -> bool:
    """Whether `token` was made by us, and not longer ago than that."""
    try:
        HeadlessPreviewMixin.get_preview_signer().unsign(token, max_age=within)
    except BadSignature:
        return False
    return True


@dataclass(frozen=True)
class Typed:
    """What a form holds."""

    content: dict[str, Any]
    by: int | None
    """Primary key of who types."""
    until: datetime


def find_typed(token: str) -> Typed | None:
    """What `token` shows; None if it is unknown or too old."""
    preview = PagePreview.objects.filter(token=token).first() if is_open(token) else None
    if preview is None:
        return None
    content = json.loads(preview.content_json)
    made_at = datetime.fromtimestamp(b62_decode(token.split(_BETWEEN)[-2]), UTC)
    return Typed(content, content.pop(_BY, None), made_at + PREVIEW_LASTS)


def forget_old() -> None:
    """Delete what nobody can open any more."""
    old = [pk for pk, token in PagePreview.objects.values_list("pk", "token") if not is_open(token)]
    PagePreview.objects.filter(pk__in=old).delete()
