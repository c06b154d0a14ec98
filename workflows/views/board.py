"""The board's page."""

import json
from typing import Any, ClassVar

from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.generic import TemplateView
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin

from cms.models import Article
from workflows import board, planning
from workflows.moves import Verb


class BoardView(WagtailAdminTemplateMixin, TemplateView):
    """Every story in hand, a column a stage. A page that is open asks for the columns again, and gets 304 mostly."""

    template_name = "workflows/board.html"
    page_title = gettext_lazy("Board")
    header_icon = "grip"
    _show_breadcrumbs = True
    breadcrumbs_items: ClassVar[list[dict[str, Any]]] = [{"url": "", "label": gettext_lazy("Board")}]

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [{"url": reverse("wagtailadmin_home"), "label": _("Home")}, *self.breadcrumbs_items]

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        filters = board.Filters.from_query(request.GET)
        now = timezone.now()
        built = board.build_board(request.user, filters, now)
        etag = f'"{built.version()}-{get_language()}"'
        if not request.headers.get("X-Board-Part"):
            context = self.get_context_data(board=built, filters=filters, now=now, etag=etag, **kwargs)
            return self.render_to_response(context)
        if request.headers.get("If-None-Match") == etag:
            response: HttpResponse = HttpResponseNotModified()
        else:
            context = {"board": built, "filters": filters, "words": Words(built), "query": _query(request)}
            response = render(request, "workflows/board_columns.html", context)
        response["ETag"] = etag
        response["Cache-Control"] = "private, no-cache"
        return response

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(
            house=kwargs["board"].house,
            kinds=Article.Kind.choices,
            words=Words(kwargs["board"]),
            query=_query(self.request),
            may_write=planning.sections_to_write(self.request.user).exists(),
            labels=_labels(),
            **kwargs,
        )


class Words:
    """The reasons that cards give, each once: hundreds of cards give the same few."""

    def __init__(self, built: board.Board) -> None:
        self.sentences: list[str] = []
        self._numbers: dict[str, int] = {}
        for column in built.columns:
            for card in column.cards:
                # What the page's script reads: verb to [column, reason], column to reason; a reason is a number.
                shown = {
                    "moves": {move.verb: [move.target, self._number(move.reason)] for move in card.moves},
                    "refusals": {key: self._number(reason) for key, reason in card.refusals.items()},
                }
                card.json = json.dumps(shown, separators=(",", ":"))

    def _number(self, sentence: str) -> int | None:
        if not sentence:
            return None
        if sentence not in self._numbers:
            self._numbers[sentence] = len(self.sentences)
            self.sentences.append(sentence)
        return self._numbers[sentence]


def _query(request: HttpRequest) -> str:
    """The filters as they stand in the address, for links that add to them."""
    query = request.GET.copy()
    query.pop("show", None)
    return query.urlencode()


def _labels() -> dict[str, str]:
    """The words of the page's script."""
    return {
        Verb.SUBMIT: _("Submit for review"),
        Verb.SIGN: _("Read and sign…"),
        Verb.SEND_BACK: _("Send back…"),
        Verb.PUBLISH: _("Publish now…"),
        Verb.SCHEDULE: _("Schedule…"),
        Verb.HOLD: _("Hold"),
        Verb.CLAIM: _("Claim"),
        Verb.ASSIGN: _("Assign…"),
        "open": _("Open the story"),
        "review": _("How the review stands"),
        "plan": _("Open the plan"),
        "menu": _("What can be done with this story"),
        "moved": _("%(title)s: now in %(column)s"),
        "more_moved": _("%(count)s stories moved"),
        "arrived": _("%(title)s: new in %(column)s"),
        "gone": _("%(title)s left the board"),
        "late": _("%(time)s late"),
        "left": _("%(time)s left"),
        "minutes": _("%(minutes)s min"),
        "hours": _("%(hours)s h"),
        "hours_and_minutes": _("%(hours)s h %(minutes)s min"),
        "days": _("%(days)s d"),
        "reading": _("A signature needs reading: this opens the review."),
        "unreachable": _("The board cannot reach the newsroom. It tries again by itself."),
        "signed_out": _("You are signed out. Reload the page."),
        "failed": _("That did not work. Try again."),
    }
