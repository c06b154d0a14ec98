"""The house itself: what is written down is true of the code."""

import re
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.db.migrations.loader import MigrationLoader
from wagtail.models import GroupPagePermission

from tests.journeys.courier import own_database
from workflows.newsroom import ROLES

PROJECT = Path(__file__).resolve().parents[2]


def read_names() -> set[str]:
    """Variables that the settings and the local services read."""
    names = set(re.findall(r"env\.\w+\(\s*\"([A-Z0-9_]+)\"", (PROJECT / "cms" / "settings.py").read_text()))
    names |= set(re.findall(r"_env\.\w+\(\"([A-Z_]+)\"", (PROJECT / "cms" / "env.py").read_text()))
    names |= set(re.findall(r"\$\{([A-Z_]+):-", (PROJECT / "Procfile").read_text()))
    return names | set(re.findall(r"\$\{([A-Z0-9_]+)", (PROJECT / "compose.yaml").read_text()))


def test_every_variable_is_in_the_example():
    example = set(re.findall(r"^([A-Z0-9_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    assert example == read_names()


def test_every_variable_has_its_row_in_the_documentation():
    documented = (PROJECT / "docs" / "configuration.md").read_text()
    assert [name for name in sorted(read_names()) if f"`{name}`" not in documented] == []


def test_a_missing_variable_is_named_with_the_place_to_look():
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env={"PATH": "/usr/bin:/bin", "SECRET_KEY": "x"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert 'Environment variable "DATABASE_URL" not set' in run.stderr
    assert ".env.example" in run.stderr


@pytest.mark.django_db
def test_the_openapi_file_is_in_step():
    call_command("openapi", "--check")


@pytest.mark.django_db
def test_migrations_are_linear_named_and_reversible():
    loader = MigrationLoader(None)
    for app in ("cms", "workflows", "api"):
        assert len(loader.graph.leaf_nodes(app)) == 1
        for (label, name), migration in loader.disk_migrations.items():
            if label == app:
                assert not re.search(r"_auto_|\d{4}_initial", name)
                assert all(operation.reversible for operation in migration.operations)


def test_each_dependency_says_what_it_is_for():
    text = (PROJECT / "pyproject.toml").read_text()
    declared = tomllib.loads(text)
    wanted = [*declared["project"]["dependencies"], *declared["dependency-groups"]["dev"]]
    for requirement in wanted:
        line = next(line for line in text.splitlines() if f'"{requirement}"' in line)
        assert " # " in line, requirement


def test_requirements_are_pinned_with_hashes():
    for name in ("requirements.txt", "requirements-dev.txt"):
        pinned = (PROJECT / name).read_text()
        for line in pinned.splitlines():
            if line and not line.startswith(("#", " ")):
                assert re.match(r"^[a-z0-9-]+(\[[a-z,]+\])?==\S+", line), line
        assert "--hash=sha256:" in pinned
        assert "http" not in pinned


def test_each_promise_that_is_kept_has_its_test():
    for name in (
        "unreviewed",
        "four_eyes",
        "altered_after",
        "on_time",
        "only_scheduled",
        "commit",
        "takedown",
        "tombstone",
    ):
        assert (PROJECT / "tests" / "promises" / f"test_{name}.py").exists()


def test_no_module_is_named_for_nothing():
    vague = [path for path in PROJECT.glob("*/**/*.py") if path.stem in ("utils", "helpers", "common", "misc")]
    assert [path for path in vague if ".venv" not in path.parts] == []


def test_migrations_give_no_role_a_right_on_pages(django_db_setup, django_db_blocker):
    with django_db_blocker.unblock(), own_database("roles"):
        assert Group.objects.filter(name__in=ROLES).count() == len(ROLES)
        assert not GroupPagePermission.objects.filter(group__name__in=ROLES).exists()
