"""Guests: one story, one version, for a while; what they say comes back, and counts only where the stage says so."""

import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.cache import cache
from django.db import connection
from django.urls import reverse
from django.utils import timezone
from wagtail.models import Comment, PageLogEntry

from cms import actions as cms_actions
from cms.exceptions import Refused
from cms.models import NewsImage, Pick
from tests.newsroom import Newsroom
from workflows import actions, guests, progress
from workflows.exceptions import LinkClosed, NotYours, StoryMovedOn
from workflows.models import Desk, GuestRemark, GuestReview, Notice, ReviewStage, SignOff
from workflows.tasks import send_notice

pytestmark = pytest.mark.django_db

APPROVED, OBJECTED = GuestReview.Verdict.APPROVED, GuestReview.Verdict.OBJECTED


@pytest.fixture(autouse=True)
def nobody_asked_before() -> None:
    cache.clear()


def invite(newsroom: Newsroom, article: Any, **changes: Any) -> guests.Invitation:
    given = {
        "name": "Perpetua Lind",
        "by": newsroom.editor,
        "content_hash": newsroom.hash_of(article),
        "lasts": timedelta(days=3),
    } | changes
    return guests.invite(newsroom.fresh(article), **given)


def path_of(invitation: guests.Invitation) -> str:
    return invitation.url.removeprefix("http://127.0.0.1:8000")


def open_desk_edit_to_guests() -> ReviewStage:
    stage = ReviewStage.objects.get(name="Desk edit")
    stage.guests_may_sign = True
    stage.save()
    return stage


def invite_to_sign(newsroom: Newsroom, article: Any, **changes: Any) -> guests.Invitation:
    given = {"stage": open_desk_edit_to_guests(), "desk": Desk.objects.get(slug="news")} | changes
    return invite(newsroom, article, **given)


# The link


def test_a_guest_reads_the_story_without_a_login(newsroom: Newsroom, client):
    invitation = invite(newsroom, newsroom.draft("The harbour fund"))
    answer = client.get(path_of(invitation))
    assert answer.status_code == 200
    text = answer.content.decode()
    assert "The harbour fund" in text
    assert "two hours late" in text
    assert not answer.cookies


def test_the_page_is_marked_for_the_guest_and_kept_by_nobody(newsroom: Newsroom, client):
    answer = client.get(path_of(invite(newsroom, newsroom.draft())))
    mark = re.search(r"<svg class=\"watermark\".*?</svg>", answer.content.decode(), re.DOTALL)
    assert mark
    assert "Perpetua Lind" in mark[0]
    assert "Confidential" in mark[0]
    assert answer["Cache-Control"] == "private, no-store"
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["Content-Security-Policy"].startswith("default-src 'none'; ")
    assert "<script" not in answer.content.decode()
    assert "style=" not in answer.content.decode()


def test_only_a_digest_of_the_token_is_stored(newsroom: Newsroom):
    invitation = invite(newsroom, newsroom.draft(), email="lind@example.org")
    token = path_of(invitation).split("/")[2]
    assert len(token) >= 43
    assert invitation.review.token_digest != token
    notice = Notice.objects.get(address="lind@example.org")
    send_notice(notice.pk)
    assert invitation.url in mail.outbox[0].body
    notice.refresh_from_db()
    assert notice.sent_at
    assert token not in notice.text


def test_a_wrong_an_expired_and_a_withdrawn_link_look_alike(newsroom: Newsroom, client, freezer):
    article = newsroom.draft()
    expired = invite(newsroom, article, lasts=timedelta(hours=4))
    freezer.tick(timedelta(hours=4))
    withdrawn = invite(newsroom, article)
    guests.withdraw(withdrawn.review, by=newsroom.editor)
    answers = [client.get(path) for path in (path_of(expired), path_of(withdrawn), "/guest/no-such-token/")]
    assert {answer.status_code for answer in answers} == {404}
    assert len({answer.content for answer in answers}) == 1
    for answer in answers:
        del answer["X-Request-ID"]
    assert len({tuple(sorted(answer.headers.items())) for answer in answers}) == 1


