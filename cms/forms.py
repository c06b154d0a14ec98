"""The editing form of a story: what it refuses, and in which words."""

from typing import Any

from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _
from wagtail.admin.forms import WagtailAdminPageForm
from wagtail.models import Revision

OVERTAKEN_BY = "overtaken_by"
"""Where `cms.wagtail_hooks` puts the primary key of a version that was saved after the one that the form began with."""


class ArticleForm(WagtailAdminPageForm):
    def clean_slug(self) -> str:
        """A new story with a headline that was used before gets a number; an address that exists is not changed."""
        slug: str = self.cleaned_data.get("slug") or ""
        return self.instance.find_free_slug(slug) if slug and self.instance._state.adding else slug

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        self._refuse_to_overwrite()
        go_live_at = cleaned.get("go_live_at")
        if go_live_at and "go_live_at" in self.changed_data and go_live_at <= timezone.now():
            self.add_error("go_live_at", _("This time has passed. Leave it empty to release the story at once."))
        expire_at = cleaned.get("expire_at")
        embargo_until = cleaned.get("embargo_until")
        if expire_at and embargo_until and expire_at <= embargo_until:
            self.add_error("expire_at", _("The story would expire before its embargo ends."))
        self._refuse_bad_picks()
        return cleaned

    def _refuse_to_overwrite(self) -> None:
        """Whoever opened an older version is told; what they typed stays, and goes on top if they save again."""
        newer = Revision.objects.filter(pk=self.data.get(OVERTAKEN_BY) or None).select_related("user").first()
        if newer is None:
            return
        message = _(
            "%(who)s saved a newer version at %(time)s, after you opened this one. Nothing was saved, and what you "
            "typed is still here. Read the newer version in another tab. Save again to put yours on top: both stay "
            "in the history."
        )
        time = date_format(timezone.localtime(newer.created_at), "TIME_FORMAT")
        params = {"who": newer.user or _("A program"), "time": time}
        self.add_error(None, ValidationError(message, code="overtaken", params=params))

    def _refuse_bad_picks(self) -> None:
        if "picks" not in self.formsets:
            return
        seen: set[int] = set()
        for form in self.formsets["picks"].forms:
            if not hasattr(form, "cleaned_data") or form.cleaned_data.get("DELETE"):
                continue
            picked = form.cleaned_data.get("article")
            if picked is None:
                continue
            if self.instance.pk and picked.pk == self.instance.pk:
                form.add_error("article", ValidationError(_("A story cannot be related to itself.")))
            elif picked.pk in seen:
                form.add_error("article", ValidationError(_("This story is picked already.")))
            seen.add(picked.pk)

    def is_valid(self) -> bool:
        # Formsets are validated one by one, before `clean` of the form could add an error to one of their forms.
        return super().is_valid() and all(formset.is_valid() for formset in self.formsets.values())
