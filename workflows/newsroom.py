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

_SNIPPET_RIGHTS = {
    "Reporters": ("add_newsimage",),
    "Desk editors": ("add_author", "change_author", "add_topic", "change_topic"),
    "Publishers": ("add_author", "change_author", "add_topic", "change_topic"),
    "Administrators": (
        *("add_author", "change_author", "delete_author", "add_topic", "change_topic", "delete_topic"),
        *("add_desk", "change_desk", "delete_desk", "add_signoffrule", "change_signoffrule", "delete_signoffrule"),
        *("add_user", "change_user", "delete_user", "add_group", "change_group", "delete_group"),
        *("add_workflow", "change_workflow", "delete_workflow", "add_task", "change_task", "delete_task"),
        *("add_reviewstage", "change_reviewstage", "delete_reviewstage", "change_site", "add_redirect"),
    ),
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
    group, _created = Group.objects.get_or_create(name=role)
    codenames = ["access_admin", *_SNIPPET_RIGHTS.get(role, ())]
    group.permissions.add(*Permission.objects.filter(codename__in=codenames))
    if not GroupPagePermission.objects.filter(group=group).exists():
        for right in ROLES[role]:
            permission = Permission.objects.get(content_type__app_label="wagtailcore", codename=f"{right}_page")
            GroupPagePermission.objects.create(group=group, page=front_page.page_ptr, permission=permission)
    collection = Collection.get_first_root_node()
    rights = Permission.objects.filter(
        content_type__app_label="wagtailimages", codename__in=["add_image", "choose_image"]
    )
    if role in ("Picture editors", "Publishers", "Administrators"):
        rights |= Permission.objects.filter(content_type__app_label="wagtailimages", codename="change_image")
    for permission in rights:
        GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)


def _stage(name: str, hours: int, checklist: str, rules: tuple[tuple[str, str], ...]) -> ReviewStage:
    stage = ReviewStage.objects.filter(name=name).first()
    if stage is None:
        stage = ReviewStage.objects.create(name=name, review_hours=hours, checklist=checklist)
        for desk_slug, condition in rules:
            SignOffRule.objects.create(stage=stage, desk=Desk.objects.get(slug=desk_slug), condition=condition)
    return stage