def test_a_link_opens_its_own_version_after_the_story_was_changed(newsroom: Newsroom, client):
    article = newsroom.draft("As it was")
    invitation = invite(newsroom, article)
    newsroom.edit(article, by=newsroom.reporter, title="As it became")
    text = client.get(path_of(invitation)).content.decode()
    assert "As it was" in text
    assert "As it became" not in text
    assert "has changed this story since" in text


def test_a_story_that_is_taken_down_closes_its_links(newsroom: Newsroom, client):
    article = newsroom.publish()
    invitation = invite(newsroom, article)
    cms_actions.take_down(newsroom.fresh(article), by=newsroom.publisher)
    assert client.get(path_of(invitation)).status_code == 404


def test_a_link_lasts_no_longer_than_the_newsroom_allows(newsroom: Newsroom, settings):
    settings.GUEST_LINK_DAYS = 2
    article = newsroom.draft()
    invite(newsroom, article, lasts=timedelta(days=2))
    with pytest.raises(Refused, match="2 days at most"):
        invite(newsroom, article, lasts=timedelta(days=2, seconds=1))


def test_an_invitation_names_the_version_that_the_editor_saw(newsroom: Newsroom):
    article = newsroom.draft()
    seen = newsroom.hash_of(article)
    newsroom.edit(article, by=newsroom.reporter, title="Changed meanwhile")
    with pytest.raises(StoryMovedOn):
        invite(newsroom, article, content_hash=seen)
    assert not GuestReview.objects.exists()


@pytest.mark.parametrize("person", ["reporter", "copy", "pictures"])
def test_who_has_no_right_invites_nobody(newsroom: Newsroom, client, person):
    article = newsroom.draft()
    with pytest.raises(NotYours):
        invite(newsroom, article, by=newsroom.people[person])
    client.force_login(newsroom.people[person])
    assert client.get(reverse("workflows:guests", args=[article.pk])).status_code in (302, 403)
    assert not GuestReview.objects.exists()


def test_wrong_links_are_answered_thirty_times_a_minute(newsroom: Newsroom, client):
    answers = [client.get(f"/guest/guess-{number}/").status_code for number in range(31)]
    assert answers == [404] * 30 + [429]
    assert client.get(path_of(invite(newsroom, newsroom.draft()))).status_code == 200


def test_without_redis_a_guest_is_let_in_and_the_log_says_so(newsroom: Newsroom, client, settings, caplog):
    invitation = invite(newsroom, newsroom.draft())
    settings.CACHES = {"default": settings.CACHES["default"] | {"LOCATION": "redis://127.0.0.1:1"}}
    assert client.get(path_of(invitation)).status_code == 200
    assert "guests are not counted" in caplog.text


# What the page shows of others


def test_headlines_and_links_of_other_drafts_are_left_out(newsroom: Newsroom, client):
    secret = newsroom.draft("The mayor resigns tomorrow")
    public = newsroom.publish("The lighthouse opens")
    link = (
        f'<p>See <a linktype="page" id="{secret.pk}">our plan</a> and <a linktype="page" id="{public.pk}">this</a>.</p>'
    )
    article = newsroom.draft(body=[("paragraph", link), ("related", {"title": "", "stories": [secret, public]})])
    version = newsroom.fresh(article).get_latest_revision().as_object()
    version.picks = [Pick(article=secret), Pick(article=public)]
    version.save_revision(user=newsroom.reporter)
    text = client.get(path_of(invite(newsroom, article))).content.decode()
    assert "The mayor resigns" not in text
    assert secret.slug not in text
    assert "our plan" in text
    assert text.count("The lighthouse opens") == 2
    assert public.slug in text


