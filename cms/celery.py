"""The Celery application: work that follows a publication, and the clock that releases scheduled stories."""

import logging
import logging.config
import os
from time import monotonic
from typing import Any

from celery import Celery, Task
from celery.signals import setup_logging
from django.conf import settings
from django.db import transaction
from django.utils import timezone
from kombu.exceptions import OperationalError

log = logging.getLogger(__name__)

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

app = Celery("copydesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["api.related", "api.webhooks", "api.feeds", "api.caching", "api.preview"])


@setup_logging.connect
def log_as_the_web_server_does(loglevel: int, **kwargs: Any) -> None:
    """With the id of the request that a task follows from. How much is written stays with celery's own option."""
    logging.config.dictConfig(settings.LOGGING)
    logging.getLogger().setLevel(loglevel)


_AWAY_SECONDS = 5
_away_until = 0.0


def enqueue(task: Task[..., Any], *args: object) -> None:
    """Hand `task` to a worker once the current transaction has committed.

    A broker that cannot be reached is logged and does not undo what was committed; it is not asked again for some
    seconds, so that nobody waits for it at each save. This is for work that is found in the database again, as
    releases, notices, pictures and related links are; `owe` is for any other.
    """
    transaction.on_commit(lambda: _hand_over(task, args, queue_of(task.name)), robust=True)


def owe(task: Task[..., Any], *args: object) -> None:
    """Have `task` run once the current transaction has committed, whatever happens to the broker or a worker.

    It may run more than once. `args` can be written as JSON.
    """
    from cms.models import OwedTask
    from cms.tasks import RETRY_AFTER, pay

    owed = OwedTask.objects.create(task=task.name, args=args, next_attempt_at=timezone.now() + RETRY_AFTER)
    transaction.on_commit(lambda: _hand_over(pay, (owed.pk,), queue_of(task.name)), robust=True)


def queue_of(task: str) -> str:
    """The queue in which CELERY_TASK_ROUTES puts a task, by its name."""
    return str(app.amqp.router.route({}, task)["queue"].name)


def _hand_over(task: Task[..., Any], args: tuple[object, ...], queue: str) -> None:
    global _away_until
    if monotonic() < _away_until:
        return
    try:
        task.apply_async(args=args, queue=queue, retry=False)
    except OperationalError as error:
        _away_until = monotonic() + _AWAY_SECONDS
        log.warning("the broker is away, so that %s waits for a sweep: %s", task.name, error)
