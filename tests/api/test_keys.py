"""Keys: what they open, who is turned away and how, what caches may keep, and the pages of administrators."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import ModelLogEntry

from api.access.actions import make_key, replace_key, revoke_key
from api.models import ApiKey, Scope
from cms.exceptions import Refused
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db

ARTICLES = "/api/v1/articles/"


@pytest.fixture
def key(newsroom: Newsroom) -> tuple[ApiKey, str]:
    return make_key(name="The website", scopes=[Scope.CONTENT], by=newsroom.boss)


def bearer(shown: str) -> dict[str, Any]:
    return {"headers": {"Authorization": f"Bearer {shown}"}}


def problem_of(answer: Any, status: int, code: str) -> dict[str, Any]:
    assert answer.status_code == status, answer.content
    document: dict[str, Any] = answer.json()
    assert document["type"].endswith(f"/docs/problems/{code}")
    assert answer["Cache-Control"] == "no-store"
    return document


class TestWithoutAKey:
    def test_a_public_newsroom_answers_everybody(self, client: Client):
        assert client.get(ARTICLES).status_code == 200

    def test_a_newsroom_that_asks_for_keys_says_how_to_send_one(self, client: Client, settings: Any):
        settings.API_KEYS_REQUIRED = True
        answer = client.get(ARTICLES)
        problem_of(answer, 401, "key-required")
        assert answer["WWW-Authenticate"] == 'Bearer realm="Copydesk"'

    @pytest.mark.parametrize("path", ["articles/", "articles/a-slug/", "sections/", "topics/", "authors/", "changes/"])
    def test_nothing_is_told_to_those_without_a_key_where_one_is_needed(self, client: Client, settings: Any, path: str):
        settings.API_KEYS_REQUIRED = True
        problem_of(client.get(f"/api/v1/{path}"), 401, "key-required")

    @pytest.mark.parametrize(
        "path", ["/feeds/all.rss", "/sitemaps/index.xml", "/llms.txt", "/health/live", "/api/v1/openapi.json"]
    )
    def test_feeds_sitemaps_and_documents_stay_open(self, client: Client, settings: Any, path: str):
        settings.API_KEYS_REQUIRED = True
        assert client.get(path).status_code == 200

    def test_a_read_costs_no_query_for_keys(self, client: Client):
        client.get("/api/v1/sections/")
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/sections/")
        assert not [one for one in queries if "api_apikey" in one["sql"]]


class TestWithAKey:
    def test_it_opens_what_it_was_made_for(self, client: Client, settings: Any, key: tuple[ApiKey, str]):
        settings.API_KEYS_REQUIRED = True
        assert client.get(ARTICLES, **bearer(key[1])).status_code == 200

    def test_it_costs_one_query(self, client: Client, key: tuple[ApiKey, str]):
        client.get("/api/v1/sections/", **bearer(key[1]))
        with CaptureQueriesContext(connection) as queries:
            client.get("/api/v1/sections/", **bearer(key[1]))
        assert len([one for one in queries if "api_apikey" in one["sql"]]) == 1

    @pytest.mark.parametrize(
        ("path", "scope"),
        [
            ("changes/", "sync"),
            ("articles/?q=ferry", "search"),
        ],
    )
    def test_it_is_refused_what_it_was_not_made_for_also_where_others_need_no_key(
        self, client: Client, key: tuple[ApiKey, str], path: str, scope: str
    ):
        answer = client.get(f"/api/v1/{path}", **bearer(key[1]))
        assert problem_of(answer, 403, "scope-missing")["scope"] == scope
        assert answer["WWW-Authenticate"] == f'Bearer realm="Copydesk", error="insufficient_scope", scope="{scope}"'

    def test_a_key_for_sync_alone_reads_changes_and_no_lists(self, client: Client, newsroom: Newsroom):
        _, shown = make_key(name="Replica", scopes=[Scope.SYNC], by=newsroom.boss)
        assert client.get("/api/v1/changes/", **bearer(shown)).status_code == 200
        assert problem_of(client.get(ARTICLES, **bearer(shown)), 403, "scope-missing")["scope"] == "content:read"

    def test_the_last_use_is_noted_once_a_minute(self, client: Client, key: tuple[ApiKey, str], freezer: Any):
        client.get(ARTICLES, **bearer(key[1]))
        first = ApiKey.objects.get(pk=key[0].pk).last_used_at
        freezer.tick(30)
        client.get(ARTICLES, **bearer(key[1]))
        assert ApiKey.objects.get(pk=key[0].pk).last_used_at == first
        freezer.tick(31)
        client.get(ARTICLES, **bearer(key[1]))
        assert ApiKey.objects.get(pk=key[0].pk).last_used_at == timezone.now()


class TestAWrongKey:
    @pytest.mark.parametrize(
        "header",
        [
            "Bearer",
            "Bearer nothing",
            "Bearer wrongpre.00000000000000000000000000000000",
            "Bearer schlüssel",
            "Bearer a\x00b",
            "Basic dXNlcjpwYXNz",
            "Api-Key abcdefgh.secret",
        ],
    )
    def test_it_is_turned_away_where_no_key_is_needed(self, client: Client, header: str):
        answer = client.get(ARTICLES, headers={"Authorization": header})
        problem_of(answer, 401, "invalid-key")
        assert 'error="invalid_token"' in answer["WWW-Authenticate"]

    def test_the_right_beginning_does_not_help(self, client: Client, key: tuple[ApiKey, str]):
        problem_of(client.get(ARTICLES, **bearer(key[1][:-1] + "!")), 401, "invalid-key")
        problem_of(client.get(ARTICLES, **bearer(key[0].prefix)), 401, "invalid-key")

    def test_a_revoked_key_opens_nothing_from_then_on(
        self, client: Client, newsroom: Newsroom, key: tuple[ApiKey, str]
    ):
        assert client.get(ARTICLES, **bearer(key[1])).status_code == 200
        revoke_key(key[0], by=newsroom.boss)
        assert "revoked" in problem_of(client.get(ARTICLES, **bearer(key[1])), 401, "invalid-key")["detail"]

    def test_a_key_that_has_expired_opens_nothing(self, client: Client, newsroom: Newsroom, freezer: Any):
        in_an_hour = timezone.now() + timedelta(hours=1)
        _, shown = make_key(name="Short", scopes=[Scope.CONTENT], by=newsroom.boss, expiry_date=in_an_hour)
        assert client.get(ARTICLES, **bearer(shown)).status_code == 200
        freezer.tick(3601)
        assert "expired" in problem_of(client.get(ARTICLES, **bearer(shown)), 401, "invalid-key")["detail"]

    def test_a_key_in_the_address_is_not_taken(self, client: Client, settings: Any, key: tuple[ApiKey, str]):
        settings.API_KEYS_REQUIRED = True
        problem_of(client.get(ARTICLES, {"api_key": key[1]}), 401, "key-required")

    def test_a_wrong_key_does_not_tell_a_draft_from_nothing(self, client: Client, newsroom: Newsroom):
        draft = newsroom.draft()
        answers = [
            client.get(f"{ARTICLES}{one}/", **bearer("wrong")).json()
            for one in (draft.public_id, "00000000-0000-4000-8000-000000000000")
        ]
        assert answers[0] | {"request_id": ""} == answers[1] | {"request_id": ""}


class TestStored:
    def test_only_a_digest_of_the_key_is_kept(self, key: tuple[ApiKey, str]):
        stored, shown = key
        secret = shown.partition(".")[2]
        row = ApiKey.objects.filter(pk=stored.pk).values().get()
        assert not any(secret in str(value) for value in row.values())
        assert row["hashed_key"].startswith("sha512$$")

    def test_a_key_that_opens_nothing_cannot_be_made(self, newsroom: Newsroom):
        with pytest.raises(Exception, match="apikey_opens_something"):
            make_key(name="Nothing", scopes=[], by=newsroom.boss)


class TestReplacing:
    def test_both_keys_work_until_the_former_one_ends(
        self, client: Client, newsroom: Newsroom, key: tuple[ApiKey, str], freezer: Any
    ):
        _, shown = replace_key(key[0], hours=24, by=newsroom.boss)
        assert client.get(ARTICLES, **bearer(key[1])).status_code == 200
        assert client.get(ARTICLES, **bearer(shown)).status_code == 200
        freezer.tick(24 * 3600 + 1)
        problem_of(client.get(ARTICLES, **bearer(key[1])), 401, "invalid-key")
        assert client.get(ARTICLES, **bearer(shown)).status_code == 200

    def test_the_new_key_opens_the_same_for_as_long(self, newsroom: Newsroom, freezer: Any):
        month = timedelta(days=30)
        made, _ = make_key(
            name="App", scopes=[Scope.SYNC], quota=7, expiry_date=timezone.now() + month, by=newsroom.boss
        )
        freezer.tick(timedelta(days=29))
        replacement, _ = replace_key(made, hours=72, by=newsroom.boss)
        assert (replacement.name, replacement.scopes, replacement.quota) == ("App", ["sync"], 7)
        assert replacement.expiry_date == timezone.now() + month
        # It would have ended anyway before the three days were over.
        assert ApiKey.objects.get(pk=made.pk).expiry_date == made.created + month

    def test_a_key_is_replaced_once(self, newsroom: Newsroom, key: tuple[ApiKey, str]):
        replace_key(key[0], hours=24, by=newsroom.boss)
        with pytest.raises(Refused, match="already"):
            replace_key(key[0], hours=24, by=newsroom.boss)

    def test_a_revoked_key_is_not_replaced(self, newsroom: Newsroom, key: tuple[ApiKey, str]):
        revoke_key(key[0], by=newsroom.boss)
        with pytest.raises(Refused, match="Make a new one"):
            replace_key(key[0], hours=24, by=newsroom.boss)


class TestCaches:
    def test_what_a_key_is_given_stays_out_of_shared_caches(self, client: Client, key: tuple[ApiKey, str]):
        answer = client.get(ARTICLES, **bearer(key[1]))
        assert answer["Cache-Control"] == "private, no-cache"
        assert "Authorization" in answer["Vary"]

    def test_what_a_key_is_told_is_missing_stays_out_of_shared_caches(self, client: Client, key: tuple[ApiKey, str]):
        answer = client.get(f"{ARTICLES}missing/", **bearer(key[1]))
        assert answer.status_code == 404
        assert answer["Cache-Control"] == "private, no-cache"

    def test_public_answers_are_shared_with_those_who_send_no_key(self, client: Client):
        answer = client.get(ARTICLES)
        assert answer["Cache-Control"].startswith("public")
        # So that a cache asks us about a request with a key, and does not answer a wrong one itself.
        assert "Authorization" in answer["Vary"]

    def test_a_key_may_ask_whether_anything_has_changed(self, client: Client, key: tuple[ApiKey, str]):
        first = client.get(ARTICLES, **bearer(key[1]))
        headers = {"Authorization": f"Bearer {key[1]}", "If-None-Match": first["ETag"]}
        again = client.get(ARTICLES, headers=headers)
        assert (again.status_code, again["Cache-Control"]) == (304, "private, no-cache")


class TestPages:
    @pytest.fixture
    def boss(self, newsroom: Newsroom) -> Client:
        client = Client()
        client.force_login(newsroom.boss)
        return client

    def make(self, boss: Client, **fields: Any) -> Any:
        return boss.post("/admin/api_keys/new/", {"name": "The app", "scopes": ["content:read", "sync"], **fields})

    def test_a_key_is_shown_once_and_works(self, boss: Client, client: Client):
        page = self.make(boss)
        made = ApiKey.objects.get(name="The app")
        shown = page.context["shown"]
        assert "no-store" in page["Cache-Control"]
        assert f'value="{shown}"' in page.content.decode()
        assert client.get("/api/v1/changes/", **bearer(shown)).status_code == 200
        for path in ("", f"inspect/{made.pk}/", f"edit/{made.pk}/"):
            assert shown not in boss.get(f"/admin/api_keys/{path}").content.decode()

    def test_who_made_it_is_written_down(self, boss: Client, newsroom: Newsroom):
        self.make(boss)
        made = ApiKey.objects.get(name="The app")
        assert made.created_by == newsroom.boss
        entry = ModelLogEntry.objects.get(action="api.key.make", object_id=str(made.pk))
        assert entry.user == newsroom.boss
        assert made.prefix in entry.formatter.format_message(entry)

    def test_the_list_says_how_each_stands_with_the_same_number_of_queries(self, boss: Client, newsroom: Newsroom):
        def queries() -> int:
            with CaptureQueriesContext(connection) as made:
                assert boss.get("/admin/api_keys/").status_code == 200
            return len(made)

        make_key(name="One", scopes=["sync"], by=newsroom.boss)
        queries()
        few = queries()
        for number in range(5):
            made, _ = make_key(name=f"Another {number}", scopes=["sync"], by=newsroom.boss)
            replace_key(made, hours=1, by=newsroom.boss)
        assert queries() == few
        assert "Replaced, ends soon" in boss.get("/admin/api_keys/").content.decode()

    def test_scopes_and_quota_can_be_changed(self, boss: Client, newsroom: Newsroom):
        made, _ = make_key(name="App", scopes=["sync"], by=newsroom.boss)
        boss.post(f"/admin/api_keys/edit/{made.pk}/", {"name": "App", "scopes": ["search"], "quota": "12"})
        made.refresh_from_db()
        assert (made.scopes, made.quota) == (["search"], 12)

    def test_revoking_asks_first_and_keeps_the_row(self, boss: Client, newsroom: Newsroom):
        made, _ = make_key(name="App", scopes=["sync"], by=newsroom.boss)
        assert "cannot be undone" in boss.get(f"/admin/api_keys/delete/{made.pk}/").content.decode()
        boss.post(f"/admin/api_keys/delete/{made.pk}/")
        assert ApiKey.objects.get(pk=made.pk).revoked
        assert ModelLogEntry.objects.filter(action="api.key.revoke", user=newsroom.boss).count() == 1
        assert boss.get(f"/admin/api_keys/edit/{made.pk}/").status_code == 404

    def test_replacing_shows_the_new_key(self, boss: Client, newsroom: Newsroom):
        made, _ = make_key(name="App", scopes=["sync"], by=newsroom.boss)
        page = boss.post(f"/admin/api_keys/{made.pk}/replace/", {"hours": "2"})
        assert made.prefix in page.content.decode()
        assert page.context["key"].replaces == made

    @pytest.mark.parametrize("hours", ["", "-1", "99999", "soon"])
    def test_hours_that_make_no_sense_replace_nothing(self, boss: Client, newsroom: Newsroom, hours: str):
        made, _ = make_key(name="App", scopes=["sync"], by=newsroom.boss)
        boss.post(f"/admin/api_keys/{made.pk}/replace/", {"hours": hours})
        assert ApiKey.objects.count() == 1

    @pytest.mark.parametrize("path", ["", "new/", "edit/{}/", "delete/{}/", "inspect/{}/", "{}/replace/"])
    def test_others_find_no_keys(self, newsroom: Newsroom, path: str):
        made, _ = make_key(name="App", scopes=["sync"], by=newsroom.boss)
        client = Client()
        client.force_login(newsroom.publisher)
        answer = client.post(
            f"/admin/api_keys/{path.format(made.pk)}", {"name": "Mine", "scopes": ["sync"], "hours": 1}
        )
        assert answer.status_code in (302, 403, 405)
        assert ApiKey.objects.filter(revoked=False).count() == 1
        made.refresh_from_db()
        assert (made.name, made.expiry_date) == ("App", None)
