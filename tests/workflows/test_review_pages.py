"""The desk's pages: what one may do there, and what one is told when one may not."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission

from tests.newsroom import Newsroom
from workflows import progress
from workflows.forms import ReleaseForm
from workflows.models import SignOff

pytestmark = pytest.mark.django_db


def page(name: str, article) -> str:
    return reverse(f"workflows:{name}", args=[article.pk])


def verdict(newsroom: Newsroom, article, verdict: str = "approve", **changes) -> dict:
    return {
        "verdict": verdict,
        "content_hash": newsroom.hash_of(article),
        "task_state_id": newsroom.task_state(article).pk,
        "comment": "",
    } | changes


def test_a_desk_editor_signs(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.editor)
    assert "Sign this version" in client.get(page("review", article)).content.decode()
    answer = client.post(page("review", article), verdict(newsroom, article))
    assert answer.status_code == 302
    assert newsroom.stage(article) == "Copy and facts"


def test_the_writer_is_told_why_they_cannot_sign(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.reporter)
    client.force_login(newsroom.editor)
    shown = client.get(page("review", article)).content.decode()
    assert "You changed this story last" in shown
    assert "Sign this version" not in shown
    answer = client.post(page("review", article), verdict(newsroom, article))
    assert answer.status_code == 403
    assert not SignOff.objects.exists()


def test_a_version_that_moved_on_is_a_conflict_and_signs_nothing(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    seen = verdict(newsroom, article, comment="Fine by me")
    newsroom.edit(article, by=newsroom.reporter, title="Changed meanwhile")
    client.force_login(newsroom.editor)
    answer = client.post(page("review", article), seen)
    assert answer.status_code == 409
    assert "changed this story after you opened it" in answer.content.decode()
    assert "Fine by me" in answer.content.decode()
    assert not SignOff.objects.exists()


def test_a_stale_form_of_one_stage_cannot_sign_the_next(newsroom: Newsroom, client):
    from django.contrib.auth.models import Group

    newsroom.copy.groups.add(Group.objects.get(name="Desk editors"))
    article = newsroom.submit(newsroom.draft())
    stale = verdict(newsroom, article)
    newsroom.sign(article, by=newsroom.editor)
    client.force_login(newsroom.copy)
    assert client.post(page("review", article), stale).status_code == 409
    assert newsroom.stage(article) == "Copy and facts"


def test_a_form_of_one_story_cannot_sign_another(newsroom: Newsroom, client):
    mine = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.reporter)
    other = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.editor)
    for posted in (verdict(newsroom, mine), verdict(newsroom, other, task_state_id=newsroom.task_state(mine).pk)):
        assert client.post(page("review", other), posted).status_code == 409
    assert not SignOff.objects.exists()


def test_wagtails_own_action_view_signs_nothing(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    state = newsroom.task_state(article)
    client.force_login(newsroom.boss)
    address = reverse("wagtailadmin_pages:workflow_action", args=[article.pk, "approve", state.pk])
    client.post(address, {"comment": "", "update": "false"})
    assert newsroom.stage(article) == "Desk edit"
    assert not progress.is_ready(newsroom.fresh(article))


def test_sending_back_needs_a_reason(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.editor)
    answer = client.post(page("review", article), verdict(newsroom, article, "send_back"))
    assert answer.status_code == 422
    assert "Say what should change" in answer.content.decode()
    assert newsroom.stage(article) == "Desk edit"


def test_the_writer_reads_why_a_story_came_back(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft("Back on the desk"))
    newsroom.send_back(article, by=newsroom.editor, reason="Ask the harbour master.")
    client.force_login(newsroom.reporter)
    assert "Ask the harbour master." in client.get(page("review", article)).content.decode()
    board = client.get(reverse("workflows:board")).content.decode()
    assert "Sent back" in board
    assert "Back on the desk" in board


@pytest.mark.parametrize("name", ["release", "schedule", "kill", "take_down", "correct"])
@pytest.mark.parametrize("person", ["reporter", "editor", "copy"])
def test_who_does_not_publish_cannot_open_the_publishers_pages(newsroom: Newsroom, client, name, person):
    article = newsroom.publish()
    client.force_login(newsroom.people[person])
    posted = {"reason": "Because", "text": "No", "sure": "on", "confirmation": article.slug}
    client.post(page(name, article), posted | {"content_hash": newsroom.hash_of(article)})
    assert newsroom.fresh(article).live
    assert not article.takedowns.exists()
    assert not article.corrections.exists()


def test_a_publisher_releases_and_kills(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft())
    client.force_login(newsroom.publisher)
    assert client.get(page("release", article)).status_code == 200
    client.post(page("release", article), {"content_hash": newsroom.hash_of(article), "at": ""})
    assert newsroom.readers_see(article)
    refused = client.post(page("kill", article), {"reason": "", "note": ""})
    assert refused.status_code == 422
    assert newsroom.readers_see(article)
    client.post(page("kill", article), {"reason": "It was wrong.", "note": "", "confirmation": article.slug})
    assert newsroom.readers_see(article) is None


def test_a_release_form_that_is_out_of_date_is_a_conflict(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft())
    seen = newsroom.hash_of(article)
    newsroom.edit(article, by=newsroom.editor, title="Changed meanwhile")
    client.force_login(newsroom.publisher)
    assert client.post(page("release", article), {"content_hash": seen, "at": ""}).status_code == 409
    assert newsroom.readers_see(article) is None


def test_a_schedule_in_the_past_is_refused_in_the_form(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft())
    client.force_login(newsroom.publisher)
    posted = {"content_hash": newsroom.hash_of(article), "at": "2020-01-01 06:00"}
    answer = client.post(page("release", article), posted)
    assert answer.status_code == 422
    assert "This time has passed" in answer.content.decode()


def test_people_of_one_section_do_not_reach_stories_of_another(newsroom: Newsroom, client):
    GroupPagePermission.objects.filter(group__name="Reporters").update(page=newsroom.other_section.page_ptr)
    article = newsroom.submit(newsroom.draft("Not for the council desk"), by=newsroom.editor)
    client.force_login(newsroom.other_reporter)
    assert client.get(page("review", article)).status_code == 404
    assert "Not for the council desk" not in client.get(reverse("workflows:board")).content.decode()


def test_a_story_is_read_in_the_version_that_is_signed(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft("Read me as I am"))
    client.force_login(newsroom.editor)
    revision = article.get_latest_revision()
    shown = client.get(reverse("workflows:version", args=[article.pk, revision.pk]))
    assert "Read me as I am" in shown.content.decode()
    assert shown["Cache-Control"].startswith("private, no-store")


def test_a_version_of_another_story_is_not_shown(newsroom: Newsroom, client):
    article, other = newsroom.draft(), newsroom.draft()
    client.force_login(newsroom.editor)
    address = reverse("workflows:version", args=[article.pk, other.get_latest_revision().pk])
    assert client.get(address).status_code == 404


def test_a_version_that_cannot_go_out_has_no_button_but_says_who_is_missing(newsroom: Newsroom, client, image):
    article = newsroom.submit(newsroom.draft(lead_image=image))
    newsroom.sign(article, by=newsroom.editor)
    client.force_login(newsroom.publisher)
    for name in ("release", "emergency"):
        shown = client.get(reverse(f"workflows:{name}", args=[article.pk])).content.decode()
        assert "Missing: Copy desk, Picture desk." in shown
        assert reverse("workflows:review", args=[article.pk]) in shown
    release = reverse("workflows:release", args=[article.pk])
    assert 'name="content_hash"' not in client.get(release).content.decode()
    for person in (newsroom.copy, newsroom.pictures):
        newsroom.sign(article, by=person)
    shown = client.get(release).content.decode()
    assert 'name="content_hash"' in shown
    assert "Missing:" not in shown


def test_a_cleared_version_that_a_check_blocks_has_no_button(newsroom: Newsroom, client, image):
    article = newsroom.clear(newsroom.draft(lead_image=image))
    type(image).objects.update(credit="")
    client.force_login(newsroom.publisher)
    shown = client.get(reverse("workflows:release", args=[article.pk])).content.decode()
    assert "A check blocks this version" in shown
    assert 'name="content_hash"' not in shown


def test_the_release_and_the_schedule_name_the_time_zone(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft())
    client.force_login(newsroom.publisher)
    with timezone.override("Europe/Lisbon"):
        zone = timezone.get_current_timezone_name()
        assert str(ReleaseForm.base_fields["at"].help_text).endswith(f"Times in {zone}.")
    assert "Times in " in client.get(reverse("workflows:release", args=[article.pk])).content.decode()
    assert "Times in " in client.get(reverse("workflows:board_schedule", args=[article.pk])).content.decode()
    newsroom.release(article, at=timezone.now() + timedelta(hours=1))
    assert "Times in " in client.get(reverse("workflows:schedule", args=[article.pk])).content.decode()


def test_the_live_badge_leads_to_the_website_of_the_readers(newsroom: Newsroom, client, settings):
    settings.FRONTEND_URL = "https://courier.example"
    article = newsroom.publish()
    client.force_login(newsroom.publisher)
    shown = client.get(reverse("wagtailadmin_explore", args=[newsroom.section.pk])).content.decode()
    assert f'href="https://courier.example{article.public_path}"' in shown
    assert f'href="{article.public_path}"' not in shown
    assert article.url == article.full_url
