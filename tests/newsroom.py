"""A newsroom with its people, for tests that tell what they do."""

from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

from django.contrib.auth.models import Group

from api.models import PublishedArticle
from cms.models import Article, Author, Section, User
from workflows import actions, progress
from workflows.clearance import clear
from workflows.models import Clearance
from workflows.newsroom import set_up

_numbers = count(1)

PEOPLE = {
    "reporter": "Reporters",
    "other_reporter": "Reporters",
    "editor": "Desk editors",
    "copy": "Copy editors",
    "lawyer": "Legal",
    "pictures": "Picture editors",
    "publisher": "Publishers",
}


@dataclass
class Newsroom:
    """Sections and people; verbs that do what the people would do, in order."""

    section: Section
    other_section: Section
    people: dict[str, User] = field(default_factory=dict)

    @classmethod
    def open(cls) -> "Newsroom":
        room = set_up(name="The Test Courier")
        sections = []
        for title, slug in (("Harbour", "harbour"), ("Council", "council")):
            section = Section.objects.filter(slug=slug).first()
            if section is None:
                section = Section(title=title, slug=slug)
                room.front_page.add_child(instance=section)
            sections.append(section)
        known = {person.username: person for person in User.objects.filter(username__in=PEOPLE)}
        people = {}
        for name, role in PEOPLE.items():
            people[name] = known.get(name) or User.objects.create_user(
                name, email=f"{name}@example.org", password="a-long-password", first_name=name.title()
            )
            if name not in known:
                people[name].groups.set([Group.objects.get(name=role)])
        people["boss"], _ = User.objects.get_or_create(
            username="boss", defaults={"email": "boss@example.org", "is_superuser": True, "is_staff": True}
        )
        return cls(*sections, people)

    def __getattr__(self, name: str) -> User:
        try:
            return self.__dict__["people"][name]
        except KeyError:
            raise AttributeError(name) from None

    def draft(
        self, title: str = "", *, by: User | None = None, section: Section | None = None, **fields: Any
    ) -> Article:
        """A saved draft, written by the reporter unless told otherwise."""
        by = by or self.people["reporter"]
        number = next(_numbers)
        title = title or f"The ferry is late for the {number}th time"
        text = fields.pop("text", "<p>The ferry left the harbour two hours late.</p>")
        article = Article(title=title, standfirst="What happened at the harbour.", owner=by, live=False, **fields)
        article.body = fields.get("body") or [("paragraph", text)]
        (section or self.section).add_child(instance=article)
        author, _ = Author.objects.get_or_create(name="Ottoline Quay")
        article.byline.create(author=author)
        article.save_revision(user=by)
        return self.fresh(article)

    def fresh(self, article: Article) -> Article:
        return Article.objects.get(pk=article.pk)

    def edit(self, article: Article, *, by: User, **fields: Any) -> Article:
        """Save a new version."""
        version = self.fresh(article).get_latest_revision().as_object()
        for name, value in fields.items():
            setattr(version, name, value)
        version.save_revision(user=by)
        return self.fresh(article)

    def hash_of(self, article: Article) -> str:
        return progress.standing_of(self.fresh(article)).content_hash

    def submit(self, article: Article, *, by: User | None = None) -> Article:
        actions.submit(self.fresh(article), by=by or self.people["reporter"])
        return self.fresh(article)

    def task_state(self, article: Article) -> Any:
        return self.fresh(article).current_workflow_task_state

    def stage(self, article: Article) -> str:
        """Name of the stage at which a story is; empty when it is not in review."""
        state = self.task_state(article)
        return state.task.name if state else ""

    def sign(self, article: Article, *, by: User, content_hash: str = "", comment: str = "") -> Article:
        actions.sign_off(
            self.fresh(article),
            task_state_id=self.task_state(article).pk,
            content_hash=content_hash or self.hash_of(article),
            by=by,
            comment=comment,
        )
        return self.fresh(article)

    def send_back(self, article: Article, *, by: User, reason: str) -> Article:
        actions.send_back(
            self.fresh(article),
            task_state_id=self.task_state(article).pk,
            content_hash=self.hash_of(article),
            by=by,
            reason=reason,
        )
        return self.fresh(article)

    def clear(self, article: Article) -> Article:
        """Submit a story and let every desk that is asked sign it."""
        self.submit(article)
        signers = {
            "Desk edit": ["editor"],
            "Copy and facts": ["copy"],
            "Legal and pictures": ["lawyer", "pictures"],
        }
        while stage := self.stage(article):
            needed = progress.review_progress(
                progress.latest_version(self.fresh(article)),
                self.task_state(article).workflow_state.workflow_id,
                self.hash_of(article),
            )
            desks = next(one.needed for one in needed if one.stage.name == stage)
            name = next(name for name in signers[stage] if self.people[name].groups.filter(desk__in=desks).exists())
            self.sign(article, by=self.people[name])
        return self.fresh(article)

    def clear_at_once(self, article: Article) -> Article:
        """Clear a story without the review, for tests that need many."""
        clear(article.pk, self.hash_of(article), kind=Clearance.Kind.IMPORT)
        return self.fresh(article)

    def release(self, article: Article, *, at: datetime | None = None, by: User | None = None) -> Article:
        actions.release(
            self.fresh(article), content_hash=self.hash_of(article), by=by or self.people["publisher"], at=at
        )
        return self.fresh(article)

    def publish(self, title: str = "", **fields: Any) -> Article:
        """A story that went the whole way."""
        return self.release(self.clear(self.draft(title, **fields)))

    def readers_see(self, article: Article) -> PublishedArticle | None:
        return PublishedArticle.objects.filter(article_id=article.pk).first()
