"""Findings that somebody set aside."""

import pytest
from django.urls import reverse
from wagtail.models import PageLogEntry

from cms.actions import take_down
from cms.exceptions import PublicationRefused, Refused
from cms.models import Article, NewsImage
from tests.factories import NewsImageFactory
from tests.newsroom import Newsroom
from workflows import checks, progress, waivers
from workflows.models import Waiver

pytestmark = pytest.mark.django_db


@pytest.fixture
def story(newsroom: Newsroom, image: NewsImage) -> Article:
    """A cleared story with a picture that nobody is named for."""
    NewsImage.objects.filter(pk=image.pk).update(credit="")
    return newsroom.clear(newsroom.draft(lead_image=image))


def waive(
    story: Article, *, by, reason: str = "Handed out by the harbour office.", code: str = "credit_missing"
) -> Waiver:
    target = f"picture:{story.get_latest_revision().as_object().lead_image_id}"
    return waivers.waive(story, code=code, target=target, reason=reason, by=by)


def test_a_waived_finding_keeps_the_story_out_of_print_no_longer(newsroom: Newsroom, story: Article):
    with pytest.raises(PublicationRefused):
        newsroom.release(story)
    waive(story, by=newsroom.publisher)
    assert newsroom.release(story).live


def test_a_waiver_takes_a_reason(newsroom: Newsroom, story: Article):
    with pytest.raises(Refused, match="Say why"):
        waive(story, by=newsroom.publisher, reason="  ")


@pytest.mark.parametrize("person", ["reporter", "copy", "lawyer"])
def test_a_waiver_takes_the_right(newsroom: Newsroom, story: Article, person):
    with pytest.raises(Refused, match="may not waive"):
        waive(story, by=newsroom.people[person])


def test_the_right_alone_is_not_enough_in_a_section_where_one_does_not_work(newsroom: Newsroom, story: Article):
    from django.contrib.auth.models import Permission

    newsroom.reporter.user_permissions.add(Permission.objects.get(codename="add_waiver"))
    with pytest.raises(Refused, match="may not waive"):
        waive(story, by=type(newsroom.reporter).objects.get(pk=newsroom.reporter.pk))


def test_who_signs_stories_may_waive_with_the_right(newsroom: Newsroom, story: Article):
    assert waive(story, by=newsroom.editor).by == newsroom.editor


def test_another_picture_asks_again(newsroom: Newsroom, story: Article):
    waive(story, by=newsroom.publisher)
    newsroom.edit(story, by=newsroom.reporter, lead_image=NewsImageFactory(credit=""))
    found = checks.find_blocking(progress.latest_version(newsroom.fresh(story)))
    assert [finding.code for finding in found] == ["credit_missing"]


def test_a_waiver_for_words_does_not_hold_for_other_words(newsroom: Newsroom):
    from workflows.models import SignOffRule

    SignOffRule.objects.filter(desk__slug="legal").delete()
    story = newsroom.draft(sensitive=True)
    (finding,) = checks.find_blocking(progress.latest_version(story))
    waivers.waive(story, code=finding.code, target=finding.target, reason="Read by counsel.", by=newsroom.publisher)
    assert not checks.find_blocking(progress.latest_version(newsroom.fresh(story)))
    newsroom.edit(story, by=newsroom.reporter, body=[("paragraph", "<p>Much worse.</p>")])
    assert checks.find_blocking(progress.latest_version(newsroom.fresh(story)))


def test_a_withdrawn_story_has_its_waivers_voided(newsroom: Newsroom, story: Article):
    waive(story, by=newsroom.publisher)
    take_down(newsroom.release(story), by=newsroom.publisher)
    assert not Waiver.objects.filter(voided_at=None).exists()


def test_what_can_only_be_mended_is_not_waived(newsroom: Newsroom, story: Article):
    NewsImage.objects.update(alt="")
    with pytest.raises(Refused, match="only mended"):
        waive(story, by=newsroom.publisher, code="alt_missing")


def test_what_was_mended_meanwhile_is_not_waived(newsroom: Newsroom, story: Article):
    NewsImage.objects.update(credit="O. Quay")
    with pytest.raises(Refused, match="nothing to waive"):
        waive(story, by=newsroom.publisher)


def test_a_waiver_is_in_the_log_with_its_reason_and_version(newsroom: Newsroom, story: Article):
    waive(story, by=newsroom.publisher)
    entry = PageLogEntry.objects.get(page=story, action="workflows.waive")
    assert (entry.user, entry.comment) == (newsroom.publisher, "Handed out by the harbour office.")
    assert entry.data["hash"] == newsroom.hash_of(story)
    assert "has no credit" in entry.message


def test_a_withdrawn_waiver_lets_the_finding_stand_again(newsroom: Newsroom, story: Article):
    waiver = waive(story, by=newsroom.publisher)
    waivers.withdraw(waiver, by=newsroom.editor)
    with pytest.raises(PublicationRefused):
        newsroom.release(story)
    with pytest.raises(Refused, match="no longer"):
        waivers.withdraw(waiver, by=newsroom.editor)
    assert waive(story, by=newsroom.publisher).voided_at is None


def form_of(story: Article, code: str = "credit_missing") -> str:
    target = f"picture:{story.get_latest_revision().as_object().lead_image_id}"
    return reverse("workflows:waive", args=[story.pk]) + f"?code={code}&target={target}"


def test_the_form_says_what_is_waived_and_waives_it(newsroom: Newsroom, story: Article, client):
    client.force_login(newsroom.publisher)
    assert "has no credit" in client.get(form_of(story)).content.decode()
    assert client.post(form_of(story), {"reason": ""}).status_code == 422
    assert not Waiver.objects.exists()
    assert client.post(form_of(story), {"reason": "A handout."}).status_code == 302
    assert Waiver.objects.get().reason == "A handout."


def test_the_form_is_not_for_everybody(newsroom: Newsroom, story: Article, client):
    client.force_login(newsroom.reporter)
    client.get(form_of(story))
    client.post(form_of(story), {"reason": "Because."})
    assert not Waiver.objects.exists()


@pytest.mark.parametrize("page", ["review", "release"])
def test_whoever_signs_or_releases_sees_what_was_waived_by_whom_and_why(
    newsroom: Newsroom, story: Article, client, page
):
    waive(story, by=newsroom.editor)
    client.force_login(newsroom.publisher)
    shown = client.get(reverse(f"workflows:{page}", args=[story.pk])).content.decode()
    assert "Handed out by the harbour office." in shown
    assert "Editor" in shown


def test_the_form_withdraws_a_waiver(newsroom: Newsroom, story: Article, client):
    waiver = waive(story, by=newsroom.editor)
    client.force_login(newsroom.publisher)
    address = reverse("workflows:withdraw_waiver", args=[story.pk, waiver.pk])
    assert client.get(address).status_code == 200
    assert client.post(address).status_code == 302
    assert Waiver.objects.get().voided_at is not None
