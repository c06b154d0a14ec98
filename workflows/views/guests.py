"""Guests: the editor's page to invite them, and the pages that they see."""

import logging
from datetime import timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.conf import settings
from django.core.cache import cache
from django.core.exceptions import PermissionDenied
from django.db.models import Count
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views import View
from django.views.decorators.csrf import csrf_exempt
from wagtail.admin.widgets import AdminAutoHeightTextInput

from cms.checks import picture_ids
from cms.exceptions import Refused
from cms.models import NewsImage
from workflows import guests, progress
from workflows.exceptions import LinkClosed, NotYours
from workflows.forms import VersionForm
from workflows.models import Desk, GuestReview, ReviewStage
from workflows.views.stories import StoryView

log = logging.getLogger(__name__)

LASTS_HOURS = (4, 24, 72, 168, 336)
READS_A_MINUTE = 300
WRITES_A_MINUTE = 20
WRONG_LINKS_A_MINUTE = 30
PICTURE_SPEC = "width-1280|format-webp"
SECURITY_POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)


def _lasts_choices() -> list[tuple[int, str]]:
    longest = settings.GUEST_LINK_DAYS * 24
    hours = sorted({each for each in LASTS_HOURS if each < longest} | {longest})
    return [
        (each, ngettext("%d hour", "%d hours", each) % each)
        if each < 24
        else (each, ngettext("%d day", "%d days", each // 24) % (each // 24))
        for each in hours
    ]


class InviteForm(VersionForm):
    name = forms.CharField(
        label=gettext_lazy("Name"), max_length=120, help_text=gettext_lazy("It stands across every page that they see.")
    )
    email = forms.EmailField(
        label=gettext_lazy("Mail address"),
        required=False,
        help_text=gettext_lazy("The link is sent there. Leave it empty to pass the link on yourself."),
    )
    hours = forms.TypedChoiceField(label=gettext_lazy("Open for"), choices=_lasts_choices, coerce=int, initial=72)
    counts_for = forms.CharField(
        label=gettext_lazy("An approval"),
        required=False,
        widget=forms.Select,
        help_text=gettext_lazy("It can count for a desk of yours, at a stage that lets guests sign."),
    )
    message = forms.CharField(
        label=gettext_lazy("Message"),
        required=False,
        widget=AdminAutoHeightTextInput,
        help_text=gettext_lazy("Goes into the mail with the link."),
    )


class GuestsView(StoryView):
    """Who outside was shown this story, and what they said; and the form to invite another."""

    template_name = "workflows/guests.html"
    form_class = InviteForm
    verb = gettext_lazy("Invite a guest")
    explanation = gettext_lazy(
        "A guest reads the latest version by a link, without a login: this story only, this version only, until the "
        "link expires or you withdraw it. What they say comes back as comments in the editor."
    )
    invitation: guests.Invitation | None = None

    def check_right(self) -> None:
        if not guests.may_invite(self.article, self.request.user):
            raise PermissionDenied

    def get_initial(self) -> dict[str, Any]:
        return {"content_hash": progress.standing_of(self.article).content_hash}

    def act(self, data: dict[str, Any]) -> str:
        stage, desk = self._asked(data["counts_for"])
        self.invitation = guests.invite(
            self.article,
            name=data["name"],
            email=data["email"],
            content_hash=data["content_hash"],
            lasts=timedelta(hours=data["hours"]),
            stage=stage,
            desk=desk,
            message=data["message"],
            by=self.request.user,
        )
        return _("%s is invited.") % data["name"]

    @cached_property
    def _places(self) -> dict[str, tuple[ReviewStage, Desk]]:
        places = guests.asked_for(self.article, self.request.user)
        return {f"{stage.pk}-{desk.pk}": (stage, desk) for stage, desk in places}

    def _asked(self, chosen: str) -> tuple[ReviewStage, Desk] | tuple[None, None]:
        if not chosen:
            return None, None
        if chosen not in self._places:
            raise NotYours(_("A guest signs only for a desk of yours, at a stage that lets guests sign."))
        return self._places[chosen]

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = super().post(request, *args, **kwargs)
        if self.invitation is None:
            return response
        # Shown once, in this answer: nobody can look the link up afterwards.
        shown: HttpResponse = self.render_to_response(self.get_context_data(invitation=self.invitation))
        shown["Cache-Control"] = "private, no-store"
        return shown

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["form"].fields["counts_for"].widget.choices = [
            ("", _("is only told to you")),
            *(
                (key, _("counts for the %(desk)s at “%(stage)s”") % {"desk": desk, "stage": stage})
                for key, (stage, desk) in self._places.items()
            ),
        ]
        context["reviews"] = (
            GuestReview.objects.filter(article=self.article)
            .select_related("invited_by", "stage", "desk", "snapshot")
            .prefetch_related("remarks", "sign_offs")
            .annotate(remark_count=Count("remarks"))
        )
        context["now"] = timezone.now()
        return context


class WithdrawGuestView(StoryView):
    """Close a link before its time."""

    verb = gettext_lazy("Withdraw the link")
    explanation = gettext_lazy("The link opens nothing any more. What the guest has said stays.")
    dangerous = True

    def check_right(self) -> None:
        if not guests.may_invite(self.article, self.request.user):
            raise PermissionDenied

    def act(self, data: dict[str, Any]) -> str:
        review = get_object_or_404(GuestReview, pk=self.kwargs["review_id"], article=self.article)
        guests.withdraw(review, by=self.request.user)
        return _("The link is closed.")

    def get_success_url(self) -> str:
        return reverse("workflows:guests", args=[self.article.pk])


# The address is the key and there are no cookies, so another website has nothing to misuse; and a browser that sends no
# referrer calls its origin "null", which Django's check would refuse.
@method_decorator(csrf_exempt, name="dispatch")
class _GuestView(View):
    """A page for whoever holds the link. A wrong link, an expired one and a withdrawn one look alike."""

    review: GuestReview

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        now = timezone.now()
        found = guests.find_open(kwargs["token"], now)
        if found is None:
            too_many = _is_too_often(f"guest-wrong-{request.META['REMOTE_ADDR']}", WRONG_LINKS_A_MINUTE)
            response = self._wait(request) if too_many else self._closed(request)
        elif _is_too_often(f"guest-reads-{found.pk}", READS_A_MINUTE) or (
            request.method == "POST" and _is_too_often(f"guest-writes-{found.pk}", WRITES_A_MINUTE)
        ):
            response = self._wait(request)
        else:
            self.review = found
            try:
                response = super().dispatch(request, *args, **kwargs)  # type: ignore[assignment]
            except Http404:
                response = self._closed(request)
        response["Cache-Control"] = "private, no-store"
        response["Content-Security-Policy"] = SECURITY_POLICY
        response["Referrer-Policy"] = "no-referrer"
        response["X-Frame-Options"] = "DENY"
        response["X-Robots-Tag"] = "noindex, nofollow, noarchive"
        return response

    def _closed(self, request: HttpRequest) -> HttpResponse:
        return render(request, "guest/closed.html", status=404)

    def _wait(self, request: HttpRequest) -> HttpResponse:
        response = render(request, "guest/wait.html", status=429)
        response["Retry-After"] = "60"
        return response


class GuestStoryView(_GuestView):
    """The version, with a form at each block for remarks, and one to approve or object."""

    http_method_names = ["get", "head", "post"]

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        if request.method == "GET":
            guests.note_opened(self.review, timezone.now())
        return self._show(request, token)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        # PostgreSQL takes no text with a NUL in it.
        text = request.POST.get("text", "").replace("\x00", "")
        block_id = request.POST.get("block", "")
        try:
            match request.POST.get("act"):
                case "remark":
                    guests.remark(self.review, text=text, block_id=block_id)
                    place = f"block-{block_id}" if block_id else "remarks"
                case "approve":
                    guests.answer(self.review, verdict=GuestReview.Verdict.APPROVED, text=text)
                    place = "answer"
                case "object":
                    guests.answer(self.review, verdict=GuestReview.Verdict.OBJECTED, text=text)
                    place = "answer"
                case _:
                    raise Refused(_("Choose what you want to do."))
        except LinkClosed as closed:
            raise Http404 from closed
        except Refused as refusal:
            refused = {"refusal": str(refusal), "typed": text, "typed_at": block_id}
            return self._show(request, token, status=422, **refused)
        return redirect(f"{reverse('guests:story', args=[token])}#{place}")

    def _show(self, request: HttpRequest, token: str, *, status: int = 200, **context: Any) -> HttpResponse:
        review, now = self.review, timezone.now()
        version = guests.version_of(review, now)
        said: dict[str, list[Any]] = {}
        for remark in review.remarks.all():
            said.setdefault(remark.block_id, []).append(remark)
        context |= {
            "review": review,
            "token": token,
            "article": version,
            "section": review.article.get_parent(),
            "blocks": [(block, said.get(block.id, [])) for block in version.body],
            "remarks": said.get("", []),
            "signed": review.sign_offs.valid().exists(),
            "moved_on": guests.has_moved_on(review),
            "max_length": guests.MAX_REMARK_LENGTH,
            "picture_address": f"{reverse('guests:story', args=[token])}pictures/",
            "now": now,
        }
        return render(request, "guest/story.html", context, status=status)


class GuestPictureView(_GuestView):
    """A picture of the version, for as long as the link is open; its public address is not given away."""

    http_method_names = ["get", "head"]

    def get(self, request: HttpRequest, token: str, public_id: UUID) -> FileResponse:
        version = guests.version_of(self.review, timezone.now())
        image = get_object_or_404(NewsImage, public_id=public_id, pk__in=picture_ids(version))
        rendition = image.get_rendition(PICTURE_SPEC)
        return FileResponse(rendition.file.open("rb"), content_type="image/webp")


def _is_too_often(what: str, limit: int) -> bool:
    """Whether `what` has happened more than `limit` times within the minute.

    Redis counts. Without it everybody is let in, and the log says so: links cannot be guessed, and how much a guest may
    write is limited by what is stored.
    """
    cache.add(what, 0, timeout=60)
    try:
        count = cache.incr(what)
    except ValueError:
        return False  # The minute was over between the two.
    if count is None:
        log.warning("guests are not counted while Redis is away")
        return False
    return count > limit
