"""More stories than anybody would submit one by one: rows of one story in review, copied in the database."""

from typing import Any

from django.db import connection, models, transaction
from wagtail.models import Page, Revision, TaskState, WorkflowState

from cms.models import Article
from tests.newsroom import Newsroom
from workflows.models import Assignment, Standing

FIRST = 1_000_000
"""Primary key before that of the first copy, in each table."""


@transaction.atomic
def crowd_in_review(newsroom: Newsroom, number: int) -> None:
    """`number` stories at the first stage, each with a version and a time by which it is due."""
    original = newsroom.submit(newsroom.draft("Story 0"))
    review = original.current_workflow_state
    copied = {"n": f"{FIRST} + n", "text": f"({FIRST} + n)::text"}
    title = "'Story ' || n"
    for model, pk, changes in (
        (
            Page,
            original.pk,
            {
                "id": copied["n"],
                "path": "left(path, -4) || 'Z' || upper(lpad(to_hex(n), 3, '0'))",
                "title": title,
                "draft_title": title,
                "slug": "'story-' || n",
                "translation_key": "gen_random_uuid()",
                "latest_revision_id": copied["n"],
            },
        ),
        (Article, original.pk, {"page_ptr_id": copied["n"], "public_id": "gen_random_uuid()"}),
        (Revision, original.latest_revision_id, {"id": copied["n"], "object_id": copied["text"]}),
        (
            WorkflowState,
            review.pk,
            {"id": copied["n"], "object_id": copied["text"], "current_task_state_id": copied["n"]},
        ),
        (
            TaskState,
            review.current_task_state_id,
            {"id": copied["n"], "workflow_state_id": copied["n"], "revision_id": copied["n"]},
        ),
        (Standing, original.pk, {"article_id": copied["n"], "revision_id": copied["n"]}),
        (
            Assignment,
            Assignment.objects.get(article=original, ended_at=None).pk,
            {"id": copied["n"], "article_id": copied["n"], "due_at": "due_at + n * interval '1 second'"},
        ),
    ):
        _copy(model, pk, changes, number - 1)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _copy(model: type[models.Model], pk: Any, changes: dict[str, str], number: int) -> None:
    table = model._meta.db_table
    columns = [field.column for field in model._meta.local_concrete_fields]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join(changes.get(column, f'"{column}"') for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(
            f'INSERT INTO "{table}" ({names}) SELECT {values} FROM "{table}", generate_series(1, %s) AS n'
            f' WHERE "{model._meta.pk.column}" = %s',
            [number, pk],
        )
