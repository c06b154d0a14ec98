"""A story that comes under another review while it is read, cleared or scheduled."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry, Workflow, WorkflowPage, WorkflowTask

from cms.exceptions import Refused
from cms.models import Article, Section
from tests.newsroom import Newsroom
from workflows import progress
from workflows.clearance import is_cleared
from workflows.models import Desk, Notice, ReviewStage, SignOffRule
from workflows.tasks import release_due

pytestmark = pytest.mark.django_db


def light_review(section: Section) -> None:
    """Give a section a review of one glance by the news desk."""
    review = Workflow.objects.create(name="Light review")
    stage = ReviewStage.objects.create(name="Glance", review_hours=1)
    SignOffRule.objects.create(stage=stage, desk=Desk.objects.get(slug="news"))
    WorkflowTask.objects.create(workflow=review, task=stage, sort_order=0)
    WorkflowPage.objects.create(page=section.page_ptr, workflow=review)


def move(newsroom: Newsroom, article: Article) -> Article:
    newsroom.fresh(article).move(newsroom.other_section, pos="last-child")
    return newsroom.fresh(article)


def ask_council_desk(newsroom: Newsroom) -> None:
    stage = ReviewStage.objects.create(name="Council check")
    SignOffRule.objects.create(stage=stage, desk=Desk.objects.get(slug="legal"))
    stage.sections.add(newsroom.other_section)
    WorkflowTask.objects.create(workflow=Workflow.objects.get(name="News review"), task=stage, sort_order=9)


def test_a_story_moved_during_its_review_goes_through_the_review_of_its_new_section(newsroom: Newsroom):
    light_review(newsroom.section)
    article = newsroom.submit(newsroom.draft())
    assert newsroom.stage(article) == "Glance"
    article = move(newsroom, article)
    assert newsroom.stage(article) == "Desk edit"
    assert progress.submitter_id(article) == newsroom.reporter.pk
    newsroom.sign(article, by=newsroom.editor)
    assert newsroom.stage(article) == "Copy and facts"
    assert not progress.is_ready(newsroom.fresh(article))
    logged = PageLogEntry.objects.filter(page_id=article.pk).values_list("action", flat=True)
    assert {"wagtail.workflow.cancel", "wagtail.workflow.start"} <= set(logged)


def test_a_review_that_the_section_got_during_another_is_asked_before_the_story_is_cleared(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.sign(article, by=newsroom.editor)
    light_review(newsroom.section)
    newsroom.sign(article, by=newsroom.copy)
    assert not progress.is_ready(newsroom.fresh(article))
    assert newsroom.stage(article) == "Glance"
    newsroom.sign(article, by=newsroom.editor)
    assert progress.is_ready(newsroom.fresh(article))


def test_a_story_sent_back_and_moved_comes_again_into_the_review_of_its_new_section(newsroom: Newsroom):
    light_review(newsroom.section)
    article = newsroom.submit(newsroom.draft())
    newsroom.send_back(article, by=newsroom.editor, reason="Name the ferry.")
    article = move(newsroom, article)
    newsroom.submit(article)
    assert newsroom.stage(article) == "Desk edit"


def test_a_scheduled_version_is_kept_when_its_section_moves_although_a_newer_draft_is_unsigned(
    newsroom: Newsroom, freezer
):
    article = newsroom.clear(newsroom.draft("The ferry"))
    newsroom.release(article, at=timezone.now() + timedelta(hours=1))
    newsroom.edit(article, by=newsroom.reporter, title="A newer draft")
    newsroom.section.move(newsroom.other_section, pos="last-child")
    freezer.move_to(timezone.now() + timedelta(hours=2))
    release_due()
    assert newsroom.fresh(article).title == "The ferry"
    assert newsroom.readers_see(article)


def test_a_scheduled_version_that_its_new_section_would_not_have_cleared_is_held_and_publishers_are_told(
    newsroom: Newsroom,
):
    ask_council_desk(newsroom)
    article = newsroom.clear(newsroom.draft("The ferry"))
    newsroom.release(article, at=timezone.now() + timedelta(hours=1))
    signed = newsroom.hash_of(article)
    article = move(newsroom, article)
    assert not is_cleared(article.pk, signed)
    assert article.scheduled_revision is None
    assert PageLogEntry.objects.filter(page_id=article.pk, action="workflows.hold").exists()
    told = Notice.objects.filter(person=newsroom.publisher, subject="Does not go out: The ferry")
    assert "Council" in told.first().text
    with pytest.raises(Refused):
        newsroom.release(article)


class TestASectionThatIsTheOnlyLimitOfAStage:
    @pytest.fixture(autouse=True)
    def stage(self, newsroom: Newsroom) -> ReviewStage:
        ask_council_desk(newsroom)
        return ReviewStage.objects.get(name="Council check")

    def is_kept(self, newsroom: Newsroom) -> bool:
        return Section.objects.filter(pk=newsroom.other_section.pk).exists()

    def test_is_not_deleted_by_a_program(self, newsroom: Newsroom):
        with pytest.raises(Refused, match="Council check"):
            Section.objects.get(pk=newsroom.other_section.pk).delete()

    def test_is_not_deleted_with_the_section_above_it(self, newsroom: Newsroom, stage: ReviewStage):
        below = Section(title="Harbour council", slug="harbour-council")
        newsroom.other_section.add_child(instance=below)
        stage.sections.add(below)
        with pytest.raises(Refused, match="Council check"):
            Section.objects.get(pk=newsroom.other_section.pk).delete()

    def test_is_not_deleted_in_the_admin_which_says_why(self, newsroom: Newsroom, client):
        client.force_login(newsroom.boss)
        response = client.post(reverse("wagtailadmin_pages:delete", args=[newsroom.other_section.pk]), follow=True)
        assert "Council check" in response.content.decode()
        assert self.is_kept(newsroom)

    def test_is_not_deleted_in_bulk_which_says_why(self, newsroom: Newsroom, client):
        client.force_login(newsroom.boss)
        several = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "delete"])
        response = client.post(f"{several}?id={newsroom.other_section.pk}", follow=True)
        assert "Council check" in response.content.decode()
        assert self.is_kept(newsroom)

    def test_is_deleted_once_the_stage_is_for_another(self, newsroom: Newsroom, stage: ReviewStage):
        stage.sections.add(newsroom.section)
        Section.objects.get(pk=newsroom.other_section.pk).delete()
        assert not self.is_kept(newsroom)
