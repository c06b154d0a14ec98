"""Who is told what, and when."""

import pytest

from tests.newsroom import Newsroom
from workflows.models import Notice
from workflows.tasks import send_notice, send_owed_notices

pytestmark = pytest.mark.django_db


def told(**fields) -> set[str]:
    return set(Notice.objects.filter(**fields).values_list("address", flat=True))


def test_the_desk_is_told_that_a_story_waits(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("A ferry"))
    assert told(subject="Desk edit: A ferry") == {"editor@example.org"}


def test_the_submitter_is_not_told_of_their_own_story(newsroom: Newsroom):
    newsroom.submit(newsroom.draft(by=newsroom.reporter), by=newsroom.editor)
    assert "editor@example.org" not in told()


def test_a_shared_mailbox_is_told_too(newsroom: Newsroom):
    from workflows.models import Desk

    Desk.objects.filter(slug="news").update(email="desk@example.org")
    newsroom.submit(newsroom.draft())
    assert told() == {"editor@example.org", "desk@example.org"}


def test_the_writer_is_told_why_it_came_back(newsroom: Newsroom):
    newsroom.send_back(newsroom.submit(newsroom.draft()), by=newsroom.editor, reason="Ask the harbour master.")
    notice = Notice.objects.get(address="reporter@example.org")
    assert "Ask the harbour master." in notice.text


def test_publishers_are_told_when_it_is_ready(newsroom: Newsroom):
    newsroom.clear(newsroom.draft("A ferry"))
    assert "publisher@example.org" in told(subject="Ready: A ferry")


def test_mail_goes_out_after_the_commit_and_not_before(
    newsroom: Newsroom, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        newsroom.submit(newsroom.draft())
    assert mailoutbox == []
    assert callbacks
    send_notice(Notice.objects.get().pk)
    assert [mail.to for mail in mailoutbox] == [["editor@example.org"]]


def test_a_notice_is_mailed_once(newsroom: Newsroom, mailoutbox):
    newsroom.submit(newsroom.draft())
    notice = Notice.objects.get()
    send_notice(notice.pk)
    send_notice(notice.pk)
    assert len(mailoutbox) == 1


def test_what_could_not_be_mailed_is_mailed_later(newsroom: Newsroom, mailoutbox, settings, freezer):
    newsroom.submit(newsroom.draft())
    notice = Notice.objects.get()
    backend = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    send_notice(notice.pk)
    notice.refresh_from_db()
    assert notice.sent_at is None
    assert notice.error
    settings.EMAIL_BACKEND = backend
    freezer.tick(60)
    send_owed_notices()
    assert len(mailoutbox) == 1


def test_those_who_signed_are_told_of_a_cancelled_review(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft("A ferry")), by=newsroom.editor)
    article.current_workflow_state.cancel(user=newsroom.reporter)
    assert told(subject="Review cancelled: A ferry") == {"editor@example.org"}
