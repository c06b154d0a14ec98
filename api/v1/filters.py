"""Which stories a list shows."""

from collections.abc import Callable
from datetime import UTC
from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import ValidationError
from django.db.models import Case, Q, QuerySet, When
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.timezone import is_naive

from api.models import PublishedArticle
from api.representation.store import search_config
from cms.models import Article

from .parameters import MAX_IDS, parse_expression

MAX_QUERY_LENGTH = 200


class _ExpressionField(forms.CharField):
    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not value:
            return None
        try:
            return parse_expression(value)
        except ValueError as error:
            raise ValidationError(str(error)) from None


class SlugsFilter(django_filters.Filter):
    """An expression over an indexed array of slugs."""

    field_class = _ExpressionField

    def filter(self, queryset: QuerySet[PublishedArticle], value: Any) -> QuerySet[PublishedArticle]:
        for clause in value or []:
            holds = Q(**{f"{self.field_name}__overlap": list(clause.slugs)})
            if len(clause.slugs) == 1:
                holds = Q(**{f"{self.field_name}__contains": list(clause.slugs)})
            queryset = queryset.exclude(holds) if clause.negated else queryset.filter(holds)
        return queryset


class _MomentField(forms.CharField):
    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not value:
            return None
        try:
            at = parse_datetime(value if parse_date(value) is None else f"{value}T00:00:00Z")
            if at is None or is_naive(at):
                raise ValidationError("Give a date (2026-05-04) or a moment with its offset (2026-05-04T06:00:00Z).")
            # PostgreSQL takes no offset of sixteen hours or more, which Python does.
            return at.astimezone(UTC)
        except (ValueError, OverflowError) as error:
            raise ValidationError(f"There is no such moment: {error}.") from None


class MomentFilter(django_filters.Filter):
    field_class = _MomentField


class _IdsField(forms.CharField):
    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not value:
            return None
        ids = [one.strip() for one in value.split(",")]
        if len(ids) > MAX_IDS:
            raise ValidationError(f"Give at most {MAX_IDS} ids.")
        field = forms.UUIDField()
        try:
            return [field.clean(one) for one in ids]
        except ValidationError:
            raise ValidationError("Give ids (UUIDs), divided by commas.") from None


class IdsFilter(django_filters.Filter):
    field_class = _IdsField


class _FlagField(forms.CharField):
    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value in (None, ""):
            return None
        if value not in ("true", "false"):
            raise ValidationError("Give true or false.", params={"allowed": ["true", "false"]})
        return value == "true"


class FlagFilter(django_filters.Filter):
    field_class = _FlagField


class _KindsField(forms.CharField):
    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if not value:
            return None
        kinds = value.split("|")
        unknown = [kind for kind in kinds if kind not in Article.Kind.values]
        if unknown:
            raise ValidationError(
                "Unknown: %(unknown)s. Known: %(known)s.",
                params={
                    "unknown": ", ".join(unknown),
                    "known": ", ".join(Article.Kind.values),
                    "allowed": Article.Kind.values,
                },
            )
        return kinds


class KindsFilter(django_filters.Filter):
    field_class = _KindsField


class _QueryField(forms.CharField):
    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value and "\x00" in value:
            raise ValidationError("Give words.")
        return value


class QueryFilter(django_filters.Filter):
    field_class = _QueryField


class ArticleFilter(django_filters.FilterSet):
    section = SlugsFilter("section_slugs", help_text="Slug of a section; stories of the sections in it are included.")
    topic = SlugsFilter("topic_slugs", help_text="Slugs: a comma for all, | for any, - for none; children included.")
    author = SlugsFilter("author_slugs", help_text="Slugs of authors: a comma for all, | for any, - for none.")
    kind = KindsFilter("kind", lookup_expr="in", help_text="One kind, or several divided by |.")
    language = django_filters.CharFilter("language", max_length=20, help_text="A language code such as en-gb.")
    site = django_filters.CharFilter("site", max_length=255, help_text="The host name of a website.")
    ids = IdsFilter("public_id", lookup_expr="in", help_text="Up to 100 ids, divided by commas.")
    published_from = MomentFilter("published_at", lookup_expr="gte", help_text="Published then or later.")
    published_to = MomentFilter("published_at", lookup_expr="lt", help_text="Published before.")
    updated_from = MomentFilter("updated_at", lookup_expr="gte", help_text="Changed then or later.")
    updated_to = MomentFilter("updated_at", lookup_expr="lt", help_text="Changed before.")
    breaking = FlagFilter("breaking", help_text="Only breaking news, or only the rest.")
    q = QueryFilter(
        method="search",
        max_length=MAX_QUERY_LENGTH,
        help_text='Full text: words, "a phrase", one OR other, -without.',
    )

    class Meta:
        model = PublishedArticle
        fields: list[str] = []

    def search(self, queryset: QuerySet[PublishedArticle], name: str, value: str) -> QuerySet[PublishedArticle]:
        first, *others = configurations(self.data.get("language", "")).items()
        if not others:
            return queryset.filter(search=search_query(value, first[0]))
        # Each story by the stems of its own language; in a language that is not the newsroom's, by those of the first.
        named = [language for _config, languages in others for language in languages]
        found = Q(search=search_query(value, first[0])) & ~Q(language__in=named)
        for config, languages in others:
            found |= Q(search=search_query(value, config), language__in=languages)
        return queryset.filter(found)


def configurations(language: str) -> dict[str, list[str]]:
    """PostgreSQL's search configurations, each with the languages that it is for, the newsroom's own first.

    Where a list is of one `language`, there is only the one for that.
    """
    if language:
        return {search_config(language): [language]}
    found: dict[str, list[str]] = {search_config(settings.LANGUAGE_CODE): []}
    for code, _name in settings.WAGTAIL_CONTENT_LANGUAGES:
        found.setdefault(search_config(code), []).append(code)
    return found


def in_each_language(make: Callable[[str], Any], language: str) -> Any:
    """What `make` makes of a search configuration, for each story of the one for its language."""
    first, *others = configurations(language).items()
    if not others:
        return make(first[0])
    cases = [When(language__in=languages, then=make(config)) for config, languages in others]
    return Case(*cases, default=make(first[0]))


def search_query(words: str, config: str) -> SearchQuery:
    """A reader's words as a query, with the stems of a search configuration."""
    return SearchQuery(words, search_type="websearch", config=config)
