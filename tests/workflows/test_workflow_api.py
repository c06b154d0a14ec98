"""The review by HTTP: the newsroom's programs do what people do in the admin, by the same rules and no others."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import psycopg
import pytest
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from openapi_spec_validator import validate
from wagtail.models import PageLogEntry

from api.access.actions import make_key
from cms.actions import take_down
from cms.models import Article, NewsImage
from tests.newsroom import Newsroom
from tests.workflows.programs import Program, done, refused
from workflows import assignments
from workflows.api.idempotency import lock_number
from workflows.api.offers import ACTIONS
from workflows.models import Clearance, KeptAnswer, SignOff
from workflows.tasks import forget_kept_answers

pytestmark = pytest.mark.django_db


def readers_get(article: Article) -> Any:
    return Client().get(f"/api/v1/articles/{article.public_id}/")


class TestWhoMayAsk:
    @pytest.mark.parametrize("path", ["me/", "stories/", "waiting/"])
    def test_nobody_without_a_token(self, path: str):
        answer = Client().get(f"/workflow/v1/{path}")
        refused(answer, 401, "token-required")
        assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_a_session_of_the_admin_does_not_count(self, newsroom: Newsroom):
        client = Client()
        client.force_login(newsroom.boss)
        refused(client.get("/workflow/v1/stories/"), 401, "token-required")

    def test_a_key_of_the_readers_api_does_not_count(self, newsroom: Newsroom):
        _, shown = make_key(name="Website", scopes=["content:read"], by=newsroom.boss)
        answer = Client().get("/workflow/v1/stories/", headers={"Authorization": f"Bearer {shown}"})
        refused(answer, 401, "token-required")

    def test_a_token_opens_nothing_of_the_readers_api(self, newsroom: Newsroom):
        answer = Client().get("/api/v1/articles/", headers=Program(newsroom.boss).headers)
        refused(answer, 401, "invalid-key")

    def test_a_revoked_token_opens_nothing(self, newsroom: Newsroom):
        program = Program(newsroom.editor)
        program.token.revoke()
        refused(program.get("me/"), 401, "token-required")

    def test_somebody_who_has_left_opens_nothing(self, newsroom: Newsroom):
        program = Program(newsroom.editor)
        newsroom.editor.is_active = False
        newsroom.editor.save()
        refused(program.get("me/"), 401, "token-required")

    def test_somebody_who_may_not_enter_the_admin_opens_nothing(self, newsroom: Newsroom):
        program = Program(newsroom.editor)
        newsroom.editor.groups.clear()
        refused(program.get("me/"), 401, "token-required")

    def test_only_the_hosts_of_the_newsroom_answer(self, newsroom: Newsroom, settings: Any):
        settings.ADMIN_HOSTS = ["desk.example.org"]
        settings.ALLOWED_HOSTS = ["*"]
        program = Program(newsroom.editor)
        assert program.get("me/", SERVER_NAME="desk.example.org").status_code == 200
        refused(program.get("me/", SERVER_NAME="api.example.org"), 404, "no-such-story")

    def test_whose_token_it_is(self, newsroom: Newsroom):
        me = Program(newsroom.lawyer).get("me/").json()
        assert (me["username"], me["token"]) == ("lawyer", "The desk bot")
        assert [desk["name"] for desk in me["desks"]] == ["Legal desk"]

    def test_answers_stay_out_of_every_cache(self, newsroom: Newsroom):
        assert Program(newsroom.editor).get("stories/")["Cache-Control"] == "private, no-store"


class TestSections:
    """17. Nobody in where they don't belong."""

    @pytest.fixture
    def stranger(self, newsroom: Newsroom) -> Program:
        """Somebody of a desk that is asked everywhere, with rights on pages in another section only."""
        group = Group.objects.create(name="Council copy")
        group.permissions.set(Group.objects.get(name="Copy editors").permissions.all())
        for right in Group.objects.get(name="Copy editors").page_permissions.all():
            group.page_permissions.create(page=newsroom.other_section, permission=right.permission)
        newsroom.other_reporter.groups.set([group])
        return Program(newsroom.other_reporter)

    def test_a_story_of_another_section_is_as_absent_as_none(self, newsroom: Newsroom, stranger: Program):
        article = newsroom.submit(newsroom.draft())
        answers = [
            stranger.get(f"stories/{one}/") for one in (article.public_id, "00000000-0000-4000-8000-000000000000")
        ]
        first, second = (refused(answer, 404, "no-such-story") | {"request_id": ""} for answer in answers)
        assert first == second

    def test_nothing_can_be_done_with_it(self, newsroom: Newsroom, stranger: Program):
        article = newsroom.submit(newsroom.draft())
        for verb in ACTIONS:
            refused(stranger.act(verb, article), 404, "no-such-story")
        assert newsroom.stage(article) == "Desk edit"

    def test_it_is_in_no_list(self, newsroom: Newsroom, stranger: Program):
        newsroom.submit(newsroom.draft())
        assert stranger.get("stories/").json()["items"] == []
        assert stranger.get("waiting/").json() == {"items": [], "count": 0}


