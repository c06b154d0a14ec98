"""The ordinary newsroom: roles, desks, stages and the review that every story goes through."""

from dataclasses import dataclass

from django.contrib.auth.models import Group, Permission
from django.db import transaction
from wagtail.models import (
    Collection,
    GroupCollectionPermission,
    GroupPagePermission,
    Page,
    Site,
    Workflow,
    WorkflowPage,
    WorkflowTask,
)

from cms.models import FrontPage
from workflows.models import Desk, ReviewStage, SignOffRule

ROLES: dict[str, tuple[str, ...]] = {
    "Reporters": ("add",),
    "Desk editors": ("add", "change"),
    "Copy editors": ("change",),
    "Legal": ("change",),
    "Picture editors": ("change",),
    "Publishers": ("add", "change", "publish", "lock", "unlock"),
    "Administrators": ("add", "change", "publish", "bulk_delete", "lock", "unlock"),
}
"""Role to what it may do with pages; given on the front page here, and movable to sections in the admin."""

DESKS = (
    ("News desk", "news", "Desk editors"),
    ("Copy desk", "copy", "Copy editors"),
    ("Legal desk", "legal", "Legal"),
    ("Picture desk", "pictures", "Picture editors"),
)

_WITH_PICTURE = SignOffRule.Condition.WITH_PICTURE
_SENSITIVE = SignOffRule.Condition.SENSITIVE
_ALWAYS = SignOffRule.Condition.ALWAYS
STAGES = (
    (
        "Desk edit",
        4,
        "Is it new, and is it true?\nWho else should have been asked?\nDoes the headline keep its promise?",
        (("news", _ALWAYS),),
    ),
    ("Copy and facts", 3, "Names and titles\nNumbers and dates\nQuotations against the notes", (("copy", _ALWAYS),)),
    (
        "Legal and pictures",
        2,
        "Right of reply\nOpen proceedings\nCredit and alternative text",
        (("legal", _SENSITIVE), ("pictures", _WITH_PICTURE)),
    ),
)

_REFERENCE = ("cms.add_author", "cms.change_author", "cms.add_topic", "cms.change_topic")
_COMMISSIONS = ("workflows.add_commission", "workflows.change_commission", "workflows.delete_commission")
_ABSENCES = ("workflows.add_absence", "workflows.change_absence", "workflows.delete_absence")
_TRANSLATE = "simple_translation.submit_translation"
RIGHTS: dict[str, tuple[str, ...]] = {
    "Reporters": (_TRANSLATE,),
    "Desk editors": (
        *(*_REFERENCE, *_COMMISSIONS, *_ABSENCES),
        *("workflows.add_waiver", "workflows.add_guestreview", _TRANSLATE),
    ),
    "Copy editors": (),
    "Legal": ("workflows.add_guestreview",),
    "Picture editors": (),
    "Publishers": (
        *(*_REFERENCE, *_COMMISSIONS),
        *("workflows.add_waiver", "workflows.add_guestreview", "workflows.add_emergencyrelease"),
        *("cms.correct_article", "cms.kill_article", "cms.take_down_article", _TRANSLATE),
    ),
    "Administrators": (
        *(*_REFERENCE, *_ABSENCES, "cms.delete_author", "cms.delete_topic"),
        *("cms.add_user", "cms.change_user", "cms.delete_user", "auth.add_group", "auth.change_group"),
        *("auth.delete_group", "workflows.add_desk", "workflows.change_desk", "workflows.delete_desk"),
        *("workflows.add_signoffrule", "workflows.change_signoffrule", "workflows.delete_signoffrule"),
        *("workflows.add_reviewstage", "workflows.change_reviewstage", "workflows.delete_reviewstage"),
        *("wagtailcore.add_workflow", "wagtailcore.change_workflow", "wagtailcore.delete_workflow"),
        *("wagtailcore.add_task", "wagtailcore.change_task", "wagtailcore.delete_task"),
        *("workflows.view_notice", "wagtailcore.change_site", "wagtailredirects.add_redirect", _TRANSLATE),
        *("wagtailcore.add_site", "wagtailcore.add_locale", "wagtailcore.change_locale"),
    ),
}
"""Role to what else it may do, wherever its pages are; the migrations make the roles with these."""

