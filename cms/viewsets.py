"""Lists, forms and choosers of authors and topics in the admin."""

from typing import Any

import django_filters
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.ui.tables import BooleanColumn, Column, NumberColumn, UserColumn
from wagtail.snippets.views.chooser import SnippetChooserViewSet
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms.models import Author, Topic


class AuthorFilterSet(WagtailFilterSet):
    has_login = django_filters.BooleanFilter("user", "isnull", exclude=True, label=_("Has a login"))

    class Meta:
        model = Author
        fields: list[str] = []


class AuthorChooserViewSet(SnippetChooserViewSet):
    """Whoever may add authors can add one where it is missed: in the byline of a story."""

    form_fields = ["name", "bio"]
    creation_tab_label = _("New author")


class AuthorViewSet(SnippetViewSet):
    model = Author
    icon = "user"
    list_display = [
        "name",
        NumberColumn("story_count", label=_("Bylines"), sort_key="story_count"),
        UserColumn("user", label=_("Login"), sort_key="user__username"),
        Column("slug", label=_("Slug"), sort_key="slug"),
    ]
    # Plain search in columns: Wagtail's index would refuse the filters, and finds no codes.
    search_backend_name = None
    search_fields = ["name", "slug", "user__username"]
    filterset_class = AuthorFilterSet
    ordering = ["name"]
    list_per_page = 50
    chooser_per_page = 20
    chooser_viewset_class = AuthorChooserViewSet
    add_to_admin_menu = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Author]:
        return Author.objects.select_related("user__wagtail_userprofile").annotate(story_count=Count("credits"))


class TopicFilterSet(WagtailFilterSet):
    origin = django_filters.ChoiceFilter(
        label=_("Origin"),
        method="filter_origin",
        choices=[("iptc", _("IPTC Media Topics")), ("own", _("The newsroom's own"))],
    )
    unused = django_filters.BooleanFilter("article_links", "isnull", label=_("Without stories"))

    class Meta:
        model = Topic
        fields = ["retired"]

    def filter_origin(self, queryset: QuerySet[Topic], name: str, value: str) -> QuerySet[Topic]:
        return queryset.filter(qcode__isnull=value == "own")


class TopicChooserViewSet(SnippetChooserViewSet):
    """Retired topics are not offered to stories, nor as wider topics."""

    form_fields = ["name", "definition"]
    creation_tab_label = _("New topic")

    def get_object_list(self) -> QuerySet[Topic]:
        return Topic.objects.filter(retired=False).select_related("parent")


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    list_display = [
        "name",
        Column("parent", label=_("Wider topic"), accessor="parent.name", sort_key="parent__name"),
        NumberColumn("story_count", label=_("Stories"), sort_key="story_count"),
        Column("qcode", label=_("IPTC code"), sort_key="qcode"),
        BooleanColumn("retired", label=_("Retired"), sort_key="retired"),
    ]
    search_backend_name = None
    search_fields = ["name", "slug", "qcode"]
    filterset_class = TopicFilterSet
    ordering = ["name"]
    list_per_page = 50
    chooser_per_page = 20
    chooser_viewset_class = TopicChooserViewSet
    add_to_admin_menu = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Topic]:
        return Topic.objects.select_related("parent").annotate(story_count=Count("article_links"))


class ReferenceGroup(SnippetViewSetGroup):
    """Who writes, and what about."""

    items: tuple[Any, ...] = (AuthorViewSet, TopicViewSet)
    menu_label = _("Reference")
    menu_icon = "group"
    menu_order = 300
