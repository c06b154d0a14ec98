"""Lists, forms and choosers of authors and topics in the admin."""

from django.utils.translation import gettext_lazy as _
from wagtail.snippets.views.snippets import SnippetViewSet, SnippetViewSetGroup

from cms.models import Author, Topic


class AuthorViewSet(SnippetViewSet):
    model = Author
    icon = "user"
    list_display = ["name", "slug", "user"]
    list_per_page = 50
    chooser_per_page = 20
    add_to_admin_menu = False


class TopicViewSet(SnippetViewSet):
    model = Topic
    icon = "tag"
    list_display = ["name", "parent", "qcode", "retired"]
    list_filter = ["retired"]
    list_per_page = 50
    chooser_per_page = 20
    add_to_admin_menu = False


class ReferenceGroup(SnippetViewSetGroup):
    """Who writes, and what about."""

    items = (AuthorViewSet, TopicViewSet)
    menu_label = _("Authors and topics")
    menu_icon = "group"
    menu_order = 300
