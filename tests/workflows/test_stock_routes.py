"""Ways in which Wagtail's own workflow can be got round, each tried here by the route that works there."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.contrib.auth.models import Group
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, PageLogEntry, Revision, TaskState, Workflow, WorkflowTask
from wagtail.signals import task_submitted

from api.models import PublishedArticle
from cms.models import Article
from tests.editing import address, form_data, opened
from tests.newsroom import Newsroom
from workflows import progress
from workflows.models import Clearance, Desk, Notice, ReviewStage, SignOff, SignOffRule

pytestmark = pytest.mark.django_db
SIX = datetime(2030, 5, 4, 6, 0, tzinfo=UTC)


def readers_get(client, article) -> str | None:
    """The headline in the API; None if readers get nothing."""
    answer = client.get(f"/api/v1/articles/{article.public_id}/")
    return answer.json()["title"] if answer.status_code == 200 else None


def at_the_last_stage(newsroom: Newsroom) -> Article:
    return newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)


def bulk(action: str, *pages) -> str:
    return (
        reverse("wagtail_bulk_action", args=["wagtailcore", "page", action])
        + "?"
        + "&".join(f"id={page.pk}" for page in pages)
    )


class TestPublishingWithoutOurForm:
    """1. Publishing on a route without our form."""

    def test_bulk_publish(self, newsroom: Newsroom, client):
        drafts = [newsroom.draft(), newsroom.draft()]
        client.force_login(newsroom.boss)
        client.post(bulk("publish", *drafts, newsroom.section), {"include_descendants": "on"})
        assert not Article.objects.live().exists()
        assert not PublishedArticle.objects.exists()

    def test_a_superusers_menu_offers_no_publishing(self, newsroom: Newsroom, client):
        client.force_login(newsroom.boss)
        page = client.get(address("edit", newsroom.draft().pk)).content.decode()
        assert "action-publish" not in page
        assert (
            "action-publish" not in client.get(address("add", "cms", "article", newsroom.section.pk)).content.decode()
        )

    def test_create_and_publish(self, newsroom: Newsroom, client):
        client.force_login(newsroom.publisher)
        typed = form_data(newsroom.draft()) | {"title": "Born live", "slug": "born-live", "action-publish": "1"}
        client.post(address("add", "cms", "article", newsroom.section.pk), typed)
        born = Article.objects.get(slug="born-live")
        assert not born.live
        assert readers_get(client, born) is None

    def test_reverting_to_an_old_version_and_publishing_it(self, newsroom: Newsroom, client):
        article = newsroom.draft("Never signed")
        first = article.get_latest_revision()
        newsroom.edit(article, by=newsroom.reporter, title="Signed")
        newsroom.release(newsroom.clear(article))
        client.force_login(newsroom.boss)
        typed = form_data(article) | {"title": "Never signed", "action-publish": "1"}
        client.post(address("revisions_revert", article.pk, first.pk), typed)
        assert readers_get(client, article) == "Signed"
        assert newsroom.fresh(article).title == "Signed"

    def test_copying_a_live_story_with_its_publication(self, newsroom: Newsroom, client):
        article = newsroom.publish("The ferry is late")
        client.force_login(newsroom.boss)
        typed = {
            "new_title": "A copy",
            "new_slug": "a-copy",
            "new_parent_page": str(newsroom.other_section.pk),
            "publish_copies": "on",
            "copy_subpages": "on",
        }
        page = client.post(address("copy", article.pk), typed).content.decode()
        assert "You do not have permission to publish pages at" in page
        del typed["publish_copies"]
        client.post(address("copy", article.pk), typed)
        copied = Article.objects.get(slug="a-copy")
        assert not copied.live
        assert readers_get(client, copied) is None

    def test_copying_a_section_with_the_publication_of_its_stories(self, newsroom: Newsroom, client):
        newsroom.publish("The ferry is late")
        client.force_login(newsroom.boss)
        typed = {
            "new_title": "Quay",
            "new_slug": "quay",
            "new_parent_page": str(newsroom.section.get_parent().pk),
            "publish_copies": "on",
            "copy_subpages": "on",
        }
        client.post(address("copy", newsroom.section.pk), typed)
        assert [article.title for article in Article.objects.live()] == ["The ferry is late"]
        assert PublishedArticle.objects.count() == 1

    def test_mirroring_a_story_as_an_alias(self, newsroom: Newsroom, client):
        article = newsroom.publish()
        client.force_login(newsroom.boss)
        typed = {
            "new_title": article.title,
            "new_slug": "an-alias",
            "new_parent_page": str(newsroom.other_section.pk),
            "alias": "on",
        }
        client.post(address("copy", article.pk), typed)
        assert not Article.objects.filter(slug="an-alias").exists()

    def test_a_shell(self, newsroom: Newsroom, client):
        article = newsroom.publish("As signed")
        version = newsroom.edit(article, by=newsroom.reporter, title="Not signed").get_latest_revision()
        with pytest.raises(Exception, match="not been signed by every desk"):
            version.publish()
        Article.objects.filter(pk=article.pk).update(title="Written past everything")
        newsroom.fresh(article).save()
        assert readers_get(client, article) == "As signed"

    def test_wagtail_is_told_no_where_it_asks(self, newsroom: Newsroom):
        draft = newsroom.draft()
        for person in (newsroom.boss, newsroom.publisher):
            may = draft.permissions_for_user(person)
            assert not may.can_publish()
            assert may.refusal() == "This version has not been signed by every desk, so it cannot go live."
            for place in (newsroom.section, newsroom.section.get_parent().specific):
                assert not place.permissions_for_user(person).can_publish_subpage()

    def test_a_story_in_review_is_neither_deleted_nor_moved_from_under_the_desk(self, newsroom: Newsroom, client):
        article = newsroom.submit(newsroom.draft())
        may = article.permissions_for_user(newsroom.reporter)
        assert not may.can_delete()
        assert not may.can_move()
        assert "Desk edit" in may.refusal_to_remove()
        client.force_login(newsroom.reporter)
        client.post(address("delete", article.pk))
        client.post(bulk("delete", article))
        client.post(bulk("move", article), {"chooser": newsroom.other_section.pk})
        client.post(address("move_confirm", article.pk, newsroom.other_section.pk))
        assert newsroom.fresh(article).get_parent().pk == newsroom.section.pk

    def test_a_scheduled_story_is_held_before_it_is_deleted(self, newsroom: Newsroom, client):
        article = newsroom.release(newsroom.clear(newsroom.draft()), at=timezone.now() + timedelta(hours=1))
        for person in (newsroom.publisher, newsroom.boss):
            assert article.permissions_for_user(person).refusal_to_remove() == "It is scheduled. Hold it first."
            client.force_login(person)
            client.post(address("delete", article.pk))
        assert newsroom.fresh(article).approved_schedule

    @pytest.mark.parametrize("person", ["reporter", "editor", "copy"])
    def test_who_does_not_publish_does_not_unschedule(self, newsroom: Newsroom, client, person):
        article = newsroom.release(newsroom.clear(newsroom.draft()), at=timezone.now() + timedelta(hours=1))
        client.force_login(newsroom.people[person])
        client.post(address("revisions_unschedule", article.pk, article.scheduled_revision.pk))
        assert newsroom.fresh(article).approved_schedule


class TestWagtailsWritingApi:
    """1. The same through Wagtail's own API for programs, were it mounted."""

    @pytest.fixture(autouse=True)
    def mounted(self, settings):
        settings.ROOT_URLCONF = "tests.workflows.v3_urls"

    @pytest.fixture
    def post(self, newsroom: Newsroom, client):
        from wagtail.models import APIToken

        def post(path: str, body: dict | None = None, *, by: str = "boss", method: str = "post"):
            _token, key = APIToken.create_token(user=newsroom.people[by], name="A program")
            send = getattr(client, method)
            return send(
                f"/api/v3/pages/{path}",
                json.dumps(body or {}),
                content_type="application/json",
                headers={"Authorization": f"Bearer {key}"},
            )

        return post

    @pytest.mark.parametrize("person", ["boss", "publisher"])
    def test_publish(self, newsroom: Newsroom, client, post, person):
        article = newsroom.draft()
        assert post(f"{article.pk}/actions/publish/", by=person).status_code == 403
        assert not newsroom.fresh(article).live
        assert readers_get(client, article) is None

    def test_publishing_what_is_cleared_publishes_just_that(self, newsroom: Newsroom, client, post):
        article = newsroom.clear(newsroom.draft("As signed"))
        assert post(f"{article.pk}/actions/publish/", by="publisher").status_code == 200
        assert readers_get(client, article) == "As signed"

    def test_create_and_publish(self, newsroom: Newsroom, client, post):
        meta = {"type": "cms.Article", "parent_id": newsroom.section.pk, "action": "publish"}
        answer = post("", {"meta": meta, "title": "Born live", "slug": "born-live"})
        assert answer.status_code == 403, answer.content
        assert not Article.objects.filter(slug="born-live").exists()

    def test_change_and_publish(self, newsroom: Newsroom, client, post):
        article = newsroom.publish("As signed")
        meta = {"type": "cms.Article", "action": "publish"}
        answer = post(f"{article.pk}/", {"meta": meta, "title": "Not signed"}, method="patch")
        assert answer.status_code == 403, answer.content
        assert newsroom.fresh(article).title == "As signed"
        assert readers_get(client, article) == "As signed"

    def test_copy(self, newsroom: Newsroom, client, post):
        article = newsroom.publish()
        destination = {"destination_id": newsroom.other_section.pk, "keep_live": True}
        assert post(f"{article.pk}/actions/copy/", destination).status_code == 403
        assert Article.objects.live().count() == 1

    def test_alias(self, newsroom: Newsroom, client, post):
        article = newsroom.publish()
        answer = post(f"{article.pk}/actions/create_alias/", {"destination_id": newsroom.other_section.pk})
        assert answer.status_code == 403
        assert Article.objects.count() == 1

    def test_revert(self, newsroom: Newsroom, client, post):
        article = newsroom.draft("Never signed")
        first = article.get_latest_revision()
        newsroom.edit(article, by=newsroom.reporter, title="Signed")
        newsroom.release(newsroom.clear(article))
        assert post(f"{article.pk}/actions/revert/", {"revision_id": first.pk}).status_code == 200
        assert readers_get(client, article) == "Signed"
        assert not progress.is_ready(newsroom.fresh(article))

    def test_delete_while_in_review(self, newsroom: Newsroom, client, post):
        article = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.editor)
        newsroom.sign(article, by=self._second_editor(newsroom))
        assert post(f"{article.pk}/actions/delete/", by="editor", method="delete").status_code == 403
        assert Article.objects.filter(pk=article.pk).exists()

    def _second_editor(self, newsroom: Newsroom):
        newsroom.other_reporter.groups.add(Group.objects.get(name="Desk editors"))
        return newsroom.other_reporter


