"""The steps of a review."""

from typing import Any

from django.core.validators import MinValueValidator
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, Task, TaskState, WorkflowState

from cms.fields import ChoicesField
from cms.models import Article, Section
from workflows import reach

from .desks import Desk


class ReviewStage(Task):
    """A step of a review: which desks sign, how many of each, within which time, for which stories.

    Several desks may sign one stage, in any order and at the same time. A stage of which no rule applies to a story
    is skipped for that story.
    """

    review_hours = models.PositiveSmallIntegerField(
        default=4, validators=[MinValueValidator(1)], help_text=_("Hours until the stage counts as late.")
    )
    sections = models.ManyToManyField(
        Section, blank=True, help_text=_("Only stories in these sections and the ones below; empty for all.")
    )
    kinds = ChoicesField(
        models.CharField(max_length=20, choices=Article.Kind.choices),
        default=list,
        blank=True,
        help_text=_("Only stories of these kinds; empty for all."),
    )
    checklist = models.TextField(blank=True, help_text=_("What a reviewer looks at, one thing a line."))
    guests_may_sign = models.BooleanField(
        default=False, help_text=_("A guest's approval counts as a signature of the desk that invited the guest.")
    )

    admin_form_fields = [*Task.admin_form_fields, "review_hours", "sections", "kinds", "checklist", "guests_may_sign"]

    class Meta:
        verbose_name = _("review stage")
        verbose_name_plural = _("review stages")

    def start(self, workflow_state: WorkflowState, user: Any = None) -> TaskState:
        """Begin the first stage of the workflow that the story still needs, which may be an earlier one.

        Wagtail resumes a review at the stage that rejected and asks nobody else again. Here a signature holds for the
        content that was signed, so after a rewrite the desks before it are asked once more.
        """
        from workflows import progress, snapshots

        article = Article.objects.filter(pk=workflow_state.object_id).first()
        submitted_by = user.pk if user and workflow_state.current_task_state_id is None else None
        stage = None
        if article:
            progress.keep_carried(article, workflow_state.workflow_id, submitted_by=submitted_by)
            if article.latest_revision_id:
                snapshots.keep_latest(article)
            stage = progress.next_stage(article, workflow_state.workflow_id, submitted_by=submitted_by)
        if article is None or stage is None:
            if article and workflow_state.current_task_state_id is None:
                # Submitted, and every desk has signed this very content: the stage where it waited may be gone.
                progress.clear_if_complete(article, workflow_state.workflow_id, user)
            state = TaskState(workflow_state=workflow_state, task=self, status=TaskState.STATUS_SKIPPED)
            state.revision = workflow_state.content_object.get_latest_revision()
            state.finished_at = timezone.now()
            state.save()
            return state
        state = super(ReviewStage, stage).start(workflow_state, user=user)
        progress.begin(article, stage, state)
        return state

    def user_can_access_editor(self, obj: Page, user: Any) -> bool:
        """Members of the desks that sign here, in the sections that they work in."""
        if user.is_superuser:
            return True
        return reach.may_find(user, obj) and self.pk in _stages_signed_by(user)

    def locked_for_user(self, obj: Page, user: Any) -> bool:
        return not self.user_can_access_editor(obj, user)

    def desks_of(self, user: Any) -> models.QuerySet[Desk]:
        """The desks of this stage in which `user` works."""
        return Desk.objects.filter(rules__stage=self, group__user=user).distinct()

    def get_actions(self, obj: Page, user: Any) -> list[tuple[str, str, bool]]:
        """None: Wagtail's own forms name neither the stage nor the content, so a signature has a form of ours."""
        return []

    def on_action(self, task_state: TaskState, user: Any, action_name: str, **kwargs: Any) -> None:
        """Does nothing: see `get_actions`."""

    def get_task_states_user_can_moderate(self, user: Any, **kwargs: Any) -> models.QuerySet[TaskState]:
        if user.is_superuser or self.desks_of(user).exists():
            return self.task_states.filter(status=TaskState.STATUS_IN_PROGRESS)
        return TaskState.objects.none()

    @classmethod
    def get_description(cls) -> str:
        return str(_("Desks sign the content of the story; several may sign at once."))


def _stages_signed_by(user: Any) -> frozenset[int]:
    """The stages at which a desk of theirs signs. Lists ask for every story, so it is kept as long as the request."""
    if not hasattr(user, "_stages_signed"):
        user._stages_signed = frozenset(
            SignOffRule.objects.filter(desk__group__user=user).values_list("stage_id", flat=True)
        )
    stages: frozenset[int] = user._stages_signed
    return stages


class Matter(models.TextChoices):
    """A part of a story's public content that a desk may be responsible for."""

    HEADLINE = "headline", _("Headline, kicker and standfirst")
    TEXT = "text", _("Text")
    PICTURES = "pictures", _("Pictures")
    BYLINE = "byline", _("Byline")
    TOPICS = "topics", _("Topics and kind")
    FLAGS = "flags", _("Flags")
    EMBARGO = "embargo", _("Embargo")
    RIGHTS = "rights", _("Rights")
    LINKS = "links", _("Picks and related stories")
    SEARCH = "search", _("What search engines get")


class SignOffRule(models.Model):
    """How many members of a desk must sign at a stage, and for which stories."""

    class Condition(models.TextChoices):
        ALWAYS = "always", _("Always")
        SENSITIVE = "sensitive", _("When the story is marked as sensitive")
        WITH_PICTURE = "with_picture", _("When the story has a picture")

    stage = models.ForeignKey(ReviewStage, on_delete=models.CASCADE, related_name="rules")
    desk = models.ForeignKey(Desk, on_delete=models.PROTECT, related_name="rules")
    required = models.PositiveSmallIntegerField(
        default=1, validators=[MinValueValidator(1)], help_text=_("How many members of the desk must sign.")
    )
    condition = models.CharField(max_length=20, choices=Condition.choices, default=Condition.ALWAYS)

    matters = ChoicesField(
        models.CharField(max_length=20, choices=Matter.choices),
        default=list,
        blank=True,
        help_text=_("The desk is asked again only when one of these has changed; empty for any change."),
    )

    panels = [
        FieldPanel("stage"),
        FieldPanel("desk"),
        FieldPanel("required"),
        FieldPanel("condition"),
        FieldPanel("matters"),
    ]

    class Meta:
        ordering = ["stage_id", "pk"]
        constraints = [
            models.UniqueConstraint(fields=["stage", "desk"], name="signoffrule_desk_once_a_stage"),
            models.CheckConstraint(condition=models.Q(required__gte=1), name="signoffrule_at_least_one"),
        ]

    def __str__(self) -> str:
        return f"{self.stage.name}: {self.desk.name} x {self.required}"