class TestReading:
    def test_a_story_says_where_it_stands_and_who_must_sign(self, newsroom: Newsroom):
        article = newsroom.submit(newsroom.draft("The ferry"))
        story = Program(newsroom.editor).story(article)
        assert (story["title"], story["state"], story["stage"]) == ("The ferry", "in-review", "Desk edit")
        assert story["content_hash"] == newsroom.hash_of(article)
        assert story["visit"] == newsroom.task_state(article).pk
        assert story["changed_by"]["username"] == "reporter"
        assert story["missing_desks"] == ["News desk", "Copy desk"]
        assert [stage["state"] for stage in story["stages"]] == ["current", "waiting", "skipped"]
        assert {"sign", "send-back", "claim"} <= set(story["allowed_actions"])

    def test_signatures_are_told_with_their_makers(self, newsroom: Newsroom):
        article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor, comment="Good")
        stage = Program(newsroom.copy).story(article)["stages"][0]
        (signature,) = stage["signatures"]
        assert (signature["by"], signature["comment"], stage["state"]) == ("Editor", "Good", "complete")

    def test_checks_are_told(self, newsroom: Newsroom, image: NewsImage):
        NewsImage.objects.update(alt="")
        checks = Program(newsroom.editor).story(newsroom.draft(lead_image=image))["checks"]
        assert any(check["blocking"] and not check["waived"] for check in checks)

    def test_the_content_is_what_the_hash_is_of(self, newsroom: Newsroom):
        article = newsroom.draft("The ferry")
        content = Program(newsroom.editor).get(f"stories/{article.public_id}/content/").json()
        assert content["content_hash"] == newsroom.hash_of(article)
        assert content["content"]["title"] == "The ferry"
        assert content["text"] == "The ferry left the harbour two hours late."

    @pytest.mark.parametrize("person", ["reporter", "editor", "publisher"])
    def test_each_action_is_either_allowed_or_refused_with_a_reason(self, newsroom: Newsroom, person: str):
        story = Program(newsroom.people[person]).story(newsroom.submit(newsroom.draft()))
        refusals = {one["action"]: one["reason"] for one in story["refused_actions"]}
        assert sorted([*story["allowed_actions"], *refusals]) == sorted(ACTIONS)
        assert all(refusals.values())

    @pytest.mark.parametrize("person", ["reporter", "editor", "publisher"])
    def test_what_is_allowed_is_done_and_what_is_refused_is_not(self, newsroom: Newsroom, person: str):
        """Each action, with a draft, a story in review, and one that is cleared."""
        more = {
            "send-back": {"reason": "Again"},
            "assign": {"to": "editor"},
            "schedule": {"at": "2099-01-01T00:00:00Z"},
        }
        program = Program(newsroom.people[person])
        articles = [newsroom.draft(), newsroom.submit(newsroom.draft()), newsroom.clear_at_once(newsroom.draft())]
        for article in articles:
            allowed = program.story(article)["allowed_actions"]
            for action in ACTIONS:
                point = transaction.savepoint()
                answer = program.act(action, article, **more.get(action, {}))
                assert (answer.status_code == 200) == (action in allowed), (action, answer.content)
                transaction.savepoint_rollback(point)

    def test_what_waits_for_me(self, newsroom: Newsroom):
        waits = newsroom.submit(newsroom.draft("Waits"))
        newsroom.sign(newsroom.submit(newsroom.draft("Signed")), by=newsroom.editor)
        newsroom.draft("Not submitted")
        listed = Program(newsroom.editor).get("waiting/").json()
        assert [one["title"] for one in listed["items"]] == ["Waits"]
        (story,) = listed["items"]
        assert (story["id"], story["visit"]) == (str(waits.public_id), newsroom.task_state(waits).pk)
        assert "sign" in story["allowed_actions"]
        assert [one["title"] for one in Program(newsroom.copy).get("waiting/").json()["items"]] == ["Signed"]

    def test_what_waits_for_a_desk(self, newsroom: Newsroom):
        newsroom.submit(newsroom.draft("For the news desk"))
        newsroom.sign(newsroom.submit(newsroom.draft("For copy")), by=newsroom.editor)
        desk = Program(newsroom.copy).get("me/").json()["desks"][0]["slug"]
        listed = Program(newsroom.editor).get("stories/", {"desk": desk}).json()
        assert [one["title"] for one in listed["items"]] == ["For copy"]

    def test_one_column_of_the_board(self, newsroom: Newsroom):
        newsroom.draft("A draft")
        newsroom.clear(newsroom.draft("Ready"))
        listed = Program(newsroom.publisher).get("stories/", {"column": "ready"}).json()
        assert [(one["title"], one["allowed_actions"]) for one in listed["items"]] == [
            ("Ready", ["publish", "schedule"])
        ]
        assert [(one["key"], one["count"]) for one in listed["columns"]] == [("ready", 1)]

    @pytest.mark.parametrize("path", ["stories/", "waiting/"])
    def test_the_number_of_queries_does_not_depend_on_the_stories(self, newsroom: Newsroom, path: str):
        program = Program(newsroom.editor)

        def queries() -> int:
            with CaptureQueriesContext(connection) as made:
                program.get(path)
            return len(made)

        newsroom.submit(newsroom.draft())
        queries()
        few = queries()
        for _ in range(4):
            newsroom.submit(newsroom.draft())
        assert queries() == few

    @pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "x"}, {"colour": "red"}, {"late": "yes"}])
    def test_a_parameter_that_cannot_be_read_is_named(self, newsroom: Newsroom, query: dict[str, str]):
        document = refused(Program(newsroom.editor).get("stories/", query), 400, "invalid-parameter")
        assert document["errors"][0]["parameter"] in query


