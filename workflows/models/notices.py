"""What people are told; written in the transaction of what happened, sent after it."""

from django.db import models
from django.utils import timezone

from cms.models import Article


class Notice(models.Model):
    """One mail to one address. `key` says what it is about, so that nobody is told twice."""

    article = models.ForeignKey(Article, null=True, on_delete=models.CASCADE, related_name="notices")
    key = models.CharField(max_length=200)
    address = models.EmailField()
    subject = models.CharField(max_length=250)
    text = models.TextField()
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)
    attempt_count = models.PositiveSmallIntegerField(default=0)
    error = models.TextField(blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "address"], name="notice_once_an_address")]
        indexes = [
            models.Index(fields=["created_at"], condition=models.Q(sent_at=None), name="notice_owed"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} -> {self.address}"
