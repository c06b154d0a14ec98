"""What changed in a story, as a page."""

from typing import Any

from django.utils.functional import cached_property
from django.utils.translation import gettext_lazy

from workflows import changes
from workflows.changes import Base
from workflows.views.stories import StoryView


class ChangesView(StoryView):
    """The latest version beside one that this person knows; `?since=` chooses which."""

    http_method_names = ("get", "head", "options")
    template_name = "workflows/changes.html"
    verb = gettext_lazy("What changed")

    def check_right(self) -> None:
        """Whoever can reach the story may see what changed in it."""
        self.article  # noqa: B018 - raises 404

    @cached_property
    def bases(self) -> list[Base]:
        return changes.find_bases(self.article, self.request.user)

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        context = super().get_context_data(**kwargs)
        wanted = self.request.GET.get("since")
        base = next((base for base in self.bases if base.why == wanted), next(iter(self.bases), None))
        context["bases"] = self.bases
        context["changes"] = changes.build_changes(base, self.version) if base else None
        return context
