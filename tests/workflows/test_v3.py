"""Wagtail's own API for programs, where a newsroom mounts it: who gets in, and that the promises hold through it.

That it publishes nothing by itself is tried in `test_stock_routes.py` too, and in any order of acts by
`tests/promises/test_whatever_happens.py`.
"""

from collections.abc import Callable, Iterator
from datetime import timedelta
from importlib import reload
from typing import Any

import pytest
from django.contrib.auth.models import Group
from django.test import Client
from django.urls import clear_url_caches
from django.utils import timezone
from wagtail.models import APIToken, Locale, PageLogEntry, PageViewRestriction

from api.access.actions import make_key
from cms import urls
from cms.models import Article, Section, User
from tests.editing import address, form_data, opened
from tests.newsroom import Newsroom
from tests.workflows.programs import Program, refused
from workflows import progress
from workflows.models import Clearance

pytestmark = pytest.mark.django_db

ADDRESSES = ["pages/", "pages/1/", "pages/find/?html_path=/", "sites/", "schema/", "whoami/", "openapi.json", "docs/"]


class Writer:
    """A program that writes pages in the name of one person."""

    def __init__(self, owner: User) -> None:
        _token, shown = APIToken.create_token(user=owner, name="An importer")
        self.headers = {"Authorization": f"Bearer {shown}"}

    def ask(self, path: str, **options: Any) -> Any:
        return Client().get(f"/api/v3/{path}", headers=self.headers, **options)

    def send(self, path: str, body: dict[str, Any] | None = None, *, method: str = "post") -> Any:
        send = getattr(Client(), method)
        return send(f"/api/v3/pages/{path}", body or {}, content_type="application/json", headers=self.headers)

    def act(self, article: Article, verb: str, **body: Any) -> Any:
        return self.send(f"{article.pk}/actions/{verb}/", body)

    def change(self, article: Article, *, action: str = "", **fields: Any) -> Any:
        meta = {"type": "cms.Article"} | ({"action": action} if action else {})
        return self.send(f"{article.pk}/", {"meta": meta, **fields}, method="patch")


