"""Stories that are asked for before they are written, and the pages made from them."""

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from wagtail.log_actions import log
from wagtail.models import Page
from wagtail.permission_policies import ModelPermissionPolicy
from wagtail.permissions import policy_registry

from cms.exceptions import Refused
from cms.models import Article, Author, Section
from workflows import absences
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import Assignment, Commission, Desk, Notice
from workflows.notifications import messages


class CommissionPolicy(ModelPermissionPolicy):
    """Plans are seen by those who see the section, and made and changed by those who plan and add stories there."""

    def user_has_any_permission(self, user: Any, actions: Any) -> bool:
        if "view" in actions and user.is_active:
            return True
        return bool(super().user_has_any_permission(user, actions))

    def user_has_permission_for_instance(self, user: Any, action: str, instance: Commission) -> bool:
        if action == "view":
            return visible_sections(user).filter(pk=instance.section_id).exists()
        return self.user_has_permission(user, action) and may_write(instance.section, user)

    def user_has_any_permission_for_instance(self, user: Any, actions: Any, instance: Commission) -> bool:
        return any(self.user_has_permission_for_instance(user, action, instance) for action in actions)

    def instances_user_has_any_permission_for(self, user: Any, actions: Any) -> Any:
        if not self.user_has_any_permission(user, actions):
            return Commission.objects.none()
        return Commission.objects.filter(section__in=visible_sections(user))


def visible_sections(user: Any) -> Any:
    """The sections whose stories this person may find in the admin."""
    explorable = policy_registry.get_by_type(Page).explorable_instances(user)
    return Section.objects.filter(pk__in=explorable.values("pk"))


def sections_to_plan(user: Any) -> Any:
    """The sections for which this person may plan stories, in the order of the tree."""
    return sections_to_write(user) if user.has_perm("workflows.add_commission") else Section.objects.none()


def sections_to_write(user: Any) -> Any:
    """The sections to which this person adds stories, in the order of the tree."""
    addable = policy_registry.get_by_type(Page).instances_user_has_permission_for(user, "add")
    return Section.objects.filter(pk__in=addable.values("pk")).order_by("path")


def commission_of(article: Article) -> Commission | None:
    """What was asked for; None for a story that nobody planned."""
    return Commission.objects.filter(article_id=article.pk).select_related("desk", "writer").first()


@transaction.atomic
def make_page(commission: Commission, *, by: Any) -> Article:
    """The story of a plan, as a draft of the planned writer; made now if there is none yet.

    Raises:
        NotYours: `by` may not add stories in the section.
        Refused: the plan was dropped.
    """
    commission = _locked(commission)
    if commission.article is not None:
        return commission.article
    if commission.dropped_at:
        raise Refused(_("This plan was dropped. Resume it first."))
    section = Section.objects.get(pk=commission.section_id)
    if not may_write(section, by):
        raise NotYours(_("You do not add stories in the section “%s”.") % section.title)
    writer = commission.writer
    owner = writer if writer and may_write(section, writer) else by
    article = Article(title=commission.title, kind=commission.kind, owner=owner, live=False)
    article.slug = article.find_free_slug(commission.slug)
    author = Author.objects.filter(user=owner).first()
    if author:
        article.byline.create(author=author)
    section.add_child(instance=article)
    log(article, "wagtail.create", user=by)
    # A draft may still lack what readers need, so nothing is validated yet.
    article.save_revision(user=by, log_action=True, clean=False)
    commission.article = article
    commission.save(update_fields=["article"])
    log(article, "workflows.make_page", user=by, data={"title": commission.title})
    _give_to_writer(article, commission, by=by)
    return article


def _give_to_writer(article: Article, commission: Commission, *, by: Any) -> None:
    writer = commission.writer
    if writer is None or absences.find_absence(writer.pk):
        return
    # The text is due when the commission says, so the assignment has no time of its own.
    assignment = Assignment.objects.create(article=article, assignee=writer, assigned_by=by)
    if writer.pk != by.pk:
        messages.tell(
            Notice.Kind.ASSIGNED,
            article,
            key=f"assigned-{assignment.pk}",
            people=[writer],
            template="assigned",
            context={"assignment": assignment, "by": by, "commission": commission},
        )


