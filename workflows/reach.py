"""Who may find a page in the admin: rights by section, asked of many people at once."""

from typing import Any

from django.db.models import QuerySet
from wagtail.models import Page
from wagtail.permissions import policy_registry

_ANY_RIGHT = {"add", "change", "publish", "lock", "unlock", "bulk_delete"}
"""Whoever has one of these in a section finds its pages in the explorer."""


def those_who_may_find(page: Page, people: QuerySet[Any]) -> QuerySet[Any]:
    """Those of `people` who have a right in the section of `page`, so that its headline is no secret to them."""
    policy = policy_registry.get_by_type(Page)
    return people.filter(pk__in=policy.users_with_any_permission_for_instance(_ANY_RIGHT, page).values("pk"))


def may_find(person: Any, page: Page) -> bool:
    """Whether this person has a right in the section of `page`."""
    policy = policy_registry.get_by_type(Page)
    return bool(policy.user_has_any_permission_for_instance(person, _ANY_RIGHT, page))
