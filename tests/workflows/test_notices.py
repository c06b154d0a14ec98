"""Who is told what, when it goes out, and what happens when it cannot."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupApprovalTask, GroupPagePermission, TaskState, WorkflowTask

from cms.models import NewsImage, User
from tests.newsroom import Newsroom
from workflows.exceptions import NotYours
from workflows.models import Desk, Notice, NoticePreference, SignOffRule
from workflows.notifications import delivery, messages
from workflows.tasks import forget_old_notices, send_notice, send_owed_notices

pytestmark = pytest.mark.django_db

DEAD_SERVER = ("django.core.mail.backends.smtp.EmailBackend", "127.0.0.1", 1)


@pytest.fixture
def mail_server_away(settings):
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = DEAD_SERVER


def told(**fields) -> set[str]:
    """Addresses to which mail of this description goes."""
    return set(Notice.objects.filter(channel="mail", **fields).values_list("address", flat=True))


def mail_of(address: str) -> Notice:
    return Notice.objects.get(channel="mail", address=address)


def test_the_desk_is_told_that_a_story_waits(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("A ferry"))
    assert told(subject="Desk edit: A ferry") == {"editor@example.org"}


def test_the_submitter_is_not_told_of_their_own_story(newsroom: Newsroom):
    newsroom.submit(newsroom.draft(by=newsroom.reporter), by=newsroom.editor)
    assert not Notice.objects.filter(person=newsroom.editor).exists()


def test_a_shared_mailbox_is_told_too(newsroom: Newsroom):
    Desk.objects.filter(slug="news").update(email="desk@example.org")
    newsroom.submit(newsroom.draft())
    assert told() == {"editor@example.org", "desk@example.org"}


def test_somebody_without_an_address_who_wants_only_the_digest_finds_it_in_the_inbox(newsroom: Newsroom):
    User.objects.filter(pk=newsroom.publisher.pk).update(email="")
    NoticePreference.objects.create(user=newsroom.publisher, kind="ready", mail=False, inbox=False, digest=True)
    newsroom.clear(newsroom.draft("A ferry"))
    notice = Notice.objects.get(person=newsroom.publisher)
    assert (notice.channel, notice.subject) == ("inbox", "Ready: A ferry")


@pytest.fixture
def editor_of_the_council(newsroom: Newsroom) -> User:
    """Works at the news desk, which is asked in every section, and has rights in the other section only."""
    GroupPagePermission.objects.filter(group__name="Desk editors").update(page=newsroom.other_section)
    return newsroom.editor


def test_a_member_of_the_desk_hears_nothing_of_sections_that_are_closed_to_them(
    newsroom: Newsroom, editor_of_the_council: User
):
    newsroom.submit(newsroom.draft("A secret ferry"))
    assert not Notice.objects.filter(person=editor_of_the_council).exists()
    newsroom.submit(newsroom.draft("A council", section=newsroom.other_section))
    assert told(person=editor_of_the_council, subject="Desk edit: A council") == {"editor@example.org"}


def test_a_desk_of_which_nobody_works_in_the_section_is_a_desk_without_people(
    newsroom: Newsroom, editor_of_the_council: User
):
    newsroom.submit(newsroom.draft("A secret ferry"))
    assert told(key__startswith="nobody-") == {"boss@example.org"}


def test_a_member_of_the_desk_signs_nothing_in_sections_that_are_closed_to_them(
    newsroom: Newsroom, editor_of_the_council: User
):
    article = newsroom.submit(newsroom.draft())
    with pytest.raises(NotYours, match="do not work on stories of this section"):
        newsroom.sign(article, by=editor_of_the_council)
    with pytest.raises(NotYours, match="do not work on stories of this section"):
        newsroom.send_back(article, by=editor_of_the_council, reason="Not for me to read.")


def test_a_mailbox_of_two_people_gets_one_mail(newsroom: Newsroom):
    newsroom.other_reporter.groups.add(Group.objects.get(name="Desk editors"))
    newsroom.other_reporter.email = newsroom.editor.email
    newsroom.other_reporter.save()
    newsroom.submit(newsroom.draft())
    assert Notice.objects.filter(channel="mail").count() == 1


def test_somebody_without_an_address_finds_it_in_the_inbox(newsroom: Newsroom):
    newsroom.editor.email = ""
    newsroom.editor.save()
    newsroom.submit(newsroom.draft())
    assert list(Notice.objects.values_list("channel", "person")) == [("inbox", newsroom.editor.pk)]


def test_somebody_who_has_left_is_told_nothing(newsroom: Newsroom):
    newsroom.editor.is_active = False
    newsroom.editor.save()
    newsroom.submit(newsroom.draft())
    assert not Notice.objects.filter(person=newsroom.editor).exists()


def test_a_desk_that_need_not_sign_is_not_told(newsroom: Newsroom, image):
    article = newsroom.submit(newsroom.draft("A ferry", lead_image=image))
    article = newsroom.sign(newsroom.sign(article, by=newsroom.editor), by=newsroom.copy)
    assert told(subject="Legal and pictures: A ferry") == {"pictures@example.org"}


def test_whoever_changed_it_last_is_not_asked_to_sign(newsroom: Newsroom):
    newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.reporter)
    assert not Notice.objects.filter(person=newsroom.editor).exists()


def test_administrators_are_told_once_of_a_desk_without_people(newsroom: Newsroom):
    newsroom.editor.groups.clear()
    newsroom.submit(newsroom.draft("A ferry"))
    newsroom.submit(newsroom.draft("Another"))
    assert told() == {"boss@example.org"}
    assert mail_of("boss@example.org").subject == "Nobody works at the News desk: A ferry waits"


def test_the_writer_is_told_why_it_came_back(newsroom: Newsroom):
    newsroom.send_back(newsroom.submit(newsroom.draft()), by=newsroom.editor, reason="Ask the harbour master.")
    assert "Ask the harbour master." in mail_of("reporter@example.org").text


def test_publishers_are_told_when_it_is_ready(newsroom: Newsroom):
    newsroom.clear(newsroom.draft("A ferry"))
    assert "publisher@example.org" in told(subject="Ready: A ferry")


def test_those_who_signed_are_told_of_a_cancelled_review(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft("A ferry")), by=newsroom.editor)
    article.current_workflow_state.cancel(user=newsroom.reporter)
    assert told(subject="Review cancelled: A ferry") == {"editor@example.org"}


def test_nobody_is_told_twice_of_one_thing(newsroom: Newsroom):
    article = newsroom.draft()
    for _ in range(2):
        messages.tell(Notice.Kind.SENT_BACK, article, key="one", people=[newsroom.editor], template="resolved")
    assert Notice.objects.filter(key="one").count() == 2  # mail and inbox


def test_telling_many_costs_no_more_than_telling_one(newsroom: Newsroom, django_assert_max_num_queries):
    article = newsroom.draft()
    with django_assert_max_num_queries(5):
        messages.tell(
            Notice.Kind.WAITING, article, key="many", people=newsroom.people.values(), context={"stage": "Desk edit"}
        )
    assert len(told(key="many")) == len(newsroom.people)


def test_a_stage_of_wagtails_own_tells_its_group(newsroom: Newsroom):
    stage = GroupApprovalTask.objects.create(name="Fact check")
    stage.groups.set([Group.objects.get(name="Copy editors")])
    article = newsroom.draft("A ferry")
    WorkflowTask.objects.create(workflow=article.get_workflow(), task=stage, sort_order=0)
    WorkflowTask.objects.filter(workflow=article.get_workflow()).exclude(task=stage).delete()
    newsroom.submit(article)
    assert told(subject="Fact check: A ferry") == {"copy@example.org"}


def test_a_stage_with_a_state_of_its_own_class_tells_its_desk_all_the_same(newsroom: Newsroom, monkeypatch):
    class FactCheckState(TaskState):
        class Meta:
            proxy = True
            app_label = "workflows"

    monkeypatch.setattr("workflows.models.ReviewStage.task_state_class", FactCheckState)
    newsroom.submit(newsroom.draft("A ferry"))
    assert told(subject="Desk edit: A ferry") == {"editor@example.org"}


# Going out ------------------------------------------------------------------------------------------------------------


def test_mail_goes_out_after_the_commit_and_not_before(
    newsroom: Newsroom, mailoutbox, django_capture_on_commit_callbacks
):
    with django_capture_on_commit_callbacks() as callbacks:
        newsroom.submit(newsroom.draft())
    assert mailoutbox == []
    assert callbacks
    send_notice(mail_of("editor@example.org").pk)
    assert [mail.to for mail in mailoutbox] == [["editor@example.org"]]


def test_what_is_rolled_back_is_told_to_nobody(newsroom: Newsroom, django_capture_on_commit_callbacks):
    article = newsroom.draft()
    with django_capture_on_commit_callbacks() as callbacks, transaction.atomic():
        newsroom.submit(article)
        transaction.set_rollback(True)
    assert callbacks == []
    assert not Notice.objects.exists()


def test_wagtail_itself_mails_nothing(newsroom: Newsroom, mailoutbox, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks():
        article = newsroom.submit(newsroom.draft())
        newsroom.send_back(article, by=newsroom.editor, reason="Ask the harbour master.")
        article.current_workflow_state.cancel(user=newsroom.reporter)
    assert mailoutbox == []


def test_a_notice_is_mailed_once(newsroom: Newsroom, mailoutbox):
    newsroom.submit(newsroom.draft())
    notice = mail_of("editor@example.org")
    send_notice(notice.pk)
    send_notice(notice.pk)
    assert len(mailoutbox) == 1


def test_every_attempt_is_the_same_mail_to_a_mail_server(newsroom: Newsroom, mailoutbox):
    newsroom.submit(newsroom.draft())
    notice = mail_of("editor@example.org")
    send_notice(notice.pk)
    Notice.objects.update(sent_at=None, attempt_count=0)
    send_notice(notice.pk)
    first, second = (mail.message()["Message-ID"] for mail in mailoutbox)
    assert first == second


def test_what_could_not_be_mailed_is_mailed_later(
    newsroom: Newsroom, mailoutbox, settings, freezer, django_capture_on_commit_callbacks
):
    newsroom.submit(newsroom.draft())
    notice = mail_of("editor@example.org")
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = DEAD_SERVER
    send_notice(notice.pk)
    notice.refresh_from_db()
    assert notice.sent_at is None
    assert notice.error
    settings.EMAIL_BACKEND = working
    freezer.tick(delivery.FIRST_PAUSE_SECONDS)
    with django_capture_on_commit_callbacks() as callbacks:
        send_owed_notices()
    assert len(callbacks) == 1
    send_notice(notice.pk)
    assert len(mailoutbox) == 1


def test_the_pause_between_attempts_doubles(newsroom: Newsroom, mail_server_away, freezer):
    newsroom.submit(newsroom.draft())
    notice = mail_of("editor@example.org")
    pauses = []
    for _ in range(3):
        send_notice(notice.pk)
        notice.refresh_from_db()
        pauses.append(notice.retry_at - timezone.now())
        freezer.move_to(notice.retry_at)
    assert pauses == [timedelta(seconds=30), timedelta(seconds=60), timedelta(seconds=120)]


def test_an_attempt_before_the_pause_is_over_is_none(newsroom: Newsroom, mail_server_away):
    newsroom.submit(newsroom.draft())
    notice = mail_of("editor@example.org")
    send_notice(notice.pk)
    send_notice(notice.pk)
    notice.refresh_from_db()
    assert notice.attempt_count == 1


def test_attempts_come_to_an_end(newsroom: Newsroom, mail_server_away, freezer):
    newsroom.submit(newsroom.draft())
    notice = mail_of("editor@example.org")
    for _ in range(delivery.MAX_ATTEMPTS):
        send_notice(notice.pk)
        notice.refresh_from_db()
        freezer.tick(timedelta(days=1))
    assert notice.attempt_count == delivery.MAX_ATTEMPTS
    assert notice.retry_at is None
    assert not delivery.find_owed(timezone.now()).exists()


def test_a_notice_that_no_worker_heard_of_is_found(newsroom: Newsroom, freezer):
    newsroom.submit(newsroom.draft())
    assert not delivery.find_owed(timezone.now()).exists()
    freezer.tick(delivery.UNHEARD_OF_SECONDS + 1)
    assert delivery.find_owed(timezone.now()).get() == mail_of("editor@example.org")


# Not delivered --------------------------------------------------------------------------------------------------------


@pytest.fixture
def failed(newsroom: Newsroom, settings) -> Notice:
    newsroom.submit(newsroom.draft("A ferry"))
    notice = mail_of("editor@example.org")
    working = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND, settings.EMAIL_HOST, settings.EMAIL_PORT = DEAD_SERVER
    send_notice(notice.pk)
    settings.EMAIL_BACKEND = working
    notice.refresh_from_db()
    return notice


def test_administrators_see_what_was_not_delivered(newsroom: Newsroom, failed: Notice, client):
    newsroom.other_reporter.groups.set([Group.objects.get(name="Administrators")])
    client.force_login(newsroom.other_reporter)
    page = client.get(reverse("workflows:undelivered")).content.decode()
    assert "Desk edit: A ferry" in page
    assert failed.error in page


def test_reporters_do_not_see_what_was_not_delivered(newsroom: Newsroom, failed: Notice, client):
    client.force_login(newsroom.reporter)
    assert client.get(reverse("workflows:undelivered")).status_code == 302
    assert client.post(reverse("workflows:try_again"), {"notice": failed.pk}).status_code == 302
    failed.refresh_from_db()
    assert failed.error


def test_an_administrator_has_it_tried_again(
    newsroom: Newsroom, failed: Notice, client, mailoutbox, django_capture_on_commit_callbacks
):
    client.force_login(newsroom.boss)
    with django_capture_on_commit_callbacks() as callbacks:
        client.post(reverse("workflows:try_again"), {"notice": failed.pk})
    assert len(callbacks) == 1
    send_notice(failed.pk)
    assert len(mailoutbox) == 1
    assert not delivery.find_undelivered().exists()


def test_the_list_of_what_was_not_delivered_is_a_fixed_number_of_queries(
    newsroom: Newsroom, failed: Notice, client, django_assert_max_num_queries
):
    client.force_login(newsroom.boss)
    address = reverse("workflows:undelivered")
    client.get(address)
    for number in range(20):
        Notice.objects.create(
            article=failed.article,
            person=newsroom.editor,
            kind="waiting",
            key=f"another-{number}",
            address="editor@example.org",
            subject="Desk edit",
            text="",
            error="451 come back later",
        )
    with django_assert_max_num_queries(20):
        page = client.get(address).content.decode()
    assert page.count("451 come back later") == 20


def test_notices_are_kept_for_so_many_days(newsroom: Newsroom, settings, freezer):
    settings.NOTICE_DAYS = 30
    newsroom.submit(newsroom.draft("A ferry"))
    freezer.tick(timedelta(days=20))
    newsroom.submit(newsroom.draft("Another"))
    freezer.tick(timedelta(days=20))
    forget_old_notices()
    assert told() == {"editor@example.org"}
    assert set(Notice.objects.values_list("subject", flat=True)) == {"Desk edit: Another"}


@pytest.mark.parametrize(("matters", "told_of_it"), [(["headline"], True), (["pictures"], False)])
def test_a_desk_is_told_that_its_signature_fell_if_what_it_answers_for_was_changed(
    newsroom: Newsroom, image: NewsImage, matters: list[str], told_of_it: bool
):
    SignOffRule.objects.filter(desk__slug="legal").update(matters=matters)
    article = newsroom.submit(newsroom.draft(lead_image=image, sensitive=True))
    for person in (newsroom.editor, newsroom.copy, newsroom.lawyer):
        newsroom.sign(article, by=person)
    newsroom.edit(article, by=newsroom.copy, title="The mayor took bribes")
    heard = Notice.objects.filter(person=newsroom.lawyer, subject__contains="changed since it was signed")
    assert heard.exists() == told_of_it


def test_a_desk_whose_signature_fell_is_told_once_until_it_signs_again(newsroom: Newsroom, image: NewsImage):
    article = newsroom.submit(newsroom.draft(lead_image=image, sensitive=True))
    for person in (newsroom.editor, newsroom.copy, newsroom.lawyer):
        newsroom.sign(article, by=person)
    told = Notice.objects.filter(person=newsroom.lawyer, subject__contains="changed since it was signed")
    assert not told.exists()
    newsroom.edit(article, by=newsroom.copy, title="The mayor took bribes")
    once = told.count()
    assert once
    newsroom.edit(article, by=newsroom.copy, title="The mayor took many bribes")
    assert told.count() == once
    assert not Notice.objects.filter(person=newsroom.pictures, subject__contains="changed since").exists()
