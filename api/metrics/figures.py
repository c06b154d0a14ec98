"""What PostgreSQL and Redis know of the newsroom's work, read when somebody asks: workers need no port of their own."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import accumulate
from typing import Any

from django.conf import settings
from django.db import DatabaseError, connection, transaction
from django.db.models import Count, Exists, Min, OuterRef, Q, QuerySet
from django.utils import timezone
from django_redis import get_redis_connection
from prometheus_client import Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily
from prometheus_client.registry import Collector
from prometheus_client.utils import floatToGoString
from redis.exceptions import RedisError
from wagtail.models import Revision

from api.models import Change, Delivery, PublishedArticle, Purge, RankingDue, ReleaseDelay
from api.models.delays import BOUNDS
from api.related.tasks import MAX_ATTEMPTS as RELATED_MAX_ATTEMPTS
from cms.models import Article, NewsImage, OwedTask
from cms.tasks import MAX_ATTEMPTS as PICTURE_MAX_ATTEMPTS
from workflows.models import Clearance, Notice
from workflows.notifications.delivery import TRANSPORTS

COUNTED = 100_000
"""No backlog is counted further than this."""
TIMEOUT_MILLISECONDS = 5_000
COUNTED_EXACTLY = 50_000
"""A shelf that is larger is counted by PostgreSQL's own estimate."""


@dataclass(frozen=True)
class Work:
    """A kind of work that is owed, as rows of a table."""

    name: str
    rows: Callable[[], QuerySet[Any]]
    since: str
    """The column that says since when it is owed."""
    failing: Q
    """It was tried in vain, and given up or not."""
    given_up: Q | None = None
    """It is not tried any more, until somebody sees to it."""


WORKS = (
    Work("tasks", OwedTask.objects.all, "created_at", ~Q(error=""), Q(next_attempt_at=None)),
    Work(
        "notices",
        lambda: Notice.objects.filter(sent_at=None, channel__in=TRANSPORTS),
        "created_at",
        ~Q(error=""),
        Q(retry_at=None) & ~Q(error=""),
    ),
    Work(
        "deliveries",
        lambda: Delivery.objects.filter(status__in=(Delivery.Status.PENDING, Delivery.Status.FAILED)),
        "created_at",
        Q(attempt_count__gt=0),
        Q(status=Delivery.Status.FAILED),
    ),
    Work(
        "purges",
        # A cache that has confirmed once is told again, to be sure; nothing is owed to it.
        lambda: Purge.objects.filter(Q(sent_count=0) | Q(failure_count__gt=0)),
        "created_at",
        Q(failure_count__gt=0),
    ),
    Work(
        "related links",
        RankingDue.objects.all,
        "owed_since",
        Q(attempt_count__gt=0),
        Q(attempt_count__gte=RELATED_MAX_ATTEMPTS),
    ),
    Work(
        "pictures",
        lambda: NewsImage.objects.filter(prepared_at=None),
        "created_at",
        Q(prepare_attempt_count__gt=0),
        Q(prepare_attempt_count__gte=PICTURE_MAX_ATTEMPTS),
    ),
)


class NewsroomFigures(Collector):
    """Figures as they are now. Whatever is away is said to be, and its figures are absent."""

    def collect(self) -> Iterator[Metric]:
        yield from _database()
        yield from _queues()

    def describe(self) -> Iterable[Metric]:
        """None, so that registering asks neither PostgreSQL nor Redis."""
        return ()


def _database() -> list[Metric]:
    up = GaugeMetricFamily("copydesk_database_up", "1 while PostgreSQL answers within five seconds, otherwise 0.")
    try:
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(TIMEOUT_MILLISECONDS)])
            now = timezone.now()
            found = [*_shelf(now), _delays(), *_late(now), *_backlogs(now), _deliveries()]
    except DatabaseError:
        up.add_metric([], 0)
        return [up]
    up.add_metric([], 1)
    return [up, *found]


def _shelf(now: datetime) -> list[Metric]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT CASE WHEN reltuples > %s THEN reltuples ELSE (SELECT count(*) FROM api_publishedarticle) END "
            "FROM pg_class WHERE oid = 'api_publishedarticle'::regclass",
            [COUNTED_EXACTLY],
        )
        count = cursor.fetchone()[0]
    last = Change.objects.order_by("-sequence").values_list("sequence", "at").first()
    found: list[Metric] = [
        GaugeMetricFamily("copydesk_shelf_stories", "Stories that readers can see; estimated where many.", count),
        CounterMetricFamily("copydesk_changes", "Public events ever: the last sequence.", last[0] if last else 0),
    ]
    if last:
        age = max(0.0, (now - last[1]).total_seconds())
        found.append(GaugeMetricFamily("copydesk_last_change_age_seconds", "Seconds since the last public event.", age))
    return found