def test_pictures_come_through_the_link_and_end_with_it(newsroom: Newsroom, client, image: NewsImage):
    article = newsroom.draft(lead_image=image)
    invitation = invite(newsroom, article)
    text = client.get(path_of(invitation)).content.decode()
    assert "/media/" not in text
    address = f"{path_of(invitation)}pictures/{image.public_id}/"
    assert f'src="{address}"' in text
    shown = client.get(address)
    assert shown["Content-Type"] == "image/webp"
    assert shown["Cache-Control"] == "private, no-store"
    assert b"".join(shown.streaming_content)[8:12] == b"WEBP"
    guests.withdraw(invitation.review, by=newsroom.editor)
    assert client.get(address).status_code == 404


def test_a_link_shows_no_picture_of_another_story(newsroom: Newsroom, client, image: NewsImage):
    newsroom.draft(lead_image=image)
    invitation = invite(newsroom, newsroom.draft())
    assert client.get(f"{path_of(invitation)}pictures/{image.public_id}/").status_code == 404


# Remarks


def test_a_remark_stands_in_the_editor_beside_its_block(newsroom: Newsroom, client):
    article = newsroom.draft(body=[("paragraph", "<p>One.</p>"), ("quote", {"text": "Two.", "style": "block"})])
    invitation = invite(newsroom, article)
    paragraph, quote = newsroom.fresh(article).get_latest_revision().as_object().body
    for block in (paragraph, quote):
        posted = {"act": "remark", "block": block.id, "text": "Who says so?"}
        answer = client.post(path_of(invitation), posted)
        assert answer.status_code == 302
        assert answer["Location"].endswith(f"#block-{block.id}")
    comments = Comment.objects.filter(page_id=article.pk).order_by("pk")
    assert [comment.contentpath for comment in comments] == [f"body.{paragraph.id}", f"body.{quote.id}.text"]
    assert comments[0].text == "Perpetua Lind (guest): Who says so?"
    assert comments[0].user == newsroom.editor
    latest = progress.latest_version(newsroom.fresh(article))
    assert all(comment.has_valid_contentpath(latest) for comment in comments)
    client.force_login(newsroom.editor)
    assert "Who says so?" in client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).content.decode()


def test_a_remark_keeps_no_character_that_cannot_be_stored(newsroom: Newsroom, client):
    invitation = invite(newsroom, newsroom.draft())
    assert client.post(path_of(invitation), {"act": "remark", "text": "Who\x00 says so?"}).status_code == 302
    assert GuestRemark.objects.get().text == "Who says so?"


def test_a_link_does_not_stand_in_the_log(newsroom: Newsroom, client, caplog):
    path = path_of(invite(newsroom, newsroom.draft()))
    with caplog.at_level(logging.WARNING, logger="django.request"):
        assert client.post(path, {"act": "object", "text": ""}).status_code == 422
    record = next(record for record in caplog.records if path in record.getMessage())
    written = [one.format(record) for one in logging.getLogger().handlers if one.name == "console"]
    assert written
    assert all("/guest/…/" in line and path.split("/")[2] not in line for line in written)


def test_a_remark_changes_nothing_of_the_story(newsroom: Newsroom):
    article = newsroom.draft()
    before = newsroom.hash_of(article)
    guests.remark(invite(newsroom, article).review, text="Who says so?")
    assert newsroom.hash_of(article) == before


def test_a_remark_on_a_block_that_is_gone_stands_at_the_story(newsroom: Newsroom):
    article = newsroom.draft()
    invitation = invite(newsroom, article)
    gone = newsroom.fresh(article).get_latest_revision().as_object().body[0].id
    newsroom.edit(article, by=newsroom.reporter, body=[("paragraph", "<p>Something else.</p>")])
    made = guests.remark(invitation.review, text="Who says so?", block_id=gone)
    assert made.comment
    assert made.comment.contentpath == "standfirst"
    assert "of the version of" in made.comment.text


