"""The log as JSON, and Sentry."""

import json
import logging
import logging.config
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.test import Client
from django_guid import set_guid

from cms.logs import DiscreetJsonFormatter
from cms.sentry import discreet

PROJECT = Path(__file__).resolve().parents[2]
TOKEN = "vN3k-a_token-of-a-guest"


def line(message: str, *args: object, error: Exception | None = None, **extra: object) -> dict[str, object]:
    exc_info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("api.tasks", logging.ERROR, "", 1, message, args, exc_info)
    record.__dict__.update(extra)
    text = DiscreetJsonFormatter().format(record)
    assert "\n" not in text
    return json.loads(text)


def test_a_line_is_an_object_with_the_request_and_the_story():
    set_guid("5f0e9a59")
    found = line("story %s could not be related", 7, story=7)
    time = found.pop("time")
    assert time.endswith("+00:00")
    assert found == {
        "level": "ERROR",
        "logger": "api.tasks",
        "message": "story 7 could not be related",
        "story": 7,
        "request_id": "5f0e9a59",
    }


def test_an_exception_is_in_its_line():
    try:
        raise ValueError(f"of /guest/{TOKEN}/")
    except ValueError as error:
        found = line("it failed", error=error)
    assert "ValueError: of /guest/…/" in found["exception"]


@pytest.mark.parametrize("path", [f"/guest/{TOKEN}/", f"/previews/{TOKEN}/"])
def test_links_to_drafts_are_nowhere_in_a_line(path, rf):
    found = line("asked for %s", path, request=rf.get(path), url=f"https://cms.example.org{path}")
    assert TOKEN not in json.dumps(found)
    assert "request" not in found


def test_what_a_task_was_given_is_not_in_a_line():
    assert "data" not in line("task failed", data={"args": "['a secret']"})


def test_a_report_to_sentry_holds_no_link_to_a_draft():
    event = {"request": {"url": f"https://cms.example.org/guest/{TOKEN}/"}, "breadcrumbs": [{"message": TOKEN[:0]}]}
    assert TOKEN not in json.dumps(discreet(event))


def test_sentry_without_its_package_says_what_to_install():
    run = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=PROJECT,
        env=os.environ | {"SENTRY_DSN": "https://key@sentry.example.org/1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode != 0
    assert "pip install -r requirements-observed.txt" in run.stderr


def test_log_format_chooses_the_lines():
    script = "import django; django.setup(); import logging; logging.getLogger('api').warning('the ferry')"
    environment = os.environ | {"LOG_FORMAT": "json", "DJANGO_SETTINGS_MODULE": "cms.settings"}
    run = subprocess.run([sys.executable, "-c", script], cwd=PROJECT, env=environment, capture_output=True, check=True)
    assert json.loads(run.stderr)["message"] == "the ferry"


def test_a_guests_link_is_not_in_the_access_log(client: Client, settings, caplog, db):
    settings.ACCESS_LOG = True
    client.get(f"/guest/{TOKEN}/")
    assert any(record.name == "copydesk.access" for record in caplog.records)
    assert TOKEN not in caplog.text
