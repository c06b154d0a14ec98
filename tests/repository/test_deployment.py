"""What a server is set up with agrees with the code: the image, compose, systemd, Prometheus and Grafana."""

import ast
import json
import os
import re
import subprocess
import sys
from importlib.metadata import packages_distributions
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml
from django.utils import timezone

from api.models import Change
from cms.local.processes import read_procfile
from tests.repository.test_repository import PROJECT

DEPLOY = PROJECT / "deploy"
RUNS = ("api", "cms", "workflows")
FOR_DEVELOPERS = ("cms/local/", "api/management/commands/openapi.py")
"""What no server runs, and may import what no server has."""


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return yaml.safe_load((PROJECT / "compose.yaml").read_text())


def run(*command: str | Path, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command, cwd=PROJECT, env=os.environ | environment, capture_output=True, text=True, check=False
    )


def test_django_finds_nothing_to_say_about_the_settings_of_production():
    environment = {"DEBUG": "0", "HTTPS": "1", "PLAIN_STATIC_FILES": "0", "ALLOWED_HOSTS": "cms.example.org"}
    environment["SECRET_KEY"] = "kN3v5w2rTq8LxZp0aYcBdEfGhJkMnPqRsTuVwXyZ1234567890abcdEF"
    result = run(sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING", **environment)
    assert result.returncode == 0, result.stderr


def test_nothing_of_development_is_imported_in_production():
    pinned = set(re.findall(r"^([a-z0-9-]+)(?:\[.*\])?==", (PROJECT / "requirements.txt").read_text(), re.MULTILINE))
    distributions = packages_distributions()
    strangers = set()
    for path in (path for package in RUNS for path in (PROJECT / package).rglob("*.py")):
        if path.relative_to(PROJECT).as_posix().startswith(FOR_DEVELOPERS):
            continue
        for node in ast.walk(ast.parse(path.read_text())):
            modules = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            modules += [node.module] if isinstance(node, ast.ImportFrom) and node.module and not node.level else []
            for module in modules:
                top = module.partition(".")[0]
                names = {re.sub(r"[-_.]+", "-", name).lower() for name in distributions.get(top, [])}
                known = top in sys.stdlib_module_names or top in RUNS or names & pinned
                # Sentry is imported only where it is wanted; see requirements-observed.txt.
                if module.startswith("cms.local") or not (known or top == "sentry_sdk"):
                    strangers.add((str(path.relative_to(PROJECT)), module))
    assert strangers == set()


def test_the_image_holds_each_package_and_each_file_that_is_started():
    kept = {line[1:] for line in (PROJECT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {*RUNS, "templates", "manage.py", "Procfile", "deploy/run", "requirements.txt"} <= kept
    assert all((PROJECT / name).exists() for name in kept)


def test_a_process_of_the_procfile_is_started_by_its_name(tmp_path: Path):
    (tmp_path / "granian").write_text('#!/bin/sh\necho "$PROMETHEUS_MULTIPROC_DIR|$*"\n')
    (tmp_path / "granian").chmod(0o755)
    folder, _, words = run(DEPLOY / "run", "web", PATH=f"{tmp_path}:/usr/bin:/bin").stdout.partition("|")
    assert Path(folder).is_dir()
    Path(folder).rmdir()
    assert words.strip().endswith("cms.wsgi:application")
    assert run(DEPLOY / "run", "echo", "something", "else").stdout == "something else\n"


def test_compose_and_systemd_start_each_process(compose):
    processes = set(read_procfile(PROJECT / "Procfile"))
    ours = {name: one for name, one in compose["services"].items() if one.get("image") == "copydesk"}
    commands = [one["command"] for one in ours.values()]
    assert {words[0] for words in commands if len(words) == 1} == processes
    assert commands.count(["web"]) == 2
    assert commands.count(["beat"]) == 1
    wanted = re.findall(r"copydesk@(\w+)\.service", (DEPLOY / "systemd" / "copydesk.target").read_text())
    assert set(wanted) == processes


def test_compose_sets_only_variables_that_are_read(compose):
    example = set(re.findall(r"^([A-Z0-9_]+)=", (PROJECT / ".env.example").read_text(), re.MULTILINE))
    for name, service in compose["services"].items():
        if service.get("image") == "copydesk":
            assert set(service["environment"]) <= example, name


def test_varnish_knows_the_addresses_that_compose_gives(compose):
    given = {
        name: service["networks"]["inside"]["ipv4_address"]
        for name, service in compose["services"].items()
        if isinstance(service.get("networks"), dict)
    }
    start, second = ((DEPLOY / "compose" / name).read_text() for name in ("start-varnish.sh", "varnish.vcl"))
    asked = dict(re.findall(r"/\^(\w+ \w+)/.*/([\d.]+)/'", start))
    assert asked == {
        "backend default": given["web-1"],
        "backend stream": given["stream"],
        "acl copydesk": given["hooks"],
    }
    assert f'.host = "{given["web-2"]}"' in second
    changed = (DEPLOY / "varnish" / "default.vcl").read_text()
    assert all(re.search(rf"^{words}.*?127\.0\.0\.1.*?^}}", changed, re.MULTILINE | re.DOTALL) for words in asked)


def test_each_figure_in_alerts_and_charts_is_at_metrics(client, db):
    Change.objects.create(sequence=1, event=Change.Event.PUBLISHED, public_id=uuid4(), at=timezone.now())
    families = re.findall(r"^# TYPE (\S+) (\w+)", client.get("/metrics").content.decode(), re.MULTILINE)
    told = {name for name, _kind in families}
    told |= {f"{name}_{end}" for name, kind in families if kind == "histogram" for end in ("bucket", "sum", "count")}
    for path in (DEPLOY / "prometheus" / "copydesk.rules.yml", DEPLOY / "grafana" / "copydesk.json"):
        asked = set(re.findall(r"copydesk_\w+", path.read_text()))
        assert asked
        assert asked - told == set(), path.name


def test_each_alert_leads_to_what_one_can_do():
    rules = yaml.safe_load((DEPLOY / "prometheus" / "copydesk.rules.yml").read_text())
    headings = re.findall(r"^#+ (.+)$", (PROJECT / "docs" / "operations.md").read_text(), re.MULTILINE)
    anchors = {re.sub(r"[^\w -]", "", heading).lower().replace(" ", "-") for heading in headings}
    for rule in rules["groups"][0]["rules"]:
        page, _, anchor = rule["annotations"]["runbook"].partition("#")
        assert page == "docs/operations.md"
        assert anchor in anchors, rule["alert"]


def test_the_dashboard_asks_the_source_that_one_chooses():
    dashboard = json.loads((DEPLOY / "grafana" / "copydesk.json").read_text())
    assert len({panel["id"] for panel in dashboard["panels"]}) == len(dashboard["panels"])
    assert {panel["datasource"]["uid"] for panel in dashboard["panels"]} == {"${datasource}"}


@pytest.mark.parametrize(
    "name", ["run", "backup/back-up", "backup/archive-wal", "backup/restore", "compose/start-varnish.sh"]
)
def test_scripts_can_be_read_by_a_plain_shell(name):
    assert run("sh", "-n", DEPLOY / name).returncode == 0


def test_a_piece_of_the_log_is_never_overwritten_by_another(tmp_path: Path):
    (tmp_path / "wal").mkdir()
    (tmp_path / "piece").write_text("one")
    archive = [DEPLOY / "backup" / "archive-wal", tmp_path / "piece", tmp_path / "wal", "0001"]
    assert run(*map(str, archive)).returncode == 0
    assert run(*map(str, archive)).returncode == 0
    (tmp_path / "piece").write_text("another")
    assert run(*map(str, archive)).returncode != 0
    assert (tmp_path / "wal" / "0001").read_text() == "one"


def test_a_restore_takes_the_youngest_backup_of_before_the_moment(tmp_path: Path):
    for name in ("20260504T050000Z", "20260504T060000Z", "20260504T070000Z"):
        (tmp_path / "base" / name).mkdir(parents=True)
    (tmp_path / "base" / "20260504T080000Z.unfinished").mkdir()
    restore = str(DEPLOY / "backup" / "restore")
    found = run(restore, str(tmp_path), str(tmp_path / "data"), "2026-05-04 06:30:00+00")
    assert found.stdout.strip().endswith("20260504T060000Z")
    settings = (tmp_path / "data" / "postgresql.auto.conf").read_text()
    assert "recovery_target_time = '2026-05-04 06:30:00+00'" in settings
    assert run(restore, str(tmp_path), str(tmp_path / "data")).returncode != 0
    assert run(restore, str(tmp_path), str(tmp_path / "early"), "2026-05-04 04:00:00+00").returncode != 0
