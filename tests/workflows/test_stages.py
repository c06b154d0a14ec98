"""Which sign-offs a version still needs, and who may give them."""

import pytest
from wagtail.models import Workflow, WorkflowTask

from tests.newsroom import Newsroom
from workflows import progress
from workflows.models import Desk, ReviewStage, SignOffRule
from workflows.stages import Rule, Signature, Story, rules_for, stage_applies, still_needed, why_not_sign

NEWS, LEGAL, PICTURES = 1, 2, 3


def story(**facts) -> Story:
    return Story(**({"sensitive": False, "has_picture": False, "kind": "news"} | facts))


def test_a_rule_applies_by_its_condition():
    rules = [Rule(NEWS, 1, "always"), Rule(LEGAL, 1, "sensitive"), Rule(PICTURES, 1, "with_picture")]
    assert [rule.desk_id for rule in rules_for(story(), rules)] == [NEWS]
    assert [rule.desk_id for rule in rules_for(story(sensitive=True, has_picture=True), rules)] == [
        NEWS,
        LEGAL,
        PICTURES,
    ]


def test_a_stage_may_be_for_some_sections_and_kinds():
    here = story(section_paths=("0001", "00010002"))
    assert stage_applies(here, kinds=[], section_paths=["0001"])
    assert not stage_applies(here, kinds=[], section_paths=["0003"])
    assert not stage_applies(here, kinds=["opinion"], section_paths=[])


def test_a_desk_may_owe_several_signatures():
    rules = [Rule(NEWS, 2, "always"), Rule(LEGAL, 1, "always")]
    assert still_needed(rules, [Signature(NEWS, 7)]) == {NEWS: 1, LEGAL: 1}
    assert still_needed(rules, [Signature(NEWS, 7), Signature(NEWS, 8), Signature(LEGAL, 9)]) == {}


def test_nobody_signs_twice_at_one_stage():
    refusal = why_not_sign(
        user_id=7,
        user_desk_ids=[NEWS, LEGAL],
        changed_by={1},
        released_by=(),
        submitted_by=1,
        needed={LEGAL: 1},
        signatures=[Signature(NEWS, 7)],
    )
    assert "signed this version at this stage already" in refusal


@pytest.mark.django_db
def test_a_plain_story_skips_legal_and_pictures(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.sign(article, by=newsroom.editor)
    newsroom.sign(article, by=newsroom.copy)
    assert newsroom.stage(article) == ""
    assert progress.is_ready(newsroom.fresh(article))


@pytest.mark.django_db
def test_a_sensitive_story_with_a_picture_asks_both_desks_in_any_order(newsroom: Newsroom, image):
    article = newsroom.submit(newsroom.draft(sensitive=True, lead_image=image))
    newsroom.sign(article, by=newsroom.editor)
    newsroom.sign(article, by=newsroom.copy)
    newsroom.sign(article, by=newsroom.pictures)
    assert newsroom.stage(article) == "Legal and pictures"
    newsroom.sign(article, by=newsroom.lawyer)
    assert progress.is_ready(newsroom.fresh(article))


@pytest.mark.django_db
def test_disabling_the_last_stage_clears_and_publishes_nothing(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.sign(article, by=newsroom.editor)
    newsroom.task_state(article).task.deactivate(user=newsroom.boss)
    assert not newsroom.fresh(article).live
    assert not progress.is_ready(newsroom.fresh(article))


@pytest.mark.django_db
def test_cancelling_a_review_clears_nothing(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.sign(article, by=newsroom.editor)
    newsroom.fresh(article).current_workflow_state.cancel(user=newsroom.reporter)
    assert not progress.is_ready(newsroom.fresh(article))


@pytest.mark.django_db
def test_a_story_whose_stage_was_disabled_is_cleared_when_it_is_submitted_again(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.sign(article, by=newsroom.editor)
    newsroom.task_state(article).task.deactivate(user=newsroom.boss)
    newsroom.submit(article)
    assert progress.is_ready(newsroom.fresh(article))


@pytest.mark.django_db
def test_a_story_moved_to_a_section_with_a_stage_of_its_own_needs_it(newsroom: Newsroom):
    stage = ReviewStage.objects.create(name="Council check")
    SignOffRule.objects.create(stage=stage, desk=Desk.objects.get(slug="legal"))
    stage.sections.add(newsroom.other_section)
    WorkflowTask.objects.create(workflow=Workflow.objects.get(name="News review"), task=stage, sort_order=9)
    article = newsroom.clear(newsroom.draft())
    assert progress.is_ready(article)
    article.move(newsroom.other_section, pos="last-child")
    assert not progress.is_ready(newsroom.fresh(article))


@pytest.mark.django_db
def test_a_section_is_not_sent_through_the_review(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    assert not newsroom.section.permissions_for_user(newsroom.editor).can_submit_for_moderation()
    newsroom.section.save_revision()
    Workflow.objects.get(name="News review").start(newsroom.section, newsroom.editor)
    assert newsroom.section.live


@pytest.mark.django_db
def test_whoever_submits_again_takes_their_own_signature_back(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.sign(article, by=newsroom.editor)
    newsroom.task_state(article).task.deactivate(user=newsroom.boss)
    newsroom.submit(article, by=newsroom.editor)
    assert not progress.is_ready(newsroom.fresh(article))
    assert newsroom.stage(article) == "Desk edit"
