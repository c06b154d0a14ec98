"""What the OpenAPI document says of each address."""

from typing import Any

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse

from api.models import RelatedLink
from api.representation import schema
from api.representation.ninjs_schema import NinjsSerializer
from cms.models import Article

from .facets import DEFAULT_VALUES, FACETS, MAX_VALUES
from .parameters import DEFAULT_LIMIT, MAX_LIMIT

_PROBLEM = "application/problem+json"


def _query(name: str, text: str, type_: Any = str, **options: Any) -> OpenApiParameter:
    return OpenApiParameter(name, type_, OpenApiParameter.QUERY, description=text, **options)


def _names(names: tuple[str, ...] | list[str], text: str, name: str) -> OpenApiParameter:
    return _query(name, text, enum=list(names), many=True, explode=False, style="form")


def _limit(default: int, maximum: int) -> OpenApiParameter:
    kind = {"type": "integer", "minimum": 1, "maximum": maximum, "default": default}
    return _query("limit", f"How many, 1 to {maximum}.", kind)


_SLUGS = r"^-?[A-Za-z0-9_-]+(\|[A-Za-z0-9_-]+)*(,-?[A-Za-z0-9_-]+(\|[A-Za-z0-9_-]+)*)*$"
_UUID = "[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


def _slugs(name: str, text: str) -> OpenApiParameter:
    return _query(name, text, {"type": "string", "pattern": _SLUGS})


def _ids(name: str, text: str) -> OpenApiParameter:
    return _query(name, text, {"type": "string", "pattern": f"^{_UUID}(,{_UUID}){{0,99}}$"})


def _moment(name: str, text: str) -> OpenApiParameter:
    return _query(name, text, {"type": "string", "anyOf": [{"format": "date"}, {"format": "date-time"}]})


_CURSOR = _query("cursor", "From `next` or `previous` of a page; opaque, and only good for the same parameters.")
_COUNT = _query("count", "Whether to count all that match; costs more than the page.", bool, default=False)
_KEY = OpenApiParameter("key", str, OpenApiParameter.PATH, description="The id (UUID) or the slug of a story.")
_SLUG = OpenApiParameter("slug", str, OpenApiParameter.PATH, description="The slug.")


def _problems(*codes: int) -> dict[Any, OpenApiResponse]:
    texts = {
        400: "A parameter is unknown, repeated or cannot be read; `errors` names it.",
        401: "The key is not valid, or one is needed and missing.",
        403: "The key lacks the scope that `scope` names.",
        404: "There is nothing public at this address.",
        410: "It was public once, or the cursor is too old; `reason` says why it is gone, where readers are told.",
        429: "More was asked in a minute than is allowed; `Retry-After` says when to go on.",
    }
    return {(code, _PROBLEM): OpenApiResponse(schema.ProblemSerializer, texts[code]) for code in codes}


def _reads(
    operation_id: str,
    tag: str,
    summary: str,
    text: str,
    shape: Any,
    parameters: list[Any],
    *codes: int,
    media_type: str = "application/json",
    part: Any = None,
) -> dict[str, Any]:
    """What `extend_schema` is told of a read; `part` is the shape of answers that were asked for less."""
    chosen = {(200, schema.PART): OpenApiResponse(part, "Found.")} if part else {}
    moved = {301: OpenApiResponse(description="This slug is an earlier one: `Location` has the story's own address.")}
    return {
        "operation_id": operation_id,
        "tags": [tag],
        "summary": summary,
        "description": text,
        "parameters": parameters,
        "responses": {
            (200, media_type): OpenApiResponse(shape, "Found. `ETag` may be sent back as `If-None-Match`."),
            **chosen,
            **(moved if _KEY in parameters else {}),
            304: OpenApiResponse(description="Unchanged since the version that `If-None-Match` names."),
            **_problems(401, 403, 429, *codes),
        },
    }


