"""What the body of a story may hold. No raw HTML: rich text knows bold, italic and links."""

from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _
from wagtail import blocks
from wagtail.blocks.struct_block import StructBlockValidationError
from wagtail.contrib.typed_table_block.blocks import TypedTableBlock
from wagtail.images.blocks import ImageChooserBlock

from cms.embeds import find_provider, provider_names

RICH_TEXT_FEATURES = ["bold", "italic", "link"]


class ParagraphBlock(blocks.RichTextBlock):
    def __init__(self, **kwargs: Any) -> None:
        kwargs.setdefault("features", RICH_TEXT_FEATURES)
        super().__init__(**kwargs)

    class Meta:
        icon = "pilcrow"
        label = _("Paragraph")
        group = _("Text")
        template = "cms/blocks/paragraph.html"
        description = _("Running text with bold, italic and links.")
        preview_value = (
            "<p>The ferry returned to Lower Wexcombe at noon, <b>two hours late</b> and full, as on most days this"
            " winter.</p>"
        )


class HeadingBlock(blocks.StructBlock):
    text = blocks.CharBlock(max_length=150)
    level = blocks.ChoiceBlock(choices=[("2", _("Section")), ("3", _("Part of a section"))], default="2")

    class Meta:
        icon = "title"
        label = _("Heading")
        label_format = "{text}"
        group = _("Text")
        template = "cms/blocks/heading.html"
        description = _("A line that divides a long story.")
        preview_value = {"text": "What the council decided", "level": "2"}


class ListItemsBlock(blocks.StructBlock):
    style = blocks.ChoiceBlock(choices=[("bulleted", _("Bullets")), ("numbered", _("Numbers"))], default="bulleted")
    items = blocks.ListBlock(blocks.RichTextBlock(features=RICH_TEXT_FEATURES, label=_("Point")), min_num=1)

    class Meta:
        icon = "list-ul"
        label = _("List")
        label_format = "{items}"
        group = _("Text")
        template = "cms/blocks/list.html"
        description = _("Points in a row, with bullets or numbers.")
        preview_value = {"style": "bulleted", "items": ["A new crossing by May", "Two boats instead of one"]}


class QuoteBlock(blocks.StructBlock):
    text = blocks.TextBlock(rows=3)
    attribution = blocks.CharBlock(max_length=150, required=False, help_text=_("Who said or wrote it."))
    role = blocks.CharBlock(max_length=150, required=False, help_text=_("What makes this person worth quoting."))
    style = blocks.ChoiceBlock(
        choices=[("block", _("Block quote: part of the story")), ("pull", _("Pull quote: repeats a line, set large"))],
        default="block",
    )

    class Meta:
        icon = "openquote"
        label = _("Quotation")
        label_format = "{text} — {attribution}"
        group = _("Text")
        template = "cms/blocks/quote.html"
        description = _("Someone's own words, with the name of the speaker.")
        preview_value = {
            "text": "We have waited eleven winters for this bridge.",
            "attribution": "Odalys Brindle",
            "role": "Harbour master",
            "style": "block",
        }


class PictureBlock(blocks.StructBlock):
    image = ImageChooserBlock(label=_("Picture"))
    alt = blocks.CharBlock(
        max_length=300,
        required=False,
        label=_("Alternative text"),
        help_text=_("Only where it differs from the alternative text of the picture."),
    )
    caption = blocks.CharBlock(max_length=500, required=False, help_text=_("Instead of the picture's own caption."))

    class Meta:
        icon = "image"
        label = _("Picture")
        label_format = "{image}"
        group = _("Pictures and media")
        template = "cms/blocks/picture.html"
        description = _("One picture with its caption and credit.")
        preview_value: dict[str, Any] = {"image": None, "alt": "", "caption": "The harbour at low water"}


class GalleryBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=150, required=False)
    pictures = blocks.ListBlock(PictureBlock(), min_num=2, max_num=60)

    class Meta:
        icon = "grip"
        label = _("Gallery")
        label_format = "{title} {pictures}"
        group = _("Pictures and media")
        template = "cms/blocks/gallery.html"
        description = _("Several pictures to leaf through.")
        preview_value: dict[str, Any] = {
            "title": "The regatta in pictures",
            "pictures": [{"image": None, "alt": "", "caption": f"Leg {number}"} for number in (1, 2, 3)],
        }


