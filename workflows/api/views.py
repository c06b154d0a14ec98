"""Views of the workflow API. Each act is one of the newsroom's verbs, done once, to what its maker saw."""

from typing import Any, ClassVar

from django.contrib.auth import get_user_model
from django.db import transaction
from django.http import HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils import translation
from django.utils.functional import cached_property
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.exceptions import APIException
from rest_framework.request import Request
from rest_framework.views import APIView
from wagtail.log_actions import LogContext, log
from wagtail.permissions import policy_registry

from cms.exceptions import Refused
from cms.models import Article
from workflows import actions, assignments, changes, progress, schedules, snapshots
from workflows.clearance import is_reviewed
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.placing import Filters

from . import documents, shapes
from .access import StaffToken, refuse_other_hosts
from .idempotency import answer_once
from .problems import InvalidQuery, handle_exception
from .stories import build_content, build_list, build_me, build_story, build_waiting

DEFAULT_LIMIT, MAX_LIMIT = 50, 200


class NewsroomView(APIView):
    """For the newsroom's own programs. `parameters` are the query parameters that it takes; any other is refused."""

    authentication_classes = [StaffToken]
    parameters: ClassVar[tuple[str, ...]] = ()

    def dispatch(self, request: Any, *args: Any, **kwargs: Any) -> Any:
        with translation.override("en"):
            return super().dispatch(request, *args, **kwargs)

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        refuse_other_hosts(request)
        super().initial(request, *args, **kwargs)
        unknown = [name for name in request.query_params if name not in self.parameters]
        if unknown:
            known = ", ".join(self.parameters) or "none"
            raise InvalidQuery(dict.fromkeys(unknown, f"There is no such parameter. Known: {known}."))

    def get_exception_handler(self) -> Any:
        return handle_exception

    def finalize_response(self, request: Request, response: Any, *args: Any, **kwargs: Any) -> Any:
        response = super().finalize_response(request, response, *args, **kwargs)
        response["Cache-Control"] = "private, no-store"
        return response

    def read_limit(self, request: Request) -> int:
        value = request.query_params.get("limit", str(DEFAULT_LIMIT))
        if not (value.isascii() and value.isdecimal() and len(value) < 5 and 1 <= int(value) <= MAX_LIMIT):
            raise InvalidQuery({"limit": f"Give a whole number from 1 to {MAX_LIMIT}."})
        return int(value)


class MeView(NewsroomView):
    @extend_schema(**documents.ME)
    def get(self, request: Request) -> HttpResponse:
        return JsonResponse(build_me(request.user, request.auth))


class StoryListView(NewsroomView):
    """What is in hand, as on the board."""

    parameters = ("column", "desk", "section", "kind", "mine", "late", "q", "limit")

    @extend_schema(**documents.STORY_LIST)
    def get(self, request: Request) -> HttpResponse:
        query, limit = request.query_params, self.read_limit(request)
        for name in ("mine", "late"):
            if query.get(name, "0") not in ("0", "1"):
                raise InvalidQuery({name: "Give 1 or 0."})
        return JsonResponse(build_list(request.user, Filters.from_query(query), query.get("column", ""), limit))


class WaitingView(NewsroomView):
    """What wants the signature of the owner of the token."""

    parameters = ("limit",)

    @extend_schema(**documents.WAITING)
    def get(self, request: Request) -> HttpResponse:
        return JsonResponse(build_waiting(request.user, self.read_limit(request)))


class OneStoryView(NewsroomView):
    """A story that the owner of the token may find."""

    @cached_property
    def article(self) -> Article:
        reachable = policy_registry.get_by_type(Article).explorable_instances(self.request.user)
        found = Article.objects.filter(pk__in=reachable.values("pk"))
        return get_object_or_404(found, public_id=self.kwargs["public_id"])

    def keep_seen(self) -> None:
        """If the story changes before somebody acts on what is shown now, the answer says what changed."""
        if self.article.latest_revision_id:
            snapshots.keep_latest(self.article)


class StoryView(OneStoryView):
    @extend_schema(**documents.STORY)
    def get(self, request: Request, public_id: Any) -> HttpResponse:
        self.keep_seen()
        return JsonResponse(build_story(self.article, request.user))


class ContentView(OneStoryView):
    @extend_schema(**documents.CONTENT)
    def get(self, request: Request, public_id: Any) -> HttpResponse:
        self.keep_seen()
        return JsonResponse(build_content(self.article))