PICTURE_RIGHTS: dict[str, tuple[str, ...]] = {
    role: ("add_image", "choose_image", "change_image")
    if role in ("Picture editors", "Publishers", "Administrators")
    else ("add_image", "choose_image")
    for role in ROLES
}


@dataclass(frozen=True)
class Newsroom:
    front_page: FrontPage
    workflow: Workflow
    stages: list[ReviewStage]


@transaction.atomic
def set_up(*, name: str = "Copydesk", hostname: str = "localhost") -> Newsroom:
    """Make roles, desks, stages, the review and a front page where they are missing; change nothing that is there."""
    front_page = _front_page(name, hostname)
    for role in ROLES:
        _role(role, front_page)
    for desk_name, slug, role in DESKS:
        Desk.objects.get_or_create(slug=slug, defaults={"name": desk_name, "group": Group.objects.get(name=role)})
    stages = [_stage(*stage) for stage in STAGES]
    workflow, created = Workflow.objects.get_or_create(name="News review")
    if created:
        for order, stage in enumerate(stages):
            WorkflowTask.objects.create(workflow=workflow, task=stage, sort_order=order)
    WorkflowPage.objects.update_or_create(page=front_page.page_ptr, defaults={"workflow": workflow})
    return Newsroom(front_page, workflow, stages)


@transaction.atomic
def equip(front_page: FrontPage) -> None:
    """Give a further front page, of another website or in another language, the review and the rights of the first."""
    first = FrontPage.objects.exclude(pk=front_page.pk).order_by("pk").first()
    if first is None:
        return
    for review in WorkflowPage.objects.filter(page_id=first.pk):
        WorkflowPage.objects.get_or_create(page_id=front_page.pk, defaults={"workflow": review.workflow})
    for right in GroupPagePermission.objects.filter(page_id=first.pk):
        GroupPagePermission.objects.get_or_create(
            page_id=front_page.pk, group_id=right.group_id, permission_id=right.permission_id
        )


def _front_page(name: str, hostname: str) -> FrontPage:
    found = FrontPage.objects.first()
    if found:
        return found
    root = Page.get_first_root_node()
    front_page = FrontPage(title=name, slug="front")
    root.add_child(instance=front_page)
    site = Site.objects.filter(is_default_site=True).first() or Site(is_default_site=True, hostname=hostname)
    welcome = site.root_page if site.root_page_id else None
    site.site_name, site.root_page = name, front_page.page_ptr
    site.save()
    # Wagtail's first migration leaves a page that welcomes developers.
    if welcome and type(welcome.specific) is Page and not welcome.get_children().exists():
        welcome.delete()
    return front_page


def _role(role: str, front_page: FrontPage) -> None:
    group, created = Group.objects.get_or_create(name=role)
    if created:
        group.permissions.set([_permission("wagtailadmin.access_admin"), *map(_permission, RIGHTS[role])])
        for right in PICTURE_RIGHTS[role]:
            GroupCollectionPermission.objects.create(
                group=group,
                collection=Collection.get_first_root_node(),
                permission=_permission(f"wagtailimages.{right}"),
            )
    if not GroupPagePermission.objects.filter(group=group).exists():
        for right in ROLES[role]:
            GroupPagePermission.objects.create(
                group=group, page=front_page.page_ptr, permission=_permission(f"wagtailcore.{right}_page")
            )


def _permission(name: str) -> Permission:
    label, codename = name.split(".")
    return Permission.objects.get(content_type__app_label=label, codename=codename)


def _stage(name: str, hours: int, checklist: str, rules: tuple[tuple[str, str], ...]) -> ReviewStage:
    stage = ReviewStage.objects.filter(name=name).first()
    if stage is None:
        stage = ReviewStage.objects.create(name=name, review_hours=hours, checklist=checklist)
        for desk_slug, condition in rules:
            SignOffRule.objects.create(stage=stage, desk=Desk.objects.get(slug=desk_slug), condition=condition)
    return stage
