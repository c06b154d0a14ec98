"""Stories that are planned before they are written."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.models import ModelLogEntry, PageLogEntry

from cms.exceptions import Refused
from cms.models import Article, Author
from tests.newsroom import Newsroom
from workflows import assignments, planning
from workflows.absences import newsroom_date
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import Commission, Desk, Notice

pytestmark = pytest.mark.django_db


def plan(newsroom: Newsroom, title: str = "The ferry in winter", **fields) -> Commission:
    defaults = {"slug": "ferry-winter", "section": newsroom.section, "writer": newsroom.reporter}
    return Commission.objects.create(title=title, **(defaults | fields))


def filled(newsroom: Newsroom, **fields) -> dict[str, object]:
    """What somebody types into the form of a plan."""
    typed = {
        "title": "The ferry in winter",
        "slug": "ferry-winter",
        "section": newsroom.section.pk,
        "kind": "news",
        "writer": newsroom.reporter.pk,
        "desk": Desk.objects.get(slug="news").pk,
        "word_count": 600,
        "brief": "Ask the harbour master.",
        "due_at": "",
        "publish_at": "",
    }
    return typed | fields


# The page


def test_one_click_makes_the_page_of_a_plan(newsroom: Newsroom):
    author = Author.objects.create(name="Ottoline Quay the Younger", user=newsroom.reporter)
    article = planning.make_page(plan(newsroom, kind="analysis"), by=newsroom.editor)
    article = newsroom.fresh(article)
    assert (article.title, article.slug, article.kind) == ("The ferry in winter", "ferry-winter", "analysis")
    assert (article.owner, article.get_parent().specific, article.live) == (newsroom.reporter, newsroom.section, False)
    version = article.get_latest_revision().as_object()
    assert [line.author for line in version.byline.all()] == [author]


def test_a_second_click_makes_no_second_page(newsroom: Newsroom):
    commission = plan(newsroom)
    first = planning.make_page(commission, by=newsroom.editor)
    assert planning.make_page(commission, by=newsroom.reporter) == first
    assert Article.objects.count() == 1


def test_a_slug_that_is_taken_gets_a_number(newsroom: Newsroom):
    newsroom.draft(slug="ferry-winter")
    assert planning.make_page(plan(newsroom), by=newsroom.editor).slug == "ferry-winter-2"


def test_the_planned_writer_can_edit_the_page_and_has_it(newsroom: Newsroom):
    article = planning.make_page(plan(newsroom), by=newsroom.editor)
    assert newsroom.fresh(article).permissions_for_user(newsroom.reporter).can_edit()
    assert assignments.open_assignment(article).assignee == newsroom.reporter
    assert Notice.objects.filter(person=newsroom.reporter, subject="For you: The ferry in winter").exists()


def test_a_page_is_not_made_by_somebody_who_adds_none_in_the_section(newsroom: Newsroom):
    with pytest.raises(NotYours, match="You do not add stories in the section “Harbour”"):
        planning.make_page(plan(newsroom), by=newsroom.copy)
    assert not Article.objects.exists()


def test_a_dropped_plan_gets_no_page(newsroom: Newsroom):
    commission = plan(newsroom)
    planning.drop(commission, by=newsroom.editor)
    with pytest.raises(Refused, match="Resume it first"):
        planning.make_page(commission, by=newsroom.editor)


def test_whoever_made_the_page_may_still_sign_what_the_writer_wrote(newsroom: Newsroom):
    article = planning.make_page(plan(newsroom), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, standfirst="It does not run.", body=[("paragraph", "<p>No.</p>")])
    newsroom.submit(article)
    assert newsroom.stage(newsroom.sign(article, by=newsroom.editor)) == "Copy and facts"


def test_the_button_leads_to_the_form_of_the_story(newsroom: Newsroom, client):
    commission = plan(newsroom)
    client.force_login(newsroom.reporter)
    answer = client.post(reverse("plans:make_page", args=[commission.pk]))
    article = Article.objects.get()
    assert answer.url == reverse("wagtailadmin_pages:edit", args=[article.pk])
    assert client.get(answer.url).status_code == 200


# Planning


def test_a_desk_editor_commissions_a_story(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    client.post(reverse("plans:add"), filled(newsroom, due_at="2030-05-01 12:00"))
    commission = Commission.objects.get()
    assert (commission.writer, commission.word_count, commission.created_by) == (
        newsroom.reporter,
        600,
        newsroom.editor,
    )
    assert timezone.localtime(commission.due_at).hour == 12


def test_a_plan_without_a_slug_gets_one_from_its_title(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    client.post(reverse("plans:add"), filled(newsroom, slug=""))
    assert Commission.objects.get().slug == "the-ferry-in-winter"


def test_a_reporter_sees_plans_and_makes_none(newsroom: Newsroom, client):
    plan(newsroom)
    client.force_login(newsroom.reporter)
    assert "The ferry in winter" in client.get(reverse("plans:index")).content.decode()
    client.post(reverse("plans:add"), filled(newsroom, slug="another"))
    assert Commission.objects.count() == 1


def test_nobody_plans_in_a_section_where_they_add_no_stories(newsroom: Newsroom, client):
    elsewhere = plan(newsroom, "The budget", section=newsroom.other_section)
    group = Group.objects.get(name="Desk editors")
    group.page_permissions.update(page=newsroom.section.page_ptr)
    client.force_login(newsroom.editor)
    client.post(reverse("plans:add"), filled(newsroom, section=newsroom.other_section.pk))
    assert list(Commission.objects.all()) == [elsewhere]
    assert "The budget" not in client.get(reverse("plans:index")).content.decode()
    client.post(reverse("plans:edit", args=[elsewhere.pk]), filled(newsroom))
    client.post(reverse("plans:delete", args=[elsewhere.pk]))
    elsewhere.refresh_from_db()
    assert elsewhere.title == "The budget"
    assert client.post(reverse("plans:drop", args=[elsewhere.pk])).status_code == 404


@pytest.mark.parametrize("view", ["edit", "delete", "drop", "usage", "history", "history_results"])
def test_no_page_shows_a_plan_of_a_section_that_is_closed_to_a_person(newsroom: Newsroom, client, view: str):
    group = Group.objects.get(name="Desk editors")
    group.page_permissions.update(page=newsroom.section.page_ptr)
    elsewhere = plan(newsroom, "The budget", section=newsroom.other_section)
    client.force_login(newsroom.editor)
    answer = client.get(reverse(f"plans:{view}", args=[elsewhere.pk]))
    assert answer.status_code in (302, 404)
    assert b"The budget" not in answer.content
    assert client.get(reverse(f"plans:{view}", args=[plan(newsroom).pk])).status_code == 200


def test_a_plan_stays_in_the_section_of_its_story(newsroom: Newsroom, client):
    commission = plan(newsroom, article=newsroom.draft())
    client.force_login(newsroom.editor)
    address = reverse("plans:edit", args=[commission.pk])
    assert "its plan goes with it" in client.get(address).content.decode()
    assert client.post(address, filled(newsroom, section=newsroom.other_section.pk, word_count=700)).status_code == 302
    commission.refresh_from_db()
    assert (commission.section, commission.word_count) == (newsroom.section, 700)


def test_a_plan_without_a_story_moves_to_another_section(newsroom: Newsroom, client):
    commission = plan(newsroom)
    client.force_login(newsroom.editor)
    client.post(reverse("plans:edit", args=[commission.pk]), filled(newsroom, section=newsroom.other_section.pk))
    commission.refresh_from_db()
    assert commission.section == newsroom.other_section


def test_a_writer_who_is_away_when_the_text_is_due_is_not_commissioned(newsroom: Newsroom, client, freezer):
    freezer.move_to("2026-12-01 09:00:00")
    first = newsroom_date() + timedelta(days=3)
    assignments.be_away(newsroom.reporter, starts_on=first, ends_on=first, by=newsroom.reporter)
    client.force_login(newsroom.editor)
    answer = client.post(reverse("plans:add"), filled(newsroom, due_at="2026-12-04 12:00"))
    assert "Reporter is away: 4 December." in answer.content.decode()
    assert not Commission.objects.exists()


def test_a_plan_is_not_meant_for_readers_before_the_text_is_due(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    typed = filled(newsroom, due_at="2030-05-02 12:00", publish_at="2030-05-01 12:00")
    assert "before the text is due" in client.post(reverse("plans:add"), typed).content.decode()
    assert not Commission.objects.exists()


def test_a_dropped_plan_leaves_the_list_and_can_be_resumed(newsroom: Newsroom, client):
    commission = plan(newsroom)
    client.force_login(newsroom.editor)
    assert "leaves the plans" in client.get(reverse("plans:drop", args=[commission.pk])).content.decode()
    client.post(reverse("plans:drop", args=[commission.pk]))
    listed = client.get(reverse("plans:index")).context["object_list"]
    assert list(listed) == []
    client.post(reverse("plans:drop", args=[commission.pk]))
    listed = client.get(reverse("plans:index")).context["object_list"]
    assert list(listed) == [commission]
    entries = ModelLogEntry.objects.filter(object_id=str(commission.pk), action__startswith="workflows.")
    assert [entry.action for entry in entries.order_by("timestamp", "pk")] == ["workflows.drop", "workflows.resume"]


def test_the_list_is_filtered(newsroom: Newsroom, client):
    late = plan(newsroom, "Late", slug="late", due_at=timezone.now() - timedelta(hours=1))
    other = plan(newsroom, "Other", slug="other", writer=newsroom.other_reporter, section=newsroom.other_section)
    begun = plan(newsroom, "Begun", slug="begun")
    planning.make_page(begun, by=newsroom.editor)
    client.force_login(newsroom.editor)

    def listed(**query) -> list[Commission]:
        return list(client.get(reverse("plans:index"), query).context["object_list"])

    assert listed(late="true") == [late]
    assert listed(writer=newsroom.other_reporter.pk) == [other]
    assert listed(section=newsroom.other_section.pk) == [other]
    assert listed(state="begun") == [begun]
    assert listed(q="Lat") == [late]


def test_the_list_takes_the_same_queries_for_two_plans_and_for_twenty(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)

    def count() -> int:
        with CaptureQueriesContext(connection) as captured:
            client.get(reverse("plans:index"))
        return len(captured)

    for number in range(2):
        planning.make_page(plan(newsroom, slug=f"begun-{number}"), by=newsroom.editor)
        plan(newsroom, slug=f"wanted-{number}")
    count()
    few = count()
    for number in range(2, 10):
        planning.make_page(plan(newsroom, slug=f"begun-{number}"), by=newsroom.editor)
        plan(newsroom, slug=f"wanted-{number}")
    assert count() == few


def test_a_story_that_exists_is_given_a_length_and_a_time(newsroom: Newsroom, client):
    article = newsroom.draft("A ferry")
    client.force_login(newsroom.editor)
    client.post(
        reverse("workflows:plan", args=[article.pk]),
        {"word_count": 450, "due_at": "2030-05-01 12:00", "publish_at": "", "desk": "", "brief": "Short."},
    )
    commission = planning.commission_of(article)
    assert (commission.word_count, commission.brief, commission.section) == (450, "Short.", newsroom.section)
    assert PageLogEntry.objects.get(page=article, action="workflows.plan").message.startswith("Planned: 450 words, due")


def test_a_story_is_planned_once(newsroom: Newsroom):
    article = newsroom.draft()
    for words in (300, 500):
        planning.plan_story(article, by=newsroom.editor, desk=None, word_count=words, due_at=None, publish_at=None)
    assert [one.word_count for one in Commission.objects.filter(article=article)] == [500]


def test_a_reporter_does_not_set_their_own_deadline(newsroom: Newsroom, client):
    article = newsroom.draft()
    client.force_login(newsroom.reporter)
    client.post(reverse("workflows:plan", args=[article.pk]), {"due_at": "2030-05-01 12:00"})
    assert planning.commission_of(article) is None


def test_a_plan_that_somebody_else_moved_is_not_moved_again(newsroom: Newsroom):
    seen_at = timezone.now() + timedelta(days=1)
    commission = plan(newsroom, publish_at=seen_at)
    planning.move(commission, at=seen_at + timedelta(days=1), by=newsroom.editor, seen_at=seen_at)
    with pytest.raises(StoryMovedOn):
        planning.move(commission, at=seen_at + timedelta(days=2), by=newsroom.publisher, seen_at=seen_at)
    commission.refresh_from_db()
    assert commission.publish_at == seen_at + timedelta(days=1)


def test_a_plan_moves_with_its_story_to_another_section(newsroom: Newsroom):
    article = planning.make_page(plan(newsroom), by=newsroom.editor)
    newsroom.fresh(article).move(newsroom.other_section, pos="last-child")
    assert planning.commission_of(article).section == newsroom.other_section


def test_a_story_is_not_planned_for_a_time_before_its_text_is_due(newsroom: Newsroom, client):
    article = newsroom.draft()
    client.force_login(newsroom.editor)
    typed = {"due_at": "2030-05-02 12:00", "publish_at": "2030-05-01 12:00"}
    answer = client.post(reverse("workflows:plan", args=[article.pk]), typed)
    assert "before the text is due" in answer.content.decode()
    assert planning.commission_of(article) is None


def test_who_may_not_change_a_plan_reads_it(newsroom: Newsroom, client):
    planned = plan(newsroom, "The ferry in winter", brief="Ask the ice pilot.", word_count=700, due_at=timezone.now())
    address = reverse("plans:show", args=[planned.pk])
    client.force_login(newsroom.reporter)
    shown = client.get(address).content.decode()
    assert "Ask the ice pilot." in shown
    assert "700 words" in shown
    assert reverse("plans:make_page", args=[planned.pk]) in shown
    assert reverse("plans:edit", args=[planned.pk]) not in shown
    for page in ("plans:index", "workflows:board"):
        assert f'href="{address}"' in client.get(reverse(page)).content.decode()
    client.force_login(newsroom.editor)
    assert reverse("plans:edit", args=[planned.pk]) in client.get(address).content.decode()


def test_a_plan_of_another_section_is_not_shown(newsroom: Newsroom, client):
    planned = plan(newsroom, section=newsroom.other_section)
    Group.objects.get(name="Reporters").page_permissions.update(page=newsroom.section.page_ptr)
    client.force_login(newsroom.reporter)
    assert client.get(reverse("plans:show", args=[planned.pk])).status_code == 404


def test_what_was_asked_for_stands_beside_the_editor(newsroom: Newsroom, client):
    planned = plan(newsroom, writer=newsroom.reporter, brief="Ask the ice pilot.", word_count=700)
    article = planning.make_page(planned, by=newsroom.reporter)
    client.force_login(newsroom.reporter)
    address = reverse("workflows:panel", args=[article.pk])
    shown = client.get(address).content.decode()
    assert "Ask the ice pilot." in shown
    assert "700 words" in shown
    planning.drop(planned, by=newsroom.editor)
    assert "Ask the ice pilot." not in client.get(address).content.decode()
