"""Links between published stories, computed ahead of any reader."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models
from pgvector.django import SparseVectorField

from .shelf import PublishedArticle

SLOTS = 2**20
"""Number of slots into which terms are hashed."""


class Terms(models.Model):
    """What a published story is about, as weighted terms; deleted with its row of the shelf."""

    article = models.OneToOneField(PublishedArticle, on_delete=models.CASCADE, primary_key=True, related_name="terms")
    vector = SparseVectorField(dimensions=SLOTS)
    heaviest = ArrayField(models.IntegerField())
    words = ArrayField(models.TextField(), help_text="The heaviest terms as a reader would write them.")

    class Meta:
        indexes = [GinIndex(fields=["heaviest"], name="terms_heaviest", fastupdate=False)]

    def __str__(self) -> str:
        return str(self.article_id)


class RankingDue(models.Model):
    """A published story whose related links are owed.

    It is a table of its own because a column of the shelf could not change without every index of the shelf.
    """

    article = models.OneToOneField(PublishedArticle, on_delete=models.CASCADE, primary_key=True, related_name="+")
    attempt_count = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return str(self.article_id)


class TermFrequency(models.Model):
    """In how many published stories a term occurs, as last counted."""

    slot = models.IntegerField(primary_key=True)
    story_count = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.slot}: {self.story_count}"


class RelatedLink(models.Model):
    """A computed link from one published story to another."""

    article = models.ForeignKey(PublishedArticle, on_delete=models.CASCADE, related_name="related_links")
    target = models.ForeignKey(PublishedArticle, on_delete=models.CASCADE, related_name="related_from")
    score = models.FloatField()
    reasons = models.JSONField(default=list)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["article", "target"], name="relatedlink_once"),
            models.CheckConstraint(condition=~models.Q(article=models.F("target")), name="relatedlink_not_itself"),
        ]
        indexes = [models.Index(fields=["article", "-score"], name="relatedlink_best")]

    def __str__(self) -> str:
        return f"{self.article_id} -> {self.target_id}: {self.score:.2f}"
