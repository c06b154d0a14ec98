"""The life of a story: its people write, sign, send back, release, correct and withdraw it, each at their time."""

import random
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.utils import timezone

from api.demo.bodies import Writer
from api.demo.clock import clock_at
from api.demo.people import usernames
from api.demo.stories import SEED, Plan
from cms.actions import correct, kill, take_down
from cms.models import Article, Author, Section, User
from workflows import progress
from workflows.actions import release, send_back, sign_off, submit
from workflows.models import Notice
from workflows.schedules import hold

Step = Callable[[], None]

_COMMENTS = {
    "Desk editors": ("Good. I took a comma out of the second paragraph in my head.", "Fine by me.", "Nice ending."),
    "Copy editors": ("Figures checked against the minutes.", "Names checked by telephone.", "Read twice."),
    "Picture editors": ("Credit and alt text are in order.", "The crop works on phones."),
    "Legal": ("Everyone named has been asked. Go ahead.", "No objection."),
}


class History:
    """What happens to one story, step by step."""

    def __init__(
        self, article: Article, plan: Plan, *, users: Mapping[str, User], writer: Writer, now: datetime
    ) -> None:
        self.article, self.plan, self.users, self.writer, self.now = article, plan, users, writer, now
        self.rng = random.Random(f"{SEED} {plan.story.key} history")
        self.reporter = users[plan.reporter]

    def tell(self) -> None:
        """Take the story, which is not saved yet, to the state that it is planned to be in."""
        steps = [self.begin, *self._steps()]
        at = self.plan.at
        times = [at]
        for _step in steps[1:]:
            at -= timedelta(hours=self.rng.uniform(0.4, 1.5))
            times.insert(0, at)
        for step, at in zip(steps, times, strict=True):
            with clock_at(at):
                step()
        self._follow_up()
        Notice.objects.filter(article=self.article, sent_at=None).update(sent_at=timezone.now())

    def _steps(self) -> list[Step]:
        signatures = [self._signer("Desk editors"), self._signer("Copy editors")]
        kinds = {block["type"] for block in self.article.body.get_prep_value()}
        has_picture = self.article.lead_image_id or kinds & {"image", "gallery"}
        specialists = [self._signer("Picture editors")] if has_picture else []
        if self.article.sensitive:
            specialists.append(self._signer("Legal"))
        if self.rng.random() < 0.5:
            specialists.reverse()
        ready = [self.save, self.submit, *signatures, *specialists]
        match self.plan.state:
            case "draft":
                return [self.save]
            case "desk":
                return ready[:2]
            case "copy":
                return ready[:3]
            case "legal":
                return ready[:4]
            case "legal-one-signed":
                return ready[:5]
            case "sent-back":
                # Some stories are stopped by the first desk, some by the second.
                role, signed = self.rng.choice([("Desk editors", 0), ("Copy editors", 1)])
                return [*ready[: 2 + signed], self._sender_back(role)]
            case "ready":
                return ready
            case "held":
                return [*ready, self._scheduler(timedelta(days=2)), self.hold]
            case "scheduled":
                return [*ready, self._scheduler(timedelta(days=self.rng.randrange(1, 6)))]
            case "scheduled-soon":
                return [*ready, self._scheduler(timedelta())]
        return [*ready, self.release]

    def _follow_up(self) -> None:
        """What happens to a story that readers have seen."""
        story, at = self.plan.story, self.plan.at
        publisher = self._someone("Publishers")
        match self.plan.state:
            case "corrected":
                with clock_at(at + timedelta(hours=self.rng.uniform(3, 9))):
                    correct(self.article, text=story.text("correction"), by=publisher)
            case "killed":
                with clock_at(at + timedelta(hours=20)):
                    kill(self.article, reason=story.text("reason"), by=publisher)
            case "taken-down":
                with clock_at(at + timedelta(hours=1.5)):
                    take_down(self.article, by=publisher, note=story.text("note"))
            case "updated":
                with clock_at(self.now - timedelta(minutes=self.rng.uniform(60, 110))):
                    self._add(story.text("update"))
                with clock_at(self.now - timedelta(minutes=self.rng.uniform(5, 50))):
                    self.submit()

    def begin(self) -> None:
        Section.objects.get(slug=self.plan.story.text("section")).add_child(instance=self.article)

    def save(self) -> None:
        self.article.save_revision(user=self.reporter, log_action=True)

    def submit(self) -> None:
        submit(self.article, by=self.reporter)

    def release(self) -> None:
        release(self.article, content_hash=self._hash(), by=self._someone("Publishers"))

    def hold(self) -> None:
        hold(self.article, by=self._someone("Publishers"))

    def _scheduler(self, ahead: timedelta) -> Step:
        at = self.now + timedelta(minutes=9)
        if ahead:
            hour = self.rng.choice([6, 7, 9, 12, 17])
            at = (self.now + ahead).replace(hour=hour, minute=0, second=0, microsecond=0)

        def schedule() -> None:
            release(self.article, content_hash=self._hash(), by=self._someone("Publishers"), at=at)

        return schedule

    def _signer(self, role: str) -> Step:
        by = self._someone(role)
        comment = self.rng.choice(_COMMENTS[role]) if self.rng.random() < 0.4 else ""

        def sign() -> None:
            sign_off(self.article, task_state_id=self._stage_id(), content_hash=self._hash(), by=by, comment=comment)

        return sign

    def _sender_back(self, role: str) -> Step:
        by, reason = self._someone(role), self.plan.story.text("reason")

        def send() -> None:
            send_back(self.article, task_state_id=self._stage_id(), content_hash=self._hash(), by=by, reason=reason)

        return send

    def _add(self, text: str) -> None:
        """A new version of a live story, with one more paragraph."""
        version = self.article.get_latest_revision().as_object()
        version.body = [*version.body.get_prep_value(), self.writer.paragraph(text)]
        version.save_revision(user=self.reporter, log_action=True)

    def _someone(self, role: str) -> User:
        return self.users[self.rng.choice(usernames(role))]

    def _stage_id(self) -> int:
        state: Any = Article.objects.get(pk=self.article.pk).current_workflow_state
        return int(state.current_task_state_id)

    def _hash(self) -> str:
        return progress.standing_of(self.article).content_hash


def new_article(plan: Plan, *, users: Mapping[str, User], authors: Mapping[str, Author], writer: Writer) -> Article:
    """The story as its reporter begins it, not saved yet; links to authors, topics and picks are set by the caller."""
    story = plan.story
    flags = story.items("flags")
    return Article(
        external_id=plan.external_id,
        title=story.title,
        kicker=story.text("kicker"),
        standfirst=story.text("standfirst"),
        kind=story.text("kind") or Article.Kind.NEWS,
        body=writer.body(plan),
        breaking="breaking" in flags,
        sensitive="sensitive" in flags,
        usage_terms="© The Wexcombe Courier. Partners may reprint it with our name.",
        may_be_syndicated=story.text("kind") not in ("opinion", "review"),
        live=False,
        owner=users[plan.reporter],
    )
