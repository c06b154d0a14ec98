"""What a search box may suggest while somebody types."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVectorField
from django.db import models


class Suggestion(models.Model):
    """Something public that readers may look for by name: a story, or what a visible story is about, by or in.

    It is kept by site and language, in the transaction that changes the shelf. `weight` orders what matches equally
    well: for a story its age (the newer, the larger), otherwise the number of stories on the shelf that show it.
    """

    class Kind(models.TextChoices):
        ARTICLE = "article"
        TOPIC = "topic"
        AUTHOR = "author"
        SECTION = "section"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    public_id = models.UUIDField()
    slug = models.CharField(max_length=255)
    site = models.CharField(max_length=255, default="")
    language = models.CharField(max_length=20)
    title = models.TextField()
    path = models.CharField(max_length=1000)
    weight = models.BigIntegerField()
    visible_from = models.DateTimeField(null=True)
    visible_until = models.DateTimeField(null=True)
    words = SearchVectorField(help_text="The words of the title, without accents, in lower case.")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "slug", "site", "language"], name="suggestion_once"),
        ]
        indexes = [
            models.Index(fields=["kind", "-weight"], name="suggestion_heaviest"),
            models.Index(fields=["public_id"], name="suggestion_public_id"),
            GinIndex(fields=["words"], name="suggestion_words", fastupdate=False),
        ]

    def __str__(self) -> str:
        return f"{self.kind}: {self.title}"


class SuggestionWord(models.Model):
    """A word of a suggestion, by the pieces of three letters in which a misspelling is likely to agree with it."""

    word = models.CharField(max_length=60, primary_key=True)
    pieces = ArrayField(models.CharField(max_length=3))

    class Meta:
        indexes = [GinIndex(fields=["pieces"], name="suggestion_pieces", fastupdate=False)]

    def __str__(self) -> str:
        return self.word