class TestFromDraftToReaders:
    def test_programs_of_four_people_bring_a_story_out(self, newsroom: Newsroom):
        article = newsroom.draft("By programs")
        assert done(Program(newsroom.reporter).act("submit", article))["stage"] == "Desk edit"
        editor = Program(newsroom.editor)
        assert done(editor.act("claim", article))["assignee"]["username"] == "editor"
        assert done(editor.act("sign", article, comment="Good"))["stage"] == "Copy and facts"
        assert done(Program(newsroom.copy).act("sign", article))["state"] == "cleared"
        assert done(Program(newsroom.publisher).act("publish", article))["state"] == "published"
        assert readers_get(article).json()["title"] == "By programs"

    def test_a_story_is_sent_back_with_a_reason(self, newsroom: Newsroom):
        article = newsroom.submit(newsroom.draft())
        story = done(Program(newsroom.editor).act("send-back", article, reason="Who says so?", kind="facts"))
        assert story["state"] == "sent-back"
        assert SignOff.objects.get(article=article).comment == "Who says so?"
        refused(
            Program(newsroom.editor).act("send-back", newsroom.submit(newsroom.draft()), reason=" "),
            422,
            "invalid-body",
        )

    def test_a_release_is_scheduled_moved_and_held(self, newsroom: Newsroom, freezer: Any):
        article = newsroom.clear_at_once(newsroom.draft())
        program = Program(newsroom.publisher)
        at = timezone.now().replace(microsecond=0) + timedelta(hours=2)
        assert done(program.act("schedule", article, at=at.isoformat()))["state"] == "scheduled"
        later = at + timedelta(hours=1)
        done(program.act("schedule", article, at=later.isoformat()))
        assert newsroom.fresh(article).scheduled_revision.approved_go_live_at == later
        assert done(program.act("hold", article))["schedule"] is None
        assert readers_get(article).status_code == 404

    @pytest.mark.parametrize(
        "at", ["2030-01-01T06:00:00", "tomorrow", None, "2030-13-01T06:00:00Z", "9999-12-31T23:59:59-23:59"]
    )
    def test_a_time_needs_its_offset(self, newsroom: Newsroom, at: Any):
        article = newsroom.clear_at_once(newsroom.draft())
        document = refused(Program(newsroom.publisher).act("schedule", article, at=at), 422, "invalid-body")
        assert document["errors"][0]["member"] == "at"

    def test_the_version_that_the_act_names_takes_the_place_of_the_one_that_is_scheduled(self, newsroom: Newsroom):
        program = Program(newsroom.publisher)
        article = newsroom.clear_at_once(newsroom.draft("The first version"))
        at = timezone.now().replace(microsecond=0) + timedelta(hours=2)
        newsroom.release(article, at=at)
        newsroom.edit(article, by=newsroom.editor, title="The second version")
        moved = done(program.act("schedule", newsroom.fresh(article), at=(at + timedelta(hours=1)).isoformat()))
        assert not moved["schedule"]["is_latest"]
        newsroom.clear_at_once(article)
        replaced = done(program.act("schedule", newsroom.fresh(article), at=at.isoformat()))
        assert replaced["schedule"]["is_latest"]
        assert newsroom.fresh(article).scheduled_revision.as_object().title == "The second version"

    def test_a_time_that_has_passed_is_refused(self, newsroom: Newsroom):
        article = newsroom.clear_at_once(newsroom.draft())
        refused(Program(newsroom.publisher).act("schedule", article, at="2020-01-01T06:00:00Z"), 422, "refused")

    def test_a_story_is_given_to_somebody_and_back(self, newsroom: Newsroom):
        article = newsroom.submit(newsroom.draft())
        program = Program(newsroom.editor)
        assert done(program.act("assign", article, to="editor"))["assignee"]["username"] == "editor"
        assert done(program.act("give-back", article))["assignee"] is None
        refused(program.act("assign", article, to="nobody-here"), 422, "refused")

    def test_the_history_of_the_story_says_that_a_program_did_it(self, newsroom: Newsroom):
        article = newsroom.submit(newsroom.draft())
        program = Program(newsroom.editor)
        done(program.act("sign", article))
        entry = PageLogEntry.objects.get(page=article.pk, action="workflows.by_program")
        signed = PageLogEntry.objects.get(page=article.pk, action="workflows.sign_off")
        assert (entry.user, entry.uuid) == (newsroom.editor, signed.uuid)
        message = str(entry.formatter.format_message(entry))
        assert "The desk bot" in message
        assert program.token.prefix in message


