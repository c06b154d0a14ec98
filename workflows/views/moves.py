"""What the board asks of the server when a card is moved: a small form where one is needed, and an answer as JSON."""

from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from wagtail.permissions import policy_registry

from cms.exceptions import Refused
from cms.models import Article
from workflows import actions, assignments, schedules
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.forms import VersionForm, times_in_zone
from workflows.models import SignOff


class MoveForm(VersionForm):
    """Names what the person saw on the card, so that nothing is done to another version than that."""

    task_state_id = forms.IntegerField(required=False, widget=forms.HiddenInput)


class SendBackForm(MoveForm):
    reason = forms.CharField(
        label=gettext_lazy("What should change?"),
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=gettext_lazy("The writer gets this."),
    )
    kind = forms.ChoiceField(
        label=gettext_lazy("In a word"),
        required=False,
        choices=[("", gettext_lazy("Not said")), *SignOff.Reason.choices],
        help_text=gettext_lazy("For the report on how stories flow."),
    )


class ScheduleForm(MoveForm):
    at = forms.DateTimeField(
        label=gettext_lazy("Publish at"),
        widget=forms.DateTimeInput(attrs={"type": "datetime-local", "step": "1"}, format="%Y-%m-%dT%H:%M:%S"),
        help_text=times_in_zone(),
    )


class AssignForm(MoveForm):
    to = forms.ChoiceField(
        label=gettext_lazy("Who should have it?"),
        help_text=gettext_lazy("People who are away, or who may not do this work, are left out."),
    )

    def __init__(self, *args: Any, article: Article, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.people = {str(person.pk): person for person in assignments.candidates(article)}
        people = [(key, str(person)) for key, person in self.people.items()]
        held = assignments.open_assignment(article)
        if held and held.assignee_id:
            people.append(("", _("Nobody: back to the desk")))
            self.fields["to"].required = False
        self.fields["to"].choices = people  # type: ignore[attr-defined]  # it is the ChoiceField above


class MoveView(View):
    """One verb about one story. `act` does it; what refuses it is answered with the reason and changes nothing."""

    form_class: ClassVar[type[MoveForm]] = MoveForm
    verb: ClassVar[Any] = ""
    explanation: ClassVar[Any] = ""

    @cached_property
    def article(self) -> Article:
        reachable = policy_registry.get_by_type(Article).explorable_instances(self.request.user)
        return get_object_or_404(Article.objects.filter(pk__in=reachable.values("pk")), pk=self.kwargs["pk"])

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        self.article  # noqa: B018 - raises 404
        return super().dispatch(request, *args, **kwargs)

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The inside of the dialog."""
        initial = {**self.get_initial(), **request.GET.dict()}
        response = render(
            request,
            "workflows/board_move.html",
            {
                "form": self.get_form(initial=initial),
                "title": self.article.draft_title or self.article.title,
                "verb": self.verb,
                "explanation": self.explanation,
            },
        )
        response["Cache-Control"] = "private, no-store"
        return response

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        form = self.get_form(data=request.POST)
        if not form.is_valid():
            # Hidden fields are wrong only where a script is.
            reasons = [f"{form[name].label}: {' '.join(map(str, errors))}" for name, errors in form.errors.items()]
            return JsonResponse({"reason": " ".join(reasons)}, status=422)
        try:
            return JsonResponse({"message": self.act(form)})
        except ValidationError as error:
            return JsonResponse({"reason": " ".join(error.messages)}, status=422)
        except StoryMovedOn as refusal:
            return JsonResponse({"reason": str(refusal)}, status=409)
        except NotYours as refusal:
            return JsonResponse({"reason": str(refusal)}, status=403)
        except Refused as refusal:
            return JsonResponse({"reason": str(refusal)}, status=422)

    def get_form(self, **kwargs: Any) -> MoveForm:
        return self.form_class(**kwargs)

    def get_initial(self) -> dict[str, Any]:
        return {}

    def act(self, form: Any) -> str:
        """Do it; returns what to tell the person. Raises Refused."""
        raise NotImplementedError


class SubmitMove(MoveView):
    verb = gettext_lazy("Submit")

    def act(self, form: MoveForm) -> str:
        if not self.article.permissions_for_user(self.request.user).can_edit():
            raise NotYours(_("You do not work on stories of this section."))
        actions.submit(self.article, by=self.request.user)
        stage = Article.objects.get(pk=self.article.pk).current_workflow_task
        return _("Submitted. Now at: %s.") % stage.name if stage else _("Submitted: every desk has signed it.")


class SendBackMove(MoveView):
    form_class = SendBackForm
    verb = gettext_lazy("Send back")
    explanation = gettext_lazy("The story goes back to whoever submitted it, with your reason.")

    def act(self, form: SendBackForm) -> str:
        actions.send_back(
            self.article,
            task_state_id=form.cleaned_data["task_state_id"] or 0,
            content_hash=form.cleaned_data["content_hash"],
            reason=form.cleaned_data["reason"],
            kind=form.cleaned_data["kind"],
            by=self.request.user,
        )
        return _("Sent back: the writer has been told.")


class PublishMove(MoveView):
    verb = gettext_lazy("Publish now")
    explanation = gettext_lazy("Readers get the version that every desk has signed, at once.")

    def act(self, form: MoveForm) -> str:
        actions.release(self.article, content_hash=form.cleaned_data["content_hash"], by=self.request.user)
        return _("Published.")


class ScheduleMove(MoveView):
    form_class = ScheduleForm
    verb = gettext_lazy("Schedule")
    explanation = gettext_lazy("It goes out by itself, on the second, as every desk has signed it.")

    def get_initial(self) -> dict[str, Any]:
        scheduled = schedules.find(self.article)
        commission = getattr(self.article, "commission", None)
        return {"at": scheduled.at if scheduled else commission.publish_at if commission else None}

    def act(self, form: ScheduleForm) -> str:
        at, by = form.cleaned_data["at"], self.request.user
        if schedules.find(self.article):
            schedules.move(self.article, at=at, by=by)
            return _("Moved: it goes out at another time.")
        actions.release(self.article, content_hash=form.cleaned_data["content_hash"], by=by, at=at)
        return _("Scheduled.")


class HoldMove(MoveView):
    verb = gettext_lazy("Hold")

    def act(self, form: MoveForm) -> str:
        schedules.hold(self.article, by=self.request.user)
        return _("Held: nothing goes out until somebody releases it.")


class ClaimMove(MoveView):
    verb = gettext_lazy("Claim")

    def act(self, form: MoveForm) -> str:
        assignments.claim(self.article, by=self.request.user)
        return _("It is yours now.")


class AssignMove(MoveView):
    form_class = AssignForm
    verb = gettext_lazy("Assign")

    def get_form(self, **kwargs: Any) -> MoveForm:
        return AssignForm(article=self.article, **kwargs)

    def act(self, form: AssignForm) -> str:
        person = form.people.get(form.cleaned_data["to"])
        if person is None:
            assignments.hand_over(self.article, by=self.request.user)
            return _("It is back at the desk.")
        assignments.assign(self.article, to=person, by=self.request.user)
        return _("%s has it now and has been told.") % person


MOVES: dict[str, type[MoveView]] = {
    "submit": SubmitMove,
    "send-back": SendBackMove,
    "publish": PublishMove,
    "schedule": ScheduleMove,
    "hold": HoldMove,
    "claim": ClaimMove,
    "assign": AssignMove,
}
"""The last part of the address of a move, which is the verb of `workflows.moves`."""
