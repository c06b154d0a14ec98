"""Translations are made by those who may add stories where the translation goes, and are drafts like any other."""

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from wagtail.contrib.simple_translation.forms import SubmitTranslationForm
from wagtail.contrib.simple_translation.views import SubmitPageTranslationView
from wagtail.models import Locale, Page

from cms.models import Article, FrontPage


class TranslationForm(SubmitTranslationForm):
    """Wagtail's form. It offers the languages in which this person may add something there, and one page at a time."""

    def __init__(self, instance: Page, *args: Any, user: Any, **kwargs: Any) -> None:
        super().__init__(instance, *args, **kwargs)
        parent = instance.get_parent().specific
        there = [parent] if parent.is_root() else parent.get_translations()
        if not isinstance(instance, FrontPage):
            allowed = [page.locale_id for page in there if page.permissions_for_user(user).can_add_subpage()]
        elif instance.permissions_for_user(user).can_publish():
            allowed = list(Locale.objects.values_list("pk", flat=True))
        else:
            allowed = []
        locales = self.fields["locales"]
        locales.queryset = locales.queryset.filter(pk__in=allowed)
        self.fields["include_subtree"].widget = forms.HiddenInput()
        self.show_submit: bool = self.show_submit and locales.queryset.exists()


class TranslatePageView(SubmitPageTranslationView):
    """Wagtail's page, at its address: stories for those who write them, sections for those who publish."""

    def get_object(self) -> Page:
        page: Page = super().get_object()
        if not isinstance(page, Article) and not page.permissions_for_user(self.request.user).can_publish():
            raise PermissionDenied
        return page

    def get_form(self) -> TranslationForm:
        data = self.request.POST if self.request.method == "POST" else None
        return TranslationForm(self.object, data, user=self.request.user)