_LANGUAGE = _query("language", "A language code such as `en-gb`.", {"type": "string", "minLength": 1, "maxLength": 20})
_SITE = _query("site", "The host name of a website.", {"type": "string", "minLength": 1, "maxLength": 255})
_FILTERS = [
    _slugs("section", "Slugs of sections, as for `topic`; stories of the sections in them are included."),
    _slugs("topic", "Slugs of topics: a comma for all, `|` for any, `-` before one for none. Children are included."),
    _slugs("author", "Slugs of authors, as for `topic`."),
    _query(
        "kind",
        f"One kind, or several divided by `|`: {', '.join(Article.Kind.values)}.",
        {"type": "string", "pattern": "^({0})(\\|({0}))*$".format("|".join(Article.Kind.values))},
    ),
    _LANGUAGE,
    _SITE,
    _ids("ids", "Up to 100 ids, divided by commas."),
    _moment("published_from", "Published then or later: a date, or a moment with its offset."),
    _moment("published_to", "Published before."),
    _moment("updated_from", "Changed then or later."),
    _moment("updated_to", "Changed before."),
    _query("breaking", "Only breaking news, or only the rest.", bool),
    _query("q", 'Full text: words, `"a phrase"`, `one OR other`, `-without`.', {"type": "string", "maxLength": 200}),
    _query("highlight", "With `q`: where it was found, as HTML with `<mark>`.", bool, default=False),
    _query(
        "order",
        "`relevance` needs `q`.",
        enum=["-published_at", "published_at", "-updated_at", "relevance"],
        default="-published_at",
    ),
]
_SUMMARY_NAMES = list(schema.SummarySerializer().fields)
_DETAIL_NAMES = list(schema.DetailSerializer().fields)

ARTICLE_LIST = _reads(
    "listArticles",
    "Stories",
    "List stories",
    "Published stories, newest first. Filters combine; what is under embargo, private or withdrawn is in no list.",
    schema.with_facets(schema.envelope(schema.ListedSerializer, "Article")),
    [
        *_FILTERS,
        _limit(DEFAULT_LIMIT, MAX_LIMIT),
        _CURSOR,
        _COUNT,
        _names(_SUMMARY_NAMES, "Only these fields, and `id`.", "fields"),
        _names(["authors", "topics", "related", "body"], "More of these with each story.", "include"),
        _names(list(FACETS), "How many stories of the result have each section, topic and so on.", "facets"),
        _query(
            "facet_limit",
            f"How many values of each facet, 1 to {MAX_VALUES}; needs `facets`.",
            {"type": "integer", "minimum": 1, "maximum": MAX_VALUES, "default": DEFAULT_VALUES},
        ),
    ],
    400,
    part=schema.with_facets(schema.envelope(schema.ListedPartSerializer, "ArticlePart")),
)
ARTICLE_DETAIL = _reads(
    "getArticle",
    "Stories",
    "Get a story",
    "One story in full. A slug that it had earlier answers with a redirect.",
    schema.ArticleSerializer,
    [
        _KEY,
        _names(_DETAIL_NAMES, "Only these fields, and `id`.", "fields"),
        _names(["authors", "topics", "related"], "More of these.", "include"),
        _query(
            "format",
            "`blocks` gives blocks and HTML; the others only that form, as `body.html`, `.markdown` or `.text`.",
            enum=["blocks", "html", "markdown", "text"],
            default="blocks",
        ),
    ],
    400,
    404,
    410,
    part=schema.ArticlePartSerializer,
)
ARTICLE_RELATED = _reads(
    "listRelatedArticles",
    "Stories",
    "List related stories",
    "What to read next: the editor's picks in their order, then computed links, best first, each with its reasons.",
    schema.envelope(schema.RelatedSerializer, "Related"),
    [
        _KEY,
        _limit(5, 12),
        _ids("exclude", "Ids that are on the page already, up to 100, divided by commas."),
        _query("section", "Only stories of this section: its slug.", {"type": "string", "minLength": 1}),
        _query(
            "max_age", "Only stories of the last so many days.", {"type": "integer", "minimum": 1, "maximum": 36_500}
        ),
        _query("mode", "Picks and computed links, or one of them.", enum=["mixed", "editor", "auto"], default="mixed"),
        _names(RelatedLink.Relation.values, "Only links that are one of these to the story.", "relation"),
    ],
    400,
    404,
    410,
)
ARTICLE_NINJS = _reads(
    "getArticleNinjs",
    "Stories",
    "Get a story as ninjs",
    "One story as IPTC ninjs 3.1, for agencies and partners.",
    NinjsSerializer,
    [_KEY],
    400,
    404,
    410,
)
ARTICLE_MARKDOWN = _reads(
    "getArticleMarkdown",
    "Stories",
    "Get a story as Markdown",
    "One story as a Markdown document, with its headline, byline and date.",
    OpenApiTypes.STR,
    [_KEY],
    400,
    404,
    410,
    media_type="text/markdown",
)

