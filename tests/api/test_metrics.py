"""What operators read at /metrics."""

import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from django_redis import get_redis_connection
from prometheus_client.parser import text_string_to_metric_families

from api.metrics import requests as measured
from api.models import Delivery, Purge, RankingDue, Subscription
from api.tasks import reconcile_due
from cms.models import NewsImage, OwedTask
from workflows.models import Notice
from workflows.tasks import release_due

PROJECT = Path(__file__).resolve().parents[2]
SIX = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


def read(client: Client, **headers: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    answer = client.get("/metrics", **headers)
    assert answer.status_code == 200
    families = text_string_to_metric_families(answer.content.decode())
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in families
        for sample in family.samples
    }


def value(found: dict[Any, float], name: str, **labels: str) -> float | None:
    return found.get((name, frozenset(labels.items())))


def test_requests_are_counted_by_view_and_never_by_path(client, newsroom):
    labels = {"view": "api:article-list", "method": "GET"}
    view = client.get("/api/v1/articles/").resolver_match.view_name
    labels["view"] = view
    before = read(client)
    client.get("/api/v1/articles/?limit=3")
    client.get("/no/such/place/4711")
    after = read(client)
    for name, more in (
        ("copydesk_http_requests_total", labels | {"status": "2xx"}),
        ("copydesk_http_request_seconds_count", labels),
    ):
        assert value(after, name, **more) == value(before, name, **more) + 1
    assert value(after, "copydesk_http_requests_total", view="none", method="GET", status="4xx") >= 1
    assert not [name for name in after if "4711" in str(name)]


def test_an_invented_method_makes_no_figure_of_its_own(client, db):
    client.generic("BREW", "/health/live")
    assert value(read(client), "copydesk_http_requests_total", view="health_live", method="other", status="2xx")


def test_strangers_do_not_find_it(client, settings, db):
    assert client.get("/metrics").status_code == 200
    assert client.get("/metrics", REMOTE_ADDR="9.9.9.9").status_code == 404
    assert client.get("/metrics", REMOTE_ADDR="").status_code == 404
    assert client.get("/metrics", HTTP_X_FORWARDED_FOR="10.0.0.1").status_code == 404
    settings.METRICS_TOKEN = "a-token-of-the-monitoring"
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", HTTP_AUTHORIZATION="Bearer another").status_code == 404
    shown = {"HTTP_AUTHORIZATION": "Bearer a-token-of-the-monitoring", "HTTP_X_FORWARDED_FOR": "203.0.113.9"}
    assert client.get("/metrics", **shown).status_code == 200


def test_what_is_on_the_shelf_and_what_happened_last(client, newsroom, freezer):
    freezer.move_to(SIX)
    before = read(client)
    newsroom.publish()
    freezer.move_to(SIX + timedelta(seconds=90))
    after = read(client)
    assert value(after, "copydesk_shelf_stories") == value(before, "copydesk_shelf_stories") + 1
    assert value(after, "copydesk_changes_total") == value(before, "copydesk_changes_total") + 1
    assert value(after, "copydesk_last_change_age_seconds") == 90


