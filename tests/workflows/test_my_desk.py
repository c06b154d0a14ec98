"""What each person finds on the home page."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from cms.models import NewsImage, User
from tests.factories import UserFactory
from tests.newsroom import Newsroom
from workflows import assignments, emergencies, planning
from workflows.models import Commission, EmergencyRelease, SignOffRule, Standing
from workflows.my_desk import PILE_LENGTH, build_my_desk

pytestmark = pytest.mark.django_db


def piles(user: User) -> dict[str, list[str]]:
    """Key of each pile to the headlines in it, in order."""
    user = User.objects.get(pk=user.pk)
    return {pile.key: [row.title for row in pile.rows] for pile in build_my_desk(user, timezone.now())}


def test_what_waits_for_my_desk_is_on_it_until_somebody_has_signed(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft("A ferry"))
    assert piles(newsroom.editor) == {"waiting": ["A ferry"]}
    assert piles(newsroom.copy) == {}
    newsroom.sign(article, by=newsroom.editor)
    assert piles(newsroom.editor) == {}
    assert piles(newsroom.copy) == {"waiting": ["A ferry"]}


def test_what_nobody_has_comes_first_and_then_by_due_time(newsroom: Newsroom, freezer):
    colleague = UserFactory(groups=["Desk editors"])
    for title in ("First", "Second", "Third"):
        article = newsroom.submit(newsroom.draft(title))
        if title == "First":
            assignments.claim(article, by=colleague)
        freezer.tick(60)
    assert piles(newsroom.editor)["waiting"] == ["Second", "Third", "First"]


def test_what_i_took_is_assigned_to_me_and_waits_no_more(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft("A ferry"))
    assignments.claim(article, by=newsroom.editor)
    assert piles(newsroom.editor) == {"assigned": ["A ferry"]}


def test_what_i_wrote_does_not_wait_for_me(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("Written", by=newsroom.editor), by=newsroom.reporter)
    newsroom.submit(newsroom.draft("Submitted"), by=newsroom.editor)
    assert "waiting" not in piles(newsroom.editor)


def test_what_i_have_signed_waits_for_my_colleagues_only(newsroom: Newsroom):
    colleague = UserFactory(groups=["Desk editors"])
    SignOffRule.objects.filter(desk__slug="news").update(required=2)
    newsroom.sign(newsroom.submit(newsroom.draft("A ferry")), by=newsroom.editor)
    assert "waiting" not in piles(newsroom.editor)
    assert piles(colleague) == {"waiting": ["A ferry"]}


def test_legal_finds_sensitive_stories_and_the_picture_desk_those_with_pictures(newsroom: Newsroom, image: NewsImage):
    for title, fields in (
        ("Sensitive", {"sensitive": True}),
        ("With a picture", {"lead_image": image}),
        ("With one inside", {"body": [("paragraph", "<p>Look.</p>"), ("image", {"image": image})]}),
    ):
        article = newsroom.submit(newsroom.draft(title, **fields))
        newsroom.sign(newsroom.sign(article, by=newsroom.editor), by=newsroom.copy)
    assert piles(newsroom.lawyer) == {"waiting": ["Sensitive"]}
    assert piles(newsroom.pictures) == {"waiting": ["With a picture", "With one inside"]}


def test_a_story_comes_back_to_its_writer_with_the_reason(newsroom: Newsroom):
    newsroom.send_back(newsroom.submit(newsroom.draft("A ferry")), by=newsroom.editor, reason="Ask the harbour master.")
    built = build_my_desk(newsroom.reporter, timezone.now())
    assert [(pile.key, [(row.title, row.detail) for row in pile.rows]) for pile in built] == [
        ("sent-back", [("A ferry", "Ask the harbour master.")])
    ]


def test_what_is_late_stands_on_top(newsroom: Newsroom, freezer):
    newsroom.submit(newsroom.draft("Forgotten"))
    freezer.tick(timedelta(hours=5))
    newsroom.submit(newsroom.draft("Fresh"))
    found = piles(newsroom.editor)
    assert found == {"late": ["Forgotten"], "waiting": ["Forgotten", "Fresh"]}
    assert next(iter(found)) == "late"


def test_a_text_that_is_overdue_is_late_for_its_writer(newsroom: Newsroom):
    article = newsroom.draft("A ferry")
    planning.plan_story(
        article,
        by=newsroom.editor,
        desk=None,
        word_count=None,
        due_at=timezone.now() - timedelta(hours=1),
        publish_at=None,
    )
    assert piles(newsroom.reporter) == {"late": ["A ferry"]}
    assert piles(newsroom.other_reporter) == {}


def test_what_was_commissioned_from_me_can_be_begun_there(newsroom: Newsroom, client):
    plan = Commission.objects.create(
        title="The ferry in winter", slug="ferry", section=newsroom.section, writer=newsroom.reporter
    )
    client.force_login(newsroom.reporter)
    (row,) = build_my_desk(newsroom.reporter, timezone.now())[0].rows
    assert row.url == reverse("plans:show", args=[plan.pk])
    assert reverse("plans:make_page", args=[plan.pk]) in client.get(reverse("wagtailadmin_home")).content.decode()
    planning.make_page(plan, by=newsroom.reporter)
    assert piles(newsroom.reporter) == {"assigned": ["The ferry in winter"]}


def test_publishers_find_the_reviews_that_are_owed(newsroom: Newsroom):
    article = newsroom.publish("Broken glass")
    now = timezone.now()
    EmergencyRelease.objects.create(
        article=article,
        content_hash=newsroom.hash_of(article),
        reason="The bridge is down.",
        asked_by=newsroom.publisher,
        seconded_by=newsroom.editor,
        seconded_at=now,
        review_due_at=now + timedelta(hours=2),
    )
    assert piles(newsroom.publisher) == {"owed": ["Broken glass"]}
    assert piles(newsroom.reporter) == {}


def another_publisher() -> User:
    return UserFactory(groups=["Publishers"])


def test_an_emergency_stands_on_top_for_those_who_can_agree_until_it_expires(newsroom: Newsroom, freezer):
    newsroom.clear(newsroom.draft("In order"))
    article = newsroom.draft("The dyke is breaking")
    emergencies.ask(
        article, content_hash=newsroom.hash_of(article), reason="Water at nine metres.", by=newsroom.publisher
    )
    second = another_publisher()
    first = build_my_desk(User.objects.get(pk=second.pk), timezone.now())[0]
    assert (first.key, first.urgent) == ("emergencies", True)
    assert [(row.title, row.detail, row.url) for row in first.rows] == [
        (
            "The dyke is breaking",
            f"{newsroom.publisher}: Water at nine metres.",
            reverse("workflows:emergency", args=[article.pk]),
        )
    ]
    assert first.rows[0].due_at == timezone.now() + emergencies.lasts()
    assert "emergencies" not in piles(newsroom.publisher)
    assert "emergencies" not in piles(newsroom.editor)
    freezer.tick(emergencies.lasts() + timedelta(seconds=1))
    assert "emergencies" not in piles(second)


def test_an_emergency_that_the_story_has_left_behind_asks_nobody(newsroom: Newsroom):
    article = newsroom.draft("The dyke is breaking")
    emergencies.ask(article, content_hash=newsroom.hash_of(article), reason="Water.", by=newsroom.publisher)
    newsroom.edit(article, by=newsroom.reporter, title="The dyke holds")
    assert piles(another_publisher()) == {}


def test_a_publisher_finds_what_is_ready_for_release_until_it_is_released(newsroom: Newsroom):
    article = newsroom.clear(newsroom.draft("A ferry"))
    assert piles(newsroom.publisher) == {"ready": ["A ferry"]}
    assert piles(newsroom.editor) == {}
    newsroom.release(article, at=timezone.now() + timedelta(hours=1))
    assert piles(newsroom.publisher) == {}


def test_a_publisher_finds_what_should_have_gone_out(newsroom: Newsroom):
    article = newsroom.release(newsroom.clear(newsroom.draft("A ferry")), at=timezone.now() + timedelta(hours=1))
    Standing.objects.filter(article=article).update(release_error="The store does not answer.")
    first = build_my_desk(newsroom.publisher, timezone.now())[0]
    assert first.key == "failed"
    assert [(row.title, row.detail) for row in first.rows] == [("A ferry", "The store does not answer.")]
    assert piles(newsroom.reporter) == {}


def test_a_writer_finds_where_their_stories_are_in_review_and_who_has_them(newsroom: Newsroom):
    for title in ("Taken", "Waiting"):
        article = newsroom.submit(newsroom.draft(title))
        if title == "Taken":
            assignments.claim(article, by=newsroom.editor)
    (pile,) = build_my_desk(newsroom.reporter, timezone.now())
    assert pile.title == "Mine in review"
    assert {row.title: row.detail for row in pile.rows} == {
        "Taken": f"Desk edit · {newsroom.editor}",
        "Waiting": "Desk edit · nobody has it",
    }


def test_a_publishers_desk_takes_the_same_queries_for_one_story_and_for_ten(newsroom: Newsroom):
    second = another_publisher()

    def count() -> int:
        person = User.objects.get(pk=second.pk)
        with CaptureQueriesContext(connection) as captured:
            build_my_desk(person, timezone.now())
        return len(captured)

    def fill(number: int) -> None:
        for _ in range(number):
            newsroom.clear_at_once(newsroom.draft())
            article = newsroom.draft()
            emergencies.ask(article, content_hash=newsroom.hash_of(article), reason="Water.", by=newsroom.publisher)

    fill(1)
    few = count() and count()
    fill(9)
    assert count() == few


def test_a_new_story_is_begun_from_the_home_page_and_the_board(newsroom: Newsroom, client):
    client.force_login(newsroom.reporter)
    address = reverse("workflows:new_story")
    for page in ("wagtailadmin_home", "workflows:board"):
        assert address in client.get(reverse(page)).content.decode()
    forms = [
        reverse("wagtailadmin_pages:add", args=["cms", "article", section.pk])
        for section in (newsroom.section, newsroom.other_section)
    ]
    shown = client.get(address).content.decode()
    assert all(form in shown for form in forms)
    Group.objects.get(name="Reporters").page_permissions.update(page=newsroom.section.page_ptr)
    assert client.get(address).url == forms[0]
    Group.objects.get(name="Reporters").page_permissions.all().delete()
    assert client.get(address).status_code == 302
    assert address not in client.get(reverse("workflows:board")).content.decode()


def test_one_finds_stories_of_the_sections_in_which_one_works(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("Council story", section=newsroom.other_section))
    Group.objects.get(name="Desk editors").page_permissions.update(page=newsroom.section.page_ptr)
    assert piles(newsroom.editor) == {}


def test_a_long_pile_says_how_many_more_there_are(newsroom: Newsroom, client):
    for _ in range(PILE_LENGTH + 2):
        newsroom.submit(newsroom.draft())
    client.force_login(newsroom.editor)
    shown = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "and 2 more" in shown
    assert reverse("workflows:board") + "?desk=news" in shown


def test_the_home_page_takes_the_same_queries_for_two_stories_and_for_thirty(newsroom: Newsroom, client):
    """Wagtail's own panels, which this one replaces, list every story with a query each."""

    def count(user: User) -> int:
        client.force_login(user)
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("wagtailadmin_home"))
        return len(captured)

    def fill(number: int) -> None:
        for _ in range(number):
            assignments.claim(newsroom.submit(newsroom.draft()), by=newsroom.editor)
            newsroom.submit(newsroom.draft())
            newsroom.send_back(newsroom.submit(newsroom.draft()), by=newsroom.editor, reason="No")

    fill(1)
    few = {name: count(newsroom.people[name]) and count(newsroom.people[name]) for name in ("editor", "reporter")}
    fill(9)
    assert {name: count(newsroom.people[name]) for name in few} == few


def test_wagtails_lists_of_everything_in_review_are_gone(newsroom: Newsroom, client):
    newsroom.submit(newsroom.draft("A ferry"))
    client.force_login(newsroom.editor)
    shown = client.get(reverse("wagtailadmin_home")).content.decode()
    assert "My desk" in shown
    assert "Awaiting your review" not in shown
    assert "in a workflow" not in shown


def test_an_empty_desk_says_so(newsroom: Newsroom, client):
    client.force_login(newsroom.copy)
    assert "Nothing waits for you." in client.get(reverse("wagtailadmin_home")).content.decode()
