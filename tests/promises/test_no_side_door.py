"""Promise: client JSON sets no arguments; a stage that goes away approves nothing; no way round skips a reviewer."""

import pytest
from django.urls import reverse
from wagtail.models import TaskState, Workflow, WorkflowTask

from tests.editing import address, form_data, opened
from tests.newsroom import Newsroom
from workflows import progress
from workflows.models import Clearance, Desk, ReviewStage, SignOff, SignOffRule

pytestmark = pytest.mark.django_db


def nothing_is_cleared(newsroom: Newsroom, article) -> bool:
    return not Clearance.objects.filter(article=article, voided_at=None).exists() and not newsroom.fresh(article).live


@pytest.mark.parametrize(
    "extra",
    ['{"update": false}', '{"comment": ""}', '{"user": 1}', '{"task_state": 1, "action_name": "approve"}', "[]"],
)
def test_json_of_a_client_sets_no_arguments(newsroom: Newsroom, client, extra):
    article = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.boss)
    for name in ("approve", "reject", "on_action", "cancel"):
        typed = {
            "action-workflow-action": "1",
            "workflow-action-name": name,
            "workflow-action-extra-data": extra,
        }
        client.post(address("edit", article.pk), form_data(article) | typed)
    assert newsroom.task_state(article).status == TaskState.STATUS_IN_PROGRESS
    assert not SignOff.objects.exists()


def test_fields_of_a_client_set_no_arguments_of_a_verb(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.editor)
    client.force_login(newsroom.editor)
    posted = {
        "verdict": "approve",
        "content_hash": newsroom.hash_of(article),
        "task_state_id": newsroom.task_state(article).pk,
        "comment": "",
        "by": newsroom.copy.pk,
        "user": newsroom.copy.pk,
        "desk": Desk.objects.get(slug="copy").pk,
        "stage": ReviewStage.objects.get(name="Copy and facts").pk,
    }
    assert client.post(reverse("workflows:review", args=[article.pk]), posted).status_code == 403
    assert not SignOff.objects.exists()


@pytest.mark.parametrize("way", ["disabled", "deleted", "taken out", "without rules"])
def test_a_stage_that_goes_away_approves_nothing(newsroom: Newsroom, way):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    stage = ReviewStage.objects.get(name="Copy and facts")
    if way == "disabled":
        stage.deactivate(user=newsroom.boss)
    elif way == "deleted":
        stage.delete()
    elif way == "taken out":
        WorkflowTask.objects.filter(task=stage).delete()
    else:
        stage.rules.all().delete()
    assert nothing_is_cleared(newsroom, article)


def test_a_review_that_asks_nobody_clears_nothing(newsroom: Newsroom):
    SignOffRule.objects.all().delete()
    article = newsroom.submit(newsroom.draft())
    assert nothing_is_cleared(newsroom, article)


def test_a_stage_that_is_added_is_asked_although_others_have_signed(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    stage = ReviewStage.objects.create(name="Second look")
    SignOffRule.objects.create(stage=stage, desk=Desk.objects.get(slug="legal"))
    WorkflowTask.objects.create(workflow=Workflow.objects.get(name="News review"), task=stage, sort_order=9)
    newsroom.sign(article, by=newsroom.copy)
    assert newsroom.stage(article) == "Second look"
    assert nothing_is_cleared(newsroom, article)


@pytest.mark.parametrize("way", ["cancel", "restart", "send back"])
def test_submitted_again_after_a_change_every_desk_is_asked(newsroom: Newsroom, client, way):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.copy, title="Rewritten")
    if way == "send back":
        newsroom.send_back(article, by=newsroom.copy, reason="Is that the right year?")
        newsroom.submit(article)
    elif way == "cancel":
        newsroom.fresh(article).current_workflow_state.cancel(user=newsroom.reporter)
        newsroom.submit(article)
    else:
        client.force_login(newsroom.boss)
        typed = form_data(article) | opened(newsroom.fresh(article)) | {"action-restart-workflow": "1"}
        client.post(address("edit", article.pk), typed)
    assert newsroom.stage(article) in ("Desk edit", "Copy and facts")
    steps = progress.review_progress(
        progress.latest_version(newsroom.fresh(article)),
        newsroom.fresh(article).current_workflow_state.workflow_id,
        newsroom.hash_of(article),
    )
    assert not any(step.sign_offs for step in steps)
    assert nothing_is_cleared(newsroom, article)


def test_the_end_of_wagtails_workflow_publishes_nothing(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.fresh(article).current_workflow_state.finish(user=newsroom.boss)
    assert nothing_is_cleared(newsroom, article)


def test_approving_a_task_state_from_a_shell_clears_nothing(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    for _ in range(4):
        newsroom.task_state(article).approve(user=newsroom.boss)
    assert newsroom.stage(article) == "Desk edit"
    assert nothing_is_cleared(newsroom, article)


def test_moving_a_section_voids_what_its_new_place_would_ask(newsroom: Newsroom):
    from cms.models import Section

    stage = ReviewStage.objects.create(name="Council check")
    SignOffRule.objects.create(stage=stage, desk=Desk.objects.get(slug="legal"))
    stage.sections.add(newsroom.other_section)
    WorkflowTask.objects.create(workflow=Workflow.objects.get(name="News review"), task=stage, sort_order=9)
    below = Section(title="Piers", slug="piers")
    newsroom.section.add_child(instance=below)
    cleared = newsroom.clear(newsroom.draft(section=below))
    live = newsroom.publish("Already out", section=below)
    Section.objects.get(pk=below.pk).move(Section.objects.get(pk=newsroom.other_section.pk), pos="last-child")
    assert nothing_is_cleared(newsroom, cleared)
    assert Clearance.objects.filter(article=live, voided_at=None).count() == 1
    assert newsroom.readers_see(live)
