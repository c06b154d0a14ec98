"""Plans: the list of commissioned stories, and the page of a story's own plan."""

from typing import Any

import django_filters
from django import forms
from django.contrib.auth import get_user_model
from django.core.exceptions import PermissionDenied
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.middleware.csrf import get_token
from django.shortcuts import get_object_or_404, redirect
from django.urls import URLPattern, path, reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views import View
from django.views.generic import TemplateView
from wagtail.admin import messages
from wagtail.admin.filters import WagtailFilterSet
from wagtail.admin.forms.models import WagtailAdminModelForm
from wagtail.admin.panels import FieldPanel, FieldRowPanel, MultiFieldPanel, ObjectList
from wagtail.admin.ui.tables import Column
from wagtail.admin.views import generic
from wagtail.admin.views.generic.base import WagtailAdminTemplateMixin
from wagtail.admin.viewsets.model import ModelViewSet
from wagtail.admin.widgets import AdminAutoHeightTextInput, AdminDateTimeInput
from wagtail.admin.widgets.button import Button

from cms.exceptions import Refused
from cms.models import Section
from workflows import absences, planning
from workflows.models import Commission, Desk
from workflows.views.stories import StoryView


class CommissionForm(WagtailAdminModelForm):
    """Offers the sections for which a person plans, and writers who are there when the text is due."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if self.for_user:
            self.fields["section"].queryset = planning.sections_to_plan(self.for_user)
        people = get_user_model().objects.filter(is_active=True).order_by("first_name", "last_name", "username")
        self.fields["writer"].queryset = people
        self.fields["slug"].required = False
        if self.instance.article_id:
            # Whoever sees the plan reads the headline of its story.
            self.fields["section"].disabled = True
            self.fields["section"].help_text = _("That of the story. Move the story, and its plan goes with it.")

    def clean_slug(self) -> str:
        """The slug that was typed, or one made from the title."""
        typed: str = self.cleaned_data["slug"]
        return typed or slugify(self.cleaned_data.get("title", ""))[:255]

    def clean(self) -> dict[str, Any]:
        data: dict[str, Any] = super().clean()
        due_at, writer = data.get("due_at"), data.get("writer")
        if writer and ("writer" in self.changed_data or "due_at" in self.changed_data):
            day = timezone.localdate(due_at, timezone.get_default_timezone()) if due_at else None
            absence = absences.find_absence(writer.pk, day)
            if absence:
                self.add_error(
                    "writer",
                    _("%(who)s is away: %(days)s.")
                    % {
                        "who": writer,
                        "days": absences.describe(absence),
                    },
                )
        if due_at and data.get("publish_at") and data["publish_at"] < due_at:
            self.add_error("publish_at", _("It would be planned for a time before the text is due."))
        return data

    def save(self, commit: bool = True) -> Commission:
        if self.instance._state.adding:
            self.instance.created_by = self.for_user
        commission: Commission = super().save(commit)
        return commission


class CommissionFilterSet(WagtailFilterSet):
    state = django_filters.ChoiceFilter(
        label=gettext_lazy("State"),
        method="filter_state",
        choices=[
            ("wanted", gettext_lazy("Without a page")),
            ("begun", gettext_lazy("Being written")),
            ("done", gettext_lazy("Published")),
            ("dropped", gettext_lazy("Dropped")),
        ],
    )
    late = django_filters.BooleanFilter(label=gettext_lazy("Late"), method="filter_late")
    section = django_filters.ModelChoiceFilter(queryset=Section.objects.order_by("path"))
    desk = django_filters.ModelChoiceFilter(queryset=Desk.objects.all())
    writer = django_filters.ModelChoiceFilter(queryset=lambda request: _writers())

    class Meta:
        model = Commission
        fields = ["state", "late", "section", "desk", "writer", "kind"]

    def filter_queryset(self, queryset: QuerySet[Commission]) -> QuerySet[Commission]:
        found: QuerySet[Commission] = super().filter_queryset(queryset)
        # What is out or was dropped is history: it is there for whoever asks.
        return found if self.form.cleaned_data.get("state") else found.filter(_OPEN)

    def filter_state(self, queryset: QuerySet[Commission], name: str, value: str) -> QuerySet[Commission]:
        return queryset.filter(
            {
                "wanted": Q(article=None, dropped_at=None),
                "begun": Q(article__live=False, dropped_at=None),
                "done": Q(article__live=True, dropped_at=None),
                "dropped": Q(dropped_at__isnull=False),
            }[value]
        )

    def filter_late(self, queryset: QuerySet[Commission], name: str, value: bool) -> QuerySet[Commission]:
        late = _OPEN & Q(due_at__lt=timezone.now())
        return queryset.filter(late) if value else queryset.exclude(late)


_OPEN = Q(dropped_at=None) & (Q(article=None) | Q(article__live=False))


def _writers() -> QuerySet[Any]:
    writers = get_user_model().objects.filter(commissions__isnull=False).distinct()
    return writers.order_by("first_name", "last_name", "username")


def _seen_by(user: Any) -> QuerySet[Commission]:
    return Commission.objects.filter(section__in=planning.visible_sections(user))


class PageColumn(Column):
    """A link to the story of a plan, or the button that makes it."""

    cell_template_name = "workflows/plan_page_cell.html"

    def get_cell_context_data(self, instance: Commission, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        return {**context, "csrf_token": get_token(parent_context["request"])}


class MomentColumn(Column):
    """A time; it is late if it has passed and the column says that this matters."""

    cell_template_name = "workflows/plan_moment_cell.html"

    class Media:
        css = {"all": ["workflows/planning.css"]}

    def __init__(self, *args: Any, can_be_late: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.can_be_late = can_be_late

    def get_cell_context_data(self, instance: Commission, parent_context: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_cell_context_data(instance, parent_context)
        moment = self.get_value(instance)
        done = instance.dropped_at or (instance.article and instance.article.live)
        late = self.can_be_late and bool(moment and moment < timezone.now() and not done)
        return {**context, "moment": moment, "late": late}


class PlanIndexView(generic.IndexView):
    page_title = gettext_lazy("Plans")
    add_item_label = gettext_lazy("New plan")

    def get_base_queryset(self) -> QuerySet[Commission]:
        seen = _seen_by(self.request.user)
        return seen.select_related("section", "desk", "writer__wagtail_userprofile", "article")

    @cached_property
    def _plannable(self) -> set[int]:
        return set(planning.sections_to_plan(self.request.user).values_list("pk", flat=True))

    def get_list_more_buttons(self, instance: Commission) -> list[Any]:
        if instance.section_id not in self._plannable:
            return []
        buttons: list[Any] = super().get_list_more_buttons(instance)
        address = reverse("plans:drop", args=[instance.pk])
        label = _("Resume") if instance.dropped_at else _("Drop")
        buttons.append(Button(label, url=address, icon_name="rotate" if instance.dropped_at else "cross", priority=25))
        return buttons

    def get_inspect_url(self, instance: Commission) -> str:
        """Where the title leads for those who may not edit the plan."""
        return reverse("plans:show", args=[instance.pk])

    def get_edit_url(self, instance: Commission) -> str | None:
        if instance.section_id not in self._plannable:
            return None
        address: str | None = super().get_edit_url(instance)
        return address


class PlanAddView(generic.CreateView):
    page_title = gettext_lazy("New")
    success_message = gettext_lazy("“%(object)s” is planned.")

    def get_page_subtitle(self) -> str:
        return _("Plan")


class _PlannersOnly:
    """Asks for the right in the section of the plan; Wagtail asks for one to plan at all."""

    request: HttpRequest

    def get_object(self, *args: Any, **kwargs: Any) -> Commission:
        commission: Commission = super().get_object(*args, **kwargs)  # type: ignore[misc]
        if not planning.may_plan(commission.section, self.request.user):
            raise PermissionDenied
        return commission


class PlanEditView(_PlannersOnly, generic.EditView):
    pass


class PlanDeleteView(_PlannersOnly, generic.DeleteView):
    pass


class PlanHistoryView(_PlannersOnly, generic.HistoryView):
    pass


class PlanUsageView(_PlannersOnly, generic.UsageView):
    pass


class PlanShowView(WagtailAdminTemplateMixin, TemplateView):
    """What was asked for, to be read by all who see the section."""

    template_name = "workflows/plan_show.html"
    _show_breadcrumbs = True

    @cached_property
    def plan(self) -> Commission:
        seen = _seen_by(self.request.user).select_related("section", "desk", "writer", "article", "created_by")
        return get_object_or_404(seen, pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Plan")

    def get_page_subtitle(self) -> str:
        return str(self.plan)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("plans:index"), "label": _("Plans")},
            {"url": "", "label": str(self.plan)},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        user, section = self.request.user, self.plan.section
        return super().get_context_data(
            plan=self.plan,
            may_edit=planning.may_plan(section, user),
            may_make_page=not (self.plan.article or self.plan.dropped_at) and planning.may_write(section, user),
            **kwargs,
        )


class PlanDropView(WagtailAdminTemplateMixin, TemplateView):
    """Drop a plan, or resume one that was dropped. Nothing is deleted."""

    template_name = "workflows/plan_drop.html"
    _show_breadcrumbs = True

    @cached_property
    def plan(self) -> Commission:
        return get_object_or_404(_seen_by(self.request.user), pk=self.kwargs["pk"])

    def get_page_title(self) -> str:
        return _("Resume") if self.plan.dropped_at else _("Drop")

    def get_page_subtitle(self) -> str:
        return str(self.plan)

    def get_breadcrumbs_items(self) -> list[dict[str, Any]]:
        return [
            {"url": reverse("plans:index"), "label": _("Plans")},
            {"url": "", "label": self.get_page_title()},
        ]

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        if not planning.may_plan(self.plan.section, self.request.user):
            raise PermissionDenied
        return super().get_context_data(plan=self.plan, **kwargs)

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        plan = self.plan
        try:
            if plan.dropped_at:
                planning.resume(plan, by=request.user)
                messages.success(request, _("“%s” is wanted again.") % plan)
            else:
                planning.drop(plan, by=request.user)
                messages.success(request, _("“%s” was dropped. It can be resumed.") % plan)
        except Refused as refusal:
            messages.error(request, str(refusal))
        return redirect("plans:index")


class MakePageView(View):
    """One click from the plan to the form of its story."""

    http_method_names = ["post"]

    def post(self, request: HttpRequest, pk: int) -> HttpResponse:
        commission = get_object_or_404(_seen_by(request.user), pk=pk)
        try:
            article = planning.make_page(commission, by=request.user)
        except Refused as refusal:
            messages.error(request, str(refusal))
            return redirect("plans:index")
        return redirect("wagtailadmin_pages:edit", article.pk)


_WIDE = "plan-wide"
"""Columns for which a phone has no room."""


class CommissionViewSet(ModelViewSet):
    """The list of what is planned, for everybody; the forms for those who plan."""

    model = Commission
    name = "plans"
    icon = "list-ul"
    menu_label = gettext_lazy("Plans")
    menu_order = 52
    add_to_admin_menu = True
    copy_view_enabled = False
    list_per_page = 50
    ordering = ["due_at", "pk"]
    index_view_class = PlanIndexView
    add_view_class = PlanAddView
    edit_view_class = PlanEditView
    delete_view_class = PlanDeleteView
    history_view_class = PlanHistoryView
    usage_view_class = PlanUsageView
    filterset_class = CommissionFilterSet
    search_backend_name = None
    search_fields = ["title", "slug", "brief"]
    list_display = [
        "title",
        Column(
            "section",
            label=gettext_lazy("Section"),
            classname=_WIDE,
            accessor="section.title",
            sort_key="section__title",
        ),
        Column("writer", label=gettext_lazy("Writer"), sort_key="writer__first_name"),
        Column("desk", label=gettext_lazy("Desk"), classname=_WIDE, sort_key="desk__name"),
        Column("word_count", label=gettext_lazy("Words"), classname=_WIDE, sort_key="word_count"),
        MomentColumn("due_at", label=gettext_lazy("Due"), sort_key="due_at", can_be_late=True),
        MomentColumn("publish_at", label=gettext_lazy("Planned for"), classname=_WIDE, sort_key="publish_at"),
        PageColumn("article", label=gettext_lazy("Story")),
    ]
    edit_handler = ObjectList(
        [
            MultiFieldPanel(
                [
                    FieldPanel("title"),
                    FieldPanel("slug"),
                    FieldRowPanel([FieldPanel("section", widget=forms.Select), FieldPanel("kind")]),
                ],
                heading=gettext_lazy("Story"),
            ),
            MultiFieldPanel(
                [
                    FieldRowPanel([FieldPanel("writer"), FieldPanel("desk")]),
                    FieldPanel("brief"),
                    FieldPanel("word_count"),
                ],
                heading=gettext_lazy("What is asked for"),
            ),
            MultiFieldPanel(
                [FieldRowPanel([FieldPanel("due_at"), FieldPanel("publish_at")])], heading=gettext_lazy("When")
            ),
        ],
        base_form_class=CommissionForm,
    )

    def get_urlpatterns(self) -> list[URLPattern]:
        own = [
            path("<int:pk>/show/", PlanShowView.as_view(), name="show"),
            path("<int:pk>/page/", MakePageView.as_view(), name="make_page"),
            path("<int:pk>/drop/", PlanDropView.as_view(), name="drop"),
        ]
        return [*super().get_urlpatterns(), *own]


class PlanForm(forms.Form):
    desk = forms.ModelChoiceField(label=gettext_lazy("Desk"), queryset=Desk.objects.all(), required=False)
    word_count = forms.IntegerField(label=gettext_lazy("Length in words"), min_value=1, required=False)
    due_at = forms.DateTimeField(label=gettext_lazy("Text due"), required=False, widget=AdminDateTimeInput)
    publish_at = forms.DateTimeField(
        label=gettext_lazy("Planned for"),
        required=False,
        widget=AdminDateTimeInput,
        help_text=gettext_lazy("When readers should get it; releases nothing by itself."),
    )
    brief = forms.CharField(label=gettext_lazy("Brief"), required=False, widget=AdminAutoHeightTextInput)


class PlanView(StoryView):
    """The plan of a story that exists already."""

    form_class = PlanForm
    verb = gettext_lazy("Plan")
    explanation = gettext_lazy("How long it should be and by when. None of this releases anything.")

    def check_right(self) -> None:
        if not planning.may_plan(self.article.get_parent().specific, self.request.user):
            raise PermissionDenied

    def get_initial(self) -> dict[str, Any]:
        commission = planning.commission_of(self.article)
        return {name: getattr(commission, name) for name in PlanForm.base_fields} if commission else {}

    def act(self, data: dict[str, Any]) -> str:
        planning.plan_story(self.article, by=self.request.user, **data)
        return _("Planned.")
