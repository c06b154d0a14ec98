"""Events of which people are told by no action of ours: comments, and stages that Wagtail brings along."""

from typing import Any

from django.contrib.auth import get_user_model
from django.db.models.signals import post_save
from django.dispatch import receiver
from wagtail.models import Comment, CommentReply, GroupApprovalTask, TaskState
from wagtail.signals import task_submitted

from cms.models import Article
from workflows.models import Notice

from . import mentions, messages


@receiver(post_save, sender=Comment)
def on_comment_saved(instance: Comment, **kwargs: object) -> None:
    if not instance.resolved_at:
        mentions.tell_mentioned(instance)


@receiver(post_save, sender=CommentReply)
def on_reply_saved(instance: CommentReply, **kwargs: object) -> None:
    mentions.tell_mentioned(instance)


# For every sender: a subclass of TaskState sends its own class, and Wagtail's own handlers, which ask for TaskState
# itself, then tell nobody without a word.
@receiver(task_submitted)
def on_stage_started(instance: TaskState, user: Any = None, **kwargs: object) -> None:
    """Tell the groups of one of Wagtail's own stages; our stages tell their desks themselves, by rule."""
    stage = instance.task.specific
    article = instance.workflow_state.content_object
    if isinstance(stage, GroupApprovalTask) and article and isinstance(article.specific, Article):
        members = get_user_model().objects.filter(groups__in=stage.groups.all(), is_active=True).distinct()
        submitter = user or instance.workflow_state.requested_by
        if submitter:
            members = members.exclude(pk=submitter.pk)
        messages.tell(
            Notice.Kind.WAITING,
            article.specific,
            key=f"waiting-{instance.pk}",
            people=members,
            template="waiting_at_wagtail",
            context={"stage": stage},
        )