class TestStagesThatGoAway:
    """2. Disabling or deleting the last stage approves and publishes every story waiting there."""

    def nothing_happened(self, newsroom: Newsroom, client, article) -> None:
        assert readers_get(client, article) is None
        assert not newsroom.fresh(article).live
        assert not Clearance.objects.filter(article=article).exists()

    def test_disabled_in_the_admin(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        client.force_login(newsroom.boss)
        for stage in ReviewStage.objects.exclude(name="Desk edit"):
            client.post(reverse("wagtailadmin_workflows:disable_task", args=[stage.pk]))
        assert [stage.name for stage in ReviewStage.objects.filter(active=True)] == ["Desk edit"]
        self.nothing_happened(newsroom, client, article)

    def test_deleted(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        for stage in ReviewStage.objects.exclude(name="Desk edit"):
            stage.delete()
        self.nothing_happened(newsroom, client, article)

    def test_every_stage_disabled_and_the_story_submitted_again(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        for stage in ReviewStage.objects.all():
            stage.deactivate(user=newsroom.boss)
        client.force_login(newsroom.reporter)
        client.post(address("edit", article.pk), form_data(article) | {"action-submit": "1"})
        self.nothing_happened(newsroom, client, article)

    def test_the_review_disabled(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        client.force_login(newsroom.boss)
        client.post(reverse("wagtailadmin_workflows:disable", args=[Workflow.objects.get(name="News review").pk]))
        self.nothing_happened(newsroom, client, article)

    def test_taken_out_of_the_review(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        WorkflowTask.objects.exclude(task__name="Desk edit").delete()
        self.nothing_happened(newsroom, client, article)

    def test_the_rules_of_a_stage_deleted(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        SignOffRule.objects.all().delete()
        newsroom.submit(article, by=newsroom.reporter)
        self.nothing_happened(newsroom, client, article)


class TestAutosave:
    """3. Autosave overwrites a revision in place, so that what a desk signed changes under its signature."""

    def autosave(self, newsroom: Newsroom, client, article, **changes):
        latest = newsroom.fresh(article).get_latest_revision()
        typed = form_data(newsroom.fresh(article), **changes) | {"overwrite_revision_id": str(latest.pk)}
        answer = client.post(address("edit", article.pk), typed, headers={"Accept": "application/json"})
        assert answer.json().get("success"), answer.content
        assert newsroom.fresh(article).get_latest_revision().pk == latest.pk

    def test_what_changed_after_the_last_signature_does_not_go_out(self, newsroom: Newsroom, client):
        draft = newsroom.draft()
        newsroom.edit(draft, by=newsroom.editor)
        client.force_login(newsroom.editor)
        article = newsroom.clear(draft)
        seen = newsroom.hash_of(article)
        self.autosave(newsroom, client, article, title="Slipped in")
        client.force_login(newsroom.publisher)
        answer = client.post(reverse("workflows:release", args=[article.pk]), {"content_hash": seen, "at": ""})
        assert answer.status_code == 409
        assert readers_get(client, article) is None

    def test_a_review_does_not_restart_at_the_same_stage_for_ever(self, newsroom: Newsroom, client):
        article = newsroom.submit(newsroom.draft())
        newsroom.edit(article, by=newsroom.copy)
        newsroom.sign(article, by=newsroom.editor)
        client.force_login(newsroom.copy)
        self.autosave(newsroom, client, article, title="A better headline")
        newsroom.other_reporter.groups.add(Group.objects.get(name="Copy editors"))
        newsroom.sign(article, by=newsroom.other_reporter)
        assert newsroom.stage(article) == "Desk edit"
        newsroom.sign(article, by=newsroom.editor)
        assert progress.is_ready(newsroom.fresh(article))


class TestVersions:
    """4. By default the latest revision goes live, not the approved one."""

    def test_the_signed_version_goes_live_and_not_the_latest(self, newsroom: Newsroom, client):
        article = newsroom.clear(newsroom.draft("As signed"))
        seen = newsroom.hash_of(article)
        newsroom.edit(article, by=newsroom.reporter, title="Typed afterwards")
        client.force_login(newsroom.publisher)
        answer = client.post(reverse("workflows:release", args=[article.pk]), {"content_hash": seen, "at": ""})
        assert answer.status_code == 409
        Revision.objects.filter(object_id=str(article.pk)).order_by("pk").first().publish()
        assert readers_get(client, article) == "As signed"


class TestWagtailsWorkflowForms:
    """5, 6 and 7. Forms that name neither stage nor content, and arguments that the client writes."""

    @pytest.mark.parametrize("name", ["approve", "reject"])
    @pytest.mark.parametrize("extra", ["{}", '{"update": false}', '{"comment": ""}', '{"user": null}'])
    def test_the_editing_form_acts_on_no_stage(self, newsroom: Newsroom, client, name, extra):
        article = newsroom.submit(newsroom.draft())
        client.force_login(newsroom.editor)
        typed = form_data(article) | {
            "action-workflow-action": "1",
            "workflow-action-name": name,
            "workflow-action-extra-data": extra,
        }
        client.post(address("edit", article.pk), typed)
        assert newsroom.stage(article) == "Desk edit"
        assert newsroom.task_state(article).status == TaskState.STATUS_IN_PROGRESS
        assert not SignOff.objects.exists()

    def test_ones_own_story_is_not_approved_through_another_page(self, newsroom: Newsroom, client):
        mine = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.editor)
        other = newsroom.submit(newsroom.draft())
        client.force_login(newsroom.editor)
        for page in (mine, other):
            for action in ("approve", "reject"):
                client.post(
                    address("workflow_action", page.pk, action, newsroom.task_state(mine).pk),
                    {"comment": "", "update": "false"},
                )
        assert newsroom.task_state(mine).status == TaskState.STATUS_IN_PROGRESS
        assert newsroom.task_state(other).status == TaskState.STATUS_IN_PROGRESS
        assert not SignOff.objects.exists()

    def test_the_action_itself_does_nothing(self, newsroom: Newsroom):
        article = newsroom.submit(newsroom.draft())
        state = newsroom.task_state(article)
        state.task.specific.on_action(state, newsroom.boss, "approve", update=False)
        assert newsroom.task_state(article).status == TaskState.STATUS_IN_PROGRESS

    def test_an_empty_rejection_is_not_taken(self, newsroom: Newsroom, client):
        article = newsroom.submit(newsroom.draft())
        client.force_login(newsroom.editor)
        answer = client.post(
            reverse("workflows:review", args=[article.pk]),
            {
                "verdict": "send_back",
                "content_hash": newsroom.hash_of(article),
                "task_state_id": newsroom.task_state(article).pk,
                "comment": "   ",
            },
        )
        assert answer.status_code == 422
        assert newsroom.stage(article) == "Desk edit"

    def test_a_group_approval_task_clears_nothing(self, newsroom: Newsroom, client):
        task = GroupApprovalTask.objects.create(name="Anybody")
        task.groups.add(Group.objects.get(name="Reporters"))
        workflow = Workflow.objects.create(name="Quick review")
        WorkflowTask.objects.create(workflow=workflow, task=task)
        article = newsroom.draft()
        workflow.start(article, newsroom.reporter)
        client.force_login(newsroom.other_reporter)
        client.post(
            address("workflow_action", article.pk, "approve", newsroom.task_state(article).pk), {"comment": "Fine"}
        )
        assert newsroom.fresh(article).current_workflow_state is None
        assert not newsroom.fresh(article).live
        assert not progress.is_ready(newsroom.fresh(article))


class TestTheLastSignature:
    """9. The final approver without the right to publish is bounced with nothing done."""

    def test_it_is_given_and_the_release_waits_for_a_publisher(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        client.force_login(newsroom.copy)
        answer = client.post(
            reverse("workflows:review", args=[article.pk]),
            {
                "verdict": "approve",
                "content_hash": newsroom.hash_of(article),
                "task_state_id": newsroom.task_state(article).pk,
                "comment": "",
            },
        )
        assert answer.status_code == 302
        assert progress.is_ready(newsroom.fresh(article))
        assert readers_get(client, article) is None
        client.post(reverse("workflows:release", args=[article.pk]), {"content_hash": newsroom.hash_of(article)})
        assert readers_get(client, article) is None
        newsroom.release(article)
        assert readers_get(client, article) == article.title


class TestUnpublishing:
    """10. Unpublish leaves the review running, and the next approval puts the story back."""

    @pytest.mark.parametrize("route", ["page", "bulk"])
    def test_it_ends_the_review(self, newsroom: Newsroom, client, route):
        article = newsroom.publish()
        newsroom.edit(article, by=newsroom.reporter, title="A new version")
        newsroom.sign(newsroom.submit(article), by=newsroom.editor)
        client.force_login(newsroom.publisher)
        client.post(address("unpublish", article.pk) if route == "page" else bulk("unpublish", article))
        assert not newsroom.fresh(article).live
        assert newsroom.stage(article) == ""
        assert readers_get(client, article) is None
        assert not SignOff.objects.valid().filter(article=article).exists()


class TestTheClock:
    """11 and 12. One bad revision aborts the run; a scheduled story is locked for everybody."""

    def test_one_bad_story_neither_stops_the_run_nor_loses_its_schedule(self, newsroom: Newsroom, client, freezer):
        freezer.move_to(SIX - timedelta(hours=1))
        bad = newsroom.release(newsroom.clear(newsroom.draft("Bad")), at=SIX - timedelta(minutes=1))
        sound = newsroom.release(newsroom.clear(newsroom.draft("Sound")), at=SIX)
        Revision.objects.filter(pk=bad.scheduled_revision.pk).update(content={"nonsense": True})
        freezer.move_to(SIX + timedelta(seconds=1))
        call_command("publish_scheduled")
        assert readers_get(client, sound) == "Sound"
        assert readers_get(client, bad) is None
        assert newsroom.fresh(bad).approved_schedule
        assert newsroom.fresh(bad).standing.release_error

    def test_a_dry_run_of_the_clock_says_what_is_due_and_does_nothing(self, newsroom: Newsroom, freezer, capsys):
        freezer.move_to(SIX - timedelta(hours=1))
        newsroom.publish("Ends at six", expire_at=SIX)
        article = newsroom.release(newsroom.clear(newsroom.draft("Due at six")), at=SIX)
        freezer.move_to(SIX)
        call_command("publish_scheduled", "--dryrun")
        assert capsys.readouterr().out.splitlines() == ["to publish: Due at six", "to unpublish: Ends at six"]
        assert newsroom.readers_see(article) is None

    def test_a_publisher_moves_the_time_and_the_clearance_stays(self, newsroom: Newsroom, client, freezer):
        freezer.move_to(SIX - timedelta(hours=2))
        article = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX - timedelta(hours=1))
        client.force_login(newsroom.publisher)
        at = {"content_hash": newsroom.hash_of(article), "at": "2030-05-04 06:00:00"}
        assert client.post(reverse("workflows:release", args=[article.pk]), at).status_code == 302
        assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == SIX
        assert progress.is_ready(newsroom.fresh(article))

    def test_a_held_story_can_be_mended_and_goes_back_to_the_desks(self, newsroom: Newsroom, client, freezer):
        freezer.move_to(SIX - timedelta(hours=2))
        article = newsroom.release(newsroom.clear(newsroom.draft()), at=SIX)
        client.force_login(newsroom.publisher)
        client.post(reverse("workflows:schedule", args=[article.pk]), {"act": "hold"})
        client.force_login(newsroom.editor)
        typed = form_data(article) | opened(article) | {"title": "Without the typing error"}
        assert client.post(address("edit", article.pk), typed).status_code == 302
        assert not progress.is_ready(newsroom.fresh(article))
        newsroom.submit(article)
        assert newsroom.stage(article) == "Desk edit"


class TestComingBack:
    """13. Resubmitting resumes at the stage that rejected, and earlier desks never see the rewrite."""

    def test_every_desk_sees_a_rewrite(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        newsroom.send_back(article, by=newsroom.copy, reason="Is that the right year?")
        client.force_login(newsroom.reporter)
        typed = form_data(article, text="<p>Rewritten.</p>") | opened(article) | {"action-submit": "1"}
        client.post(address("edit", article.pk), typed)
        assert newsroom.stage(article) == "Desk edit"


class TestNotices:
    """14 and 15. A subclass of TaskState silences all mail; mail leaves before the commit, and to oneself."""

    def test_the_desk_is_told_whatever_class_the_state_of_a_stage_has(self, newsroom: Newsroom, monkeypatch):
        heard = []
        monkeypatch.setattr(task_submitted, "send", lambda **signal: heard.append(signal))
        newsroom.submit(newsroom.draft())
        assert heard
        assert Notice.objects.filter(address="editor@example.org").exists()

    def test_wagtail_itself_mails_nobody(self, newsroom: Newsroom, mailoutbox):
        article = newsroom.submit(newsroom.draft())
        newsroom.send_back(article, by=newsroom.editor, reason="Ask the harbour master.")
        newsroom.submit(article)
        assert mailoutbox == []

    def test_an_empty_desk_is_said_in_the_list_of_desks(self, newsroom: Newsroom, client):
        newsroom.copy.groups.remove(Group.objects.get(name="Copy editors"))
        client.force_login(newsroom.boss)
        page = client.get(reverse("desk:index")).content.decode()
        assert page.count("Nobody works here") == 1

    def test_an_empty_desk_is_said_where_a_rule_asks_it(self, newsroom: Newsroom, client):
        newsroom.copy.groups.remove(Group.objects.get(name="Copy editors"))
        client.force_login(newsroom.boss)
        page = client.get(reverse("signoffrule:index")).content.decode()
        assert page.count("Nobody works here") == 1


class TestCancelling:
    """16. Submitter or owner may cancel a review at any time, silently."""

    def cancel(self, newsroom: Newsroom, client, article, *, by) -> None:
        client.force_login(by)
        client.post(address("edit", article.pk), form_data(article) | {"action-cancel-workflow": "1"})

    def test_it_is_logged_told_to_those_who_signed_and_clears_nothing(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        self.cancel(newsroom, client, article, by=newsroom.reporter)
        assert newsroom.stage(article) == ""
        entry = PageLogEntry.objects.get(page=article, action="wagtail.workflow.cancel")
        assert (entry.user, entry.data["hash"]) == (newsroom.reporter, newsroom.hash_of(article))
        assert Notice.objects.filter(kind=Notice.Kind.CANCELLED, address="editor@example.org").exists()
        assert not progress.is_ready(newsroom.fresh(article))
        assert readers_get(client, article) is None

    def test_a_third_person_cannot(self, newsroom: Newsroom, client):
        article = at_the_last_stage(newsroom)
        for person in (newsroom.copy, newsroom.other_reporter):
            self.cancel(newsroom, client, article, by=person)
            assert newsroom.stage(article) == "Copy and facts"


class TestManyStories:
    """17. "Awaiting your review" is unpaginated, with a query a story."""

    def queries(self, client, path: str) -> int:
        from django.db import connection
        from django.test.utils import CaptureQueriesContext

        with CaptureQueriesContext(connection) as captured:
            assert client.get(path).status_code == 200
        return len(captured)

    def test_the_home_page_asks_as_much_for_one_story_as_for_twelve(self, newsroom: Newsroom, client):
        client.force_login(newsroom.editor)
        home = reverse("wagtailadmin_home")
        newsroom.submit(newsroom.draft())
        self.queries(client, home)
        few = self.queries(client, home)
        for _ in range(11):
            newsroom.submit(newsroom.draft())
        assert self.queries(client, home) == few

    @pytest.mark.parametrize("person", ["reporter", "copy", "publisher", "boss"])
    def test_the_list_of_a_section_asks_little_for_each_story_more(self, newsroom: Newsroom, client, person):
        """Wagtail reads the stage of a story in review, story by story; nothing else is asked so."""
        client.force_login(getattr(newsroom, person))
        section = reverse("wagtailadmin_explore", args=[newsroom.section.pk])
        for _ in range(2):
            newsroom.draft()
            newsroom.submit(newsroom.draft())
        self.queries(client, section)
        few = self.queries(client, section)
        for _ in range(6):
            newsroom.draft()
            newsroom.submit(newsroom.draft())
        assert self.queries(client, section) <= few + 6

    def test_the_reports_of_reviews_come_in_pages(self, newsroom: Newsroom, client):
        client.force_login(newsroom.boss)
        for _ in range(3):
            newsroom.submit(newsroom.draft())
        for name in ("workflow", "workflow_tasks"):
            shown = client.get(reverse(f"wagtailadmin_reports:{name}")).context
            assert shown["paginator"].per_page <= 50


class TestDesks:
    """What an administrator may break."""

    def test_the_group_of_a_desk_cannot_be_deleted_and_the_reason_is_given(self, newsroom: Newsroom, client):
        client.force_login(newsroom.boss)
        desk = Desk.objects.get(slug="copy")
        answer = client.post(reverse("wagtailusers_groups:delete", args=[desk.group_id]), follow=True)
        assert answer.status_code == 200
        assert "Copy desk" in answer.content.decode()
        assert Group.objects.filter(pk=desk.group_id).exists()

    def test_a_group_without_a_desk_can_be_deleted(self, newsroom: Newsroom, client):
        client.force_login(newsroom.boss)
        group = Group.objects.create(name="Interns")
        client.post(reverse("wagtailusers_groups:delete", args=[group.pk]))
        assert not Group.objects.filter(pk=group.pk).exists()

    def test_the_form_of_a_review_says_that_only_review_stages_clear_stories(self, newsroom: Newsroom, client):
        client.force_login(newsroom.boss)
        task = GroupApprovalTask.objects.create(name="Anybody")
        review = Workflow.objects.get(name="News review")
        WorkflowTask.objects.create(workflow=review, task=task, sort_order=9)
        for name, thing in (("edit_task", task), ("edit", review)):
            page = client.get(reverse(f"wagtailadmin_workflows:{name}", args=[thing.pk])).content.decode()
            assert page.count("clears no story") == 1
            assert "“Anybody”" in page

    def test_the_form_of_a_stage_says_that_its_desk_is_empty(self, newsroom: Newsroom, client):
        newsroom.copy.groups.remove(Group.objects.get(name="Copy editors"))
        client.force_login(newsroom.boss)
        pages = {
            stage.name: client.get(reverse("wagtailadmin_workflows:edit_task", args=[stage.pk])).content.decode()
            for stage in ReviewStage.objects.all()
        }
        assert [name for name, page in pages.items() if "Nobody works at the" in page] == ["Copy and facts"]
