"""The things stories are about."""

import uuid
from collections.abc import Iterable
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.search import index

from .authors import free_slug


class TopicQuerySet(models.QuerySet["Topic"]):
    def ancestor_slugs(self, topic_ids: Iterable[int]) -> dict[int, list[str]]:
        """For each topic id, the slugs of the topic and of all topics above it, nearest first; one query."""
        with connection.cursor() as cursor:
            cursor.execute(
                """
                WITH RECURSIVE up AS (
                    SELECT id AS origin, id, slug, parent_id, 0 AS distance FROM cms_topic WHERE id = ANY(%s)
                    UNION ALL
                    SELECT up.origin, t.id, t.slug, t.parent_id, up.distance + 1
                    FROM cms_topic t JOIN up ON t.id = up.parent_id WHERE up.distance < 20
                )
                SELECT origin, array_agg(slug ORDER BY distance) FROM up GROUP BY origin
                """,
                [list(topic_ids)],
            )
            return dict(cursor.fetchall())

    def under(self, topic_id: int) -> Self:
        """A topic and all topics below it."""
        return self.filter(
            pk__in=RawSQL(
                """
                WITH RECURSIVE down AS (
                    SELECT id, 0 AS distance FROM cms_topic WHERE id = %s
                    UNION ALL
                    SELECT t.id, down.distance + 1
                    FROM cms_topic t JOIN down ON t.parent_id = down.id WHERE down.distance < 20
                )
                SELECT id FROM down
                """,
                [topic_id],
            )
        )


class Topic(index.Indexed, models.Model):
    """A subject in a tree: one of IPTC's Media Topics, or the newsroom's own."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=160)
    slug = models.SlugField(max_length=180, unique=True, blank=True, help_text=_("In addresses; made from the name."))
    qcode = models.CharField(
        max_length=40, unique=True, null=True, blank=True, help_text=_("IPTC's code, such as medtop:20000002.")
    )
    definition = models.TextField(blank=True, help_text=_("What belongs under this topic."))
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children", verbose_name=_("wider topic")
    )
    retired = models.BooleanField(default=False, help_text=_("No longer given to new stories."))

    objects = models.Manager.from_queryset(TopicQuerySet)()

    panels = [
        FieldPanel("name"),
        FieldPanel("parent"),
        FieldPanel("definition"),
        FieldPanel("slug"),
        FieldPanel("qcode"),
        FieldPanel("retired"),
    ]
    search_fields = [
        index.SearchField("name", boost=3),
        index.AutocompleteField("name"),
        index.SearchField("definition"),
        index.FilterField("retired"),
    ]

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"{self.name} ({self.parent.name})" if self.parent_id and self.parent else self.name

    def save(self, *args: Any, **kwargs: Any) -> None:
        if not self.slug:
            self.slug = free_slug(Topic, self.name)
        super().save(*args, **kwargs)

    def clean(self) -> None:
        super().clean()
        self.qcode = self.qcode or None
        above, seen = self.parent, set()
        while above is not None and above.pk not in seen:
            if above.pk == self.pk and self.pk is not None:
                raise ValidationError({"parent": _("A topic cannot stand under itself.")})
            seen.add(above.pk)
            above = above.parent
        if not self.slug:
            self.slug = free_slug(Topic, self.name)