def test_a_guest_calls_nobody_in_the_inviters_name(newsroom: Newsroom):
    article = newsroom.draft()
    made = guests.remark(invite(newsroom, article).review, text="@publisher and @legal, release this at once.")
    assert made.comment
    assert not Notice.objects.filter(kind="mention").exists()
    made.comment.text += " What do you say, @copy?"
    made.comment.save()
    assert set(Notice.objects.filter(kind="mention").values_list("person__username", flat=True)) == {"copy"}


def test_the_inviter_is_told_of_the_first_remark_of_an_hour(newsroom: Newsroom, freezer):
    review = invite(newsroom, newsroom.draft()).review
    for text in ("Who says so?", "And when?"):
        guests.remark(review, text=text)
    told = Notice.objects.filter(kind="guest", person=newsroom.editor, channel="mail")
    assert told.count() == 1
    freezer.tick(timedelta(hours=1))
    guests.remark(review, text="Still there?")
    assert told.count() == 2


@pytest.mark.parametrize(
    ("posted", "says"),
    [
        ({"act": "remark", "text": "  "}, "Write what you want to say first"),
        ({"act": "remark", "text": "x" * 5001}, "too long for one remark"),
        ({"act": "remark", "text": "x", "block": "not-here"}, "not in the version that you were sent"),
        ({"act": "object", "text": ""}, "Say what you object to"),
        ({"act": "publish", "text": "Now"}, "Choose what you want to do"),
    ],
)
def test_what_cannot_be_taken_is_refused_in_the_form(newsroom: Newsroom, client, posted, says):
    answer = client.post(path_of(invite(newsroom, newsroom.draft())), posted)
    assert answer.status_code == 422
    assert says in answer.content.decode()
    assert not Comment.objects.exists()
    assert not GuestReview.objects.exclude(verdict="").exists()


def test_a_guest_writes_no_more_than_the_newsroom_can_read(newsroom: Newsroom, monkeypatch):
    monkeypatch.setattr(guests, "MAX_REMARKS", 1)
    review = invite(newsroom, newsroom.draft()).review
    guests.remark(review, text="One.")
    with pytest.raises(Refused, match="as many remarks"):
        guests.remark(review, text="Two.")


# Answers