@pytest.fixture
def mounted(settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.workflows.v3_urls"


@pytest.fixture
def root(newsroom: Newsroom, mounted: None) -> Writer:
    """A program that may do whatever there is to do."""
    return Writer(newsroom.boss)


def under(section: Section) -> dict[str, Any]:
    """Where a move leads; without a position Wagtail moves a page beside its destination."""
    return {"destination_id": section.pk, "position": "last-child"}


def titles() -> list[str]:
    """What readers see, in a list."""
    return [story["title"] for story in Client().get("/api/v1/articles/").json()["items"]]


def status_for_readers(article: Article) -> int:
    return Client().get(f"/api/v1/articles/{article.public_id}/").status_code


class TestMounting:
    @pytest.fixture
    def remounted(self) -> Iterator[Callable[[], None]]:
        def remount() -> None:
            reload(urls)
            clear_url_caches()

        yield remount
        remount()

    def test_it_is_not_there(self, newsroom: Newsroom):
        assert Writer(newsroom.boss).ask("pages/").status_code == 404

    def test_it_is_there_where_the_newsroom_says_so(
        self, newsroom: Newsroom, settings: Any, remounted: Callable[[], None]
    ):
        settings.WAGTAIL_API_V3 = True
        remounted()
        assert Writer(newsroom.boss).ask("pages/").status_code == 200
        settings.WAGTAIL_API_V3 = False


@pytest.mark.usefixtures("mounted")
class TestWhoGetsIn:
    def test_nobody_without_a_token(self, newsroom: Newsroom):
        newsroom.publish()
        for path in ADDRESSES:
            answer = Client().get(f"/api/v3/{path}")
            refused(answer, 401, "token-required")
            assert answer["WWW-Authenticate"].startswith("Bearer")

    def test_neither_a_session_nor_a_readers_key_counts(self, newsroom: Newsroom):
        client = Client()
        client.force_login(newsroom.boss)
        refused(client.get("/api/v3/pages/"), 401, "token-required")
        _, shown = make_key(name="Website", scopes=["content:read"], by=newsroom.boss)
        refused(Client().get("/api/v3/pages/", headers={"Authorization": f"Bearer {shown}"}), 401, "token-required")

    def test_nor_does_somebody_who_may_not_enter_the_admin(self, newsroom: Newsroom):
        newsroom.editor.groups.clear()
        refused(Writer(newsroom.editor).ask("pages/"), 401, "token-required")

    def test_only_the_hosts_of_the_newsroom_answer(self, newsroom: Newsroom, settings: Any):
        settings.ADMIN_HOSTS, settings.ALLOWED_HOSTS = ["desk.example.org"], ["*"]
        writer = Writer(newsroom.boss)
        assert writer.ask("pages/", SERVER_NAME="api.example.org").status_code == 404
        assert writer.ask("pages/", SERVER_NAME="desk.example.org").status_code == 200

    def test_no_cache_keeps_an_answer(self, newsroom: Newsroom):
        assert Writer(newsroom.boss).ask("pages/")["Cache-Control"] == "private, no-store"


class TestNothingUnreviewed:
    """1. unreviewed, 4. altered_after, 6. no_side_door"""

    def test_whatever_a_superusers_program_tries_readers_get_what_was_cleared(self, newsroom: Newsroom, root: Writer):
        live = newsroom.publish("As signed")
        first = live.get_latest_revision()
        section = newsroom.other_section.pk
        born = {"type": "cms.Article", "parent_id": section, "action": "publish"}
        for attempt in (
            lambda: root.change(live, title="Not signed"),
            lambda: root.act(live, "publish"),
            lambda: root.change(live, title="Nor this", action="publish"),
            lambda: root.send("", {"meta": born, "title": "Born live", "slug": "born-live", "standfirst": "No."}),
            lambda: root.act(live, "copy", destination_id=section, keep_live=True, slug="a-copy"),
            lambda: root.act(live, "create_alias", destination_id=section, slug="an-alias"),
            lambda: root.act(live, "revert", revision_id=first.pk),
            lambda: root.change(live, go_live_at="2020-01-01T00:00:00Z", title="In the past", action="publish"),
            lambda: root.act(newsroom.submit(newsroom.draft("In review")), "publish"),
        ):
            attempt()
            assert titles() == ["As signed"]

    def test_a_translation_does_not_go_live_by_itself(self, newsroom: Newsroom, root: Writer, settings: Any):
        settings.WAGTAIL_I18N_ENABLED = True
        Locale.objects.create(language_code="de")
        live = newsroom.publish("As signed")
        for alias in (True, False):
            root.act(live, "copy_for_translation", locale="de", copy_parents=True, alias=alias)
            assert titles() == ["As signed"]

    @pytest.mark.parametrize("verb", ["approve", "reject", "submit", "cancel", "workflow"])
    def test_it_has_no_acts_of_the_review(self, newsroom: Newsroom, root: Writer, verb: str):
        article = newsroom.submit(newsroom.draft())
        assert root.act(article, verb).status_code == 404
        assert newsroom.stage(article) == "Desk edit"

    def test_a_change_voids_what_was_signed(self, newsroom: Newsroom, root: Writer):
        article = newsroom.clear(newsroom.draft())
        assert root.change(article, title="Altered").status_code == 200
        assert not progress.is_ready(newsroom.fresh(article))
        assert root.act(article, "publish").status_code == 403
        assert titles() == []


@pytest.mark.usefixtures("mounted")
class TestWhoSigns:
    """2. four_eyes, 3. what_you_saw, 18. who_did_what"""

    def test_who_changes_a_story_by_program_does_not_sign_it(self, newsroom: Newsroom):
        article = newsroom.submit(newsroom.draft())
        assert Writer(newsroom.editor).change(article, title="By the editor's program").status_code == 200
        refused(Program(newsroom.editor).act("sign", article), 403, "not-yours")

    def test_what_was_seen_before_the_change_is_not_signed(self, newsroom: Newsroom, root: Writer):
        article = newsroom.submit(newsroom.draft())
        program = Program(newsroom.editor)
        seen = program.story(article)
        root.change(article, title="By a program")
        assert refused(program.act("sign", article, seen=seen), 409, "story-moved-on")["changed"] == ["Headline"]

    def test_the_history_names_who_did_it(self, newsroom: Newsroom, root: Writer):
        article = newsroom.draft()
        root.change(article, title="By a program")
        assert newsroom.fresh(article).get_latest_revision().user == newsroom.boss
        root.act(newsroom.publish(), "unpublish")
        assert PageLogEntry.objects.filter(action="wagtail.unpublish", user=newsroom.boss).exists()

    def test_an_editor_with_the_story_open_does_not_overwrite_it(
        self, newsroom: Newsroom, root: Writer, client: Client
    ):
        """14. no_edit_lost"""
        article = newsroom.draft("As the editor opened it")
        typed = form_data(article, title="As the editor typed") | opened(article)
        assert root.change(article, title="By a program").status_code == 200
        client.force_login(newsroom.editor)
        client.post(address("edit", article.pk), typed)
        assert newsroom.fresh(article).get_latest_revision().as_object().title == "By a program"


class TestEarlyAndLate:
    """10. embargo, 11. only_scheduled"""

    def test_under_embargo_nothing_is_shown(self, newsroom: Newsroom, root: Writer):
        article = newsroom.clear(newsroom.draft(embargo_until=timezone.now() + timedelta(hours=1)))
        assert root.act(article, "publish").status_code == 200
        assert (titles(), status_for_readers(article)) == ([], 404)

    def test_a_change_does_not_bring_out_what_is_scheduled(self, newsroom: Newsroom, root: Writer):
        article = newsroom.release(newsroom.clear(newsroom.draft()), at=timezone.now() + timedelta(hours=1))
        assert root.change(article, title="For tomorrow").status_code == 200
        assert (titles(), status_for_readers(article)) == ([], 404)
        assert newsroom.fresh(article).approved_schedule


class TestGone:
    """15. takedown, 16. tombstone"""

    def test_unpublished(self, newsroom: Newsroom, root: Writer):
        article = newsroom.publish()
        assert root.act(article, "unpublish").status_code == 200
        assert (titles(), status_for_readers(article)) == ([], 410)

    def test_a_review_that_was_running_does_not_bring_it_back(self, newsroom: Newsroom, root: Writer):
        article = newsroom.publish()
        article = newsroom.submit(newsroom.edit(article, by=newsroom.reporter, title="More"))
        root.act(article, "unpublish")
        assert newsroom.stage(article) == ""
        assert not Clearance.objects.filter(article=article, voided_at=None).exists()

    def test_deleted(self, newsroom: Newsroom, root: Writer):
        article = newsroom.publish()
        assert root.act(article, "delete").status_code in (404, 405)
        assert root.send(f"{article.pk}/", method="delete").status_code == 204
        assert (titles(), status_for_readers(article)) == ([], 410)

    def test_moved_to_a_private_section(self, newsroom: Newsroom, root: Writer):
        article = newsroom.publish()
        PageViewRestriction.objects.create(page=newsroom.other_section, restriction_type=PageViewRestriction.LOGIN)
        assert root.act(article, "move", **under(newsroom.other_section)).status_code == 200
        assert (titles(), status_for_readers(article)) == ([], 410)

    def test_a_scheduled_story_is_not_deleted(self, newsroom: Newsroom, root: Writer):
        article = newsroom.release(newsroom.clear(newsroom.draft()), at=timezone.now() + timedelta(hours=1))
        assert root.send(f"{article.pk}/", method="delete").status_code == 403
        assert newsroom.fresh(article).approved_schedule

    def test_a_scheduled_story_is_not_moved(self, newsroom: Newsroom, root: Writer):
        article = newsroom.release(newsroom.clear(newsroom.draft()), at=timezone.now() + timedelta(hours=1))
        assert root.act(article, "move", **under(newsroom.other_section)).status_code == 403
        assert newsroom.fresh(article).get_parent().pk == newsroom.section.pk

    def test_moved_while_in_review(self, newsroom: Newsroom, mounted: None):
        """A story does not vanish from under the desk that reads it."""
        article = newsroom.submit(newsroom.draft())
        answer = Writer(newsroom.copy).act(article, "move", **under(newsroom.other_section))
        assert answer.status_code == 403
        assert newsroom.fresh(article).get_parent().pk == newsroom.section.pk


@pytest.mark.usefixtures("mounted")
class TestSections:
    """17. scoped"""

    @pytest.fixture
    def stranger(self, newsroom: Newsroom) -> Writer:
        group = Group.objects.create(name="Council only")
        group.permissions.set(Group.objects.get(name="Desk editors").permissions.all())
        for right in Group.objects.get(name="Desk editors").page_permissions.all():
            group.page_permissions.create(page=newsroom.other_section, permission=right.permission)
        newsroom.other_reporter.groups.set([group])
        return Writer(newsroom.other_reporter)

    def test_a_draft_of_another_section_is_as_absent_as_none(self, newsroom: Newsroom, stranger: Writer):
        draft = newsroom.draft("Secret")
        answers = [stranger.ask(f"pages/{pk}/?version=draft") for pk in (draft.pk, 99_999)]
        assert [answer.status_code for answer in answers] == [404, 404]
        assert answers[0].json() == answers[1].json()
        assert "Secret" not in stranger.ask("pages/").content.decode()

    def test_it_is_not_changed_moved_or_deleted(self, newsroom: Newsroom, stranger: Writer):
        draft = newsroom.draft("Secret")
        for answer in (
            stranger.change(draft, title="Changed"),
            stranger.act(draft, "move", **under(newsroom.other_section)),
            stranger.act(draft, "copy", destination_id=newsroom.other_section.pk),
            stranger.act(draft, "revert", revision_id=draft.latest_revision_id),
            stranger.send(f"{draft.pk}/", method="delete"),
            stranger.ask(f"pages/{draft.pk}/revisions/"),
        ):
            assert answer.status_code in (403, 404), answer.content
            assert "Secret" not in answer.content.decode()
        assert newsroom.fresh(draft).get_latest_revision().as_object().title == "Secret"
        assert Article.objects.count() == 1

    def test_a_reporters_program_publishes_nothing(self, newsroom: Newsroom):
        article = newsroom.clear(newsroom.draft())
        writer = Writer(newsroom.reporter)
        assert writer.act(article, "publish").status_code == 403
        assert writer.change(article, action="publish").status_code == 403
        assert titles() == []