def _delays() -> Metric:
    family = HistogramMetricFamily(
        "copydesk_release_delay_seconds",
        "Seconds from the time that a story was scheduled for, or the end of its embargo, until readers could see it.",
        labels=["cause"],
    )
    rows = {(row.cause, row.at_most_seconds): row for row in ReleaseDelay.objects.all()}
    for cause in ReleaseDelay.Cause.values:
        mine = [rows.get((cause, bound)) for bound in BOUNDS]
        counts = accumulate(row.story_count if row else 0 for row in mine)
        buckets = [(floatToGoString(bound), count) for bound, count in zip(BOUNDS, counts, strict=True)]
        family.add_metric([cause], buckets, sum(row.seconds for row in mine if row))
    return family


def _late(now: datetime) -> list[Metric]:
    """What should be readable and is not."""
    schedules = Revision.page_revisions.filter(approved_go_live_at__lte=now).aggregate(
        count=Count("pk"), first=Min("approved_go_live_at")
    )
    shown = PublishedArticle.objects.filter(article_id=OuterRef("pk"))
    cleared = Clearance.objects.filter(article_id=OuterRef("pk"), voided_at=None)
    embargoes = (
        Article.objects.readable(now)
        .filter(~Exists(shown), Exists(cleared), embargo_until__lte=now, embargo_until__gt=now - timedelta(days=1))
        .aggregate(count=Count("pk"), first=Min("embargo_until"))
    )
    late = GaugeMetricFamily(
        "copydesk_late_stories", "Stories whose time has come and that readers cannot see yet.", labels=["cause"]
    )
    longest = GaugeMetricFamily("copydesk_late_seconds", "How late the latest of them is.", labels=["cause"])
    for cause, found in ((ReleaseDelay.Cause.SCHEDULE, schedules), (ReleaseDelay.Cause.EMBARGO, embargoes)):
        late.add_metric([cause], found["count"])
        longest.add_metric([cause], (now - found["first"]).total_seconds() if found["first"] else 0)
    return [late, longest]


def _backlogs(now: datetime) -> list[Metric]:
    size = GaugeMetricFamily(
        "copydesk_backlog", "Work that is owed: not tried yet, tried in vain, or given up.", labels=["work", "state"]
    )
    oldest = GaugeMetricFamily(
        "copydesk_backlog_oldest_seconds", "How long the oldest of it is owed that is not given up.", labels=["work"]
    )
    for work in WORKS:
        given_up = work.given_up or Q(pk=None)
        found = (
            work.rows()
            .order_by()[:COUNTED]
            .aggregate(
                all=Count("pk"),
                failing=Count("pk", filter=work.failing & ~given_up),
                given_up=Count("pk", filter=given_up),
                first=Min(work.since, filter=~given_up),
            )
        )
        size.add_metric([work.name, "waiting"], found["all"] - found["failing"] - found["given_up"])
        size.add_metric([work.name, "failing"], found["failing"])
        size.add_metric([work.name, "given up"], found["given_up"])
        oldest.add_metric([work.name], max(0, (now - found["first"]).total_seconds()) if found["first"] else 0)
    return [size, oldest]


def _deliveries() -> Metric:
    family = GaugeMetricFamily(
        "copydesk_deliveries", "Webhooks by subscription: waiting, or given up.", labels=["subscription", "status"]
    )
    open_ones = Delivery.objects.filter(status__in=(Delivery.Status.PENDING, Delivery.Status.FAILED)).order_by()
    rows = open_ones.values_list("subscription__name", "status").annotate(count=Count("pk"))
    for name, status, count in rows:
        family.add_metric([name, "given up" if status == Delivery.Status.FAILED else "waiting"], count)
    return family


def _queues() -> list[Metric]:
    up = GaugeMetricFamily("copydesk_redis_up", "1 while Redis answers, otherwise 0.")
    lengths = GaugeMetricFamily(
        "copydesk_queue_length", "Tasks in a queue of Celery that no worker has taken.", labels=["queue"]
    )
    names = sorted({"celery", *(route["queue"] for route in settings.CELERY_TASK_ROUTES.values())})
    try:
        with get_redis_connection("default").pipeline(transaction=False) as pipeline:
            for name in names:
                pipeline.llen(name)
            found = pipeline.execute()
    except (RedisError, OSError):
        up.add_metric([], 0)
        return [up]
    up.add_metric([], 1)
    for name, length in zip(names, found, strict=True):
        lengths.add_metric([name], length)
    return [up, lengths]
