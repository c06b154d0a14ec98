"""Each person chooses what reaches them, and how."""

import pytest
from django.urls import reverse

from cms.models import User
from tests.newsroom import Newsroom
from workflows.models import Notice, NoticePreference
from workflows.notifications import messages
from workflows.notifications.preferences import CHANNELS, FIXED, PreferencesForm

pytestmark = pytest.mark.django_db


def prefer(person: User, kind: str, **channels: bool) -> None:
    NoticePreference.objects.create(user=person, kind=kind, **{"mail": False, "inbox": False, **channels})


def channels_to(person: User) -> set[str]:
    return set(Notice.objects.filter(person=person).values_list("channel", flat=True))


def form_of(person: User, **changes: bool) -> PreferencesForm:
    """The form as the browser would send it, with some boxes changed."""
    unbound = PreferencesForm(user=person)
    boxes = {name: field.initial for name, field in unbound.fields.items()} | changes
    return PreferencesForm({name: "on" for name, value in boxes.items() if value}, user=person)


def test_by_default_there_is_mail_and_the_inbox(newsroom: Newsroom):
    newsroom.submit(newsroom.draft())
    assert channels_to(newsroom.editor) == {"mail", "inbox"}


def test_who_wants_no_mail_gets_none(newsroom: Newsroom):
    prefer(newsroom.editor, "waiting", inbox=True)
    newsroom.submit(newsroom.draft())
    assert channels_to(newsroom.editor) == {"inbox"}


def test_who_wants_it_once_a_day_is_not_told_at_once(newsroom: Newsroom):
    prefer(newsroom.editor, "waiting", digest=True)
    newsroom.submit(newsroom.draft())
    assert channels_to(newsroom.editor) == {"digest"}


def test_a_choice_is_about_one_kind(newsroom: Newsroom):
    prefer(newsroom.editor, "mention")
    newsroom.submit(newsroom.draft())
    assert channels_to(newsroom.editor) == {"mail", "inbox"}


def test_nobody_turns_off_what_goes_out_without_full_review(newsroom: Newsroom):
    prefer(newsroom.publisher, "emergency")
    article = newsroom.draft("A ferry")
    messages.tell(Notice.Kind.EMERGENCY, article, key="out", people=[newsroom.publisher], template="ready")
    assert channels_to(newsroom.publisher) == {"mail", "inbox"}


def test_the_boxes_of_what_cannot_be_turned_off_are_fixed(newsroom: Newsroom):
    form = form_of(newsroom.editor, emergency_mail=False)
    assert form.is_valid()
    form.save()
    assert form.cleaned_data["emergency_mail"]
    assert not NoticePreference.objects.filter(kind__in=FIXED).exists()


def test_only_what_was_changed_is_stored(newsroom: Newsroom):
    form = form_of(newsroom.editor, mention_mail=False)
    assert form.is_valid()
    form.save()
    row = NoticePreference.objects.get()
    assert (row.kind, row.mail, row.inbox, row.digest) == ("mention", False, True, False)


def test_the_digest_cannot_be_both_wanted_and_not(newsroom: Newsroom):
    form = form_of(newsroom.editor, mention_digest=True, digest_mail=False)
    assert not form.is_valid()


def test_every_kind_has_its_row(newsroom: Newsroom):
    rows = PreferencesForm(user=newsroom.editor).rows()
    assert [label for label, _fixed, _boxes in rows] == [str(kind.label) for kind in Notice.Kind]
    assert all(len(boxes) == len(CHANNELS) for _label, _fixed, boxes in rows)


def test_the_account_has_our_preferences_and_not_those_of_wagtail(newsroom: Newsroom, client):
    client.force_login(newsroom.publisher)
    page = client.get(reverse("wagtailadmin_account")).content.decode()
    assert "A story waits for my desk" in page
    assert "submitted_notifications" not in page


def test_preferences_are_saved_with_the_account(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    page = client.get(reverse("wagtailadmin_account"))
    boxes = {
        f"notices-{name}": "on"
        for name, field in PreferencesForm(user=newsroom.editor).fields.items()
        if field.initial and name != "waiting_mail"
    }
    forms = [panel.get_form() for panels in page.context["panels_by_tab"].values() for panel in panels]
    rest = {
        form.add_prefix(name): form.get_initial_for_field(field, name) or ""
        for form in forms
        for name, field in form.fields.items()
        if form.prefix not in ("notices", "password", "avatar")
    }
    answer = client.post(reverse("wagtailadmin_account"), rest | boxes | {"name_email-last_name": "Sedge"})
    assert answer.status_code == 302
    newsroom.submit(newsroom.draft())
    assert channels_to(newsroom.editor) == {"inbox"}


def test_the_account_is_for_those_who_work_here(newsroom: Newsroom, client):
    assert client.get(reverse("wagtailadmin_account")).status_code == 302
