"""Every state that a story can be in, at every surface that could show it: nothing shows what it must not.

Each state has a story of its own, with words, people, topics and a picture that nothing else has. Every surface is
searched for these. What never was public must answer like what never was there, to the byte.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from urllib.parse import quote
from uuid import uuid4

import pytest
from django.core import signing
from django.test import Client, override_settings
from django.utils import timezone
from wagtail.models import PageViewRestriction

from api.models import Delivery, PublishedArticle, Subscription, Suggestion
from api.related.tasks import relate_all_due
from api.representation.store import reconcile
from api.stream.events import read_events
from api.tasks import reconcile_strays
from api.webhooks.events import build_body, fan_out
from cms.actions import kill, take_down
from cms.models import Article, ArticleAuthor, ArticleTopic, Author, NewsImage, Pick, Section, Topic
from tests.factories import NewsImageFactory
from tests.journeys.courier import own_database
from tests.newsroom import Newsroom

pytestmark = pytest.mark.xdist_group("matrix")
OF_ONE_REQUEST = ("X-Request-ID", "RateLimit")
NEVER, ONCE, SHOWN = "never public", "public once", "public"


@dataclass
class Story:
    """A story in one state, and everything by which it can be recognised."""

    state: str
    kind: str
    word: str
    """Stands in its headline, text, author, topic and picture, and nowhere else."""
    public_id: str
    slug: str
    path: str
    author: str
    topic: str
    section: str
    picture: str
    """Address of a rendition."""
    article_id: int
    also_hidden: list[str] = field(default_factory=list)

    def traces(self) -> list[str]:
        """What must not be found where the story must not be."""
        return [self.word, self.public_id, self.picture.rpartition("/")[2], *self.also_hidden]


def word_for(text: str) -> str:
    """Ten letters that are like no word, and like no other of these."""
    return "".join(chr(ord("a") + byte % 26) for byte in hashlib.sha256(text.encode()).digest()[:10])


class World:
    """A newsroom with a story in each state, and one that everybody can read and that refers to all of them."""

    def __init__(self) -> None:
        self.newsroom = Newsroom.open()
        self.stories: list[Story] = []
        self.subscription = Subscription.objects.create(name="Partner", url="https://partner.example/", events=[])
        self.cursor = signing.Signer(salt="api.v1.changes").sign_object([0, None])
        for state, (kind, make, _later) in STATES.items():
            self._tell(state, kind, make)
        self.host = self._host()
        for story in self.stories:
            if later := STATES[story.state][2]:
                later(self, self.newsroom.fresh(Article(pk=story.article_id)))
        relate_all_due(seconds=60)
        fan_out(self.subscription.pk)

    def of(self, *kinds: str) -> list[Story]:
        return [story for story in self.stories if story.kind in kinds]

    def section(self, word: str) -> Section:
        section = Section(title=f"Rooms of {word}", slug=f"rooms-{word}")
        self.newsroom.section.get_parent().add_child(instance=section)
        section.save_revision().publish()
        return section

    def draft(self, word: str, **fields: Any) -> Article:
        newsroom = self.newsroom
        image = NewsImageFactory(title=word, alt=f"A picture of {word}", size=(64, 40))
        image.get_rendition("width-320|format-webp")
        draft = newsroom.draft(f"The ferry and the {word}", text=f"<p>A ferry with {word}.</p>", **fields)
        return newsroom.edit(
            draft,
            by=newsroom.reporter,
            lead_image=image,
            byline=[ArticleAuthor(author=Author.objects.create(name=f"Wren {word}"))],
            topic_links=[ArticleTopic(topic=Topic.objects.create(name=f"Matters of {word}"))],
        )

    def publish(self, word: str, **fields: Any) -> Article:
        return self.newsroom.release(self.newsroom.clear_at_once(self.draft(word, **fields)))

    def _tell(self, state: str, kind: str, make: Callable[["World", str], Any]) -> None:
        word = word_for(state)
        made = make(self, word)
        article, hidden = made if isinstance(made, tuple) else (made, [])
        image = NewsImage.objects.get(title=word)
        self.stories.append(
            Story(
                state=state,
                kind=kind,
                word=word,
                public_id=str(article.public_id),
                slug=article.slug,
                path=article.public_path,
                author=Author.objects.get(name=f"Wren {word}").slug,
                topic=Topic.objects.get(name=f"Matters of {word}").slug,
                section=article.public_path.strip("/").split("/")[0],
                picture=image.get_rendition("width-320|format-webp").url,
                article_id=article.pk or 0,
                also_hidden=hidden,
            )
        )

    def _host(self) -> Article:
        newsroom = self.newsroom
        there = Article.objects.filter(public_id__in=[story.public_id for story in self.stories])
        links = "".join(f'<p>A ferry: <a linktype="page" id="{article.pk}">here</a>.</p>' for article in there)
        draft = newsroom.draft("The ferry that everybody can read", text=links)
        picks = [Pick(article=article) for article in there]
        return newsroom.release(newsroom.clear_at_once(newsroom.edit(draft, by=newsroom.reporter, picks=picks)))


# States ---------------------------------------------------------------------------------------------------------------


def _in_review(world: World, word: str) -> Article:
    return world.newsroom.submit(world.draft(word))


def _cleared(world: World, word: str) -> Article:
    return world.newsroom.clear(world.draft(word))


def _scheduled(world: World, word: str) -> Article:
    article = world.newsroom.clear_at_once(world.draft(word))
    return world.newsroom.release(article, at=timezone.now() + timedelta(days=1))


def _embargoed(world: World, word: str) -> Article:
    return world.publish(word, embargo_until=timezone.now() + timedelta(days=1))


def _private(kind: str) -> Callable[[World, str], Article]:
    def make(world: World, word: str) -> Article:
        section = world.section(word)
        PageViewRestriction.objects.create(page=section.page_ptr, restriction_type=kind, password="of-the-house")
        return world.publish(word, section=section)

    return make


def _uncleared(world: World, word: str) -> Article:
    """Live in Wagtail by some script, without any signature."""
    article = world.draft(word)
    Article.objects.filter(pk=article.pk).update(live=True, first_published_at=timezone.now())
    reconcile_strays()
    return world.newsroom.fresh(article)


def _in_own_section(world: World, word: str) -> Article:
    return world.publish(word, section=world.section(word))


def _hide_section(world: World, article: Article) -> None:
    Section.objects.parent_of(article).get().unpublish()


def _make_private(world: World, article: Article) -> None:
    PageViewRestriction.objects.create(page=article.get_parent(), restriction_type=PageViewRestriction.LOGIN)


def _let_expire(world: World, article: Article) -> None:
    """Its time is over, and no worker has come by yet."""
    over = timezone.now() - timedelta(seconds=1)
    Article.objects.filter(pk=article.pk).update(expire_at=over)
    PublishedArticle.objects.filter(article_id=article.pk).update(visible_until=over)
    Suggestion.objects.filter(public_id=article.public_id).update(visible_until=over)


def _expire(world: World, article: Article) -> None:
    _let_expire(world, article)
    reconcile(article.pk, timezone.now())


def _kill(world: World, article: Article) -> None:
    kill(article, reason="It was wrong.", by=world.newsroom.publisher, note=f"A note on {article.title}")


def _take_down(world: World, article: Article) -> None:
    take_down(article, by=world.newsroom.publisher, note=f"A note on {article.title}")


def _changed(world: World, word: str) -> tuple[Article, list[str]]:
    """Published; a later version waits for its review."""
    article = world.publish(word)
    later = f"{word}later"
    world.newsroom.edit(
        article, by=world.newsroom.reporter, title=f"Now {later}", slug=f"now-{later}", standfirst=f"Of {later}."
    )
    return article, [later]


def _moved(world: World, word: str) -> Article:
    article = world.publish(word)
    article.move(world.newsroom.other_section, pos="last-child")
    return world.newsroom.fresh(article)


def _publish(world: World, word: str) -> Article:
    return world.publish(word)


STATES: dict[str, tuple[str, Callable[[World, str], Any], Callable[[World, Article], Any] | None]] = {
    "draft": (NEVER, lambda world, word: world.draft(word), None),
    "in review": (NEVER, _in_review, None),
    "cleared": (NEVER, _cleared, None),
    "scheduled": (NEVER, _scheduled, None),
    "embargoed": (NEVER, _embargoed, None),
    "live without a signature": (NEVER, _uncleared, None),
    "section with a password": (NEVER, _private(PageViewRestriction.PASSWORD), None),
    "section for logins": (NEVER, _private(PageViewRestriction.LOGIN), None),
    "section for groups": (NEVER, _private(PageViewRestriction.GROUPS), None),
    "made private": (ONCE, _in_own_section, _make_private),
    "hidden section": (ONCE, _in_own_section, _hide_section),
    "expiring": (ONCE, _publish, _let_expire),
    "expired": (ONCE, _publish, _expire),
    "unpublished": (ONCE, _publish, lambda world, article: article.unpublish()),
    "killed": (ONCE, _publish, _kill),
    "taken down": (ONCE, _publish, _take_down),
    "deleted": (ONCE, _publish, lambda world, article: article.delete()),
    "published": (SHOWN, _publish, None),
    "changed": (SHOWN, _changed, None),
    "moved": (SHOWN, _publish, lambda world, article: article.move(world.newsroom.other_section, pos="last-child")),
}
"""How it comes to be, and what happens to it once another story refers to it."""

# Surfaces -------------------------------------------------------------------------------------------------------------

API = "/api/v1"
EVERYWHERE = [
    *(f"{API}/articles/?limit=100&order={order}" for order in ("-published_at", "published_at", "-updated_at")),
    *(f"{API}/articles/?limit=100&{rest}" for rest in ("kind=news", "breaking=false", "language=en-gb", "topic=-none")),
    f"{API}/articles/?limit=100&include=authors,topics,related,body",
    f"{API}/articles/?limit=100&fields=title,path,authors,image",
    f"{API}/articles/?limit=100&facets=section,topic,author,kind,language,site&facet_limit=50&count=true",
    f"{API}/articles/?q=ferry&limit=100&highlight=true&count=true&facets=topic&facet_limit=50",
    f"{API}/articles/?q=ferry&limit=100&order=relevance&include=related",
    f"{API}/articles/?published_from=2020-01-01&updated_to=2100-01-01&limit=100",
    *(f"{API}/articles/?limit=100&section={section}" for section in ("harbour", "council")),
    *(f"{API}/{place}/?limit=100&count=true" for place in ("sections", "topics", "authors")),
    *(f"{API}/sections/{section}/" for section in ("harbour", "council")),
    *(f"{API}/suggest/?q={word}&limit=10" for word in ("ferry", "wren", "matters", "rooms")),
    f"{API}/changes/?limit=100",
    f"{API}/changes/?limit=100&shape=summary",
    f"{API}/openapi.json",
    *(f"/feeds/{name}.{form}" for name in ("all", "harbour", "council") for form in ("rss", "atom", "json")),
    *("/sitemaps/index.xml", "/sitemaps/news.xml", "/llms.txt", "/health/ready", "/docs/problems/"),
]
HOST = [
    *("", "?format=html", "?format=markdown", "?format=text", "?fields=picks,body", "?include=authors,topics,related"),
    *("ninjs/", "markdown/", "related/", "related/?mode=editor&limit=12", "related/?mode=auto&limit=12"),
]
"""Of the story that refers to all others."""
OWN = [
    *(
        f"{{api}}/articles/{{{key}}}/{rest}"
        for key in ("id", "slug")
        for rest in ("", "related/", "ninjs/", "markdown/")
    ),
    *(
        f"{{api}}/articles/{{id}}/{rest}"
        for rest in ("?format=text", "?fields=title", "?include=authors,topics,related")
    ),
    "{api}/articles/{id}",
    "{api}/resolve/?path={path}",
]
"""Addresses of a story itself: 410 where it was public once."""
BESIDE = [
    "{api}/previews/{id}/",
    "{api}/resolve/?path=/authors/{author}/",
    "{api}/resolve/?path=/topics/{topic}/",
    "{api}/articles/?ids={id}&count=true&facets=topic",
    "{api}/articles/?author={author}&count=true&facets=section",
    "{api}/articles/?topic={topic}&count=true&include=topics",
    "{api}/articles/?q={word}&count=true&facets=author",
    "{api}/suggest/?q={word}",
    "{api}/suggest/?q={start}",
    "{api}/topics/{topic}/",
    "{api}/authors/{author}/",
    "{picture}",
]
OF_A_SECTION = [
    *("{api}/sections/{section}/", "{api}/articles/?section={section}&count=true", "/feeds/{section}.rss"),
    "{api}/resolve/?path=/{section}/",
]
"""Asked only of stories whose section is not public either."""


def fill(template: str, story: Story) -> str:
    return template.format(
        api=API,
        id=story.public_id,
        slug=story.slug,
        path=quote(story.path),
        author=story.author,
        topic=story.topic,
        section=story.section,
        word=story.word,
        start=story.word[:5],
        picture=story.picture,
    )


def nothing_like(story: Story) -> Story:
    """A story that never was, with names as long as those of this one."""
    other = word_for(f"nothing like {story.state}")
    names = {
        name: getattr(story, name).replace(story.word, other) for name in ("slug", "path", "author", "topic", "section")
    }
    picture = story.picture.removesuffix(".webp")[:-8] + "00000000.webp"
    return Story(story.state, story.kind, other, str(uuid4()), picture=picture, article_id=0, **names)


@pytest.fixture(scope="module")
def media(tmp_path_factory: pytest.TempPathFactory) -> str:
    return str(tmp_path_factory.mktemp("matrix"))


@pytest.fixture(scope="module")
def world(django_db_blocker: Any, media: str) -> Iterator[World]:
    """Made once, in a database of its own."""
    with django_db_blocker.unblock(), own_database("matrix"), override_settings(MEDIA_ROOT=media):
        yield World()


@pytest.fixture
def ask(world: World, media: str, settings: Any) -> Callable[[str], str]:
    """Everything that a reader gets from an address: status, headers, body."""
    settings.MEDIA_ROOT = media
    client = Client()

    def ask(address: str, **headers: str) -> str:
        answer = client.get(address, headers=headers)
        body = b"".join(answer.streaming_content) if answer.streaming else answer.content
        shown = sorted((name, value) for name, value in answer.headers.items() if name not in OF_ONE_REQUEST)
        return f"{answer.status_code}\n{shown}\n{body.decode(errors='replace')}"

    return ask


def without_names(text: str, story: Story) -> str:
    """An answer without what was asked for, and without a tag of that."""
    for name in (story.public_id, story.picture, story.word, story.word[:5]):
        text = text.replace(name, "…")
    return text


def test_no_surface_shows_a_story_that_must_not_be_seen(world: World, ask: Callable[..., str], capsys: Any):
    host = world.host
    surfaces: dict[str, Callable[[], str]] = {address: partial(ask, address) for address in EVERYWHERE}
    for key in (host.public_id, host.slug):
        surfaces |= {f"host {key} {rest}": partial(ask, f"{API}/articles/{key}/{rest}") for rest in HOST}
    month = timezone.now()
    surfaces["sitemap of the month"] = partial(ask, f"/sitemaps/{month.year}-{month.month}-1.xml")
    surfaces["changes since the beginning"] = partial(ask, f"{API}/changes/?limit=100&cursor={world.cursor}")
    surfaces["stream"] = lambda: "".join(event.text(timezone.now()) or "" for event in read_events(0))
    surfaces["webhooks"] = lambda: "".join(
        build_body(delivery, timezone.now()) + delivery.payload for delivery in Delivery.objects.all()
    )
    surfaces["pages of a list"] = lambda: _pages(ask, f"{API}/articles/?limit=1")
    hidden, found, cells = world.of(NEVER, ONCE), [], 0
    for name, surface in surfaces.items():
        text = surface()
        assert text.startswith("200" if name.startswith(("/", "host")) else ""), (name, text)
        assert text, name
        for story in hidden:
            cells += 1
            if story.state == "expiring" and any(part in name for part in ("host ", "body", "changes")):
                continue  # A link in the text of another story goes with the worker that sweeps, within a second.
            traces = story.traces()
            if story.kind == ONCE and name in ("changes since the beginning", "stream", "webhooks"):
                traces.remove(story.public_id)  # They say that it is gone.
            found += [f"{story.state}: {name} shows {trace}" for trace in traces if trace in text]
        for story in world.of(SHOWN):
            cells += 1
            found += [f"{story.state}: {name} shows {trace}" for trace in story.also_hidden if trace in text]
    with capsys.disabled():
        print(f"\n{len(surfaces)} surfaces x {len(STATES)} states: {cells} cells")  # noqa: T201
    assert not found, "\n".join(found)


def test_what_never_was_public_is_like_what_never_was(world: World, ask: Callable[..., str], capsys: Any):
    different, cells = [], 0
    for story in world.of(NEVER):
        other = nothing_like(story)
        for template in [*OWN, *BESIDE, *(OF_A_SECTION if story.word in story.section else [])]:
            for headers in ({}, {"If-None-Match": "*"}, {"Accept-Encoding": "gzip"}):
                cells += 1
                one, none = (without_names(ask(fill(template, each), **headers), each) for each in (story, other))
                if one != none:
                    different.append(f"{story.state}: {template} {headers}\n{one}\n{none}")
    with capsys.disabled():
        print(f"\n{cells} answers compared with those about nothing")  # noqa: T201
    assert not different, "\n".join(different)


def test_what_was_public_says_that_it_is_gone_and_nothing_else(world: World, ask: Callable[..., str]):
    wrong = []
    for story in world.of(ONCE):
        for template in OWN:
            text = without_names(ask(fill(template, story)), story)
            problem = json.loads(text.partition("]\n")[2])
            told = {"type", "title", "status", "detail", "reason", "withdrawn_at", "request_id", "path"}
            reason = "It was wrong." if story.state == "killed" else None
            if problem["status"] != 410 or problem["reason"] != reason or set(problem) - told or "ferry with" in text:
                wrong.append(f"{story.state}: {template}\n{text}")
        other = nothing_like(story)
        for template in BESIDE:
            one, none = (without_names(ask(fill(template, each)), each) for each in (story, other))
            if one != none:
                wrong.append(f"{story.state}: {template}\n{one}\n{none}")
    assert not wrong, "\n".join(wrong)


def test_every_surface_shows_what_it_may(world: World, ask: Callable[..., str]):
    """Else the others would prove nothing."""
    empty = ("previews", "openapi", "topic=-none", "/health/", "/docs/", "section=council", "/council", "index.xml")
    silent = ("/sections/", "suggest/?q=ferry", "suggest/?q=rooms")
    story = next(one for one in world.stories if one.state == "published")
    assert [
        address
        for address in EVERYWHERE
        if not any(part in address for part in (*empty, *silent)) and story.word not in ask(address)
    ] == []
    for template in [*OWN, *BESIDE[1:]]:
        assert ask(fill(template, story)).startswith("200"), template
    moved = next(one for one in world.stories if one.state == "moved")
    assert moved.word in ask(f"{API}/articles/?section=council&limit=100")
    assert moved.word not in ask(f"{API}/articles/?section=harbour&limit=100")
    assert f'"location":"/council/{moved.slug}/"' in ask(f"{API}/resolve/?path=/harbour/{moved.slug}/")


def _pages(ask: Callable[..., str], address: str) -> str:
    """A list, page by page, and back again."""
    texts = []
    for way in ("next", "previous"):
        while True:
            texts.append(ask(address))
            following = json.loads(texts[-1].partition("]\n")[2])[way]
            if following is None:
                break
            address = following
    return "".join(texts)