class TestTheRules:
    """The promises, by HTTP."""

    def test_what_is_not_cleared_does_not_go_out(self, newsroom: Newsroom):
        """1. unreviewed"""
        for person in (newsroom.publisher, newsroom.boss):
            article = newsroom.submit(newsroom.draft())
            refused(Program(person).act("publish", article), 422, "refused")
            assert readers_get(article).status_code == 404

    @pytest.mark.parametrize("is_superuser", [False, True])
    def test_nobody_signs_what_they_changed(self, newsroom: Newsroom, is_superuser: bool):
        """2. four_eyes"""
        newsroom.editor.is_superuser = is_superuser
        newsroom.editor.save()
        article = newsroom.submit(newsroom.edit(newsroom.draft(), by=newsroom.editor, title="Changed"))
        refused(Program(newsroom.editor).act("sign", article), 403, "not-yours")
        assert not SignOff.objects.exists()

    def test_nobody_signs_what_they_submitted(self, newsroom: Newsroom):
        """2. four_eyes"""
        article = newsroom.draft()
        done(Program(newsroom.editor).act("submit", article))
        refused(Program(newsroom.editor).act("sign", article), 403, "not-yours")

    def test_a_desk_that_is_not_asked_does_not_sign(self, newsroom: Newsroom):
        article = newsroom.submit(newsroom.draft())
        for person in (newsroom.copy, newsroom.publisher, newsroom.boss):
            refused(Program(person).act("sign", article), 403, "not-yours")

    def test_a_version_that_nobody_saw_is_not_signed(self, newsroom: Newsroom):
        """3. what_you_saw"""
        article = newsroom.submit(newsroom.draft())
        program = Program(newsroom.editor)
        seen = program.story(article)
        newsroom.edit(article, by=newsroom.other_reporter, title="Another headline")
        document = refused(program.act("sign", article, seen=seen), 409, "story-moved-on")
        assert document["changed"] == ["Headline"]
        assert document["content_hash"] == newsroom.hash_of(article)
        assert not SignOff.objects.exists()

    def test_nor_is_anything_else_done_to_it(self, newsroom: Newsroom):
        """3. what_you_saw"""
        article = newsroom.draft()
        program = Program(newsroom.boss)
        seen = program.story(article)
        newsroom.edit(article, by=newsroom.reporter, title="Another headline")
        for verb in ("submit", "claim", "publish", "hold", "give-back"):
            refused(program.act(verb, article, seen=seen), 409, "story-moved-on")

    def test_a_change_after_the_signature_voids_it(self, newsroom: Newsroom):
        """4. altered_after"""
        article = newsroom.clear_at_once(newsroom.draft())
        newsroom.edit(article, by=newsroom.reporter, title="Altered")
        refused(Program(newsroom.publisher).act("publish", article), 422, "refused")

    def test_an_act_for_one_stage_does_nothing_at_the_next(self, newsroom: Newsroom):
        """5. own_stage_only"""
        newsroom.editor.groups.add(Group.objects.get(name="Copy editors"))
        article = newsroom.submit(newsroom.draft())
        program = Program(newsroom.editor)
        seen = program.story(article)
        newsroom.people["copy"].groups.add(Group.objects.get(name="Desk editors"))
        newsroom.sign(article, by=newsroom.copy)
        document = refused(program.act("sign", article, seen=seen), 409, "story-moved-on")
        assert document["stage"] == "Copy and facts"
        assert SignOff.objects.count() == 1

    def test_an_act_for_one_story_does_nothing_to_another(self, newsroom: Newsroom):
        """5. own_stage_only"""
        article, other = newsroom.submit(newsroom.draft()), newsroom.submit(newsroom.draft())
        program = Program(newsroom.editor)
        seen = program.story(article) | {"visit": program.story(other)["visit"]}
        refused(program.act("sign", article, seen=seen), 409, "story-moved-on")
        assert newsroom.stage(article) == newsroom.stage(other) == "Desk edit"

    @pytest.mark.parametrize(
        "more", [{"by": 1}, {"skip_permission_checks": True}, {"at": None}, {"task_state_id": 1}, {"comment": ["x"]}]
    )
    def test_a_body_sets_nothing_that_the_act_does_not_take(self, newsroom: Newsroom, more: dict[str, Any]):
        """6. no_side_door"""
        article = newsroom.submit(newsroom.draft())
        document = refused(Program(newsroom.editor).act("sign", article, **more), 422, "invalid-body")
        assert {error["member"] for error in document["errors"]} == set(more)
        assert not SignOff.objects.exists()

    @pytest.mark.parametrize("body", [[], None, {}, {"content_hash": "x", "visit": "y"}])
    def test_a_body_that_cannot_be_read_is_named(self, newsroom: Newsroom, body: Any):
        article = newsroom.submit(newsroom.draft())
        refused(Program(newsroom.editor).post(f"stories/{article.public_id}/sign/", body), 422, "invalid-body")

    def test_a_withdrawn_story_does_not_come_back_by_an_act_that_was_pending(self, newsroom: Newsroom):
        """15. takedown"""
        article = newsroom.publish()
        newsroom.edit(article, by=newsroom.reporter, title="More")
        article = newsroom.submit(article)
        program = Program(newsroom.editor)
        seen = program.story(article)
        take_down(article, by=newsroom.publisher)
        refused(program.act("sign", article, seen=seen), 409, "story-moved-on")
        refused(Program(newsroom.publisher).act("publish", article), 422, "refused")
        assert readers_get(article).status_code == 410

    @pytest.mark.parametrize("person", ["reporter", "editor", "copy"])
    def test_reviewing_gives_no_right_to_publish(self, newsroom: Newsroom, person: str):
        """17. scoped"""
        article = newsroom.clear_at_once(newsroom.draft())
        program = Program(newsroom.people[person])
        for verb, more in (("publish", {}), ("schedule", {"at": "2099-01-01T00:00:00Z"}), ("hold", {})):
            refused(program.act(verb, article, **more), 403, "not-yours")
        assert not newsroom.fresh(article).live

    def test_the_right_to_publish_gives_no_right_to_sign(self, newsroom: Newsroom):
        """17. scoped"""
        article = newsroom.submit(newsroom.draft())
        refused(Program(newsroom.publisher).act("sign", article), 403, "not-yours")
        assert not Clearance.objects.filter(article=article).exists()

    def test_what_somebody_has_is_not_taken_from_them(self, newsroom: Newsroom):
        newsroom.other_reporter.groups.add(Group.objects.get(name="Desk editors"))
        article = newsroom.submit(newsroom.draft())
        done(Program(newsroom.other_reporter).act("claim", article))
        document = refused(Program(newsroom.editor).act("claim", article), 409, "story-moved-on")
        assert "Ask them to hand it over" in document["detail"]

    def test_who_is_away_takes_nothing_and_is_given_nothing(self, newsroom: Newsroom):
        newsroom.other_reporter.groups.add(Group.objects.get(name="Desk editors"))
        today = timezone.localdate()
        assignments.be_away(newsroom.editor, starts_on=today, ends_on=today, by=newsroom.editor)
        article = newsroom.submit(newsroom.draft())
        refused(Program(newsroom.editor).act("claim", article), 422, "refused")
        refused(Program(newsroom.other_reporter).act("assign", article, to="editor"), 422, "refused")

    def test_a_reporter_does_not_submit_the_draft_of_another(self, newsroom: Newsroom):
        article = newsroom.draft(by=newsroom.editor)
        answer = Program(newsroom.reporter).act("submit", article)
        assert answer.status_code in (403, 404)
        assert newsroom.stage(article) == ""


