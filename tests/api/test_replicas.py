"""Copies of the publication that follow it while ten people change it at once."""

import random
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator

import pytest
from django.db import IntegrityError, OperationalError, transaction
from django.test import Client

from api.models import Change
from cms.actions import kill
from cms.exceptions import Refused
from cms.models import Article, Author
from tests.api.test_changes import Replica, on_the_shelf
from tests.journeys.courier import own_database
from tests.newsroom import Newsroom
from tests.together import at_once
from workflows.actions import locked

pytestmark = pytest.mark.xdist_group("replicas")

WRITERS = 10
ACTS_EACH = 6
WITHIN_SECONDS = 180
# Two who put a page into one section in the same instant: Wagtail's tree refuses one of them.
_REFUSALS = (Refused, IntegrityError, OperationalError)


@pytest.fixture
def newsroom(django_db_blocker) -> Iterator[Newsroom]:
    """A newsroom whose acts are committed, in a database of its own, so that others see them."""
    with django_db_blocker.unblock(), own_database("replicas"):
        yield Newsroom.open()


class Writer:
    """Somebody who does one thing after the other, to any story there is."""

    def __init__(self, newsroom: Newsroom, number: int, done: Counter[str]) -> None:
        self.newsroom = newsroom
        self.choose = random.Random(number)
        self.done = done

    def work(self) -> None:
        for _ in range(ACTS_EACH):
            act = self.choose.choice([self.publish, self.publish, self.edit, self.move, self.kill, self.unpublish])
            try:
                with transaction.atomic():
                    act()
            except _REFUSALS:
                self.done["refused"] += 1
            else:
                self.done[act.__name__] += 1

    def publish(self) -> None:
        draft = self.newsroom.draft(section=self.choose.choice([self.newsroom.section, self.newsroom.other_section]))
        self.newsroom.release(self.newsroom.clear_at_once(draft))

    def edit(self) -> None:
        story = self._story()
        version = self.newsroom.edit(story, by=self.newsroom.reporter, title=f"Edited {self.choose.random()}")
        self.newsroom.release(self.newsroom.clear_at_once(version))

    def move(self) -> None:
        story = self._story()
        here = story.get_parent().pk
        target = self.newsroom.other_section if here == self.newsroom.section.pk else self.newsroom.section
        story.move(type(target).objects.get(pk=target.pk), pos="last-child")

    def kill(self) -> None:
        kill(self._story(), reason="It was not true.", by=self.newsroom.publisher)

    def unpublish(self) -> None:
        self._story().unpublish()

    def _story(self) -> Article:
        live = list(Article.objects.live().values_list("pk", flat=True))
        if not live:
            raise Refused("There is no story to change.")
        story = locked(Article(pk=self.choose.choice(live)))
        if not story.live:
            raise Refused("Somebody has just withdrawn it.")
        return story


def follower(replica: Replica, all_done: threading.Event) -> Callable[[], int]:
    """Asks again and again until nobody writes any more; how often."""

    def follow() -> int:
        rounds = 0
        while True:
            last_round = all_done.wait(0.5)
            replica.follow()
            rounds += 1
            if last_round:
                return rounds

    return follow


def test_copies_that_follow_ten_writers_end_equal_to_the_source(newsroom: Newsroom):
    Author.objects.get_or_create(name="Ottoline Quay")
    for number in range(8):
        newsroom.release(newsroom.clear_at_once(newsroom.draft(f"There from the start {number}")))
    done: Counter[str] = Counter()
    all_done = threading.Event()
    at_work = threading.Semaphore(0)
    replicas = [Replica(Client(), f"?limit={limit}") for limit in (2, 7, 100)]

    def write(number: int) -> Callable[[], None]:
        def work() -> None:
            try:
                Writer(newsroom, number, done).work()
            finally:
                at_work.release()

        return work

    def wait_for_all() -> None:
        for _ in range(WRITERS):
            at_work.acquire()
        all_done.set()

    outcomes = at_once(
        *map(write, range(WRITERS)),
        wait_for_all,
        *(follower(replica, all_done) for replica in replicas),
        within_seconds=WITHIN_SECONDS,
    )

    assert [one for one in outcomes if isinstance(one, Exception)] == []
    source = on_the_shelf(Client())
    changes = list(Change.objects.order_by("sequence"))
    assert [change.sequence for change in changes] == list(range(1, len(changes) + 1))
    for replica in replicas:
        assert replica.stories == source
        _assert_in_order(replica, changes)
    assert {"publish", "edit", "move", "kill", "unpublish"} <= done.keys()
    sys.stdout.write(
        f"{WRITERS} writers: {dict(done)}; {len(changes)} changes, {len(source)} stories at the end; "
        f"copies heard {[len(replica.heard) for replica in replicas]} items in {outcomes[-3:]} rounds\n"
    )


def _assert_in_order(replica: Replica, changes: list[Change]) -> None:
    """Each story's versions only grow, and the last that was heard of each is the last that happened to it."""
    versions: dict[str, int] = {}
    last: dict[str, str] = {}
    for item in replica.heard:
        assert item["version"] >= versions.get(item["id"], 0)
        versions[item["id"]] = item["version"]
        last[item["id"]] = item["event"]
    withdrawn = {str(change.public_id): change.event == "withdrawn" for change in changes}
    assert {public_id: event == "withdrawn" for public_id, event in last.items()} == {
        public_id: is_withdrawn for public_id, is_withdrawn in withdrawn.items() if public_id in last
    }
    assert {public_id for public_id, is_withdrawn in withdrawn.items() if not is_withdrawn} <= last.keys()
