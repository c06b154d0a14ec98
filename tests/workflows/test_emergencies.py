"""Break glass: one publisher asks, another agrees, readers get it, and a review is owed."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.urls import reverse
from django.utils import timezone
from wagtail.models import PageLogEntry

from cms.actions import kill
from cms.exceptions import PublicationRefused, Refused
from cms.models import Article, User
from tests.newsroom import Newsroom
from workflows import assignments, emergencies, fixes
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import Clearance, EmergencyRelease, Notice
from workflows.my_desk import build_my_desk
from workflows.tasks import send_deadlines

pytestmark = pytest.mark.django_db


@pytest.fixture
def second(newsroom: Newsroom) -> User:
    """A second publisher."""
    person = User.objects.create_user("night_publisher", email="night@example.org", first_name="Night")
    person.groups.set([Group.objects.get(name="Publishers")])
    return person


def ask(newsroom: Newsroom, article: Article, *, by: User | None = None, **changes) -> EmergencyRelease:
    asked = {"content_hash": newsroom.hash_of(article), "reason": "The dyke is about to break."} | changes
    return emergencies.ask(newsroom.fresh(article), by=by or newsroom.publisher, **asked)


def agree(newsroom: Newsroom, request: EmergencyRelease, by: User) -> None:
    emergencies.agree(request, content_hash=newsroom.hash_of(request.article), by=by)


def break_glass(newsroom: Newsroom, article: Article, second: User) -> EmergencyRelease:
    request = ask(newsroom, article)
    agree(newsroom, request, second)
    return EmergencyRelease.objects.get(pk=request.pk)


def owed(article: Article) -> bool:
    return emergencies.owed().filter(article=article).exists()


def test_two_publishers_release_what_no_desk_has_signed(newsroom: Newsroom, second: User):
    article = newsroom.draft("The dyke is breaking")
    request = break_glass(newsroom, article, second)
    assert newsroom.readers_see(article)
    assert request.seconded_by == second
    assert Clearance.objects.get(article=article).kind == Clearance.Kind.EMERGENCY
    assert owed(article)


def test_asking_alone_releases_nothing(newsroom: Newsroom):
    article = newsroom.draft()
    ask(newsroom, article)
    assert newsroom.readers_see(article) is None
    with pytest.raises(PublicationRefused):
        newsroom.release(article)


def test_whoever_asked_cannot_agree(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    request = ask(newsroom, article)
    with pytest.raises(NotYours, match="You asked for it"):
        agree(newsroom, request, newsroom.publisher)
    assert newsroom.readers_see(article) is None


def test_a_superuser_cannot_agree_with_themselves(newsroom: Newsroom):
    article = newsroom.draft()
    request = ask(newsroom, article, by=newsroom.boss)
    with pytest.raises(NotYours, match="You asked for it"):
        agree(newsroom, request, newsroom.boss)
    assert newsroom.readers_see(article) is None


def test_the_second_person_did_not_write_it(newsroom: Newsroom, second: User):
    article = newsroom.edit(newsroom.draft(), by=second, title="Changed by the night publisher")
    request = ask(newsroom, article)
    with pytest.raises(NotYours, match="You changed this story last"):
        agree(newsroom, request, second)
    assert newsroom.readers_see(article) is None


def test_the_second_person_did_not_submit_it(newsroom: Newsroom, second: User):
    article = newsroom.submit(newsroom.draft(), by=second)
    request = ask(newsroom, article)
    with pytest.raises(NotYours, match="You submitted this story"):
        agree(newsroom, request, second)


def test_a_publisher_who_wrote_it_may_ask(newsroom: Newsroom, second: User):
    article = newsroom.edit(newsroom.draft(), by=newsroom.publisher, title="Written at the night desk")
    agree(newsroom, ask(newsroom, article), second)
    assert newsroom.readers_see(article)


@pytest.mark.parametrize("person", ["reporter", "editor", "copy", "lawyer"])
def test_who_does_not_publish_can_neither_ask_nor_agree(newsroom: Newsroom, second: User, person: str):
    article = newsroom.draft()
    with pytest.raises(NotYours, match="no right"):
        ask(newsroom, article, by=newsroom.people[person])
    request = ask(newsroom, article)
    with pytest.raises(NotYours, match="no right"):
        agree(newsroom, request, newsroom.people[person])
    with pytest.raises(NotYours, match="no right"):
        emergencies.close(request, by=newsroom.people[person])
    assert newsroom.readers_see(article) is None


def test_a_reason_is_needed(newsroom: Newsroom):
    with pytest.raises(Refused, match="Say why"):
        ask(newsroom, newsroom.draft(), reason=" ")


def test_a_story_that_was_changed_meanwhile_does_not_go_out_and_closes_the_request(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    request = ask(newsroom, article)
    seen = newsroom.hash_of(article)
    newsroom.edit(article, by=newsroom.reporter, title="Another claim")
    with pytest.raises(StoryMovedOn, match="changed after"):
        emergencies.agree(request, content_hash=seen, by=second)
    request.refresh_from_db()
    assert request.closed_at
    assert newsroom.readers_see(article) is None


def test_a_request_expires(newsroom: Newsroom, second: User, freezer):
    article = newsroom.draft()
    request = ask(newsroom, article)
    freezer.tick(timedelta(minutes=30))
    with pytest.raises(StoryMovedOn, match="expired"):
        agree(newsroom, request, second)
    assert newsroom.readers_see(article) is None
    agree(newsroom, ask(newsroom, article), second)
    assert newsroom.readers_see(article)


def test_one_story_has_one_open_request(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    ask(newsroom, article)
    with pytest.raises(Refused, match="has asked already"):
        ask(newsroom, article, by=second)


def test_a_changed_story_may_be_asked_for_anew(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    old = ask(newsroom, article)
    newsroom.edit(article, by=newsroom.reporter, title="Another headline")
    new = ask(newsroom, article)
    old.refresh_from_db()
    assert old.closed_at
    agree(newsroom, new, second)
    assert newsroom.readers_see(article).summary


def test_it_can_be_refused_and_the_asker_is_told(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    request = ask(newsroom, article)
    emergencies.close(request, by=second, why="Ask the harbour master first.")
    with pytest.raises(StoryMovedOn, match="no longer open"):
        agree(newsroom, request, second)
    assert Notice.objects.filter(person=newsroom.publisher, text__contains="Ask the harbour master first.").exists()


def test_it_overrules_no_desk_that_sent_this_version_back(newsroom: Newsroom, second: User):
    article = newsroom.submit(newsroom.draft())
    newsroom.send_back(article, by=newsroom.editor, reason="Nobody has confirmed it.")
    with pytest.raises(Refused, match="sent this version back"):
        ask(newsroom, article)


def test_a_desk_that_sends_it_back_in_between_stops_it(newsroom: Newsroom, second: User):
    article = newsroom.submit(newsroom.draft())
    request = ask(newsroom, article)
    newsroom.send_back(article, by=newsroom.editor, reason="Nobody has confirmed it.")
    with pytest.raises(Refused, match="sent this version back"):
        agree(newsroom, request, second)
    assert newsroom.readers_see(article) is None


def test_a_sensitive_story_needs_legal_all_the_same(newsroom: Newsroom, second: User):
    article = newsroom.submit(newsroom.draft(sensitive=True))
    with pytest.raises(Refused, match="Legal desk"):
        ask(newsroom, article)


def test_a_check_that_blocks_publication_blocks_this_too(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    request = ask(newsroom, article)
    other = newsroom.publish("Takes the slug")
    Article.objects.filter(pk=other.pk).update(slug=article.slug)
    with pytest.raises(Refused, match="slug"):
        agree(newsroom, request, second)
    assert EmergencyRelease.objects.get(pk=request.pk).seconded_at is None
    assert not Clearance.objects.filter(article=article).exists()


def test_an_embargo_holds_all_the_same(newsroom: Newsroom, second: User):
    article = newsroom.draft(embargo_until=timezone.now() + timedelta(hours=3))
    break_glass(newsroom, article, second)
    assert newsroom.fresh(article).live
    assert newsroom.readers_see(article) is None


def test_what_every_desk_has_signed_is_released_in_the_ordinary_way(newsroom: Newsroom):
    with pytest.raises(Refused, match="ordinary way"):
        ask(newsroom, newsroom.clear(newsroom.draft()))


def test_the_desks_are_asked_afterwards(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    break_glass(newsroom, article, second)
    assert newsroom.stage(article) == "Desk edit"


def test_a_review_that_runs_already_goes_on(newsroom: Newsroom, second: User):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    break_glass(newsroom, article, second)
    assert newsroom.stage(article) == "Copy and facts"


def test_the_review_is_done_when_every_desk_has_signed_what_is_live(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    request = break_glass(newsroom, article, second)
    newsroom.sign(article, by=newsroom.editor)
    assert owed(article)
    newsroom.sign(article, by=newsroom.copy)
    request.refresh_from_db()
    assert request.reviewed_at
    assert not owed(article)
    assert Clearance.objects.get(article=article).kind == Clearance.Kind.REVIEW
    assert not Notice.objects.filter(article=article, kind=Notice.Kind.READY).exists()


@pytest.mark.parametrize("which", ["asked", "agreed"])
def test_the_two_of_an_emergency_do_not_sign_the_review_that_is_owed(
    newsroom: Newsroom, second: User, client, which: str
):
    desk_editors = Group.objects.get(name="Desk editors")
    person = {"asked": newsroom.publisher, "agreed": second}[which]
    person.groups.add(desk_editors)
    article = newsroom.submit(newsroom.draft())
    break_glass(newsroom, article, second)
    with pytest.raises(NotYours, match="released this version"):
        newsroom.sign(article, by=person)
    assert person not in assignments.candidates(newsroom.fresh(article))
    client.force_login(person)
    assert "You released this version" in client.get(page(article, "review")).content.decode()
    assert "waiting" not in {pile.key for pile in build_my_desk(person, timezone.now())}
    newsroom.sign(article, by=newsroom.editor)
    assert newsroom.stage(article) == "Copy and facts"


def test_a_signature_of_who_asked_no_longer_counts_once_it_went_out(newsroom: Newsroom, second: User):
    newsroom.publisher.groups.add(Group.objects.get(name="Desk editors"))
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.publisher)
    assert newsroom.stage(article) == "Copy and facts"
    break_glass(newsroom, article, second)
    newsroom.sign(article, by=newsroom.copy)
    assert newsroom.stage(article) == "Desk edit"
    newsroom.sign(article, by=newsroom.editor)
    assert not owed(article)


def test_the_two_of_an_emergency_sign_a_later_version(newsroom: Newsroom, second: User):
    second.groups.add(Group.objects.get(name="Desk editors"))
    article = newsroom.submit(newsroom.draft())
    break_glass(newsroom, article, second)
    newsroom.edit(article, by=newsroom.reporter, title="A later version")
    newsroom.sign(article, by=second)
    assert newsroom.stage(article) == "Copy and facts"


def test_a_reviewed_version_that_replaces_it_settles_the_debt(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    first = newsroom.hash_of(article)
    request = break_glass(newsroom, article, second)
    newsroom.send_back(article, by=newsroom.editor, reason="The second paragraph is wrong.")
    assert owed(article)
    newsroom.edit(article, by=newsroom.reporter, title="The dyke holds")
    newsroom.clear(article)
    assert owed(article)
    newsroom.release(article)
    request.refresh_from_db()
    assert request.reviewed_at
    assert not owed(article)
    assert Clearance.objects.get(article=article, content_hash=first).voided_at


def test_it_is_good_for_one_version_only(newsroom: Newsroom, second: User, client):
    article = newsroom.draft("The dyke is breaking")
    break_glass(newsroom, article, second)
    newsroom.edit(article, by=newsroom.reporter, title="A claim that nobody has read")
    with pytest.raises(PublicationRefused):
        newsroom.release(article)
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["title"] == "The dyke is breaking"


def test_a_killed_story_is_not_brought_back_by_a_request_of_before(newsroom: Newsroom, second: User):
    article = newsroom.publish()
    newsroom.edit(article, by=newsroom.reporter, title="A new version")
    request = ask(newsroom, article)
    kill(newsroom.fresh(article), reason="It was wrong.", by=newsroom.publisher)
    with pytest.raises(StoryMovedOn, match="no longer open"):
        agree(newsroom, request, second)
    with pytest.raises(Refused, match="withdrawn"):
        ask(newsroom, article)
    assert newsroom.readers_see(article) is None


def test_a_withdrawn_story_owes_no_review(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    break_glass(newsroom, article, second)
    kill(newsroom.fresh(article), reason="It was wrong.", by=newsroom.publisher)
    assert not owed(article)


def test_only_the_latest_emergency_of_a_story_is_owed(newsroom: Newsroom, second: User, freezer):
    article = newsroom.draft()
    break_glass(newsroom, article, second)
    freezer.tick(timedelta(minutes=5))
    newsroom.edit(article, by=newsroom.reporter, title="It has broken")
    later = break_glass(newsroom, article, second)
    assert [request.pk for request in emergencies.owed().filter(article=article)] == [later.pk]


def test_the_log_names_both_people_the_reason_and_the_content(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    break_glass(newsroom, article, second)
    asked = PageLogEntry.objects.get(page=article, action="workflows.emergency_asked")
    released = PageLogEntry.objects.get(page=article, action="workflows.emergency_released")
    assert (asked.user, released.user) == (newsroom.publisher, second)
    assert asked.data["hash"] == released.data["hash"] == newsroom.hash_of(article)
    assert released.data["comment"] == "The dyke is about to break."


def test_the_desks_that_were_skipped_are_told(newsroom: Newsroom, second: User):
    article = newsroom.draft("The dyke is breaking")
    request = break_glass(newsroom, article, second)
    told = set(Notice.objects.filter(key=f"emergency-released-{request.pk}").values_list("person__username", flat=True))
    assert {"editor", "copy", "publisher", "boss"} <= told
    assert not {"reporter", "lawyer", "night_publisher"} & told


def test_an_owed_review_is_chased_once_a_step(newsroom: Newsroom, second: User, freezer):
    article = newsroom.draft()
    request = break_glass(newsroom, article, second)
    chased = Notice.objects.filter(key__endswith=f"-{request.pk}", subject__startswith="Review")
    send_deadlines()
    assert not chased.exists()
    freezer.move_to(request.review_due_at + timedelta(hours=2))
    send_deadlines()
    count = chased.count()
    assert chased.filter(person=newsroom.editor).exists()
    assert chased.filter(person=newsroom.publisher).exists()
    send_deadlines()
    assert chased.count() == count


def page(article: Article, name: str = "emergency") -> str:
    return reverse(f"workflows:{name}", args=[article.pk])


def test_it_is_asked_and_agreed_on_a_page_of_its_own(newsroom: Newsroom, second: User, client):
    article = newsroom.draft("The dyke is breaking")
    client.force_login(newsroom.publisher)
    assert page(article) in client.get(page(article, "release")).content.decode()
    asked = {"content_hash": newsroom.hash_of(article), "reason": "The dyke is about to break.", "sure": "on"}
    assert client.post(page(article), asked).status_code == 302
    client.force_login(second)
    shown = client.get(page(article)).content.decode()
    assert "The dyke is about to break." in shown
    request = EmergencyRelease.objects.get()
    agreed = {"content_hash": newsroom.hash_of(article), "request_id": request.pk, "sure": "on"}
    assert client.post(page(article, "emergency_agree"), agreed).status_code == 302
    assert newsroom.readers_see(article)


def test_an_unticked_box_releases_nothing(newsroom: Newsroom, second: User, client):
    article = newsroom.draft()
    request = ask(newsroom, article)
    client.force_login(second)
    agreed = {"content_hash": newsroom.hash_of(article), "request_id": request.pk}
    assert client.post(page(article, "emergency_agree"), agreed).status_code == 422
    assert newsroom.readers_see(article) is None


def test_a_page_that_is_out_of_date_is_a_conflict(newsroom: Newsroom, second: User, client):
    article = newsroom.draft()
    request = ask(newsroom, article)
    agreed = {"content_hash": newsroom.hash_of(article), "request_id": request.pk, "sure": "on"}
    newsroom.edit(article, by=newsroom.reporter, title="Changed meanwhile")
    client.force_login(second)
    answer = client.post(page(article, "emergency_agree"), agreed)
    assert answer.status_code == 409
    assert "Nothing went out" in answer.content.decode()
    request.refresh_from_db()
    assert request.closed_at


def test_a_request_about_another_story_releases_nothing(newsroom: Newsroom, second: User, client):
    article, other = newsroom.draft(), newsroom.draft()
    request = ask(newsroom, other)
    client.force_login(second)
    agreed = {"content_hash": newsroom.hash_of(article), "request_id": request.pk, "sure": "on"}
    assert client.post(page(article, "emergency_agree"), agreed).status_code == 409
    assert newsroom.readers_see(article) is None
    assert newsroom.readers_see(other) is None


@pytest.mark.parametrize("person", ["reporter", "editor"])
def test_who_does_not_publish_does_not_see_the_page(newsroom: Newsroom, client, person: str):
    article = newsroom.draft()
    client.force_login(newsroom.people[person])
    assert client.get(page(article)).status_code == 302
    client.post(page(article), {"content_hash": newsroom.hash_of(article), "reason": "Because", "sure": "on"})
    assert not EmergencyRelease.objects.exists()


def test_the_review_page_says_that_a_review_is_owed(newsroom: Newsroom, second: User, client):
    article = newsroom.draft()
    break_glass(newsroom, article, second)
    client.force_login(newsroom.editor)
    shown = client.get(page(article, "review")).content.decode()
    assert "without a full review" in shown
    assert "every desk has signed this version" not in shown


def test_what_went_out_is_not_asked_for_again(newsroom: Newsroom, second: User):
    article = newsroom.draft()
    break_glass(newsroom, article, second)
    with pytest.raises(Refused, match="already"):
        ask(newsroom, article)


def test_a_fix_may_go_out_in_an_emergency_and_the_draft_comes_back(newsroom: Newsroom, second: User):
    article = newsroom.publish("The dyke holds")
    newsroom.submit(newsroom.edit(article, by=newsroom.reporter, standfirst="A larger draft."))
    fixes.set_aside(newsroom.fresh(article), content_hash=newsroom.hash_of(article), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, title="The dyke is breaking")
    break_glass(newsroom, article, second)
    row = newsroom.readers_see(article)
    assert row
    assert row.title == "The dyke is breaking"
    version = newsroom.fresh(article).get_latest_revision().as_object()
    assert (version.title, version.standfirst) == ("The dyke is breaking", "A larger draft.")
    assert newsroom.stage(article) == "Desk edit"
    assert owed(article)
