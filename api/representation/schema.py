"""The public shape, as serializers: what the OpenAPI document says and what tests hold the shelf to.

Nothing is serialized with these while a reader waits; `build.py` makes the JSON at publication.
"""

from drf_spectacular.utils import PolymorphicProxySerializer, extend_schema_field
from rest_framework import serializers

from cms.models import Article, ArticleAuthor


class LinkSerializer(serializers.Serializer[None]):
    """A link in the text. `id`, `slug`, `path` and `title` are there when it leads to something of ours."""

    kind = serializers.ChoiceField(["article", "section", "external"])
    url = serializers.CharField()
    text = serializers.CharField(help_text="The words that are the link.")
    id = serializers.UUIDField(required=False)
    slug = serializers.CharField(required=False)
    path = serializers.CharField(required=False)
    title = serializers.CharField(required=False)


class StoryLinkSerializer(serializers.Serializer[None]):
    kind = serializers.ChoiceField(["article"])
    id = serializers.UUIDField()
    slug = serializers.CharField()
    path = serializers.CharField()
    url = serializers.URLField()
    title = serializers.CharField()


class RenditionSerializer(serializers.Serializer[None]):
    url = serializers.URLField()
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    type = serializers.ChoiceField(["image/jpeg", "image/webp", "image/avif"])
    crop = serializers.ChoiceField(["16:9", "1:1"], allow_null=True, help_text="null: the whole picture.")


class FocalPointSerializer(serializers.Serializer[None]):
    x = serializers.FloatField(min_value=0, max_value=1)
    y = serializers.FloatField(min_value=0, max_value=1)


class ImageSerializer(serializers.Serializer[None]):
    """A picture. `renditions` is empty for the seconds after upload in which they are made."""

    id = serializers.UUIDField(allow_null=True)
    alt = serializers.CharField(allow_blank=True)
    caption = serializers.CharField(allow_null=True)
    credit = serializers.CharField(allow_null=True)
    width = serializers.IntegerField()
    height = serializers.IntegerField()
    focal_point = FocalPointSerializer(allow_null=True)
    dominant_colour = serializers.CharField(allow_null=True, help_text="Such as #3a6ea5.")
    blurhash = serializers.CharField(allow_null=True, help_text="A blurred stand-in: blurha.sh.")
    renditions = RenditionSerializer(many=True)
    srcset = serializers.DictField(
        child=serializers.CharField(),
        help_text="For the whole picture, by media type: a value for `srcset` with widths. The best type comes first.",
    )
    crops = serializers.DictField(
        child=serializers.DictField(child=serializers.CharField()), help_text="The same by ratio: `16:9`, `1:1`."
    )


class RichTextSerializer(serializers.Serializer[None]):
    html = serializers.CharField()
    links = LinkSerializer(many=True)


class HeadingSerializer(serializers.Serializer[None]):
    text = serializers.CharField()
    level = serializers.ChoiceField([2, 3])


class ListSerializer(serializers.Serializer[None]):
    style = serializers.ChoiceField(["bulleted", "numbered"])  # type: ignore[assignment]  # a field, not DRF's option
    items = RichTextSerializer(many=True)


class QuoteSerializer(serializers.Serializer[None]):
    text = serializers.CharField()
    attribution = serializers.CharField(allow_null=True)
    role = serializers.CharField(allow_null=True)
    style = serializers.ChoiceField(["block", "pull"])  # type: ignore[assignment]


@extend_schema_field({"type": "object", "properties": {}, "additionalProperties": False})
class DividerSerializer(serializers.Serializer[None]):
    """Nothing: a line."""


class GallerySerializer(serializers.Serializer[None]):
    title = serializers.CharField(allow_null=True)
    images = ImageSerializer(many=True)


