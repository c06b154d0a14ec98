"""Stories, and what they are made of."""

from collections.abc import Iterable
from typing import Any

import factory
from django.contrib.auth.models import Group
from factory.django import DjangoModelFactory, Password
from wagtail.blocks import StreamValue
from wagtail.models import Page, Site

from cms.models import Article, ArticleAuthor, ArticleTopic, Author, FrontPage, Pick, Section, Topic, User


class UserFactory(DjangoModelFactory):
    """Someone with a login; `groups` are names of roles. Tests sign in with `client.force_login`."""

    class Meta:
        model = User
        skip_postgeneration_save = True

    username = factory.Sequence(lambda number: f"user{number}")
    first_name = factory.Sequence(lambda number: f"Alex {number}")
    last_name = "Harrow"
    email = factory.LazyAttribute(lambda made: f"{made.username}@example.org")
    password = Password(None)

    @factory.post_generation
    def groups(self, create: bool, names: Iterable[str] | None, **kwargs: Any) -> None:
        if create and names:
            self.groups.set([Group.objects.get(name=name) for name in names])  # type: ignore[attr-defined]


class AuthorFactory(DjangoModelFactory):
    class Meta:
        model = Author

    name = factory.Sequence(lambda number: f"Odalys Brindle {number}")


class TopicFactory(DjangoModelFactory):
    class Meta:
        model = Topic

    name = factory.Sequence(lambda number: f"Bridges {number}")


class _PageFactory(DjangoModelFactory):
    """Pages are put under their `parent`."""

    class Meta:
        abstract = True

    @classmethod
    def _build(cls, model_class: type[Page], *args: Any, **kwargs: Any) -> Page:
        kwargs.pop("parent", None)
        return model_class(*args, **kwargs)

    @classmethod
    def _create(cls, model_class: type[Page], *args: Any, parent: Page, **kwargs: Any) -> Page:
        page = model_class(*args, **kwargs)
        parent.add_child(instance=page)
        return page


class FrontPageFactory(_PageFactory):
    """The top of the website. There is one; asked again, it is the same."""

    class Meta:
        model = FrontPage

    title = "Copydesk"
    slug = "front"
    parent = factory.LazyFunction(Page.get_first_root_node)

    @classmethod
    def _create(cls, model_class: type[Page], *args: Any, **kwargs: Any) -> Page:
        found = FrontPage.objects.first()
        if found:
            return found
        front_page = super()._create(model_class, *args, **kwargs)
        Site.objects.update_or_create(
            is_default_site=True,
            defaults={"root_page": front_page.page_ptr, "site_name": "Copydesk", "hostname": "localhost"},
        )
        return front_page


class SectionFactory(_PageFactory):
    class Meta:
        model = Section

    title = factory.Sequence(lambda number: f"Section {number}")
    parent = factory.SubFactory(FrontPageFactory)


class ArticleFactory(_PageFactory):
    """A draft with one revision, in a section of its own.

    `section` is where it sits. `body` may be a list of (type, value) as they are stored, so that pictures and stories
    stand in it by primary key. `authors`, `topics` and `picks` are lists of those.
    """

    class Meta:
        model = Article

    title = factory.Sequence(lambda number: f"Ferry number {number} is late")
    standfirst = "It had two hours' delay, and nobody on the quay was surprised."
    section = factory.SubFactory(SectionFactory)
    body = (("paragraph", "<p>The ferry returned at noon.</p>"),)
    live = False

    @classmethod
    def _build(cls, model_class: type[Article], *args: Any, **kwargs: Any) -> Article:
        kwargs.pop("section", None)
        return cls._article(model_class, **kwargs)

    @classmethod
    def _create(cls, model_class: type[Article], *args: Any, section: Page, **kwargs: Any) -> Article:
        article = cls._article(model_class, **kwargs)
        section.add_child(instance=article)
        article.save_revision(user=article.owner)
        return article

    @classmethod
    def _article(
        cls,
        model_class: type[Article],
        *,
        authors: Iterable[Author] = (),
        topics: Iterable[Topic] = (),
        picks: Iterable[Article] = (),
        body: Any = (),
        **kwargs: Any,
    ) -> Article:
        article = model_class(**kwargs)
        if not isinstance(body, StreamValue):
            raw = [{"type": kind, "value": value} for kind, value in body]
            body = StreamValue(article.body.stream_block, raw, is_lazy=True)
        article.body = body
        article.byline = [ArticleAuthor(author=author) for author in authors]
        article.topic_links = [ArticleTopic(topic=topic) for topic in topics]
        article.picks = [Pick(article=picked) for picked in picks]
        return article