class TestIdempotency:
    @pytest.fixture
    def article(self, newsroom: Newsroom) -> Article:
        return newsroom.submit(newsroom.draft())

    def test_what_is_sent_twice_is_done_once(self, newsroom: Newsroom, article: Article):
        program = Program(newsroom.editor)
        seen = program.story(article)
        first, second = (program.act("sign", article, seen=seen, key='"one"') for _ in range(2))
        assert first.json() == second.json()
        assert (first.status_code, second.status_code) == (200, 200)
        assert "Idempotency-Replayed" not in first
        assert second["Idempotency-Replayed"] == "true"
        assert SignOff.objects.count() == 1

    def test_a_refusal_is_given_again_too(self, newsroom: Newsroom, article: Article):
        program = Program(newsroom.copy)
        first, second = (program.act("sign", article, key="one") for _ in range(2))
        assert first.content == second.content
        assert second.status_code == 403
        assert second["Content-Type"] == "application/problem+json"

    def test_the_same_key_with_another_body_is_refused(self, newsroom: Newsroom, article: Article):
        program = Program(newsroom.editor)
        seen = program.story(article)
        done(program.act("sign", article, seen=seen, key="one"))
        refused(program.act("sign", article, seen=seen, key="one", comment="More"), 422, "idempotency-key-reused")

    def test_the_same_key_for_another_story_is_refused(self, newsroom: Newsroom, article: Article):
        program = Program(newsroom.editor)
        done(program.act("sign", article, key="one"))
        refused(program.act("sign", newsroom.submit(newsroom.draft()), key="one"), 422, "idempotency-key-reused")

    def test_others_may_use_the_same_key(self, newsroom: Newsroom, article: Article):
        done(Program(newsroom.editor).act("sign", article, key="one"))
        assert done(Program(newsroom.copy).act("sign", article, key="one"))["state"] == "cleared"

    @pytest.mark.parametrize("key", ["\x7f", "a b", "x" * 256, '"'])
    def test_an_act_needs_a_key_that_can_be_read(self, newsroom: Newsroom, article: Article, key: str):
        refused(Program(newsroom.editor).act("sign", article, key=key), 400, "idempotency-key-missing")
        assert not SignOff.objects.exists()

    @pytest.fixture
    def somebody_else(self) -> Iterator[psycopg.Connection]:
        """Another connection to the same database, as another process has it."""
        parameters = connection.get_connection_params()
        for name in ("context", "cursor_factory", "prepare_threshold", "server_side_binding"):
            parameters.pop(name, None)
        with psycopg.connect(**parameters) as other:
            yield other

    def test_while_the_first_is_being_answered_the_second_is_told_to_wait(
        self, newsroom: Newsroom, article: Article, somebody_else: psycopg.Connection
    ):
        program = Program(newsroom.editor)
        somebody_else.execute("SELECT pg_advisory_xact_lock(%s)", [lock_number(newsroom.editor.pk, "one")])
        refused(program.act("sign", article, key="one"), 409, "idempotency-key-in-use")
        somebody_else.rollback()
        done(program.act("sign", article, key="one"))

    def test_after_a_day_the_key_is_free_again(self, newsroom: Newsroom, article: Article, freezer: Any):
        program = Program(newsroom.copy)
        refused(program.act("sign", article, key="one"), 403, "not-yours")
        freezer.tick(timedelta(hours=24, seconds=1))
        newsroom.sign(article, by=newsroom.editor)
        done(program.act("sign", article, key="one"))

    def test_old_answers_are_forgotten(self, newsroom: Newsroom, article: Article, freezer: Any):
        Program(newsroom.copy).act("sign", article, key="one")
        assert forget_kept_answers() == 0
        freezer.tick(timedelta(hours=25))
        assert forget_kept_answers() == 1
        assert not KeptAnswer.objects.exists()


class TestTheDocument:
    @pytest.fixture
    def document(self) -> dict[str, Any]:
        answer = Client().get("/workflow/v1/openapi.json")
        found: dict[str, Any] = answer.json()
        return found

    def test_it_is_valid_and_its_own_and_says_all(self, document: dict[str, Any]):
        validate(document)
        assert document["info"]["title"] == "Copydesk workflow"
        assert not any(path.startswith("/api/") for path in document["paths"])
        for action in ACTIONS:
            post = document["paths"][f"/workflow/v1/stories/{{public_id}}/{action}/"]["post"]
            assert {"200", "400", "401", "403", "404", "409", "422"} <= set(post["responses"])
            assert any(parameter["name"] == "Idempotency-Key" for parameter in post["parameters"])
        operations = [one for path in document["paths"].values() for one in path.values()]
        assert all(one["security"] == [{"staffToken": []}] for one in operations if "staffToken" in str(one))
        assert len(operations) == len(ACTIONS) + 5