def test_a_schedule_that_was_missed_is_late_until_it_has_gone_out_and_then_counted(client, newsroom, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
    freezer.move_to(SIX + timedelta(seconds=8))
    waiting = read(client)
    assert value(waiting, "copydesk_late_stories", cause="schedule") == 1
    assert value(waiting, "copydesk_late_seconds", cause="schedule") == 8
    release_due()
    out = read(client)
    assert value(out, "copydesk_late_stories", cause="schedule") == 0
    assert value(out, "copydesk_release_delay_seconds_bucket", cause="schedule", le="5.0") == 0
    assert value(out, "copydesk_release_delay_seconds_bucket", cause="schedule", le="10.0") == 1
    assert value(out, "copydesk_release_delay_seconds_sum", cause="schedule") == 8


def test_the_end_of_an_embargo_is_timed(client, newsroom, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    newsroom.publish(embargo_until=SIX)
    freezer.move_to(SIX + timedelta(seconds=3))
    waiting = read(client)
    assert value(waiting, "copydesk_late_stories", cause="embargo") == 1
    reconcile_due()
    out = read(client)
    assert value(out, "copydesk_late_stories", cause="embargo") == 0
    assert value(out, "copydesk_release_delay_seconds_bucket", cause="embargo", le="2.0") == 0
    assert value(out, "copydesk_release_delay_seconds_bucket", cause="embargo", le="5.0") == 1


def test_a_story_that_is_released_by_hand_has_no_delay(client, newsroom, freezer):
    freezer.move_to(SIX - timedelta(hours=1))
    story = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
    newsroom.release(story)
    newsroom.publish(embargo_until=SIX - timedelta(hours=3))
    assert newsroom.readers_see(story)
    for cause in ("schedule", "embargo"):
        assert value(read(client), "copydesk_release_delay_seconds_count", cause=cause) == 0


def test_what_is_owed_is_counted_with_its_age(client, newsroom, freezer, image):
    freezer.move_to(SIX)
    NewsImage.objects.update(prepared_at=SIX)
    owed = [Notice, OwedTask, Purge, Delivery, RankingDue]
    for model in owed:
        model.objects.all().delete()
    story = newsroom.publish()
    for model in owed:
        model.objects.all().delete()
    row = newsroom.readers_see(story)
    subscription = Subscription.objects.create(name="The app", url="https://app.example.org/hook")
    ages = {"tasks": 10, "notices": 20, "deliveries": 30, "purges": 40, "related links": 50, "pictures": 60}
    since = {work: SIX - timedelta(seconds=seconds) for work, seconds in ages.items()}
    OwedTask.objects.create(task="x", created_at=since["tasks"], next_attempt_at=SIX)
    OwedTask.objects.create(task="x", created_at=since["tasks"] - timedelta(days=1), error="broken")
    Notice.objects.create(kind="ready", key="x", address="x@example.org", created_at=since["notices"])
    Delivery.objects.create(subscription=subscription, message_id="1", created_at=since["deliveries"], attempt_count=2)
    Delivery.objects.create(subscription=subscription, message_id="2", status=Delivery.Status.FAILED)
    Purge.objects.create(target="varnish://cache", keys=["x"], created_at=since["purges"])
    RankingDue.objects.create(article=row, owed_since=since["related links"])
    NewsImage.objects.update(prepared_at=None, created_at=since["pictures"])
    found = read(client)
    assert {work: value(found, "copydesk_backlog_oldest_seconds", work=work) for work in ages} == ages
    assert value(found, "copydesk_backlog", work="tasks", state="waiting") == 1
    assert value(found, "copydesk_backlog", work="tasks", state="given up") == 1
    assert value(found, "copydesk_backlog", work="deliveries", state="failing") == 1
    assert value(found, "copydesk_backlog", work="deliveries", state="given up") == 1
    assert value(found, "copydesk_deliveries", subscription="The app", status="waiting") == 1
    assert value(found, "copydesk_deliveries", subscription="The app", status="given up") == 1


def test_a_scrape_asks_the_database_the_same_few_questions_however_much_is_owed(
    client, newsroom, django_assert_num_queries
):
    queries = 16
    with django_assert_num_queries(queries):
        read(client)
    for _ in range(3):
        newsroom.publish()
        OwedTask.objects.create(task="x", next_attempt_at=timezone.now())
    with django_assert_num_queries(queries):
        read(client)


def test_queues_are_measured_by_name(client, newsroom):
    get_redis_connection("default").rpush("slow", "a task", "another")
    found = read(client)
    assert value(found, "copydesk_redis_up") == 1
    assert value(found, "copydesk_queue_length", queue="slow") == 2
    assert value(found, "copydesk_queue_length", queue="celery") == 0
    get_redis_connection("default").delete("slow")


SCRAPE_TWICE = """
import sys, django
django.setup()
from django.test import Client
Client().get("/metrics")
answer = Client().get("/metrics")
sys.stdout.write(answer.content.decode())
sys.exit(answer.status_code != 200)
"""


def scrape_twice_in_a_process(**environment: str) -> str:
    command = [sys.executable, "-c", SCRAPE_TWICE]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": "cms.settings", "ALLOWED_HOSTS": "testserver"} | environment
    run = subprocess.run(command, cwd=PROJECT, env=environment, capture_output=True, text=True, check=False)
    assert run.returncode == 0, run.stderr
    return run.stdout


def test_while_postgresql_and_redis_are_away_it_says_so():
    text = scrape_twice_in_a_process(
        DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing", REDIS_URL="redis://127.0.0.1:1/0"
    )
    assert "copydesk_database_up 0.0" in text
    assert "copydesk_redis_up 0.0" in text
    assert "copydesk_queue_length{" not in text


def test_requests_of_all_processes_of_a_server_are_one_figure(tmp_path):
    for count in (1, 3):
        text = scrape_twice_in_a_process(
            PROMETHEUS_MULTIPROC_DIR=str(tmp_path), DATABASE_URL="postgresql://nobody@127.0.0.1:1/nothing"
        )
        assert f'copydesk_http_requests_total{{method="GET",status="2xx",view="metrics"}} {count}.0' in text


@pytest.mark.parametrize("wanted", [True, False])
def test_each_request_is_a_line_of_the_log_where_that_is_wanted(client, settings, caplog, db, wanted):
    settings.ACCESS_LOG = wanted
    with caplog.at_level("INFO", logger=measured.access_log.name):
        client.get("/health/live")
    lines = [record for record in caplog.records if record.name == measured.access_log.name]
    assert [(line.view, line.status) for line in lines] == ([("health_live", 200)] if wanted else [])