class ActView(OneStoryView):
    """POST: one act about one story. `act` does it; what refuses it changes nothing."""

    body: ClassVar[type[shapes.Act]] = shapes.Act
    verb: ClassVar[str]
    _seen_hash = ""

    def post(self, request: Request, public_id: Any) -> HttpResponse:
        # Raises 404, before anything is said of the body.
        self.article  # noqa: B018
        return answer_once(request, self._answer)

    def act(self, article: Article, data: dict[str, Any]) -> None:
        """Do it; raises Refused."""
        raise NotImplementedError

    def where_it_is(self) -> dict[str, Any]:
        """What the story is by now, for somebody who saw it otherwise."""
        article = Article.objects.get(pk=self.article.pk)
        visit = article.current_workflow_task_state
        seen = changes.find_seen(article, self._seen_hash)
        found = changes.build_changes(seen, progress.latest_version(article)) if seen else None
        labels = [row.label for row in found.fields] + [row.label for row in found.blocks] if found else []
        return {
            "content_hash": progress.standing_of(article).content_hash,
            "visit": visit.pk if visit else None,
            "stage": visit.task.name if visit else None,
            "changed": list(dict.fromkeys(labels)),
        }

    def _answer(self) -> HttpResponse:
        """The answer, also where it is a refusal; neither is given twice for one Idempotency-Key."""
        try:
            with transaction.atomic(), LogContext(user=self.request.user):
                self._do()
        except (Refused, APIException) as error:
            answer: HttpResponse = self.handle_exception(error)
            return answer
        story = get_object_or_404(Article, pk=self.article.pk)
        return JsonResponse(build_story(story, self.request.user))

    def _do(self) -> None:
        data = self.body.read(self.request.data)
        self._seen_hash = data["content_hash"]
        article = actions.locked(self.article)
        self._refuse_overtaken(article, data)
        self.act(article, data)
        token: Any = self.request.auth
        log(
            article,
            "workflows.by_program",
            user=self.request.user,
            data={"verb": self.verb, "program": token.name, "token": token.prefix, "hash": data["content_hash"]},
        )

    def _refuse_overtaken(self, article: Article, data: dict[str, Any]) -> None:
        visit = article.current_workflow_task_state
        if (visit.pk if visit else None) != data["visit"]:
            raise StoryMovedOn("This story has left the stage that you were looking at. Nothing was done.")
        if progress.standing_of(article).content_hash != data["content_hash"]:
            raise StoryMovedOn("The story was changed after you looked at it. Nothing was done.")

    def require_right_to_publish(self, article: Article) -> None:
        if not article.permissions_for_user(self.request.user).has_publish_right():
            raise NotYours("You do not publish in this section.")


@extend_schema_view(post=extend_schema(**documents.SUBMIT))
class SubmitView(ActView):
    verb = "submit"

    def act(self, article: Article, data: dict[str, Any]) -> None:
        if not article.permissions_for_user(self.request.user).can_edit():
            raise NotYours("You may not edit this story now.")
        if is_reviewed(article.pk, data["content_hash"]):
            raise Refused("Every desk has signed this version.")
        actions.submit(article, by=self.request.user)


@extend_schema_view(post=extend_schema(**documents.SIGN))
class SignView(ActView):
    verb = "sign"
    body = shapes.Sign

    def act(self, article: Article, data: dict[str, Any]) -> None:
        actions.sign_off(
            article,
            task_state_id=data["visit"] or 0,
            content_hash=data["content_hash"],
            by=self.request.user,
            comment=data["comment"],
        )


@extend_schema_view(post=extend_schema(**documents.SEND_BACK))
class SendBackView(ActView):
    verb = "send-back"
    body = shapes.SendBack

    def act(self, article: Article, data: dict[str, Any]) -> None:
        actions.send_back(
            article,
            task_state_id=data["visit"] or 0,
            content_hash=data["content_hash"],
            by=self.request.user,
            reason=data["reason"],
            kind=data["kind"],
        )


@extend_schema_view(post=extend_schema(**documents.CLAIM))
class ClaimView(ActView):
    verb = "claim"

    def act(self, article: Article, data: dict[str, Any]) -> None:
        assignments.claim(article, by=self.request.user)


@extend_schema_view(post=extend_schema(**documents.ASSIGN))
class AssignView(ActView):
    verb = "assign"
    body = shapes.Assign

    def act(self, article: Article, data: dict[str, Any]) -> None:
        person = get_user_model().objects.filter(username=data["to"], is_active=True).first()
        if person is None:
            raise Refused("Nobody who works here has this login.")
        assignments.assign(article, to=person, by=self.request.user)


@extend_schema_view(post=extend_schema(**documents.GIVE_BACK))
class GiveBackView(ActView):
    verb = "give-back"

    def act(self, article: Article, data: dict[str, Any]) -> None:
        assignments.hand_over(article, by=self.request.user)


@extend_schema_view(post=extend_schema(**documents.PUBLISH))
class PublishView(ActView):
    verb = "publish"

    def act(self, article: Article, data: dict[str, Any]) -> None:
        self.require_right_to_publish(article)
        actions.release(article, content_hash=data["content_hash"], by=self.request.user)


@extend_schema_view(post=extend_schema(**documents.SCHEDULE))
class ScheduleView(ActView):
    verb = "schedule"
    body = shapes.Schedule

    def act(self, article: Article, data: dict[str, Any]) -> None:
        self.require_right_to_publish(article)
        scheduled = schedules.find(article)
        if scheduled and not scheduled.newer_is_ready:
            schedules.move(article, at=data["at"], by=self.request.user)
        else:
            # The version that the act names takes the place of an earlier one that is scheduled.
            actions.release(article, content_hash=data["content_hash"], by=self.request.user, at=data["at"])


@extend_schema_view(post=extend_schema(**documents.HOLD))
class HoldView(ActView):
    verb = "hold"

    def act(self, article: Article, data: dict[str, Any]) -> None:
        self.require_right_to_publish(article)
        schedules.hold(article, by=self.request.user)
