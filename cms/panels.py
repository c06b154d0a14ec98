"""The editing form of a story, in the order in which the work goes."""

from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import (
    CommentPanel,
    FieldPanel,
    FieldRowPanel,
    HelpPanel,
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
    return FieldPanel(field_name, attrs=_count_to(best), **kwargs)


def _count_to(best: int) -> dict[str, str]:
    return {"data-controller": "character-count", "data-character-count-best-value": str(best)}


def _place(name: str) -> dict[str, str]:
    """Attributes of a list of the form by which Wagtail's links to a field (`#:w:contentpath=`) find it."""
    return {"data-contentpath": name}


story_panels = [
    FieldRowPanel([FieldPanel("kicker"), FieldPanel("kind")]),
    TitleFieldPanel(
        "title",
        placeholder=_("Headline"),
        help_text=_("The headline, as readers see it."),
        attrs=_count_to(80),
    ),
    counted("short_title", 45),
    counted("standfirst", 200),
    FieldPanel("lead_image"),
    FieldPanel("body"),
    CommentPanel(),
]
byline_panels = [
    MultipleChooserPanel(
        "byline",
        chooser_field_name="author",
        panels=[FieldRowPanel([FieldPanel("author"), FieldPanel("role")])],
        label=_("Name"),
        heading=_("Byline"),
        help_text=_("In the order in which the names are printed."),
        attrs=_place("byline"),
    ),
    MultipleChooserPanel(
        "topic_links",
        chooser_field_name="topic",
        panels=[FieldPanel("topic")],
        label=_("Topic"),
        heading=_("Topics"),
        help_text=_("What the story is about: three to six."),
        attrs=_place("topic_links"),
    ),
]
related_panels = [
    MultipleChooserPanel(
        "picks",
        chooser_field_name="article",
        panels=[PageChooserPanel("article", "cms.Article")],
        label=_("Story"),
        heading=_("Picked by you"),
        help_text=_("These come first, in this order. Computed links follow."),
        attrs=_place("picks"),
    ),
    # Filled by a script of the package that knows what was published.
    HelpPanel(content='<div data-controller="related-suggestions"></div>', heading=_("Suggestions")),
    FieldRowPanel([FieldPanel("suggest_related"), FieldPanel("may_be_suggested")], heading=_("Computed links")),
]
release_panels = [
    FieldRowPanel([FieldPanel("breaking"), FieldPanel("sensitive"), FieldPanel("sponsored")], heading=_("Flags")),
    FieldPanel("embargo_until"),
    MultiFieldPanel([FieldPanel("usage_terms"), FieldPanel("may_be_syndicated")], heading=_("Rights")),
    PublishingPanel(),
]
search_panels = [
    FieldPanel("slug", widget=SlugInput, help_text=_("The last part of the story's address.")),
    counted(
        "seo_title",
        60,
        heading=_("Title for search engines"),
        help_text=_("Instead of the headline. Leave it empty if the headline will do."),
    ),
    counted(
        "search_description",
        155,
        heading=_("Description for search engines"),
        help_text=_("Instead of the standfirst. Leave it empty if the standfirst will do."),
    ),
    FieldRowPanel(
        [
            FieldPanel("canonical_url", heading=_("Canonical address")),
            FieldPanel("robots", heading=_("Search engines")),
        ]
    ),
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