class EmbedBlock(blocks.StructBlock):
    """A post, film or chart from a service on the allow list; fetched by a worker, never while a reader waits."""

    url = blocks.URLBlock(label=_("Address"), help_text=_("The address of the page that shows it."))
    caption = blocks.CharBlock(max_length=300, required=False)

    class Meta:
        icon = "media"
        label = _("Embed")
        label_format = "{url}"
        group = _("Pictures and media")
        template = "cms/blocks/embed.html"
        description = _("A film, post or chart from a service that we trust.")
        preview_value = {"url": "https://www.youtube.com/watch?v=example", "caption": "The speech in full"}

    def get_context(self, value: Any, parent_context: dict[str, Any] | None = None) -> dict[str, Any]:
        context = super().get_context(value, parent_context)
        return {**context, "host": (urlsplit(value["url"] or "").hostname or "").removeprefix("www.")}

    def clean(self, value: Any) -> Any:
        value = super().clean(value)
        if value["url"] and find_provider(value["url"]) is None:
            raise StructBlockValidationError(
                block_errors={
                    "url": ValidationError(
                        _("%(host)s is not a service that stories may embed. Allowed: %(allowed)s."),
                        params={"host": value["url"].split("/")[2], "allowed": ", ".join(provider_names())},
                    )
                }
            )
        return value


class FactBoxBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=150)
    text = blocks.RichTextBlock(features=[*RICH_TEXT_FEATURES, "ul"])

    class Meta:
        icon = "info-circle"
        label = _("Fact box")
        label_format = "{title}"
        group = _("Beside the text")
        template = "cms/blocks/fact_box.html"
        description = _("Background in a box of its own.")
        preview_value = {"title": "The bridge in figures", "text": "<p>412 metres, four piers, eleven years.</p>"}


class TableBlock(TypedTableBlock):
    def __init__(self, **kwargs: Any) -> None:
        columns = [
            ("text", blocks.CharBlock(required=False, label=_("Text"))),
            ("number", blocks.DecimalBlock(required=False, label=_("Number"))),
        ]
        super().__init__(columns, **kwargs)

    class Meta:
        icon = "table"
        label = _("Table")
        group = _("Beside the text")
        template = "cms/blocks/table.html"
        description = _("Rows and columns of words and numbers.")
        preview_value = {
            "columns": [{"type": "text", "heading": "Year"}, {"type": "number", "heading": "Passengers"}],
            "rows": [{"values": ["2024", 41200]}, {"values": ["2025", 9850]}],
            "caption": "Passengers of the ferry",
        }


class RelatedStoriesBlock(blocks.StructBlock):
    title = blocks.CharBlock(max_length=150, required=False)
    stories = blocks.ListBlock(blocks.PageChooserBlock(page_type="cms.Article"), min_num=1, max_num=10)

    class Meta:
        icon = "link"
        label = _("Related stories")
        label_format = "{title} {stories}"
        group = _("Beside the text")
        template = "cms/blocks/related.html"
        description = _("Links to other stories, inside the text.")
        # The template shows invented headlines here: a real story might be someone's secret.
        preview_value: dict[str, Any] = {"title": "", "stories": []}


class DividerBlock(blocks.StaticBlock):
    class Meta:
        icon = "minus"
        label = _("Divider")
        admin_text = _("A line across the column.")
        group = _("Text")
        template = "cms/blocks/divider.html"
        description = _("A line across the column.")
        preview_value = None


class BodyBlock(blocks.StreamBlock):
    """The body: blocks of these types, in the order in which they are read."""

    paragraph = ParagraphBlock()
    heading = HeadingBlock()
    list = ListItemsBlock()
    quote = QuoteBlock()
    divider = DividerBlock()
    image = PictureBlock()
    gallery = GalleryBlock()
    embed = EmbedBlock()
    fact_box = FactBoxBlock()
    table = TableBlock()
    related = RelatedStoriesBlock()

    class Meta:
        required = False
        max_num = 2000
