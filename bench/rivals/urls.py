"""Addresses of the rivals, and those of the product."""

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.urls import include, path
from rest_framework import generics, serializers
from rest_framework.pagination import LimitOffsetPagination
from wagtail.api import APIField
from wagtail.api.v2.router import WagtailAPIRouter
from wagtail.api.v2.views import PagesAPIViewSet

from cms.models import Article, ArticleAuthor, ArticleTopic

CONSTANT = b'{"title": "' + b"x" * 6000 + b'"}'

Article.api_fields = [
    *(APIField(name) for name in ("kind", "kicker", "standfirst", "body", "lead_image", "byline", "topic_links"))
]
ArticleAuthor.api_fields = [APIField("author"), APIField("role")]
ArticleTopic.api_fields = [APIField("topic")]

wagtail_v2 = WagtailAPIRouter("wagtail_v2")
wagtail_v2.register_endpoint("pages", PagesAPIViewSet)


@transaction.non_atomic_requests
def bare(request: HttpRequest) -> HttpResponse:
    """Constant bytes of the length of a story: what Django and the server cost by themselves."""
    return HttpResponse(CONSTANT, content_type="application/json")


class AuthorSerializer(serializers.ModelSerializer[ArticleAuthor]):
    name = serializers.CharField(source="author.name")
    slug = serializers.CharField(source="author.slug")

    class Meta:
        model = ArticleAuthor
        fields = ["name", "slug", "role"]


class TopicSerializer(serializers.ModelSerializer[ArticleTopic]):
    name = serializers.CharField(source="topic.name")
    slug = serializers.CharField(source="topic.slug")

    class Meta:
        model = ArticleTopic
        fields = ["name", "slug"]


class SummarySerializer(serializers.ModelSerializer[Article]):
    authors = AuthorSerializer(source="byline", many=True)
    topics = TopicSerializer(source="topic_links", many=True)
    image = serializers.CharField(source="lead_image.alt", default=None)

    class Meta:
        model = Article
        fields = [
            *("public_id", "kind", "slug", "title", "short_title", "kicker", "standfirst"),
            *("first_published_at", "last_published_at", "breaking", "authors", "topics", "image"),
        ]


class DetailSerializer(SummarySerializer):
    body = serializers.SerializerMethodField()

    class Meta(SummarySerializer.Meta):
        fields = [*SummarySerializer.Meta.fields, "body"]

    def get_body(self, article: Article) -> object:
        return article.body.stream_block.get_api_representation(article.body)


STORIES = (
    Article.objects.live()
    .public()
    .select_related("lead_image")
    .prefetch_related("byline__author", "topic_links__topic")
)


class OrdinaryList(generics.ListAPIView[Article]):
    """What one writes on the first day with Django REST framework."""

    serializer_class = SummarySerializer
    pagination_class = LimitOffsetPagination
    queryset = STORIES.order_by("-first_published_at")

    def get_queryset(self) -> QuerySet[Article]:
        stories = super().get_queryset()
        section = self.request.query_params.get("section")
        return stories.filter(path__startswith=section) if section else stories


class OrdinaryDetail(generics.RetrieveAPIView[Article]):
    serializer_class = DetailSerializer
    queryset = STORIES
    lookup_field = "public_id"


urlpatterns = [
    path("bare/", bare),
    path("ordinary/", OrdinaryList.as_view()),
    path("ordinary/<uuid:public_id>/", OrdinaryDetail.as_view()),
    path("wagtail/v2/", wagtail_v2.urls),
    path("", include("cms.urls")),
]
