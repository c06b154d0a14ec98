"""A form for each of the newsroom's verbs about one story."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.utils import get_valid_next_url_from_request
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.models import Revision
from wagtail.permissions import policy_registry

from cms.exceptions import Refused
from cms.models import Article
from cms.website_preview import HOUSE
from workflows import actions, changes, emergencies, marks, progress, schedules, snapshots
from workflows import forms as desk_forms
from workflows.clearance import is_cleared
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import SignOff
from workflows.panel import ReviewPanel


class StoryView(WagtailAdminTemplateMixin, TemplateView):
    """A form about one story. `act` does what the form asks; a refusal is shown in the form and changes nothing."""

    template_name = "workflows/story_form.html"
    form_class: ClassVar[type[forms.Form]] = forms.Form
    verb: ClassVar[Any] = ""
    explanation: ClassVar[Any] = ""
    dangerous: ClassVar[bool] = False
    _show_breadcrumbs = True
    refusal = ""
    seen_hash = ""
    """The version that the person had before them, when it is not the latest any more."""

    @cached_property
    def article(self) -> Article:
        reachable = policy_registry.get_by_type(Article).explorable_instances(self.request.user)
        return get_object_or_404(Article.objects.filter(pk__in=reachable.values("pk")), pk=self.kwargs["pk"])

    @cached_property
    def version(self) -> Article:
        return progress.latest_version(self.article)

    def check_right(self) -> None:
        """Raise PermissionDenied unless the person may see this form."""
        if not self.article.permissions_for_user(self.request.user).has_publish_right():
            raise PermissionDenied

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.check_right()
        return super().dispatch(request, *args, **kwargs)

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.form_class(request.POST)
        status = 422
        if form.is_valid():
            try:
                message = self.act(form.cleaned_data)
            except ValidationError as error:
                self.refusal = " ".join(error.messages)
            except Refused as refusal:
                self.refusal = str(refusal)
                if isinstance(refusal, StoryMovedOn):
                    self.seen_hash = form.cleaned_data.get("content_hash", "")
                status = 409 if isinstance(refusal, StoryMovedOn) else 403 if isinstance(refusal, NotYours) else 422
            else:
                messages.success(request, message)
                return redirect(get_valid_next_url_from_request(request) or self.get_success_url())
        for name in ("article", "version"):
            self.__dict__.pop(name, None)
        context = self.get_context_data(form=self.again(form), **kwargs)
        return self.render_to_response(context, status=status)

    def again(self, form: forms.Form) -> forms.Form:
        """The form after a refusal: what was typed stays, what named the old version names the new one."""
        data = dict(form.data.items())
        for name, value in self.get_initial().items():
            if form.fields[name].widget.is_hidden:
                data[name] = str(value)
        fresh = self.form_class(data)
        fresh.is_valid()
        return fresh

    def act(self, data: dict[str, Any]) -> str:
        """Do it; returns what to tell the person. Raises Refused."""
        raise Refused

    def get_success_url(self) -> str:
        """Where to go once it is done, if the form was not opened from a page to return to."""
        return reverse("workflows:board")

    def get_initial(self) -> dict[str, Any]:
        return {}

    def get_page_title(self) -> str:
        return str(self.verb)

    def get_page_subtitle(self) -> str:
        return self.version.title

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("workflows:board"), "label": _("Board")},
            {"url": reverse("wagtailadmin_pages:edit", args=[self.article.pk]), "label": self.version.title},
            {"url": "", "label": self.verb},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        kwargs.setdefault("form", self.form_class(initial=self.get_initial()))
        seen = changes.find_seen(self.article, self.seen_hash) if self.seen_hash else None
        if "content_hash" in self.form_class.base_fields and self.article.latest_revision_id:
            # If the story changes before this form is sent, the answer says what changed since.
            snapshots.keep_latest(self.article)
        return super().get_context_data(
            overtaken=changes.build_changes(seen, self.version) if seen else None,
            article=self.article,
            version=self.version,
            standing=progress.standing_of(self.article),
            refusal=self.refusal,
            verb=self.verb,
            explanation=self.explanation,
            dangerous=self.dangerous,
            revision=self.article.get_latest_revision(),
            **kwargs,
        )


class ReviewView(StoryView):
    """Sign a version, or send it back."""

    template_name = "workflows/review.html"
    form_class = desk_forms.ReviewForm
    verb = gettext_lazy("Review")

    def check_right(self) -> None:
        """Whoever can reach the story may see how its review stands; `sign_off` decides who may sign."""
        self.article  # noqa: B018 - raises 404

    def get_initial(self) -> dict[str, Any]:
        state = self.article.current_workflow_task_state
        return {
            "content_hash": progress.standing_of(self.article).content_hash,
            "task_state_id": state.pk if state else "",
        }

    def act(self, data: dict[str, Any]) -> str:
        names = {"task_state_id": data["task_state_id"], "content_hash": data["content_hash"]}
        if self.request.POST.get("verdict") == "send_back":
            actions.send_back(self.article, by=self.request.user, reason=data["comment"], kind=data["reason"], **names)
            return _("Sent back: the writer has been told.")
        if self.request.POST.get("verdict") != "approve":
            raise Refused(_("Choose whether to sign the story or to send it back."))
        actions.sign_off(self.article, by=self.request.user, comment=data["comment"], **names)
        return _("Signed.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        review = ReviewPanel(self.article, self.request.user)
        current = review.current
        context |= {
            "review": review,
            "current": current,
            "marks": marks.find_marks(self.article, self.request.user),
            "why_not": review.why_not_sign,
            "may_send_back": bool(current and current.stage.desks_of(self.request.user).exists()),
            "history": SignOff.objects.filter(article=self.article).select_related("by", "guest", "desk", "stage")[:50],
        }
        return context


class SubmitView(StoryView):
    verb = gettext_lazy("Submit")
    explanation = gettext_lazy("The latest version goes to the first desk that has not signed it.")

    def check_right(self) -> None:
        if not self.article.permissions_for_user(self.request.user).can_edit():
            raise PermissionDenied

    def act(self, data: dict[str, Any]) -> str:
        actions.submit(self.article, by=self.request.user)
        return _("Submitted.")


class ReleaseView(StoryView):
    verb = gettext_lazy("Release")
    template_name = "workflows/release.html"
    explanation = gettext_lazy("What goes out is the version below, as every desk has signed it.")
    form_class = desk_forms.ReleaseForm

    def get_initial(self) -> dict[str, Any]:
        return {
            "content_hash": progress.standing_of(self.article).content_hash,
            "at": schedules.wanted_time(self.article, timezone.now()),
        }

    def act(self, data: dict[str, Any]) -> str:
        actions.release(self.article, content_hash=data["content_hash"], by=self.request.user, at=data["at"])
        return _("Scheduled.") if data["at"] else _("Published.")

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        context["cleared"] = is_cleared(self.article.pk, context["standing"].content_hash)
        review = context["review"] = ReviewPanel(self.article, self.request.user)
        context["may_go_out"] = context["cleared"] and not review.blocking_count
        context["schedule"] = schedules.find(self.article)
        context["may_break_glass"] = emergencies.may(self.article, self.request.user)
        return context


@method_decorator(xframe_options_sameorigin, name="dispatch")
class VersionView(View):
    """One saved version as a newspaper page, to be read inside the review."""

    def get(self, request: HttpRequest, pk: int, revision_id: int) -> HttpResponse:
        reachable = policy_registry.get_by_type(Article).explorable_instances(request.user)
        article: Article = get_object_or_404(Article.objects.filter(pk__in=reachable.values("pk")), pk=pk)
        revision = get_object_or_404(Revision.objects.for_instance(article), pk=revision_id)
        version = revision.as_object()
        response: HttpResponse = version.make_preview_request(request, HOUSE)
        response["Cache-Control"] = "private, no-store"
        return response