PREVIEW = _reads(
    "getPreview",
    "Previews",
    "Get a draft",
    "One version of one story for a separate frontend, by the token with which the newsroom opened its preview page. "
    "It is in the shape of a published story, with `preview` and `preview_expires_at`, and must not be kept. A token "
    "that is unknown, too old or revoked is a 404. Who comes with a key needs the scope `preview`.",
    schema.PreviewSerializer,
    [OpenApiParameter("token", str, OpenApiParameter.PATH, description="From the address of the preview page.")],
    400,
    404,
)
del PREVIEW["responses"][304]

RELATED_CLICK = {
    "operation_id": "countRelatedClick",
    "tags": ["Stories"],
    "summary": "Count a click",
    "description": "A reader followed a related link. Nothing about the reader is asked or kept. Where the newsroom "
    "does not count clicks, this answers 404.",
    "request": None,
    "parameters": [
        OpenApiParameter("article", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The story that was read."),
        OpenApiParameter("target", OpenApiTypes.UUID, OpenApiParameter.PATH, description="The story that was chosen."),
    ],
    "responses": {204: OpenApiResponse(description="Counted."), **_problems(401, 404, 429)},
}


def _place(name: str, plural: str, shape: Any, text: str) -> tuple[dict[str, Any], dict[str, Any]]:
    title = name.capitalize()
    listing = _reads(
        f"list{title}s",
        plural,
        f"List {plural.lower()}",
        text,
        schema.envelope(shape, title),
        [_SITE, _LANGUAGE, _limit(DEFAULT_LIMIT, MAX_LIMIT), _CURSOR, _COUNT],
        400,
    )
    return listing, _reads(f"get{title}", plural, f"Get {name}", text, shape, [_SLUG, _SITE, _LANGUAGE], 400, 404)


SECTION_LIST, SECTION_DETAIL = _place("section", "Sections", schema.SectionSerializer, "Parts of the publication.")
TOPIC_LIST, TOPIC_DETAIL = _place("topic", "Topics", schema.TopicSerializer, "Topics that a visible story is about.")
AUTHOR_LIST, AUTHOR_DETAIL = _place("author", "Authors", schema.AuthorSerializer, "Authors of visible stories.")
CHANGE_LIST = _reads(
    "listChanges",
    "Sync",
    "Follow changes",
    "Without a cursor: every story that readers can see, then what happened since. Follow `next` as long as `has_more` "
    "is true, and ask it again later. A cursor that is too old answers 410 of type `cursor-expired`: start again.",
    schema.ChangeListSerializer,
    [
        _query("cursor", "From `next`; opaque. Empty to start with everything."),
        _limit(100, MAX_LIMIT),
        _query("shape", "How much of each story.", enum=["detail", "summary"], default="detail"),
    ],
    400,
    410,
)
RESOLVE = _reads(
    "resolvePath",
    "Routing",
    "Resolve a path",
    "What is at a path of the website, for the router of a frontend; moved and withdrawn stories are known.",
    schema.ResolvedSerializer,
    [_query("path", "The path, such as `/news/a-slug/`.", {"type": "string", "pattern": "^/"}, required=True), _SITE],
    400,
    404,
)
SUGGEST = _reads(
    "suggest",
    "Search",
    "Suggest while somebody types",
    "Sections, topics, authors and stories whose names have the words that were typed: begun ones, misspelt ones, with "
    "or without accents. Whole words come before begun ones, and those before misspelt ones.",
    schema.SuggestionListSerializer,
    [
        _query(
            "q",
            "What was typed so far.",
            {"type": "string", "minLength": 1, "maxLength": 100, "pattern": r"\S"},
            required=True,
        ),
        _names(["section", "topic", "author", "article"], "Only these.", "type"),
        _limit(10, 10),
        _SITE,
        _LANGUAGE,
    ],
    400,
)
