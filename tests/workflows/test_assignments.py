"""Who has a story."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group, Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import GroupPagePermission, PageLogEntry

from cms.exceptions import Refused
from cms.models import Article, User
from tests.factories import UserFactory
from tests.newsroom import Newsroom
from workflows import assignments
from workflows.absences import newsroom_date
from workflows.exceptions import NotYours
from workflows.models import Absence, Assignment, Desk, Notice
from workflows.tasks import give_back_of_absent

pytestmark = pytest.mark.django_db


@pytest.fixture
def colleague(newsroom: Newsroom) -> User:
    """A second editor at the news desk."""
    return UserFactory(username="colleague", first_name="Odile", last_name="Sandpiper", groups=["Desk editors"])


def holder(article: Article) -> User | None:
    assignment = assignments.open_assignment(article)
    return assignment.assignee if assignment else None


def told(person: User) -> list[str]:
    return list(Notice.objects.filter(person=person, channel="mail").order_by("pk").values_list("subject", flat=True))


def send_away(person: User, *, days: int = 2, starts_in: int = 0) -> Absence:
    first = newsroom_date() + timedelta(days=starts_in)
    return assignments.be_away(person, starts_on=first, ends_on=first + timedelta(days=days), by=person)


# Claiming


def test_a_member_of_the_desk_takes_a_story_that_waits(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    due_at = assignments.open_assignment(article).due_at
    assignments.claim(article, by=newsroom.editor)
    taken = assignments.open_assignment(article)
    assert (taken.assignee, taken.stage.name, taken.due_at) == (newsroom.editor, "Desk edit", due_at)


def test_the_second_to_claim_is_told_who_has_it_and_since_when(newsroom: Newsroom, colleague: User, freezer):
    freezer.move_to("2026-11-23 14:05:00")
    article = newsroom.submit(newsroom.draft())
    assignments.claim(article, by=colleague)
    freezer.tick(600)
    with pytest.raises(assignments.Taken, match="Odile Sandpiper has had this story since 23 November, 14:05"):
        assignments.claim(article, by=newsroom.editor)
    assert holder(article) == colleague


def test_claiming_twice_changes_nothing(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    assert assignments.claim(article, by=newsroom.editor) == assignments.claim(article, by=newsroom.editor)
    assert PageLogEntry.objects.filter(page=article, action="workflows.claim").count() == 1


def test_only_a_desk_that_is_asked_may_claim(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    with pytest.raises(NotYours, match="does not wait for a desk of yours"):
        assignments.claim(article, by=newsroom.copy)


def test_whoever_changed_a_story_does_not_claim_it_for_signing(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.edit(article, by=newsroom.editor, title="Mended at the desk")
    with pytest.raises(NotYours, match="You changed this story last"):
        assignments.claim(article, by=newsroom.editor)


def test_whoever_submitted_a_story_does_not_claim_it_for_signing(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft(), by=newsroom.editor)
    with pytest.raises(NotYours, match="You submitted this story"):
        assignments.claim(article, by=newsroom.editor)


def test_a_superuser_in_no_desk_does_not_claim(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    with pytest.raises(NotYours):
        assignments.claim(article, by=newsroom.boss)


def test_a_published_story_is_nobodys(newsroom: Newsroom):
    article = newsroom.publish()
    with pytest.raises(Refused, match="nobody has begun a new version"):
        assignments.claim(article, by=newsroom.editor)


def test_a_claim_ends_with_its_stage(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    assignments.claim(article, by=newsroom.editor)
    newsroom.sign(article, by=newsroom.editor)
    waiting = assignments.open_assignment(article)
    assert (waiting.assignee, waiting.stage.name) == (None, "Copy and facts")


def test_somebody_else_may_sign_what_a_colleague_claimed(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft())
    assignments.claim(article, by=colleague)
    assert newsroom.stage(newsroom.sign(article, by=newsroom.editor)) == "Copy and facts"


# Assigning and handing over


def test_the_head_of_the_desk_gives_a_story_to_a_member(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft("A ferry"))
    newsroom.sign(article, by=newsroom.editor)
    head = UserFactory(groups=["Copy editors"])
    Desk.objects.filter(slug="copy").update(head=head)
    assignments.assign(article, to=newsroom.copy, by=head)
    assert holder(article) == newsroom.copy
    assert "For you: A ferry" in told(newsroom.copy)


def test_nobody_is_told_of_what_they_gave_themselves(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    assignments.assign(article, to=newsroom.editor, by=newsroom.editor)
    assert not Notice.objects.filter(kind=Notice.Kind.ASSIGNED).exists()


def test_a_member_does_not_take_a_story_from_a_colleague(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    newsroom.sign(article, by=newsroom.editor)
    second = UserFactory(groups=["Copy editors"])
    assignments.claim(article, by=newsroom.copy)
    with pytest.raises(NotYours, match="Only whoever has the story"):
        assignments.assign(article, to=second, by=second)


def test_a_planner_moves_a_story_from_one_to_another_and_both_are_told(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft("A ferry"))
    assignments.claim(article, by=newsroom.editor)
    assignments.assign(article, to=colleague, by=newsroom.publisher)
    assert holder(article) == colleague
    assert "For you: A ferry" in told(colleague)
    assert "No longer yours: A ferry" in told(newsroom.editor)


def test_a_story_is_not_given_to_whoever_wrote_it(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft(by=colleague), by=newsroom.reporter)
    with pytest.raises(NotYours, match="Odile Sandpiper cannot sign this story"):
        assignments.assign(article, to=colleague, by=newsroom.publisher)


def test_a_story_is_not_given_to_somebody_who_works_in_other_sections(newsroom: Newsroom, colleague: User):
    elsewhere = Group.objects.create(name="Council editors")
    GroupPagePermission.objects.create(
        group=elsewhere, page=newsroom.other_section, permission=Permission.objects.get(codename="change_page")
    )
    Desk.objects.filter(slug="news").update(group=elsewhere)
    newsroom.editor.groups.set([elsewhere])
    article = newsroom.submit(newsroom.draft())
    assert assignments.candidates(article) == []
    with pytest.raises(NotYours, match="do not work in this section"):
        assignments.assign(article, to=newsroom.editor, by=newsroom.publisher)
    with pytest.raises(NotYours, match="do not work on stories of this section"):
        assignments.claim(article, by=newsroom.editor)


def test_whoever_has_a_story_hands_it_over(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft())
    assignments.claim(article, by=newsroom.editor)
    assignments.hand_over(article, to=colleague, by=newsroom.editor)
    assert holder(article) == colleague


def test_a_story_goes_back_to_the_desk_and_its_members_hear_of_it(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft("A ferry"))
    assignments.claim(article, by=newsroom.editor)
    assignments.hand_over(article, by=newsroom.editor)
    assert holder(article) is None
    assert assignments.open_assignment(article).stage.name == "Desk edit"
    assert "Back at the desk: A ferry" in told(colleague)
    assert "Back at the desk: A ferry" not in told(newsroom.editor)


def test_what_nobody_has_is_not_handed_over(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    with pytest.raises(Refused, match="Nobody has this story"):
        assignments.hand_over(article, by=newsroom.editor)


def test_a_draft_that_is_given_to_a_reporter_can_be_written_by_them(newsroom: Newsroom):
    article = newsroom.draft(by=newsroom.reporter)
    assignments.assign(article, to=newsroom.other_reporter, by=newsroom.editor)
    assert newsroom.fresh(article).permissions_for_user(newsroom.other_reporter).can_edit()


def test_a_reporter_does_not_take_another_reporters_draft(newsroom: Newsroom):
    article = newsroom.draft(by=newsroom.reporter)
    with pytest.raises(NotYours, match="You may not edit this story"):
        assignments.claim(article, by=newsroom.other_reporter)


def test_who_gave_what_to_whom_is_in_the_log(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft())
    assignments.claim(article, by=newsroom.editor)
    assignments.assign(article, to=colleague, by=newsroom.publisher)
    assignments.hand_over(article, by=colleague)
    entries = PageLogEntry.objects.filter(page=article, action__startswith="workflows.").order_by("timestamp", "pk")
    assert [(entry.action, entry.user, entry.message) for entry in entries] == [
        ("workflows.claim", newsroom.editor, "Took it, at “Desk edit”"),
        ("workflows.hand_over", newsroom.publisher, "From Editor to Odile Sandpiper"),
        ("workflows.give_back", colleague, "Odile Sandpiper gave it back to the desk"),
    ]


def test_those_who_may_take_a_story_are_offered(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.reporter)
    assert assignments.candidates(article) == [colleague]
    send_away(colleague)
    assert assignments.candidates(article) == []


def test_those_who_write_in_the_section_are_offered_a_draft(newsroom: Newsroom):
    article = newsroom.draft(by=newsroom.reporter)
    assignments.assign(article, to=newsroom.reporter, by=newsroom.editor)
    offered = assignments.candidates(article)
    assert {newsroom.other_reporter, newsroom.editor} <= set(offered)
    assert newsroom.reporter not in offered


def test_whom_to_offer_a_story_to_takes_the_same_queries_for_two_people_and_for_twelve(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            assignments.candidates(newsroom.fresh(article))
        return len(captured)

    UserFactory(groups=["Desk editors"])
    few = count()
    UserFactory.create_batch(10, groups=["Desk editors"])
    assert count() == few


# Absence


def test_somebody_who_is_away_cannot_be_given_a_story(newsroom: Newsroom, colleague: User, freezer):
    freezer.move_to("2026-12-02 10:00:00")
    article = newsroom.submit(newsroom.draft())
    send_away(colleague, days=7)
    with pytest.raises(Refused, match="Odile Sandpiper is away: 2 December to 9 December"):
        assignments.assign(article, to=colleague, by=newsroom.publisher)
    with pytest.raises(Refused, match="2 December to 9 December"):
        assignments.claim(article, by=colleague)


def test_who_leaves_today_gives_back_what_they_have(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft("A ferry"))
    assignments.claim(article, by=colleague)
    send_away(colleague)
    assert holder(article) is None
    assert "Back at the desk: A ferry" in told(newsroom.editor)


def test_who_leaves_later_keeps_their_stories_until_then(newsroom: Newsroom, colleague: User, freezer):
    freezer.move_to("2026-12-02 10:00:00")
    article = newsroom.submit(newsroom.draft())
    assignments.claim(article, by=colleague)
    send_away(colleague, starts_in=1)
    give_back_of_absent()
    assert holder(article) == colleague
    freezer.move_to("2026-12-03 00:01:00")
    give_back_of_absent()
    assert holder(article) is None


def test_giving_back_tells_the_desk_once(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft("A ferry"))
    assignments.claim(article, by=colleague)
    send_away(colleague)
    give_back_of_absent()
    assert told(newsroom.editor).count("Back at the desk: A ferry") == 1


def test_a_story_sent_back_to_somebody_away_lies_at_the_desk(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft("A ferry"))
    send_away(newsroom.reporter)
    newsroom.send_back(article, by=newsroom.editor, reason="Ask the harbour master.")
    assert assignments.open_assignment(article).assignee is None
    assert "Back at the desk: A ferry" in told(newsroom.editor)


def test_a_colleague_takes_over_the_draft_of_somebody_away(newsroom: Newsroom):
    article = newsroom.send_back(newsroom.submit(newsroom.draft()), by=newsroom.editor, reason="Ask again.")
    send_away(newsroom.reporter)
    assignments.claim(article, by=newsroom.other_reporter)
    assert newsroom.fresh(article).permissions_for_user(newsroom.other_reporter).can_edit()


def test_days_away_are_in_order_and_to_come(newsroom: Newsroom):
    today = newsroom_date()
    with pytest.raises(Refused, match="before the first"):
        assignments.be_away(newsroom.copy, starts_on=today, ends_on=today - timedelta(days=1), by=newsroom.copy)
    past = today - timedelta(days=3)
    with pytest.raises(Refused, match="over"):
        assignments.be_away(newsroom.copy, starts_on=past, ends_on=past, by=newsroom.copy)


def test_only_desk_editors_enter_the_days_of_others(newsroom: Newsroom):
    today = newsroom_date()
    with pytest.raises(NotYours):
        assignments.be_away(newsroom.copy, starts_on=today, ends_on=today, by=newsroom.reporter)
    assert assignments.be_away(newsroom.copy, starts_on=today, ends_on=today, by=newsroom.editor).user == newsroom.copy


def test_who_is_back_early_can_be_given_stories(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    assignments.be_back(send_away(newsroom.editor), by=newsroom.editor)
    assert assignments.claim(article, by=newsroom.editor).assignee == newsroom.editor


# Pages


def test_a_story_is_taken_with_a_button(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.editor)
    assert "Take it" in client.get(reverse("workflows:review", args=[article.pk])).content.decode()
    client.post(reverse("workflows:claim", args=[article.pk]))
    assert holder(article) == newsroom.editor
    assert "Give it back" in client.get(reverse("workflows:review", args=[article.pk])).content.decode()


def test_a_second_claim_by_button_is_refused_in_words(newsroom: Newsroom, colleague: User, client):
    article = newsroom.submit(newsroom.draft())
    assignments.claim(article, by=colleague)
    client.force_login(newsroom.editor)
    answer = client.post(reverse("workflows:claim", args=[article.pk]))
    assert answer.status_code == 409
    assert "Odile Sandpiper has had this story since" in answer.content.decode()


def test_a_page_gives_a_story_to_somebody_or_back(newsroom: Newsroom, colleague: User, client):
    article = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.editor)
    client.post(reverse("workflows:assign", args=[article.pk]), {"to": colleague.pk})
    assert holder(article) == colleague
    client.force_login(colleague)
    client.post(reverse("workflows:assign", args=[article.pk]), {"to": ""})
    assert holder(article) is None


def test_a_story_of_another_section_cannot_be_claimed(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft(section=newsroom.other_section))
    group = Group.objects.get(name="Desk editors")
    group.page_permissions.update(page=newsroom.section.page_ptr)
    client.force_login(newsroom.editor)
    assert client.post(reverse("workflows:claim", args=[article.pk])).status_code == 404
    assert holder(article) is None


def test_ones_own_days_away_are_entered_on_a_page(newsroom: Newsroom, client):
    today = timezone.localdate()
    client.force_login(newsroom.reporter)
    address = reverse("workflows:absences")
    client.post(address, {"starts_on": today.isoformat(), "ends_on": (today + timedelta(days=3)).isoformat()})
    absence = Absence.objects.get(user=newsroom.reporter)
    assert "Reporter" in client.get(address).content.decode()
    client.post(reverse("workflows:absence_end", args=[absence.pk]))
    assert not Absence.objects.exists()


def test_the_holder_is_asked_once_whatever_happens(newsroom: Newsroom, colleague: User):
    article = newsroom.submit(newsroom.draft())
    assignments.claim(article, by=colleague)
    assignments.hand_over(article, by=colleague, to=newsroom.editor)
    assert Assignment.objects.filter(article=article, ended_at=None).count() == 1
