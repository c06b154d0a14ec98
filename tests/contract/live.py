"""A newsroom that answers over HTTP, with a story in each state that readers can meet."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.test import override_settings
from django.utils import timezone
from wagtail.contrib.redirects.models import Redirect

from api.preview import links as preview_links
from api.related.links import relate
from cms.actions import kill
from cms.models import Article, ArticleTopic, Topic
from cms.tasks import prepare_image
from tests.api.test_article import publish_every_block
from tests.factories import NewsImageFactory
from tests.journeys.courier import run
from tests.newsroom import Newsroom


@dataclass(frozen=True)
class LiveNewsroom:
    """Where it answers, and what is to be found there."""

    url: str
    keys: list[str]
    """Of stories: ids, slugs, one of former days, one that is gone, one that is not public, one that never was."""
    sections: list[str]
    topics: list[str]
    authors: list[str]
    paths: list[str]
    preview_tokens: list[str]


@contextmanager
def open_newsroom(folder: Path) -> Iterator[LiveNewsroom]:
    """Starts the process that readers ask, and no others."""
    with (
        run(folder, purpose="contract", names=("web",), COUNT_RELATED_CLICKS="1", QUOTA_PER_ADDRESS="0") as courier,
    ):
        places = {"BASE_URL": courier.url, "PUBLIC_MEDIA_URL": f"{courier.url}/media/"}
        with override_settings(MEDIA_ROOT=str(courier.media), **places):
            live = _fill(courier.newsroom, courier.url)
        yield live


def publish_about(newsroom: Newsroom, topic: Topic, title: str, **fields: Any) -> Article:
    article = newsroom.draft(title, **fields)
    version = article.get_latest_revision().as_object()
    version.topic_links.add(ArticleTopic(topic=topic))
    version.save_revision(user=newsroom.reporter)
    return newsroom.release(newsroom.clear(article))


def _fill(newsroom: Newsroom, url: str) -> LiveNewsroom:
    ferry = Topic.objects.create(name="Ferry")
    quay = Topic.objects.create(name="Quay", parent=ferry)
    image = NewsImageFactory()
    prepare_image(image.pk)
    story = publish_every_block(newsroom, image)
    others = [
        publish_about(newsroom, topic, f"The ferry is {word}", lead_image=image, section=section)
        for word, topic, section in (
            ("late", ferry, newsroom.section),
            ("early", quay, newsroom.other_section),
            ("here", quay, newsroom.section),
        )
    ]
    moved, gone = others[0], newsroom.publish("The ferry has sunk")
    former = moved.slug
    newsroom.release(newsroom.clear(newsroom.edit(moved, by=newsroom.reporter, slug="the-ferry-is-very-late")))
    kill(newsroom.fresh(gone), reason="It has not.", by=newsroom.publisher)
    hidden = newsroom.publish("Not yet", embargo_until=timezone.now() + timedelta(days=1))
    draft = newsroom.draft("Not at all")
    for article in (story, *others):
        relate(article.pk)
    Redirect.objects.create(old_path="/timetable", redirect_link="https://ferry.example/")
    token = preview_links.make(draft, by=newsroom.reporter).url.rstrip("/").rpartition("/")[2]
    return LiveNewsroom(
        url=url,
        keys=[
            *(str(one.public_id) for one in (story, *others, gone, hidden, draft)),
            *(one.slug for one in (story, gone, hidden, draft)),
            former,
            "no-such-story",
        ],
        sections=["harbour", "council", "no-such-section"],
        topics=["ferry", "quay"],
        authors=["ottoline-quay", "nobody"],
        paths=["/harbour/", f"/harbour/{former}/", "/topics/ferry/", "/timetable/", f"/harbour/{gone.slug}/", "/x/"],
        preview_tokens=[token, "not-a-token"],
    )