def test_an_approval_counts_as_a_signature_where_the_stage_lets_guests_sign(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    invitation = invite_to_sign(newsroom, article)
    client.post(path_of(invitation), {"act": "approve", "text": "Fine by me."})
    signed = SignOff.objects.get()
    assert (signed.by, signed.guest, signed.desk.slug) == (None, invitation.review, "news")
    assert signed.signer == "Perpetua Lind (guest)"
    assert newsroom.stage(article) == "Copy and facts"
    assert "counts as a signature of the News desk" in client.get(path_of(invitation)).content.decode()


def test_a_story_signed_by_a_guest_is_cleared_when_the_others_have_signed(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    guests.answer(invite_to_sign(newsroom, article).review, verdict=APPROVED)
    newsroom.sign(article, by=newsroom.copy)
    assert progress.is_ready(newsroom.fresh(article))


def test_pages_about_a_review_name_the_guest_who_signed(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    guests.answer(invite_to_sign(newsroom, article).review, verdict=APPROVED)
    client.force_login(newsroom.copy)
    assert "Perpetua Lind (guest)" in client.get(reverse("workflows:review", args=[article.pk])).content.decode()


def test_an_approval_of_an_earlier_version_counts_for_nothing_and_says_so(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    invitation = invite_to_sign(newsroom, article)
    newsroom.edit(article, by=newsroom.reporter, title="Changed meanwhile")
    client.post(path_of(invitation), {"act": "approve"})
    assert not SignOff.objects.exists()
    assert newsroom.stage(article) == "Desk edit"
    assert "does not count as a signature" in client.get(path_of(invitation)).content.decode()
    assert "counts for nothing in the review" in Notice.objects.get(key__startswith="guest-answer", channel="mail").text


def test_an_approval_counts_for_nothing_where_guests_do_not_sign(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    invitation = invite_to_sign(newsroom, article)
    ReviewStage.objects.update(guests_may_sign=False)
    guests.answer(invitation.review, verdict=APPROVED)
    assert not SignOff.objects.exists()


def test_an_approval_counts_only_at_the_stage_it_was_asked_for(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    invitation = invite_to_sign(newsroom, article)
    newsroom.sign(article, by=newsroom.editor)
    ReviewStage.objects.update(guests_may_sign=True)
    guests.answer(invitation.review, verdict=APPROVED)
    assert newsroom.stage(article) == "Copy and facts"
    assert SignOff.objects.count() == 1


def test_whoever_wrote_the_story_cannot_sign_it_by_way_of_a_guest(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.reporter)
    guests.answer(invite_to_sign(newsroom, article).review, verdict=APPROVED)
    assert not SignOff.objects.exists()
    assert newsroom.stage(article) == "Desk edit"


def test_whoever_signs_does_not_sign_again_by_way_of_a_guest(newsroom: Newsroom):
    stage = open_desk_edit_to_guests()
    stage.rules.update(required=2)
    article = newsroom.submit(newsroom.draft())
    invitation = invite_to_sign(newsroom, article)
    newsroom.sign(article, by=newsroom.editor)
    guests.answer(invitation.review, verdict=APPROVED)
    assert SignOff.objects.count() == 1
    assert newsroom.stage(article) == "Desk edit"


def test_a_guest_does_not_sign_for_a_desk_that_is_not_the_inviters(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    with pytest.raises(NotYours, match="a desk of yours"):
        invite_to_sign(newsroom, article, by=newsroom.lawyer)


def test_a_signature_of_a_guest_is_void_when_the_inviter_changes_the_story_and_changes_it_back(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft("As it was"))
    guests.answer(invite_to_sign(newsroom, article).review, verdict=APPROVED)
    newsroom.edit(article, by=newsroom.editor, title="Otherwise")
    newsroom.edit(article, by=newsroom.editor, title="As it was")
    workflow = progress.workflow_of(newsroom.fresh(article))
    assert workflow
    steps = progress.review_progress(progress.latest_version(article), workflow.pk, newsroom.hash_of(article))
    assert steps[0].needed


def test_an_objection_is_told_and_stands_in_the_editor(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    guests.answer(invite_to_sign(newsroom, article).review, verdict=OBJECTED, text="I never said that.")
    assert newsroom.stage(article) == "Desk edit"
    assert Comment.objects.get().text.endswith("I never said that.")
    told = Notice.objects.get(key__startswith="guest-answer", channel="mail")
    assert told.person == newsroom.editor
    assert "objects to" in told.subject
    assert "I never said that." in told.text


def test_a_guest_answers_once(newsroom: Newsroom, client):
    invitation = invite(newsroom, newsroom.draft())
    guests.answer(invitation.review, verdict=APPROVED)
    answer = client.post(path_of(invitation), {"act": "object", "text": "On second thoughts"})
    assert answer.status_code == 422
    assert "You have answered already" in answer.content.decode()
    assert GuestReview.objects.get().verdict == APPROVED


def test_everything_a_guest_does_is_in_the_log_with_the_version(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    invitation = invite_to_sign(newsroom, article)
    client.get(path_of(invitation))
    client.get(path_of(invitation))
    guests.remark(invitation.review, text="Who says so?")
    guests.answer(invitation.review, verdict=APPROVED)
    guests.withdraw(invitation.review, by=newsroom.editor)
    entries = PageLogEntry.objects.filter(page_id=article.pk, action__contains="guest").order_by("pk")
    assert [entry.action.removeprefix("workflows.") for entry in entries] == [
        "guest_invited",
        "guest_opened",
        "guest_remarked",
        "guest_answered",
        "sign_off_as_guest",
        "guest_withdrawn",
    ]
    assert {entry.data["hash"] for entry in entries} == {invitation.review.snapshot.content_hash}
    assert {entry.data["guest"] for entry in entries} == {"Perpetua Lind"}
    assert GuestReview.objects.get().open_count == 2


# Links that close


def dismiss(person: Any) -> None:
    person.is_active = False
    person.save()


def test_the_link_of_an_inviter_who_left_opens_nothing(newsroom: Newsroom, client):
    invitation = invite(newsroom, newsroom.draft())
    dismiss(newsroom.editor)
    assert client.get(path_of(invitation)).status_code == 404


def test_the_link_of_an_inviter_who_works_elsewhere_now_opens_nothing(newsroom: Newsroom, client):
    invitation = invite(newsroom, newsroom.draft())
    newsroom.editor.groups.clear()
    assert client.get(path_of(invitation)).status_code == 404


def test_a_guest_does_not_sign_for_an_inviter_who_left(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    invitation = invite_to_sign(newsroom, article)
    dismiss(newsroom.editor)
    assert client.post(path_of(invitation), {"act": "approve"}).status_code == 404
    with pytest.raises(NotYours, match="not work on this story any more"):
        actions.sign_off_as_guest(GuestReview.objects.get())
    assert not SignOff.objects.exists()


def test_nothing_is_taken_by_a_link_that_was_withdrawn_while_the_guest_wrote(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    had_before = invite_to_sign(newsroom, article).review
    guests.withdraw(GuestReview.objects.get(), by=newsroom.editor)
    with pytest.raises(LinkClosed):
        guests.answer(had_before, verdict=APPROVED)
    with pytest.raises(LinkClosed):
        guests.remark(had_before, text="One more thing.")
    assert newsroom.stage(article) == "Desk edit"
    assert not Comment.objects.exists()
    assert GuestReview.objects.get().verdict == ""


def test_nothing_is_taken_by_a_link_that_expired_while_the_guest_wrote(newsroom: Newsroom, freezer):
    had_before = invite(newsroom, newsroom.draft()).review
    freezer.tick(timedelta(days=4))
    with pytest.raises(LinkClosed):
        guests.answer(had_before, verdict=APPROVED)


def test_a_guest_whose_link_is_withdrawn_while_they_write_is_shown_the_closed_page(newsroom: Newsroom, client):
    invitation = invite(newsroom, newsroom.draft("The harbour fund"))

    def withdraw_first(execute: Any, sql: str, *arguments: Any) -> Any:
        """Just before the story is held, when the link has been found to be open."""
        if "FOR UPDATE" in sql and '"wagtailcore_page"' in sql:
            GuestReview.objects.update(revoked_at=timezone.now())
        return execute(sql, *arguments)

    with connection.execute_wrapper(withdraw_first):
        answer = client.post(path_of(invitation), {"act": "remark", "text": "Who says so?"})
    assert answer.status_code == 404
    assert "The harbour fund" not in answer.content.decode()


def test_the_links_to_a_story_close_when_it_is_unpublished(newsroom: Newsroom, client):
    article = newsroom.publish()
    invitation = invite(newsroom, article)
    newsroom.fresh(article).unpublish(user=newsroom.publisher)
    assert client.get(path_of(invitation)).status_code == 404


# The editor's page


def test_an_editor_invites_a_guest_and_gets_the_link_once(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    stage = open_desk_edit_to_guests()
    client.force_login(newsroom.editor)
    page = reverse("workflows:guests", args=[article.pk])
    assert "counts for the News desk" in client.get(page).content.decode()
    posted = {
        "content_hash": newsroom.hash_of(article),
        "name": "Perpetua Lind",
        "email": "",
        "hours": "24",
        "counts_for": f"{stage.pk}-{Desk.objects.get(slug='news').pk}",
        "message": "",
    }
    answer = client.post(page, posted)
    link = re.search(r"value=\"(http://127.0.0.1:8000/guest/[\w-]+/)\"", answer.content.decode())
    assert link
    review = GuestReview.objects.get()
    assert review.desk
    assert review.expires_at - review.created_at == timedelta(hours=24)
    assert client.get(link[1].removeprefix("http://127.0.0.1:8000")).status_code == 200
    again = client.get(page).content.decode()
    assert "Perpetua Lind" in again
    assert link[1] not in again


def test_an_approval_counts_for_no_place_that_was_not_offered(newsroom: Newsroom, client):
    article = newsroom.draft()
    client.force_login(newsroom.editor)
    posted = {"content_hash": newsroom.hash_of(article), "name": "Perpetua Lind", "hours": "24", "counts_for": "²-1"}
    answer = client.post(reverse("workflows:guests", args=[article.pk]), posted)
    assert answer.status_code == 403
    assert "only for a desk of yours" in answer.content.decode()
    assert not GuestReview.objects.exists()


def test_an_editor_withdraws_a_link(newsroom: Newsroom, client):
    article = newsroom.draft()
    invitation = invite(newsroom, article)
    client.force_login(newsroom.editor)
    address = reverse("workflows:withdraw_guest", args=[article.pk, invitation.review.pk])
    assert client.get(address).status_code == 200
    assert client.post(address)["Location"] == reverse("workflows:guests", args=[article.pk])
    assert client.get(path_of(invitation)).status_code == 404


def test_a_link_of_one_story_is_not_withdrawn_through_another(newsroom: Newsroom, client):
    invitation = invite(newsroom, newsroom.draft())
    client.force_login(newsroom.editor)
    address = reverse("workflows:withdraw_guest", args=[newsroom.draft().pk, invitation.review.pk])
    assert client.post(address).status_code == 404
    assert guests.find_open(path_of(invitation).split("/")[2], timezone.now())


def test_the_header_of_a_story_offers_guests_to_those_with_the_right(newsroom: Newsroom, client):
    article = newsroom.draft()
    address = reverse("workflows:guests", args=[article.pk])
    for person, offered in (("editor", True), ("copy", False)):
        client.force_login(newsroom.people[person])
        shown = client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).content.decode()
        assert (address in shown) is offered


def test_the_guests_of_a_story_take_the_same_queries_however_many(
    newsroom: Newsroom, client, django_assert_max_num_queries
):
    article = newsroom.draft()
    client.force_login(newsroom.editor)
    page = reverse("workflows:guests", args=[article.pk])
    for _ in range(2):
        guests.remark(invite(newsroom, article).review, text="One.")
    client.get(page)
    with django_assert_max_num_queries(60) as few:
        client.get(page)
    for _ in range(10):
        guests.remark(invite(newsroom, article).review, text="One.")
    with django_assert_max_num_queries(len(few)):
        client.get(page)


def test_whoever_invited_a_guest_is_not_deleted(newsroom: Newsroom, client):
    invite(newsroom, newsroom.draft())
    client.force_login(newsroom.boss)
    client.post(reverse("wagtailusers_users:delete", args=[newsroom.editor.pk]))
    newsroom.editor.refresh_from_db()
    assert GuestReview.objects.get().invited_by == newsroom.editor


def test_an_objection_stands_before_those_who_sign_and_release(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    guests.answer(invite(newsroom, article).review, verdict=OBJECTED, text="The pier has no crane.")
    for person, page in (("editor", "review"), ("publisher", "release"), ("publisher", "emergency"), ("copy", "panel")):
        client.force_login(newsroom.people[person])
        shown = client.get(reverse(f"workflows:{page}", args=[article.pk])).content.decode()
        assert "Perpetua Lind (guest) objected to this version" in shown
        assert "The pier has no crane." in shown
    newsroom.edit(article, by=newsroom.other_reporter, title="Another headline")
    client.force_login(newsroom.publisher)
    shown = client.get(reverse("workflows:release", args=[article.pk])).content.decode()
    assert "Perpetua Lind (guest) objected to an earlier version" in shown
