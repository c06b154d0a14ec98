"""Links between published stories, computed ahead of any reader, and what editors and readers do with them."""

from typing import Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from pgvector.django import SparseVectorField
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel
from wagtail.contrib.settings.models import BaseGenericSetting, register_setting

from cms.models import Topic

from .shelf import PublishedArticle

SLOTS = 2**20
"""Number of slots into which terms are hashed."""


class TermModel(models.Model):
    """A count of the terms of the shelf. Vectors are weighed with one count, and only compared with others of it."""

    class State(models.TextChoices):
        COUNTING = "counting"
        WEIGHING = "weighing"
        CURRENT = "current"

    state = models.CharField(max_length=10, choices=State.choices, default=State.COUNTING)
    story_count = models.PositiveIntegerField(default=0, help_text="Stories that were counted.")
    shelf_count = models.PositiveIntegerField(default=0, help_text="Stories on the shelf when counting began.")
    every = models.PositiveIntegerField(default=1, help_text="One story in so many is counted.")
    last_pk = models.BigIntegerField(default=0, help_text="How far the count, or the weighing, has come.")
    made_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["state"], condition=Q(state="current"), name="termmodel_one_current"),
        ]

    def __str__(self) -> str:
        return f"{self.pk} ({self.state}, {self.story_count} stories)"


class TermFrequency(models.Model):
    """In how many of the counted stories a term occurs."""

    model = models.ForeignKey(TermModel, on_delete=models.CASCADE, related_name="frequencies")
    slot = models.IntegerField()
    story_count = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["model", "slot"], name="termfrequency_once")]

    def __str__(self) -> str:
        return f"{self.slot}: {self.story_count}"


class Terms(models.Model):
    """What a published story is about, as weighted terms; deleted with its row of the shelf."""

    article = models.ForeignKey(PublishedArticle, on_delete=models.CASCADE, related_name="terms")
    model = models.ForeignKey(TermModel, on_delete=models.CASCADE, related_name="terms")
    vector = SparseVectorField(dimensions=SLOTS)
    title = SparseVectorField(dimensions=SLOTS)
    names = SparseVectorField(dimensions=SLOTS, help_text="People, places, organisations.")
    topics = SparseVectorField(dimensions=SLOTS)
    heaviest = ArrayField(models.IntegerField())
    words = ArrayField(models.TextField(), help_text="The heaviest terms as a reader would write them.")
    name_slots = ArrayField(models.IntegerField())
    name_words = ArrayField(models.TextField())
    sensitive = models.BooleanField(default=False)
    light = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article", "model"], name="terms_once")]
        indexes = [
            GinIndex(fields=["heaviest"], name="terms_heaviest", fastupdate=False),
            GinIndex(fields=["name_slots"], name="terms_names", fastupdate=False),
        ]

    def __str__(self) -> str:
        return str(self.article_id)


class RankingDue(models.Model):
    """A published story whose related links are owed.

    It is a table of its own because a column of the shelf could not change without every index of the shelf.
    """

    article = models.OneToOneField(PublishedArticle, on_delete=models.CASCADE, primary_key=True, related_name="+")
    attempt_count = models.PositiveSmallIntegerField(default=0)
    owed_since = models.DateTimeField(default=timezone.now, db_default=Now())

    def __str__(self) -> str:
        return str(self.article_id)


class RelatedLink(models.Model):
    """A computed link from one published story to another."""

    class Relation(models.TextChoices):
        SAME_STORY = "same_story", _("Same story")
        FOLLOW_UP = "follow_up", _("Follow-up")
        BACKGROUND = "background", _("Background")
        LATEST = "latest", _("New in the section")

    article = models.ForeignKey(PublishedArticle, on_delete=models.CASCADE, related_name="related_links")
    target = models.ForeignKey(PublishedArticle, on_delete=models.CASCADE, related_name="related_from")
    relation = models.CharField(max_length=10, choices=Relation.choices, default=Relation.BACKGROUND)
    pinned = models.BooleanField(default=False)
    score = models.FloatField()
    reasons = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "target"], name="relatedlink_once"),
            models.CheckConstraint(condition=~models.Q(article=models.F("target")), name="relatedlink_not_itself"),
        ]
        indexes = [models.Index(fields=["article", "-pinned", "-score"], name="relatedlink_best")]

    def __str__(self) -> str:
        return f"{self.article_id} -> {self.target_id}: {self.score:.2f}"


class RelatedChoiceQuerySet(models.QuerySet["RelatedChoice"]):
    def of(self, article_id: int) -> Self:
        """What editors have decided about the links of one story."""
        return self.filter(article_id=article_id)


class RelatedChoice(models.Model):
    """What an editor said about a computed link: never again, or always. Stories are named by the page.

    It outlives the links and the rows of the shelf, since a ranking can be learned from it.
    """

    class Verdict(models.TextChoices):
        REMOVED = "removed", _("Not related")
        PINNED = "pinned", _("Pinned")

    article_id = models.BigIntegerField()
    target_id = models.BigIntegerField()
    verdict = models.CharField(max_length=10, choices=Verdict.choices)
    score = models.FloatField(null=True, help_text="What the link scored when the editor decided.")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, null=True, on_delete=models.SET_NULL, related_name="+")
    at = models.DateTimeField(default=timezone.now)

    objects = models.Manager.from_queryset(RelatedChoiceQuerySet)()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article_id", "target_id"], name="relatedchoice_once")]

    def __str__(self) -> str:
        return f"{self.article_id} -> {self.target_id}: {self.verdict}"


class RelatedClicks(models.Model):
    """How often readers followed a link on a day. Nothing about the readers is known."""

    article_id = models.UUIDField()
    target_id = models.UUIDField()
    on = models.DateField()
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["article_id", "target_id", "on"], name="relatedclicks_once")]

    def __str__(self) -> str:
        return f"{self.article_id} -> {self.target_id}, {self.on}: {self.count}"


@register_setting(icon="link", order=900)
class RelatedSettings(BaseGenericSetting):
    """What the newsroom asks of computed links."""

    sensitive_topics = models.ManyToManyField(
        Topic,
        blank=True,
        related_name="+",
        help_text=_("Stories about these, and stories flagged as sensitive, are kept apart from light ones."),
    )
    light_topics = models.ManyToManyField(
        Topic,
        blank=True,
        related_name="+",
        help_text=_("Topics of light stories. Where none is named: IPTC's arts, sport, lifestyle and human interest."),
    )
    section_limit = models.PositiveSmallIntegerField(
        default=0, help_text=_("Most links to stories of one section; 0 for as many as there are.")
    )
    topic_limit = models.PositiveSmallIntegerField(
        default=0, help_text=_("Most links to stories about one topic, wider topics too; 0 for any number.")
    )
    news_days = models.PositiveIntegerField(
        default=0, help_text=_("News is not suggested when it is older than this, in days; 0 for any age.")
    )
    live_days = models.PositiveIntegerField(
        default=30, help_text=_("Live coverage is not suggested when it is older than this, in days; 0 for any age.")
    )

    panels = [
        MultiFieldPanel(
            [FieldPanel("sensitive_topics"), FieldPanel("light_topics")], heading=_("Kept apart from each other")
        ),
        FieldRowPanel([FieldPanel("section_limit"), FieldPanel("topic_limit")], heading=_("Variety")),
        FieldRowPanel([FieldPanel("news_days"), FieldPanel("live_days")], heading=_("Freshness")),
    ]

    class Meta:
        verbose_name = _("related stories")