class EmbedSerializer(serializers.Serializer[None]):
    """Something from another service. `html` and what follows are null until the service has been asked."""

    url = serializers.URLField()
    provider = serializers.CharField(allow_null=True)
    caption = serializers.CharField(allow_null=True)
    title = serializers.CharField(allow_null=True)
    html = serializers.CharField(allow_null=True)
    thumbnail_url = serializers.URLField(allow_null=True)
    width = serializers.IntegerField(allow_null=True)
    height = serializers.IntegerField(allow_null=True)


class FactBoxSerializer(serializers.Serializer[None]):
    title = serializers.CharField()
    html = serializers.CharField()
    links = LinkSerializer(many=True)


class ColumnSerializer(serializers.Serializer[None]):
    heading = serializers.CharField(allow_blank=True)
    type = serializers.ChoiceField(["text", "number"])


class TableSerializer(serializers.Serializer[None]):
    caption = serializers.CharField(allow_null=True)
    columns = ColumnSerializer(many=True)
    rows = serializers.ListField(
        child=serializers.ListField(child=serializers.CharField(allow_null=True)),
        help_text="Cells as they were typed, numbers with their last zeros; null where one is empty.",
    )


class RelatedStoriesSerializer(serializers.Serializer[None]):
    title = serializers.CharField(allow_null=True)
    stories = StoryLinkSerializer(many=True)


BLOCK_VALUES: dict[str, type[serializers.Serializer[None]]] = {
    "paragraph": RichTextSerializer,
    "heading": HeadingSerializer,
    "list": ListSerializer,
    "quote": QuoteSerializer,
    "divider": DividerSerializer,
    "image": ImageSerializer,
    "gallery": GallerySerializer,
    "embed": EmbedSerializer,
    "fact_box": FactBoxSerializer,
    "table": TableSerializer,
    "related": RelatedStoriesSerializer,
}
"""The shape of a block's value, by the type of the block; a test holds it to `cms.blocks.BodyBlock`."""


def _block(name: str, value: type[serializers.Serializer[None]]) -> type[serializers.Serializer[None]]:
    title = "".join(part.capitalize() for part in name.split("_"))
    return type(
        f"{title}BlockSerializer",
        (serializers.Serializer,),
        {
            "__doc__": f"A block of type {name}.",
            "id": serializers.CharField(help_text="Stays the same while the block is edited and moved."),
            "type": serializers.ChoiceField([name]),
            "value": value(),
        },
    )


BlockSerializer = PolymorphicProxySerializer(
    component_name="Block",
    serializers={name: _block(name, value) for name, value in BLOCK_VALUES.items()},
    resource_type_field_name="type",
    many=False,
)


@extend_schema_field(BlockSerializer)
class BlockField(serializers.Field[object, object, object, object]):
    """A block of any type."""


class FlagsSerializer(serializers.Serializer[None]):
    breaking = serializers.BooleanField()
    sensitive = serializers.BooleanField()
    sponsored = serializers.BooleanField()


