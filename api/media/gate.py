"""Which files are open to whom."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import F, OuterRef, Q
from wagtail.users.models import UserProfile

from api.caching import keys
from api.models import PublishedArticle
from cms.models import Author, NewsImage, NewsRendition


@dataclass(frozen=True)
class Shown:
    """A file that readers may have."""

    until: datetime | None
    """When the last story that shows the picture expires; None where one of them does not."""
    keys: list[str]
    """By which caches forget it."""


def find_shown(name: str, at: datetime) -> Shown | None:
    """What is public about the file called `name`; None if nothing is. Two queries at most.

    A picture is public while a story that readers can see shows it, or while it is the portrait of an author of one.
    The file that was uploaded never is.
    """
    portrayed = ArraySubquery(Author.objects.filter(portrait=OuterRef("image_id")).values("slug"))
    rendition = NewsRendition.objects.filter(file=name).values_list("image_id", "image__public_id", portrayed).first()
    if rendition is None:
        return None
    image_id, public_id, authors = rendition
    showing = PublishedArticle.objects.visible(at).filter(
        Q(image_ids__contains=[image_id]) | Q(author_slugs__overlap=authors)
    )
    ends = showing.order_by(F("visible_until").desc(nulls_first=True)).values_list("visible_until", flat=True)[:1]
    # The portrait of an author goes with the last of their stories, which says nothing of the picture.
    shown_in = [keys.image(public_id), *(key(slug) for slug in authors for key in (keys.author, _stories_of))]
    return next((Shown(until, shown_in) for until in ends), None)


def _stories_of(author: str) -> str:
    return keys.listed_in("author", author)


def is_ours(name: str) -> bool:
    """Whether the file belongs to a picture, or is the portrait of a login: what the admin shows."""
    return (
        NewsRendition.objects.filter(file=name).exists()
        or NewsImage.objects.filter(file=name).exists()
        or UserProfile.objects.filter(avatar=name).exists()
    )


def works_here(user: Any) -> bool:
    """Whether this person may use the admin."""
    return bool(user.is_active and user.has_perm("wagtailadmin.access_admin"))
