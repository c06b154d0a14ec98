"""Promise: every act on a story is in the audit log, with who, when, and from which content to which."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from api.preview import links
from cms.actions import correct, kill, take_down
from cms.models import User
from tests.editing import address, form_data, opened
from tests.newsroom import Newsroom
from workflows import emergencies, schedules, waivers
from workflows.tasks import release_due

pytestmark = pytest.mark.django_db


def entry(article, action: str) -> PageLogEntry:
    return PageLogEntry.objects.filter(page_id=article.pk, action=action).latest("timestamp")


def test_a_save_names_who_and_what_was_saved(newsroom: Newsroom, client):
    article = newsroom.draft()
    client.force_login(newsroom.editor)
    client.post(address("edit", article.pk), form_data(article) | opened(article) | {"title": "Saved"})
    saved = entry(article, "wagtail.edit")
    assert (saved.user, saved.data["hash"]) == (newsroom.editor, newsroom.hash_of(article))


def test_a_submission_names_what_was_submitted(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft(), by=newsroom.reporter)
    started = entry(article, "wagtail.workflow.start")
    assert (started.user, started.data["hash"]) == (newsroom.reporter, newsroom.hash_of(article))


def test_a_signature_names_who_signed_what_for_whom(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor, comment="Fine by me")
    signed = entry(article, "workflows.sign_off")
    assert signed.user == newsroom.editor
    assert signed.data["hash"] == newsroom.hash_of(article)
    assert (signed.data["stage"], signed.data["desk"]) == ("Desk edit", "News desk")
    assert signed.data["comment"] == "Fine by me"


def test_a_rejection_names_the_reason(newsroom: Newsroom):
    article = newsroom.send_back(newsroom.submit(newsroom.draft()), by=newsroom.editor, reason="Too long.")
    returned = entry(article, "workflows.send_back")
    assert (returned.user, returned.data["hash"]) == (newsroom.editor, newsroom.hash_of(article))
    assert returned.data["comment"] == "Too long."


def test_a_resubmission_names_the_rewrite_and_not_what_was_sent_back(newsroom: Newsroom):
    article = newsroom.send_back(newsroom.submit(newsroom.draft()), by=newsroom.editor, reason="Too long.")
    newsroom.edit(article, by=newsroom.reporter, title="Shorter")
    newsroom.submit(article)
    assert entry(article, "workflows.send_back").data["hash"] != newsroom.hash_of(article)
    resumed = entry(article, "wagtail.workflow.resume")
    assert (resumed.user, resumed.data["hash"]) == (newsroom.reporter, newsroom.hash_of(article))


def test_a_cancelled_review_names_who_cancelled_it(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    article.current_workflow_state.cancel(user=newsroom.reporter)
    cancelled = entry(article, "wagtail.workflow.cancel")
    assert (cancelled.user, cancelled.data["hash"]) == (newsroom.reporter, newsroom.hash_of(article))


def test_a_publication_says_from_which_content_to_which(newsroom: Newsroom):
    article = newsroom.publish("The first version")
    first = newsroom.hash_of(article)
    published = entry(article, "wagtail.publish")
    assert published.user == newsroom.publisher
    assert (published.data["from"], published.data["to"], published.data["hash"]) == ("", first, first)
    newsroom.edit(article, by=newsroom.reporter, title="The second version")
    newsroom.release(newsroom.clear(article))
    again = entry(article, "wagtail.publish")
    assert (again.data["from"], again.data["to"]) == (first, newsroom.hash_of(article))


def test_a_release_by_the_clock_says_so_too(newsroom: Newsroom, freezer):
    at = timezone.now() + timedelta(hours=1)
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=at)
    scheduled = entry(article, "wagtail.publish.schedule")
    assert (scheduled.user, scheduled.data["hash"]) == (newsroom.publisher, newsroom.hash_of(article))
    freezer.move_to(at)
    release_due()
    published = entry(article, "wagtail.publish")
    assert (published.data["from"], published.data["to"]) == ("", newsroom.hash_of(article))


def test_a_release_that_is_held_names_who_held_it(newsroom: Newsroom):
    article = newsroom.release(newsroom.clear(newsroom.draft()), at=timezone.now() + timedelta(hours=1))
    schedules.hold(article, by=newsroom.publisher)
    held = entry(article, "workflows.hold")
    assert (held.user, held.data["hash"]) == (newsroom.publisher, newsroom.hash_of(article))


@pytest.mark.parametrize("way", ["killed", "taken_down", "unpublished", "expired"])
def test_a_withdrawal_says_what_is_gone(newsroom: Newsroom, way, freezer):
    article = newsroom.publish(expire_at=timezone.now() + timedelta(hours=1))
    was = newsroom.hash_of(article)
    newsroom.edit(article, by=newsroom.reporter, title="A later draft")
    if way == "killed":
        kill(article, reason="It was wrong.", by=newsroom.publisher)
    elif way == "taken_down":
        take_down(article, by=newsroom.publisher)
    elif way == "unpublished":
        newsroom.fresh(article).unpublish(user=newsroom.publisher)
    else:
        freezer.tick(timedelta(hours=1))
        release_due()
    gone = entry(article, f"cms.{way}" if way in ("killed", "taken_down") else "wagtail.unpublish")
    assert gone.user == (None if way == "expired" else newsroom.publisher)
    assert (gone.data["from"], gone.data["to"]) == (was, "")


def test_a_deletion_says_what_is_gone(newsroom: Newsroom, client):
    article = newsroom.publish()
    was = newsroom.hash_of(article)
    client.force_login(newsroom.boss)
    client.post(address("delete", article.pk))
    gone = entry(article, "wagtail.delete")
    assert (gone.user, gone.data["from"], gone.data["to"]) == (newsroom.boss, was, "")


def test_a_correction_names_the_version_that_readers_have(newsroom: Newsroom):
    article = newsroom.publish()
    was = newsroom.hash_of(article)
    newsroom.edit(article, by=newsroom.reporter, title="A later draft")
    correct(newsroom.fresh(article), text="It was Tuesday.", by=newsroom.publisher)
    corrected = entry(article, "cms.correct")
    assert (corrected.user, corrected.data["hash"]) == (newsroom.publisher, was)
    assert corrected.data["text"] == "It was Tuesday."


def test_a_waiver_names_what_was_waived_for_which_content(newsroom: Newsroom):
    article = newsroom.edit(newsroom.draft(), by=newsroom.reporter, body=[])
    waivers.waive(article, code="body_empty", target="body", reason="A picture story.", by=newsroom.publisher)
    waived = entry(article, "workflows.waive")
    assert (waived.user, waived.data["hash"]) == (newsroom.publisher, newsroom.hash_of(article))
    assert (waived.data["check"], waived.data["comment"]) == ("body_empty", "A picture story.")


def test_a_release_without_review_names_both_people_and_the_content(newsroom: Newsroom):
    article = newsroom.draft()
    hash_ = newsroom.hash_of(article)
    second = newsroom.other_reporter
    second.groups.set([Group.objects.get(name="Publishers")])
    asked = emergencies.ask(article, content_hash=hash_, reason="The dam breaks.", by=newsroom.publisher)
    emergencies.agree(asked, content_hash=hash_, by=User.objects.get(pk=second.pk))
    for action, by in (("workflows.emergency_asked", newsroom.publisher), ("workflows.emergency_released", second)):
        logged = entry(article, action)
        assert (logged.user, logged.data["hash"]) == (by, hash_)
    assert entry(article, "wagtail.publish").data["to"] == hash_


def test_a_preview_link_names_who_made_and_who_closed_it_and_the_content(newsroom: Newsroom):
    article = newsroom.draft()
    hash_ = newsroom.hash_of(article)
    made = links.make(article, by=newsroom.reporter)
    links.revoke(made.link, by=newsroom.editor)
    for action, by in (("api.preview_made", newsroom.reporter), ("api.preview_revoked", newsroom.editor)):
        logged = entry(article, action)
        assert (logged.user, logged.data["hash"]) == (by, hash_)
    assert entry(article, "api.preview_made").data["until"] == made.link.expires_at.isoformat(timespec="seconds")


def test_every_entry_after_the_first_save_names_the_content(newsroom: Newsroom):
    article = newsroom.publish()
    take_down(article, by=newsroom.publisher)
    entries = PageLogEntry.objects.filter(page_id=article.pk).exclude(action="wagtail.create")
    assert entries.count() >= 6
    assert [one.action for one in entries if len(one.data.get("hash", "")) != 64] == []


def test_a_publication_past_our_forms_is_logged_with_its_content(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft())
    client.force_login(newsroom.publisher)
    address_ = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{address_}?id={article.pk}")
    published = entry(article, "wagtail.publish")
    assert (published.user, published.data["to"]) == (newsroom.publisher, newsroom.hash_of(article))


def test_the_log_cannot_be_changed_in_the_admin(newsroom: Newsroom, client):
    article = newsroom.publish()
    client.force_login(newsroom.boss)
    history = client.get(address("history", article.pk)).content.decode()
    assert "Every desk has signed" in history
    assert "delete" not in history.lower().split("<main", 1)[1].split("actions-header", 1)[-1].split("</table>")[0]
