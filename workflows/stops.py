"""From one stage to another: what is announced of it."""

from django.utils import timezone
from django.utils.text import slugify
from wagtail.models import Task, TaskState, WorkflowState

from cms.models import Article
from workflows.signals import DRAFT, SENT_BACK, Stop, stage_changed


def announce(article: Article, *, before: Stop, after: Stop) -> None:
    """Send `stage_changed`, unless the story is where it was."""
    if before != after:
        stage_changed.send(sender=Article, article=article, before=before, after=after, at=timezone.now())


def stop_of(stage: Task) -> Stop:
    """The stage as others know it: by its name."""
    return Stop(slugify(stage.name), stage.name)


def last_stop(review: WorkflowState | None, *, leaving_out: TaskState | None = None) -> Stop:
    """Where a story in this review is, or was before `leaving_out`; a draft where it has been nowhere."""
    if review is None:
        return DRAFT
    states = review.task_states.exclude(status=TaskState.STATUS_SKIPPED)
    if leaving_out:
        states = states.exclude(pk=leaving_out.pk)
    last = states.select_related("task").order_by("-pk").first()
    if last is None:
        return DRAFT
    return SENT_BACK if last.status == TaskState.STATUS_REJECTED else stop_of(last.task)
