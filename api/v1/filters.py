"""Which stories a list shows."""

from typing import Any

import django_filters
from django import forms
from django.conf import settings
from django.contrib.postgres.search import SearchQuery
from django.core.exceptions import ValidationError
from django.db.models import Q, QuerySet
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
        except ValueError as error:
            raise ValidationError(f"There is no such moment: {error}.") from None
        if at is None or is_naive(at):
            raise ValidationError("Give a date (2026-05-04) or a moment with its offset (2026-05-04T06:00:00Z).")
        return at


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
        if value not in ("true", "false", "1", "0"):
            raise ValidationError("Give true or false.")
        return value in ("true", "1")


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
            raise ValidationError(f"Unknown: {', '.join(unknown)}. Known: {', '.join(Article.Kind.values)}.")
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
        return queryset.filter(search=search_query(value, self.data.get("language", "")))


def search_query(words: str, language: str) -> SearchQuery:
    """A reader's words as a query; stemmed as `language`, or as the newsroom's own where the list has several."""
    return SearchQuery(words, search_type="websearch", config=search_config(language or settings.LANGUAGE_CODE))
