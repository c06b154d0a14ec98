"""Published stories as readers get them."""

from datetime import datetime
from typing import Self

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models
from django.db.models import Q


class PublishedArticleQuerySet(models.QuerySet["PublishedArticle"]):
    def visible(self, at: datetime) -> Self:
        """Rows that readers may see at `at`."""
        return self.filter(Q(visible_until=None) | Q(visible_until__gt=at), visible_from__lte=at)


class PublishedArticle(models.Model):
    """One story as readers get it, serialized when it was published.

    A row exists only while the story may be read. `summary` and `detail` are JSON text that views hand over as they
    are; `modified_at` is when they last changed by a byte, `updated_at` when the story last changed for its readers.
    """

    article_id = models.BigIntegerField(unique=True)
    public_id = models.UUIDField(unique=True)
    content_hash = models.CharField(max_length=64)
    path = models.CharField(max_length=1000)
    slug = models.CharField(max_length=255, unique=True)
    section = models.CharField(max_length=255)
    section_slugs = ArrayField(models.CharField(max_length=255), default=list)
    author_slugs = ArrayField(models.CharField(max_length=160), default=list)
    topic_slugs = ArrayField(models.CharField(max_length=180), default=list)
    kind = models.CharField(max_length=20)
    language = models.CharField(max_length=20)
    site = models.CharField(max_length=255, default="", help_text="Host name of the website that it belongs to.")
    translation_key = models.UUIDField(null=True, help_text="The same for a story and its translations.")
    breaking = models.BooleanField(default=False)
    may_be_suggested = models.BooleanField(default=True)
    suggest_related = models.BooleanField(default=True)
    is_indexable = models.BooleanField(
        default=True, help_text="Search engines may list it, and it did not appear elsewhere first."
    )
    pick_ids = ArrayField(models.BigIntegerField(), default=list)
    shown_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="Pages that its text and picks refer to, published or not."
    )
    image_ids = ArrayField(
        models.BigIntegerField(), default=list, help_text="Pictures that it shows; their files are public while it is."
    )
    version = models.PositiveIntegerField(default=1)
    published_at = models.DateTimeField()
    updated_at = models.DateTimeField()
    modified_at = models.DateTimeField()
    visible_from = models.DateTimeField()
    visible_until = models.DateTimeField(null=True)
    title = models.TextField()
    text = models.TextField()
    summary = models.TextField()
    detail = models.TextField()
    etag = models.CharField(max_length=64)
    digest = models.CharField(max_length=64, help_text="Fingerprint of what was built, without dates and version.")
    shape = models.CharField(
        max_length=32,
        default="",
        help_text="Which form of the public JSON this is; rows in an older one are stored anew.",
    )
    summary_keys = models.TextField(
        default="", help_text="What its summary shows, as keys by which caches forget answers."
    )
    detail_keys = models.TextField(default="", help_text="The same for all of it.")
    search = SearchVectorField()

    objects = models.Manager.from_queryset(PublishedArticleQuerySet)()

    class Meta:
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="shelf_newest"),
            models.Index(fields=["-updated_at", "-id"], name="shelf_updated"),
            models.Index(fields=["section", "-published_at", "-id"], name="shelf_section_newest"),
            models.Index(fields=["kind", "-published_at", "-id"], name="shelf_kind_newest"),
            models.Index(fields=["language", "-published_at", "-id"], name="shelf_language_newest"),
            models.Index(fields=["site", "-published_at", "-id"], name="shelf_site_newest"),
            models.Index(fields=["translation_key"], name="shelf_translations"),
            models.Index(fields=["-published_at", "-id"], condition=Q(breaking=True), name="shelf_breaking_newest"),
            models.Index(fields=["path"], name="shelf_path"),
            models.Index(fields=["visible_until"], condition=Q(visible_until__isnull=False), name="shelf_expiring"),
            GinIndex(fields=["section_slugs"], name="shelf_sections", fastupdate=False),
            GinIndex(fields=["author_slugs"], name="shelf_authors", fastupdate=False),
            GinIndex(fields=["topic_slugs"], name="shelf_topics", fastupdate=False),
            GinIndex(fields=["shown_ids"], name="shelf_shown", fastupdate=False),
            GinIndex(fields=["image_ids"], name="shelf_images", fastupdate=False),
            # Words are many and a publication must not wait for all of them: PostgreSQL collects new ones first.
            GinIndex(fields=["search"], name="shelf_search", gin_pending_list_limit=1024),
        ]

    def __str__(self) -> str:
        return self.title


class Tombstone(models.Model):
    """A story that readers could see once and cannot see any more."""

    public_id = models.UUIDField(unique=True)
    slug = models.CharField(max_length=255, db_index=True)
    path = models.CharField(max_length=1000, db_index=True)
    site = models.CharField(max_length=255, default="")
    reason = models.TextField(blank=True)
    withdrawn_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True, help_text="When readers could first see it.")
    version = models.PositiveIntegerField(default=0, help_text="The last version that readers saw.")

    def __str__(self) -> str:
        return f"{self.slug}: {self.reason or 'withdrawn'}"


class ArticlePath(models.Model):
    """An address at which a story was found earlier, so that old links lead to the new one."""

    public_id = models.UUIDField(db_index=True)
    path = models.CharField(max_length=1000, unique=True)
    slug = models.CharField(max_length=255, db_index=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return self.path
