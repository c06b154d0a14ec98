"""The invented newsroom, made in a database that holds nothing else."""

import io
import random
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import TypeVar

from django.contrib.auth.hashers import make_password
from django.contrib.auth.models import Group
from django.core.files.images import ImageFile
from django.db import transaction
from django.utils import timezone
from tqdm import tqdm
from wagtail.log_actions import log
from wagtail.models import PageLogEntry

from api.demo.bodies import Writer
from api.demo.clock import clock_at
from api.demo.haste import references_once, versions_trusted
from api.demo.history import History, new_article
from api.demo.people import GUESTS, MAIL_DOMAIN, NEWSPAPER, PEOPLE
from api.demo.pictures import HALIDE, PICTURES, Picture
from api.demo.plans import make_plans
from api.demo.sections import SECTIONS, topic_rows
from api.demo.stories import SEED, Plan, plan
from cms.models import (
    Article,
    ArticleAuthor,
    ArticleTopic,
    Author,
    FrontPage,
    NewsImage,
    Pick,
    Section,
    Topic,
    User,
)
from workflows.newsroom import set_up

T = TypeVar("T")

_OPENED_DAYS_AGO = 75
_MARK = "cms.import"


def find_strangers() -> list[str]:
    """What this database holds that was not made here, in words such as "2 users"; empty if nothing."""
    counts = {
        "story": Article.objects.exclude(external_id__startswith="seed-").count(),
        "user": User.objects.exclude(email__endswith=f"@{MAIL_DOMAIN}").count(),
        "section": Section.objects.exclude(slug__in=SECTIONS).count(),
    }
    plurals = {"story": "stories", "user": "users", "section": "sections"}
    return [f"{count} {plurals[name] if count > 1 else name}" for name, count in counts.items() if count]


def is_complete() -> bool:
    """Whether the newsroom has been made to the end, whatever was done with it since."""
    return PageLogEntry.objects.filter(action=_MARK, data__seed=NEWSPAPER).exists()


def build(*, hostname: str, password: str, quiet: bool = False) -> None:
    """Make whatever is missing of the newsroom. Each story is made in a transaction of its own."""
    now = timezone.now()
    opened = now - timedelta(days=_OPENED_DAYS_AGO)
    with transaction.atomic(), clock_at(opened):
        front_page = set_up(name=NEWSPAPER, hostname=hostname).front_page
        users = _hire(password)
        authors = _name_authors(users)
        _open_sections(front_page)
        topics = _name_topics()
    images = {}
    for picture in _progress(PICTURES, "Pictures", quiet):
        images[picture.key] = _develop(picture, users, opened)
    _hang_portraits(authors, images)
    known = {
        str(external_id).removeprefix("seed-"): pk
        for external_id, pk in Article.objects.filter(external_id__startswith="seed-").values_list("external_id", "pk")
    }
    writer = Writer({key: image.pk for key, image in images.items()}, known)
    for one in _progress(plan(now), "Stories", quiet):
        if one.story.key not in known:
            known[one.story.key] = _write(one, users, authors, topics, images, writer, now).pk
    make_plans(users, now=now)
    if not is_complete():
        log(front_page, _MARK, user=users["ada"], data={"seed": NEWSPAPER})


def _progress(rows: Iterable[T], label: str, quiet: bool) -> Iterator[T]:
    # None: no bar where there is no terminal to draw it on.
    return iter(tqdm(list(rows), desc=label, unit="", leave=True, disable=True if quiet else None))


def _hire(password: str) -> dict[str, User]:
    secret = make_password(password)
    users = {}
    for person in PEOPLE:
        user, created = User.objects.get_or_create(
            username=person.username,
            defaults={
                "first_name": person.first_name,
                "last_name": person.last_name,
                "email": person.email,
                "password": secret,
                "is_superuser": person.role == "Administrators",
            },
        )
        if created:
            user.groups.add(Group.objects.get(name=person.role))
        users[person.username] = user
    return users


def _name_authors(users: dict[str, User]) -> dict[str, Author]:
    rows: list[tuple[str, str, str, User | None]] = [
        (one.username, one.name, one.bio, users[one.username]) for one in PEOPLE if one.bio
    ]
    rows += [(short, name, bio, None) for short, (name, bio) in GUESTS.items()]
    return {
        short: Author.objects.get_or_create(name=name, defaults={"bio": bio, "user": user})[0]
        for short, name, bio, user in rows
    }


def _open_sections(front_page: FrontPage) -> None:
    for slug, (title, description) in SECTIONS.items():
        if not Section.objects.filter(slug=slug).exists():
            parent = FrontPage.objects.get(pk=front_page.pk)
            parent.add_child(instance=Section(title=title, slug=slug, description=description))


def _name_topics() -> dict[str, Topic]:
    topics: dict[str, Topic] = {}
    for name, parent in topic_rows():
        topic = Topic.objects.filter(name=name, qcode=None).first()
        topics[name] = topic or Topic.objects.create(name=name, parent=topics.get(parent))
    return topics


def _develop(picture: Picture, users: dict[str, User], opened: datetime) -> NewsImage:
    found = NewsImage.objects.filter(title=picture.title).first()
    if found:
        return found
    image = NewsImage(
        title=picture.title,
        alt=picture.alt,
        caption=picture.caption,
        credit=picture.credit,
        rights=picture.rights,
        uploaded_by_user=users["nell"] if picture.maker == HALIDE else users["desmond"],
    )
    if picture.focus:
        image.focal_point_x, image.focal_point_y, image.focal_point_width, image.focal_point_height = picture.focus
    if picture.rights_days:
        image.rights_end_on = timezone.now().date() + timedelta(days=picture.rights_days)
    data = picture.draw()
    with transaction.atomic(), clock_at(opened + timedelta(days=1)):
        image.file = ImageFile(io.BytesIO(data), name=f"{picture.key}.jpg")
        image.file_size = len(data)
        image.save()
    return image


def _hang_portraits(authors: dict[str, Author], images: dict[str, NewsImage]) -> None:
    for short, key in (("mira", "portrait-captain"), ("jonah", "portrait-harbour"), ("desmond", "portrait-cox")):
        author = authors[short]
        if author.portrait_id is None:
            author.portrait = images[key]
            author.save(update_fields=["portrait"])


@transaction.atomic
def _write(
    one: Plan,
    users: dict[str, User],
    authors: dict[str, Author],
    topics: dict[str, Topic],
    images: dict[str, NewsImage],
    writer: Writer,
    now: datetime,
) -> Article:
    """One story, from its first draft to where it stands."""
    story = one.story
    article = new_article(one, users=users, authors=authors, writer=writer)
    article.lead_image = images.get(story.text("picture"))
    article.byline.set(
        [
            ArticleAuthor(author=authors[short], role=role, sort_order=place)
            for place, (short, role) in enumerate(one.byline)
        ]
    )
    article.topic_links.set(
        [ArticleTopic(topic=topics[name], sort_order=place) for place, name in enumerate(story.items("topics"))]
    )
    article.picks.set(
        [
            Pick(article_id=writer.articles[key], sort_order=place)
            for place, key in enumerate(one.picks)
            if key in writer.articles
        ]
    )
    if one.state == "embargo":
        days = random.Random(f"{SEED} {story.key}").randrange(1, 4)
        article.embargo_until = (now + timedelta(days=days)).replace(hour=6, minute=0, second=0, microsecond=0)
    with references_once(article), versions_trusted():
        History(article, one, users=users, writer=writer, now=now).tell()
    return article
