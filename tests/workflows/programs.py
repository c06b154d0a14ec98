"""A newsroom's own program: it asks by HTTP, with the token of somebody who works there."""

from collections.abc import Mapping
from itertools import count
from typing import Any

from django.test import Client
from wagtail.models import APIToken

from cms.models import Article, User
from workflows import progress

_keys = count(1)


class Program:
    """Acts in the name of one person."""

    def __init__(self, owner: User) -> None:
        self.owner = owner
        self.token, shown = APIToken.create_token(user=owner, name="The desk bot")
        self.headers = {"Authorization": f"Bearer {shown}"}
        self.client = Client()

    def get(self, path: str, query: Mapping[str, Any] | None = None, **options: Any) -> Any:
        return self.client.get(f"/workflow/v1/{path}", query, headers=self.headers, **options)

    def story(self, article: Article) -> dict[str, Any]:
        answer = self.get(f"stories/{article.public_id}/")
        assert answer.status_code == 200, answer.content
        story: dict[str, Any] = answer.json()
        return story

    def act(
        self, verb: str, article: Article, *, key: str = "", seen: Mapping[str, Any] | None = None, **body: Any
    ) -> Any:
        """What the program does with a story that it has just seen, or saw as `seen`."""
        if seen is None:
            visit = Article.objects.get(pk=article.pk).current_workflow_task_state
            hash_ = progress.standing_of(Article.objects.get(pk=article.pk)).content_hash
            seen = {"content_hash": hash_, "visit": visit.pk if visit else None}
        named = {name: seen[name] for name in ("content_hash", "visit")}
        return self.post(f"stories/{article.public_id}/{verb}/", named | body, key=key)

    def post(self, path: str, body: Any, *, key: str = "") -> Any:
        headers = self.headers | {"Idempotency-Key": key or f'"key-{next(_keys)}"'}
        return self.client.post(f"/workflow/v1/{path}", body, content_type="application/json", headers=headers)


def done(answer: Any) -> dict[str, Any]:
    """The story after an act that was done."""
    assert answer.status_code == 200, answer.content
    story: dict[str, Any] = answer.json()
    return story


def refused(answer: Any, status: int, code: str) -> dict[str, Any]:
    """The problem document of an act that was not."""
    assert answer.status_code == status, answer.content
    assert answer["Content-Type"] == "application/problem+json"
    document: dict[str, Any] = answer.json()
    assert document["type"].endswith(f"/docs/problems/{code}"), document
    return document
