"""The Celery application: work that follows a publication, and the clock that releases scheduled stories."""

import os
from typing import Any

from celery import Celery, Task
from django.db import transaction

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cms.settings")

app = Celery("copydesk")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["api.related", "api.webhooks"])


def enqueue(task: Task[..., Any], *args: object) -> None:
    """Hand `task` to a worker once the current transaction has committed.

    A broker that cannot be reached is logged and does not undo what was committed. Releases, notices, pictures and
    related links have sweeps that find what is owed in the database.
    """

    def hand_over() -> None:
        task.apply_async(args=args, retry=False)

    transaction.on_commit(hand_over, robust=True)