class SectionRefSerializer(serializers.Serializer[None]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()


class AuthorLinkSerializer(serializers.Serializer[None]):
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.URLField()


class AuthorRefSerializer(SectionRefSerializer):
    """In a byline. What is not always there comes with `include=authors`."""

    role = serializers.ChoiceField(ArticleAuthor.Role.choices)
    bio = serializers.CharField(allow_null=True, required=False)
    portrait = ImageSerializer(allow_null=True, required=False)
    links = AuthorLinkSerializer(many=True, required=False)


class TopicRefSerializer(SectionRefSerializer):
    """What a story is about. What is not always there comes with `include=topics`."""

    qcode = serializers.CharField(allow_null=True, help_text="IPTC's code, such as medtop:20000002.")
    definition = serializers.CharField(allow_null=True, required=False)
    parent = SectionRefSerializer(allow_null=True, required=False)


class SummarySerializer(serializers.Serializer[None]):
    """A story as lists show it."""

    id = serializers.UUIDField(help_text="Stays the same when the story moves or its slug changes.")
    type = serializers.ChoiceField(["article"])
    kind = serializers.ChoiceField(Article.Kind.choices)
    slug = serializers.CharField()
    path = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField()
    title = serializers.CharField()
    short_title = serializers.CharField(allow_null=True)
    kicker = serializers.CharField(allow_null=True)
    standfirst = serializers.CharField()
    language = serializers.CharField()
    site = serializers.CharField(help_text="The host name of its website.", allow_blank=True)
    published_at = serializers.DateTimeField(help_text="When readers could first see it; never changes.")
    updated_at = serializers.DateTimeField(help_text="When it last changed for its readers.")
    version = serializers.IntegerField(min_value=1)
    flags = FlagsSerializer()
    section = SectionRefSerializer()
    authors = AuthorRefSerializer(many=True)
    topics = TopicRefSerializer(many=True)
    image = ImageSerializer(allow_null=True)
    word_count = serializers.IntegerField(min_value=0)
    reading_minutes = serializers.IntegerField(min_value=0)


class BodySerializer(serializers.Serializer[None]):
    blocks = serializers.ListField(child=BlockField())
    html = serializers.CharField(allow_blank=True)


class CorrectionSerializer(serializers.Serializer[None]):
    at = serializers.DateTimeField()
    text = serializers.CharField()


class RightsSerializer(serializers.Serializer[None]):
    usage_terms = serializers.CharField(allow_null=True)
    may_be_syndicated = serializers.BooleanField()


class SeoSerializer(serializers.Serializer[None]):
    title = serializers.CharField()
    description = serializers.CharField()
    canonical_url = serializers.URLField()
    robots = serializers.CharField()
    json_ld = serializers.DictField(help_text="schema.org/NewsArticle, ready for a script element.")


class AlternateSerializer(serializers.Serializer[None]):
    """A translation of the story, or what it is a translation of."""

    language = serializers.CharField()
    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    path = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField()


class DetailSerializer(SummarySerializer):
    """A story in full."""

    body = BodySerializer()
    corrections = CorrectionSerializer(many=True)
    rights = RightsSerializer()
    seo = SeoSerializer()
    aliases = serializers.ListField(child=serializers.CharField(), help_text="Paths at which it was found earlier.")
    alternates = AlternateSerializer(many=True, help_text="The same story in other languages, for `hreflang`.")
    picks = StoryLinkSerializer(many=True)


class PreviewSerializer(DetailSerializer):
    """A draft as it would be published now; its pictures have addresses that end with it."""

    preview = serializers.BooleanField(help_text="Always true.")
    preview_expires_at = serializers.DateTimeField(help_text="When the token stops to open it.")


class ReasonSerializer(serializers.Serializer[None]):
    kind = serializers.ChoiceField(
        [
            *("editor", "same_story", "follow_up", "name", "topic", "terms"),
            *("author", "series", "picked", "similar", "section"),
        ]
    )
    text = serializers.CharField(help_text="Words that fit under a headline.")
    values = serializers.ListField(child=serializers.CharField())


class RelatedSerializer(SummarySerializer):
    """A story shown under another, and why."""

    origin = serializers.ChoiceField(["editor", "related"])
    relation = serializers.ChoiceField(
        ["same_story", "follow_up", "background", "latest"],
        allow_null=True,
        help_text="What it is to the story: the same event, part of the same running story, what lies behind, or only "
        "new in the section; null for a pick of the editor.",
    )
    score = serializers.FloatField(allow_null=True, help_text="null for a pick of the editor.")
    reasons = ReasonSerializer(many=True)


class HighlightSerializer(serializers.Serializer[None]):
    title = serializers.CharField(help_text="HTML; matches stand in <mark>.")
    text = serializers.CharField(help_text="HTML; matches stand in <mark>.")


class ListedSerializer(SummarySerializer):
    """A story in a list, with what `include` and `highlight` asked for."""

    body = BodySerializer(required=False)
    related = RelatedSerializer(many=True, required=False)
    highlight = HighlightSerializer(required=False)


class ArticleSerializer(DetailSerializer):
    """A story in full, with what `include` asked for."""

    related = RelatedSerializer(many=True, required=False)


class BodyPartSerializer(serializers.Serializer[None]):
    """The text in the forms that `format` asked for."""

    blocks = serializers.ListField(child=BlockField(), required=False)
    html = serializers.CharField(allow_blank=True, required=False)
    markdown = serializers.CharField(required=False)
    text = serializers.CharField(allow_blank=True, required=False)


class _PartSerializer(serializers.Serializer[None]):
    """Of a story, what `fields` or `format` chose."""

    whole: type[serializers.Serializer[None]]

    def get_fields(self) -> dict[str, serializers.Field]:
        fields = self.whole().get_fields() | {"body": BodyPartSerializer()}
        for name, field in fields.items():
            field.required = name == "id"
        return fields


class ArticlePartSerializer(_PartSerializer):
    whole = ArticleSerializer


class ListedPartSerializer(_PartSerializer):
    whole = ListedSerializer


PART = "application/vnd.copydesk.part+json"
"""Media type of answers that hold parts of stories, so that what `application/json` holds can be relied on."""


class SectionSerializer(serializers.Serializer[None]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    path = serializers.CharField()
    url = serializers.URLField()
    site = serializers.CharField(help_text="The host name of its website.", allow_blank=True)
    language = serializers.CharField()
    parent = SectionRefSerializer(allow_null=True)
    article_count = serializers.IntegerField(help_text="Stories that readers can see, with those of sections in it.")


class TopicSerializer(TopicRefSerializer):
    definition = serializers.CharField(allow_null=True)
    parent = SectionRefSerializer(allow_null=True)
    article_count = serializers.IntegerField(help_text="Stories that readers can see, with those of topics under it.")


class AuthorSerializer(SectionRefSerializer):
    bio = serializers.CharField(allow_null=True)
    portrait = ImageSerializer(allow_null=True)
    links = AuthorLinkSerializer(many=True)
    article_count = serializers.IntegerField(help_text="Stories that readers can see.")


def _at_a_path(name: str, text: str, **fields: serializers.Field) -> type[serializers.Serializer[None]]:
    common = {"type": serializers.ChoiceField([name]), "path": serializers.CharField()}
    return type(
        f"Resolved{name.capitalize()}Serializer", (serializers.Serializer,), {"__doc__": text, **common, **fields}
    )


def _thing_at_a_path(name: str) -> type[serializers.Serializer[None]]:
    return _at_a_path(
        name,
        f"There is a {name}." if name[0] not in "aeiou" else f"There is an {name}.",
        status=serializers.ChoiceField([200]),
        id=serializers.UUIDField(),
        slug=serializers.CharField(),
        api_url=serializers.URLField(),
    )


ResolvedSerializer = PolymorphicProxySerializer(
    component_name="Resolved",
    serializers={
        **{name: _thing_at_a_path(name) for name in ("article", "section", "topic", "author")},
        "redirect": _at_a_path(
            "redirect",
            "What was there has moved, or the newsroom sends readers on.",
            status=serializers.ChoiceField([301, 302]),
            location=serializers.CharField(help_text="A path of the website, or an address elsewhere."),
        ),
        "gone": _at_a_path(
            "gone",
            "A story was there and was withdrawn.",
            status=serializers.ChoiceField([410]),
            reason=serializers.CharField(allow_null=True, help_text="For readers; null where none is given."),
        ),
    },
    resource_type_field_name="type",
    many=False,
)
"""What is at a path, told apart by `type`."""


@extend_schema_field(
    PolymorphicProxySerializer(
        component_name="AnyShape",
        serializers=[DetailSerializer, SummarySerializer],
        resource_type_field_name=None,
        many=False,
    )
)
class AnyShapeField(serializers.Field[object, object, object, object]):
    """A story in full, or as lists show it."""


class ChangeSerializer(serializers.Serializer[None]):
    """What happened to one story: put `article` in the place of what you have, or remove it where it is null."""

    event = serializers.ChoiceField(["published", "updated", "withdrawn"])
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    version = serializers.IntegerField(allow_null=True, help_text="Of the story; it grows with each public change.")
    reason = serializers.CharField(allow_null=True, help_text="Why it was withdrawn, where readers are told.")
    article = AnyShapeField(
        allow_null=True, help_text="The story as it is now; null once it was withdrawn. A summary with shape=summary."
    )


class ChangeListSerializer(serializers.Serializer[None]):
    """A page of changes. `next` is always there: ask it again later."""

    items = ChangeSerializer(many=True)
    next = serializers.URLField()
    has_more = serializers.BooleanField(help_text="Whether there is more at `next` already.")
    limit = serializers.IntegerField()


class ParameterErrorSerializer(serializers.Serializer[None]):
    parameter = serializers.CharField()
    detail = serializers.CharField()
    allowed = serializers.ListField(
        child=serializers.CharField(),
        required=False,
        help_text="The values that are possible, where they are fixed; of an unknown parameter, the known ones.",
    )


class ProblemSerializer(serializers.Serializer[None]):
    """RFC 9457. Decide by `type`; what is not always there belongs to the types that its page names."""

    type = serializers.CharField(help_text="The address of a page that explains it; its last part never changes.")
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField(help_text="For people.")
    request_id = serializers.CharField(
        required=False, help_text="In the server's log, too; missing where caches may share the answer."
    )
    errors = ParameterErrorSerializer(many=True, required=False)  # type: ignore[assignment]
    reason = serializers.CharField(
        required=False, allow_null=True, help_text="Why it is gone, for readers; null where none is given."
    )
    withdrawn_at = serializers.DateTimeField(required=False)
    scope = serializers.CharField(required=False, help_text="What the key would need besides.")


def envelope(item: type[serializers.Serializer[None]], name: str) -> type[serializers.Serializer[None]]:
    """The list envelope around items of one shape."""
    return type(
        f"{name}ListSerializer",
        (serializers.Serializer,),
        {
            "__doc__": "A page of a list.",
            "items": item(many=True),
            "next": serializers.URLField(allow_null=True),
            "previous": serializers.URLField(allow_null=True),
            "limit": serializers.IntegerField(),
            "count": serializers.IntegerField(allow_null=True, help_text="Given when count=true."),
        },
    )


class FacetValueSerializer(serializers.Serializer[None]):
    value = serializers.CharField(help_text="What the filter of the same name takes.")
    name = serializers.CharField()
    count = serializers.IntegerField(min_value=1)


class FacetSerializer(serializers.Serializer[None]):
    """The most frequent values, the most frequent first."""

    values = FacetValueSerializer(many=True)
    exact = serializers.BooleanField(help_text="Whether all stories of the result were counted, not only the newest.")


class FacetsSerializer(serializers.Serializer[None]):
    section = FacetSerializer(required=False)
    topic = FacetSerializer(required=False)
    author = FacetSerializer(required=False)
    kind = FacetSerializer(required=False)
    language = FacetSerializer(required=False)
    site = FacetSerializer(required=False)


def with_facets(listing: type[serializers.Serializer[None]]) -> type[serializers.Serializer[None]]:
    """The envelope of a list that can be asked for facets."""
    facets = FacetsSerializer(required=False, help_text="Those that `facets` names.")
    return type(listing.__name__, (listing,), {"__doc__": listing.__doc__, "facets": facets})


class SuggestionSerializer(serializers.Serializer[None]):
    """Something whose name is like what was typed."""

    type = serializers.ChoiceField(["article", "topic", "author", "section"])
    id = serializers.UUIDField()
    slug = serializers.CharField()
    title = serializers.CharField()
    path = serializers.CharField()
    url = serializers.URLField()
    api_url = serializers.URLField()
    article_count = serializers.IntegerField(allow_null=True, help_text="null for a story.")


class SuggestionListSerializer(serializers.Serializer[None]):
    items = SuggestionSerializer(many=True)
