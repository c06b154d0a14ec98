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


class AuthorRefSerializer(SectionRefSerializer):
    role = serializers.ChoiceField(ArticleAuthor.Role.choices)


class TopicRefSerializer(SectionRefSerializer):
    qcode = serializers.CharField(allow_null=True, help_text="IPTC's code, such as medtop:20000002.")


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


class DetailSerializer(SummarySerializer):
    """A story in full."""

    body = BodySerializer()
    corrections = CorrectionSerializer(many=True)
    rights = RightsSerializer()
    seo = SeoSerializer()
    aliases = serializers.ListField(child=serializers.CharField(), help_text="Paths at which it was found earlier.")
    picks = StoryLinkSerializer(many=True)


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


class SectionSerializer(serializers.Serializer[None]):
    id = serializers.UUIDField()
    slug = serializers.CharField()
    name = serializers.CharField()
    description = serializers.CharField(allow_null=True)
    path = serializers.CharField()
    url = serializers.URLField()
    parent = SectionRefSerializer(allow_null=True)
    article_count = serializers.IntegerField(help_text="Stories that readers can see, with those of sections in it.")


class TopicSerializer(TopicRefSerializer):
    definition = serializers.CharField(allow_null=True)
    parent = SectionRefSerializer(allow_null=True)
    article_count = serializers.IntegerField(help_text="Stories that readers can see, with those of topics under it.")


class AuthorLinkSerializer(serializers.Serializer[None]):
    label = serializers.CharField()  # type: ignore[assignment]
    url = serializers.URLField()


class AuthorSerializer(SectionRefSerializer):
    bio = serializers.CharField(allow_null=True)
    portrait = ImageSerializer(allow_null=True)
    links = AuthorLinkSerializer(many=True)
    article_count = serializers.IntegerField(help_text="Stories that readers can see.")


class ResolvedSerializer(serializers.Serializer[None]):
    """What is at a path. `id`, `slug`, `api_url`: what it is; `location`, `status`: where it went; `reason`: why."""

    type = serializers.ChoiceField(["article", "section", "topic", "author", "redirect", "gone"])
    path = serializers.CharField()
    status = serializers.ChoiceField([200, 301, 302, 410])
    id = serializers.UUIDField(required=False)
    slug = serializers.CharField(required=False)
    api_url = serializers.URLField(required=False)
    location = serializers.CharField(required=False)
    reason = serializers.CharField(required=False, allow_null=True)


class ChangeSerializer(serializers.Serializer[None]):
    """What happened to one story: put `article` in the place of what you have, or remove it where it is null."""

    event = serializers.ChoiceField(["published", "updated", "withdrawn"])
    id = serializers.UUIDField()
    at = serializers.DateTimeField()
    version = serializers.IntegerField(allow_null=True, help_text="Of the story; it grows with each public change.")
    reason = serializers.CharField(allow_null=True, help_text="Why it was withdrawn, where readers are told.")
    article = DetailSerializer(
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


class ProblemSerializer(serializers.Serializer[None]):
    """RFC 9457. `errors` names the parameters of a 400; `reason` and `withdrawn_at` belong to a 410."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    errors = ParameterErrorSerializer(many=True, required=False)  # type: ignore[assignment]
    reason = serializers.CharField(required=False, allow_null=True)
    withdrawn_at = serializers.DateTimeField(required=False)


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
