"""Who hears what. Notices are written with what happened and sent after it is certain."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.template.loader import render_to_string
from django.urls import reverse
from wagtail.models import TaskState

from cms.celery import enqueue
from cms.models import Article
from workflows.models import Clearance, Desk, Notice, ReviewStage, SignOff


def waiting_for_desks(article: Article, stage: ReviewStage, task_state: TaskState) -> None:
    """Tell the members of the desks of a stage that a story waits for them; not whoever submitted it."""
    from workflows import progress

    asked = Desk.objects.filter(rules__stage=stage).distinct()
    people = get_user_model().objects.filter(groups__desk__in=asked, is_active=True).distinct()
    writer = progress.submitter_id(article) or task_state.workflow_state.requested_by_id
    addresses = [person.email for person in people if person.pk != writer]
    addresses += [desk.email for desk in asked]
    _write("waiting", article, f"waiting-{task_state.pk}", addresses, {"stage": stage})


def sent_back(article: Article, returned: SignOff, submitter: Any) -> None:
    """Tell whoever submitted a story why it came back."""
    if submitter:
        _write("sent_back", article, f"sent-back-{returned.pk}", [submitter.email], {"returned": returned})


def ready_for_release(article: Article, clearance: Clearance) -> None:
    """Tell the publishers of the section that a story is cleared."""
    from wagtail.models import Page
    from wagtail.permissions import policy_registry

    publishers = policy_registry.get_by_type(Page).users_with_permission_for_instance("publish", article)
    addresses = [person.email for person in publishers if person.is_active and not person.is_superuser]
    _write("ready", article, f"ready-{clearance.pk}", addresses, {})


def review_cancelled(article: Article, key: str, people: Iterable[Any], by: Any) -> None:
    """Tell those who had signed that the review was cancelled."""
    addresses = [person.email for person in people if by is None or person.pk != by.pk]
    _write("cancelled", article, f"cancelled-{key}", addresses, {"by": by})


def _write(kind: str, article: Article, key: str, addresses: Iterable[str], context: dict[str, Any]) -> None:
    from workflows.tasks import send_notice

    title = article.draft_title or article.title
    context |= {
        "title": title,
        "article": article,
        "edit_url": settings.BASE_URL + reverse("wagtailadmin_pages:edit", args=[article.pk]),
        "review_url": settings.BASE_URL + reverse("workflows:review", args=[article.pk]),
        "release_url": settings.BASE_URL + reverse("workflows:release", args=[article.pk]),
    }
    subject = render_to_string(f"notifications/{kind}_subject.txt", context).strip().replace("\n", " ")[:250]
    text = render_to_string(f"notifications/{kind}.txt", context)
    for address in sorted({address for address in addresses if address}):
        notice, created = Notice.objects.get_or_create(
            key=key, address=address, defaults={"article": article, "kind": kind, "subject": subject, "text": text}
        )
        if created:
            enqueue(send_notice, notice.pk)
