"""The editing form of a story, in the order in which the work goes."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    FieldPanel,
    FieldRowPanel,
    MultiFieldPanel,
    MultipleChooserPanel,
    ObjectList,
    PageChooserPanel,
    PublishingPanel,
    TabbedInterface,
    TitleFieldPanel,
)
from wagtail.admin.widgets.slug import SlugInput


def counted(field_name: str, best: int, **kwargs: object) -> FieldPanel:
    """A panel that counts characters while one writes, and marks a text longer than `best`."""
    attrs = {"data-controller": "character-count", "data-character-count-best-value": str(best)}
    return FieldPanel(field_name, attrs=attrs, **kwargs)


story_panels = [
    FieldPanel("kicker"),
    TitleFieldPanel(
        "title", attrs={"data-controller": "character-count", "data-character-count-best-value": "80"}
    ),
    counted("standfirst", 200),
    FieldPanel("lead_image"),
    FieldPanel("body"),
]
byline_panels = [
    MultipleChooserPanel(
        "byline",
        chooser_field_name="author",
        panels=[FieldRowPanel([FieldPanel("author"), FieldPanel("role")])],
        label=_("Name"),
        heading=_("Byline"),
        help_text=_("In the order in which the names are printed."),
    ),
    MultipleChooserPanel(
        "topic_links",
        chooser_field_name="topic",
        panels=[FieldPanel("topic")],
        label=_("Topic"),
        heading=_("Topics"),
        help_text=_("What the story is about: three to six."),
    ),
    FieldPanel("kind"),
]
related_panels = [
    MultipleChooserPanel(
        "picks",
        chooser_field_name="article",
        panels=[PageChooserPanel("article", "cms.Article")],
        label=_("Story"),
        heading=_("Picked by you"),
        help_text=_("These come first, in this order. Computed links follow."),
    ),
    FieldRowPanel([FieldPanel("suggest_related"), FieldPanel("may_be_suggested")], heading=_("Computed links")),
]
release_panels = [
    FieldRowPanel([FieldPanel("breaking"), FieldPanel("sensitive"), FieldPanel("sponsored")], heading=_("Flags")),
    FieldPanel("embargo_until"),
    MultiFieldPanel([FieldPanel("usage_terms"), FieldPanel("may_be_syndicated")], heading=_("Rights")),
    PublishingPanel(),
]
search_panels = [
    FieldPanel("slug", widget=SlugInput),
    counted("short_title", 45),
    counted("seo_title", 60),
    counted("search_description", 155),
    FieldRowPanel([FieldPanel("canonical_url"), FieldPanel("robots")]),
]

article_edit_handler = TabbedInterface(
    [
        ObjectList(story_panels, heading=_("Story")),
        ObjectList(byline_panels, heading=_("Byline and topics")),
        ObjectList(related_panels, heading=_("Related")),
        ObjectList(release_panels, heading=_("Release")),
        ObjectList(search_panels, heading=_("Address and search")),
    ]
)
