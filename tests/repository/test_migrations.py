"""Migrations let the version before run on beside the new one."""

import re

from django.db import models
from django.db.migrations import operations
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.migration import Migration

FIRST_RELEASE = {
    "cms": "0005_owed_tasks",
    "workflows": "0006_rights_to_translate",
    "api": "0015_figures_for_operators",
}
"""The last migrations of version 0.1.0, which no version runs before. Until it is released, they may be moved on."""

TAKES_AWAY = (
    operations.DeleteModel,
    operations.RemoveField,
    operations.RenameField,
    operations.RenameModel,
    operations.AlterModelTable,
)


def takes_away(operation: operations.base.Operation) -> bool:
    if isinstance(operation, operations.SeparateDatabaseAndState):
        return any(map(takes_away, operation.database_operations))
    if isinstance(operation, operations.RunSQL):
        return bool(re.search(r"\b(DROP|RENAME)\s+(TABLE|COLUMN|TO)\b", str(operation.sql), re.IGNORECASE))
    return isinstance(operation, TAKES_AWAY)


def must_be_given(operation: operations.base.Operation) -> bool:
    """Whether it adds a column of which the version before does not know, and without which PostgreSQL takes no row."""
    if not isinstance(operation, operations.AddField) or operation.field.many_to_many:
        return False
    return not operation.field.null and not operation.field.has_db_default()


def is_bad(migration: Migration) -> bool:
    says_since_when = "unused since" in (migration.__class__.__doc__ or "").lower()
    taken = any(map(takes_away, migration.operations)) and not says_since_when
    return taken or any(map(must_be_given, migration.operations))


def test_the_version_before_runs_on_after_a_migration():
    loader = MigrationLoader(None)
    bad = [
        f"{app}.{name}"
        for (app, name), migration in loader.disk_migrations.items()
        if app in FIRST_RELEASE and name > FIRST_RELEASE[app] and is_bad(migration)
    ]
    assert bad == [], "take away what is 'Unused since 0.x.' (say so in the docstring), add columns with a db_default"


def test_the_releases_that_are_named_are_there():
    assert set(FIRST_RELEASE.items()) <= set(MigrationLoader(None).disk_migrations)


def test_taking_away_is_recognised():
    class Migration0099(Migration):
        """Drop the column that held the old name."""

        operations = [operations.RemoveField("article", "name")]

    class Migration0100(Migration):
        """Drop it. Unused since 0.1.0."""

        operations = Migration0099.operations

    assert is_bad(Migration0099("0099", "cms"))
    assert not is_bad(Migration0100("0100", "cms"))
    assert takes_away(operations.RunSQL("ALTER TABLE cms_article DROP COLUMN name"))
    assert not takes_away(operations.RunSQL("DROP INDEX CONCURRENTLY cms_article_name"))


def test_a_column_that_the_version_before_does_not_fill_is_recognised():
    assert must_be_given(operations.AddField("article", "words", models.TextField(default="")))
    assert not must_be_given(operations.AddField("article", "words", models.TextField(default="", db_default="")))
    assert not must_be_given(operations.AddField("article", "words", models.TextField(null=True)))
    assert not must_be_given(operations.AddField("article", "topics", models.ManyToManyField("cms.Topic")))
