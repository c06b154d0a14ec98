"""Addresses under /api/v1/."""

from django.urls import path, re_path
from drf_spectacular.views import SpectacularJSONAPIView, SpectacularSwaggerView

from api.preview.views import PreviewDetail
from api.stream.views import ChangeStream

from .articles import ArticleDetail, ArticleList, ArticleMarkdown, ArticleNinjs, ArticleRelated
from .changes import ChangeList
from .clicks import RelatedClick
from .places import (
    AuthorDetail,
    AuthorList,
    Resolve,
    SectionDetail,
    SectionList,
    TopicDetail,
    TopicList,
)
from .problems import not_found
from .suggest import SuggestionList

app_name = "api"
urlpatterns = [
    path("articles/", ArticleList.as_view(), name="articles"),
    path("articles/<str:key>/", ArticleDetail.as_view(), name="article"),
    path("articles/<str:key>/related/", ArticleRelated.as_view(), name="article-related"),
    path("articles/<str:key>/ninjs/", ArticleNinjs.as_view(), name="article-ninjs"),
    path("articles/<str:key>/markdown/", ArticleMarkdown.as_view(), name="article-markdown"),
    path("related/<uuid:article>/<uuid:target>/click/", RelatedClick.as_view(), name="related-click"),
    path("sections/", SectionList.as_view(), name="sections"),
    path("sections/<slug:slug>/", SectionDetail.as_view(), name="section"),
    path("topics/", TopicList.as_view(), name="topics"),
    path("topics/<slug:slug>/", TopicDetail.as_view(), name="topic"),
    path("authors/", AuthorList.as_view(), name="authors"),
    path("authors/<slug:slug>/", AuthorDetail.as_view(), name="author"),
    path("suggest/", SuggestionList.as_view(), name="suggest"),
    path("changes/", ChangeList.as_view(), name="changes"),
    path("stream/", ChangeStream.as_view(), name="stream"),
    path("resolve/", Resolve.as_view(), name="resolve"),
    path("previews/<str:token>/", PreviewDetail.as_view(), name="preview"),
    path("openapi.json", SpectacularJSONAPIView.as_view(), name="openapi"),
    path("docs/", SpectacularSwaggerView.as_view(url_name="api:openapi"), name="docs"),
]
# Linters of OpenAPI want addresses without a slash at their end, and so do most who type them by hand. Both are
# answered, and neither with a redirect; the names above are those with the slash.
urlpatterns += [
    path(str(one.pattern).removesuffix("/"), one.callback) for one in urlpatterns if str(one.pattern).endswith("/")
]
urlpatterns.append(re_path(r"^.*$", not_found))