@transaction.atomic
def plan_story(
    article: Article,
    *,
    by: Any,
    desk: Desk | None,
    word_count: int | None,
    due_at: datetime | None,
    publish_at: datetime | None,
    brief: str = "",
) -> Commission:
    """Say of a story that exists already how long it should be and by when.

    Raises:
        NotYours: `by` does not plan stories in its section.
        Refused: readers would get it before the text is due.
    """
    Page.objects.select_for_update().get(pk=article.pk)
    section = Section.objects.get(pk=article.get_parent().pk)
    if not may_plan(section, by):
        raise NotYours(_("You do not plan stories in the section “%s”.") % section.title)
    if due_at and publish_at and publish_at < due_at:
        raise Refused(_("It would be planned for a time before the text is due."))
    commission = commission_of(article) or Commission(
        article=article, title=article.draft_title or article.title, slug=article.slug, kind=article.kind
    )
    if commission._state.adding:
        commission.writer, commission.created_by = article.owner, by
    commission.section, commission.desk, commission.word_count, commission.brief = section, desk, word_count, brief
    commission.due_at, commission.publish_at, commission.dropped_at = due_at, publish_at, None
    commission.save()
    log(article, "workflows.plan", user=by, data={"plan": _describe(commission)})
    return commission


@transaction.atomic
def move(commission: Commission, *, at: datetime, by: Any, seen_at: datetime | None = None) -> None:
    """Plan a story for another time; where only the text has a time, that moves.

    `seen_at` is the time that `by` was looking at.

    Raises:
        NotYours: `by` does not plan stories in the section.
        StoryMovedOn: the plan has another time than `seen_at` by now, or was dropped.
        Refused: `at` has passed.
    """
    commission = _locked(commission)
    if not may_plan(commission.section, by):
        raise NotYours(_("You do not plan stories in the section “%s”.") % commission.section.title)
    name = "publish_at" if commission.publish_at else "due_at"
    before = getattr(commission, name)
    if commission.dropped_at or before is None or (seen_at and before != seen_at):
        raise StoryMovedOn(_("Somebody changed this plan in the meantime. Look at it again."))
    if at <= timezone.now():
        raise Refused(_("This time has passed."))
    setattr(commission, name, at)
    commission.save(update_fields=[name])
    log(commission.article or commission, "workflows.move_plan", user=by, data={"from": _time(before), "to": _time(at)})


@transaction.atomic
def drop(commission: Commission, *, by: Any) -> None:
    """Decide not to have a story; its page, if there is one, stays.

    Raises:
        NotYours: `by` does not plan stories in the section.
    """
    commission = _locked(commission)
    if not may_plan(commission.section, by):
        raise NotYours(_("You do not plan stories in the section “%s”.") % commission.section.title)
    if commission.dropped_at is None:
        commission.dropped_at = timezone.now()
        commission.save(update_fields=["dropped_at"])
        log(commission, "workflows.drop", user=by)


@transaction.atomic
def resume(commission: Commission, *, by: Any) -> None:
    """Decide to have a dropped story after all.

    Raises:
        NotYours: `by` does not plan stories in the section.
    """
    commission = _locked(commission)
    if not may_plan(commission.section, by):
        raise NotYours(_("You do not plan stories in the section “%s”.") % commission.section.title)
    if commission.dropped_at:
        commission.dropped_at = None
        commission.save(update_fields=["dropped_at"])
        log(commission, "workflows.resume", user=by)


def may_plan(section: Section, user: Any) -> bool:
    """Whether this person plans stories of this section."""
    return bool(user.has_perm("workflows.change_commission")) and may_write(section, user)


def may_write(section: Section, user: Any) -> bool:
    """Whether this person adds stories to this section."""
    return bool(section.permissions_for_user(user).can_add_subpage())


def _locked(commission: Commission) -> Commission:
    return Commission.objects.select_for_update().get(pk=commission.pk)


def _describe(commission: Commission) -> str:
    parts = []
    if commission.word_count:
        parts.append(_("%s words") % commission.word_count)
    if commission.due_at:
        parts.append(_("due %s") % _time(commission.due_at))
    if commission.publish_at:
        parts.append(_("for %s") % _time(commission.publish_at))
    return ", ".join(parts) or _("without a time")


def _time(moment: datetime) -> str:
    return date_format(timezone.localtime(moment), "j F Y, H:i")
