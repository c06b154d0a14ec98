"""The board."""

from datetime import timedelta

import pytest
from django.contrib.auth.models import Group
from django.contrib.contenttypes.models import ContentType
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from wagtail.admin.models import EditingSession
from wagtail.models import Comment

from cms.models import Article, Author, User
from tests.newsroom import Newsroom
from tests.workflows.crowds import crowd_in_review
from workflows import emergencies
from workflows.board import Board, Column, Filters, build_board
from workflows.cards import Card, span
from workflows.models import Assignment, Commission, Desk, EmergencyRelease, ReviewStage, SignOffRule, Standing

pytestmark = pytest.mark.django_db

MOST_QUERIES = 15


def board(newsroom: Newsroom, *, user: User | None = None, **filters) -> Board:
    # A person's rights are remembered on the object for the length of a request.
    person = User.objects.get(pk=(user or newsroom.publisher).pk)
    return build_board(person, Filters(**filters), timezone.now())


def columns(newsroom: Newsroom, **filters) -> dict[str, list[str]]:
    built = board(newsroom, **filters)
    return {column.title: [card.title for card in column.cards] for column in built.columns if column.cards}


def column(newsroom: Newsroom, title: str, **options) -> Column:
    return next(column for column in board(newsroom, **options).columns if column.title == title)


def card(newsroom: Newsroom, title: str, **options) -> Card:
    built = board(newsroom, **options)
    return next(card for column in built.columns for card in column.cards if card.title == title)


def plan(newsroom: Newsroom, title: str, **fields) -> Commission:
    return Commission.objects.create(**{"title": title, "slug": "plan", "section": newsroom.section, **fields})


def count_queries(act) -> int:
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


# Columns


def test_each_story_stands_in_the_column_of_its_state(newsroom: Newsroom):
    plan(newsroom, "A plan")
    newsroom.draft("A draft")
    newsroom.submit(newsroom.draft("At the desk"))
    newsroom.sign(newsroom.submit(newsroom.draft("At copy")), by=newsroom.editor)
    newsroom.send_back(newsroom.submit(newsroom.draft("Returned")), by=newsroom.editor, reason="No")
    newsroom.clear(newsroom.draft("Cleared"))
    newsroom.release(newsroom.clear(newsroom.draft("For later")), at=timezone.now() + timedelta(hours=1))
    newsroom.publish("Embargoed", embargo_until=timezone.now() + timedelta(hours=1))
    newsroom.publish("Out")
    assert columns(newsroom) == {
        "Planned": ["A plan"],
        "Drafts": ["A draft"],
        "Sent back": ["Returned"],
        "Desk edit": ["At the desk"],
        "Copy and facts": ["At copy"],
        "Ready": ["Cleared"],
        "Scheduled": ["For later"],
        "Embargoed": ["Embargoed"],
        "Published": ["Out"],
    }


def test_a_new_version_in_review_stands_beside_the_published_one(newsroom: Newsroom):
    out = newsroom.publish("Out")
    newsroom.submit(newsroom.edit(out, by=newsroom.reporter, title="Out, and more"))
    assert columns(newsroom) == {"Desk edit": ["Out, and more"], "Published": ["Out"]}
    assert card(newsroom, "Out").note == "a new version is in review"


def test_a_version_saved_without_a_change_is_not_ready_for_release(newsroom: Newsroom):
    out = newsroom.publish("Out")
    newsroom.edit(out, by=newsroom.editor)
    assert columns(newsroom) == {"Published": ["Out"]}


def test_a_release_without_review_stands_first_until_it_is_reviewed(newsroom: Newsroom):
    out = newsroom.publish("Storm warning")
    owed = EmergencyRelease.objects.create(
        article=out,
        content_hash=newsroom.hash_of(out),
        reason="The storm is here",
        asked_by=newsroom.publisher,
        seconded_by=newsroom.boss,
        seconded_at=timezone.now(),
        review_due_at=timezone.now() + timedelta(hours=2),
    )
    first = board(newsroom).columns[0]
    assert (first.title, [card.title for card in first.cards], first.urgent) == ("Owed review", ["Storm warning"], True)
    assert [due.at for due in first.cards[0].dues] == [owed.review_due_at]
    owed.reviewed_at = timezone.now()
    owed.save()
    assert "Owed review" not in columns(newsroom)


def test_what_went_live_past_the_review_is_held_back(newsroom: Newsroom):
    story = newsroom.draft("Past the review")
    Article.objects.filter(pk=story.pk).update(live=True)
    Standing.objects.filter(article=story).update(live_hash="0" * 64)
    assert columns(newsroom)["Held back"] == ["Past the review"]


def test_a_plan_leaves_the_board_when_it_is_dropped_or_has_a_page(newsroom: Newsroom):
    plan(newsroom, "Dropped", dropped_at=timezone.now())
    plan(newsroom, "Written", article=newsroom.draft("The story itself"))
    assert columns(newsroom) == {"Drafts": ["The story itself"]}


def test_a_column_shows_fifty_and_more_on_request(newsroom: Newsroom):
    crowd_in_review(newsroom, 70)
    key = column(newsroom, "Desk edit").key
    first = column(newsroom, "Desk edit")
    assert (len(first.cards), first.count, first.has_more) == (50, 70, True)
    whole = column(newsroom, "Desk edit", lengths={key: first.next_length})
    assert (len(whole.cards), whole.count, whole.has_more) == (70, 70, False)
    assert [card.title for card in whole.cards[:3]] == ["Story 0", "Story 1", "Story 2"]


# Who sees what


def test_people_see_the_sections_in_which_they_work(newsroom: Newsroom):
    newsroom.draft("Harbour story")
    newsroom.draft("Council story", section=newsroom.other_section)
    plan(newsroom, "Harbour plan")
    plan(newsroom, "Council plan", section=newsroom.other_section)
    reporters = Group.objects.get(name="Reporters")
    reporters.page_permissions.update(page=newsroom.section.page_ptr)
    shown = columns(newsroom, user=newsroom.reporter)
    assert shown == {"Planned": ["Harbour plan"], "Drafts": ["Harbour story"]}


def test_filters_narrow_it(newsroom: Newsroom):
    newsroom.draft("Harbour story")
    newsroom.draft("Council story", section=newsroom.other_section, kind="analysis")
    plan(newsroom, "Council plan", section=newsroom.other_section, kind="analysis")
    council = {"Planned": ["Council plan"], "Drafts": ["Council story"]}
    assert columns(newsroom, section="council") == council
    assert columns(newsroom, kind="analysis") == council
    assert columns(newsroom, words="harbour") == {"Drafts": ["Harbour story"]}


@pytest.mark.parametrize("query", ["desk=%00", "section=%00", f"show=stage-1:{'9' * 5000}"])
def test_an_address_that_nobody_would_write_shows_the_board(newsroom: Newsroom, client, query: str):
    client.force_login(newsroom.editor)
    assert client.get(f"{reverse('workflows:board')}?{query}").status_code == 200


def test_mine_are_those_i_write_or_have(newsroom: Newsroom):
    newsroom.draft("Somebody else's", by=newsroom.other_reporter)
    by_name = newsroom.draft("With my name", by=newsroom.other_reporter)
    by_name.byline.add(by_name.byline.model(author=Author.objects.create(name="Ivo Sand", user=newsroom.editor)))
    by_name.save()
    given = newsroom.submit(newsroom.draft("Given to me"))
    Assignment.objects.filter(article=given, ended_at=None).update(assignee=newsroom.editor)
    plan(newsroom, "Planned for me", writer=newsroom.editor)
    plan(newsroom, "Planned for nobody")
    assert columns(newsroom, user=newsroom.editor, mine=True) == {
        "Planned": ["Planned for me"],
        "Drafts": ["With my name"],
        "Desk edit": ["Given to me"],
    }


def test_a_desk_sees_its_stages_and_its_plans(newsroom: Newsroom):
    newsroom.draft("A draft")
    newsroom.sign(newsroom.submit(newsroom.draft("At copy")), by=newsroom.editor)
    plan(newsroom, "For copy", desk=Desk.objects.get(slug="copy"))
    plan(newsroom, "For news", desk=Desk.objects.get(slug="news"))
    assert columns(newsroom, desk="copy") == {"Planned": ["For copy"], "Copy and facts": ["At copy"]}


def test_late_stories_are_counted_marked_and_found(newsroom: Newsroom, client, freezer):
    newsroom.submit(newsroom.draft("Forgotten"))
    newsroom.draft("In time")
    freezer.tick(timedelta(hours=4, minutes=25))
    assert columns(newsroom, late=True) == {"Desk edit": ["Forgotten"]}
    assert [column.late_count for column in board(newsroom).columns if column.title == "Desk edit"] == [1]
    client.force_login(newsroom.editor)
    shown = client.get(reverse("workflows:board") + "?late=1").content.decode()
    assert "board-card--late" in shown
    assert "25 min late" in shown


def test_a_story_is_late_by_its_own_time_too(newsroom: Newsroom):
    story = newsroom.submit(newsroom.draft("Due at noon"))
    plan(newsroom, "Due at noon", article=story, due_at=timezone.now() - timedelta(minutes=1))
    assert [(due.label, due.late) for due in card(newsroom, "Due at noon").dues] == [("stage", False), ("story", True)]
    assert columns(newsroom, late=True) == {"Desk edit": ["Due at noon"]}


@pytest.mark.parametrize(
    ("length", "words"),
    [
        (timedelta(seconds=30), "0 min"),
        (timedelta(minutes=59), "59 min"),
        (timedelta(hours=2), "2 h"),
        (timedelta(hours=2, minutes=10), "2 h 10 min"),
        (timedelta(hours=49), "2 d"),
    ],
)
def test_times_are_said_in_few_letters(length: timedelta, words: str):
    assert span(length) == words


# Cards


def test_a_card_says_what_the_latest_version_says(newsroom: Newsroom):
    story = newsroom.draft("First words")
    newsroom.edit(story, by=newsroom.reporter, title="Last words", breaking=True, kind="analysis")
    shown = card(newsroom, "Last words")
    assert (shown.kind, shown.flags, shown.byline) == ("Analysis", [("breaking", "breaking")], "Ottoline Quay")


def test_a_card_has_the_length_that_was_asked_for(newsroom: Newsroom):
    story = newsroom.draft("Long", text="<p>" + "word " * 120 + "</p>")
    plan(newsroom, "Long", article=story, word_count=100)
    shown = card(newsroom, "Long")
    assert (shown.word_count, shown.length, shown.too_long) == (120, 100, True)


def test_a_card_counts_the_signatures_of_its_stage(newsroom: Newsroom, image):
    story = newsroom.draft("Sensitive", sensitive=True, lead_image=image)
    for person in (newsroom.editor, newsroom.copy, newsroom.lawyer):
        story = newsroom.sign(story if newsroom.stage(story) else newsroom.submit(story), by=person)
    shown = card(newsroom, "Sensitive")
    assert (shown.given, shown.required) == (1, 2)
    assert {vote.desk: vote.complete for vote in shown.votes} == {"Legal desk": True, "Picture desk": False}


def test_a_signature_of_whoever_changed_the_story_does_not_count(newsroom: Newsroom):
    SignOffRule.objects.filter(desk__slug="news").update(required=2)
    story = newsroom.sign(newsroom.submit(newsroom.draft("Two must sign")), by=newsroom.editor)
    assert card(newsroom, "Two must sign").given == 1
    Standing.objects.filter(article=story).update(changed_by=newsroom.editor)
    assert card(newsroom, "Two must sign").given == 0


def test_a_carried_signature_is_marked(newsroom: Newsroom):
    SignOffRule.objects.filter(desk__slug="news").update(required=2)
    story = newsroom.sign(newsroom.submit(newsroom.draft("Carried")), by=newsroom.editor)
    signed = story.sign_offs.get()
    assert not card(newsroom, "Carried").carried
    signed.carried_from_id = signed.pk
    signed.save()
    assert card(newsroom, "Carried").carried


def test_open_comments_are_counted(newsroom: Newsroom):
    story = newsroom.draft("Discussed")
    for resolved_at in (None, None, timezone.now()):
        Comment.objects.create(
            page=story.page_ptr, user=newsroom.editor, text="Who?", contentpath="title", resolved_at=resolved_at
        )
    assert card(newsroom, "Discussed").comment_count == 2


def test_a_card_says_who_has_the_story_open_now(newsroom: Newsroom):
    story = newsroom.draft("Open")
    now = timezone.now()
    for person, seen_at in ((newsroom.editor, now), (newsroom.copy, now - timedelta(minutes=3))):
        EditingSession.objects.create(
            user=person,
            content_type=ContentType.objects.get_for_model(Article),
            object_id=str(story.pk),
            last_seen_at=seen_at,
        )
    assert card(newsroom, "Open").open_by == [str(newsroom.editor)]


def test_an_empty_desk_is_said_to_be_empty(newsroom: Newsroom, client):
    newsroom.copy.groups.remove(Group.objects.get(name="Copy editors"))
    client.force_login(newsroom.editor)
    assert "Nobody works at the Copy desk" in client.get(reverse("workflows:board")).content.decode()


# What may be done


def legal(newsroom: Newsroom, title: str, user: User) -> dict[str, str]:
    return {move.verb.value: move.target for move in card(newsroom, title, user=user).moves if not move.reason}


def reasons(newsroom: Newsroom, title: str, user: User) -> dict[str, str]:
    return {move.verb.value: move.reason for move in card(newsroom, title, user=user).moves if move.reason}


def key_of(stage: str) -> str:
    return f"stage-{ReviewStage.objects.get(name=stage).pk}"


def test_the_writer_may_submit_a_draft_to_the_first_stage(newsroom: Newsroom):
    newsroom.draft("A draft")
    assert legal(newsroom, "A draft", newsroom.reporter) == {"submit": key_of("Desk edit")}
    assert reasons(newsroom, "A draft", newsroom.other_reporter) == {
        "submit": "You do not work on stories of this section."
    }


def test_a_reviewer_may_sign_send_back_and_claim(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("At the desk"))
    assert legal(newsroom, "At the desk", newsroom.editor) == {
        "sign": key_of("Copy and facts"),
        "send-back": "sent-back",
        "claim": "",
        "assign": "",
    }


def test_the_last_stage_that_is_for_a_story_leads_to_ready(newsroom: Newsroom):
    newsroom.sign(newsroom.submit(newsroom.draft("Without a picture")), by=newsroom.editor)
    assert legal(newsroom, "Without a picture", newsroom.copy)["sign"] == "ready"


def test_nobody_signs_what_they_submitted(newsroom: Newsroom):
    newsroom.submit(newsroom.draft("My own", by=newsroom.editor), by=newsroom.editor)
    said = reasons(newsroom, "My own", newsroom.editor)
    assert said["sign"] == said["claim"] == "You changed this story last, so someone else must sign it."


def test_whoever_has_a_story_is_named_to_those_who_would_claim_it(newsroom: Newsroom):
    story = newsroom.submit(newsroom.draft("Taken"))
    Assignment.objects.filter(article=story, ended_at=None).update(assignee=newsroom.copy)
    assert reasons(newsroom, "Taken", newsroom.editor)["claim"] == "Copy has it. Ask them to hand it over."


def test_only_publishers_release(newsroom: Newsroom):
    newsroom.clear(newsroom.draft("Cleared"))
    assert legal(newsroom, "Cleared", newsroom.publisher) == {"publish": "published", "schedule": "scheduled"}
    assert legal(newsroom, "Cleared", newsroom.editor) == {}


def test_what_is_scheduled_may_be_held(newsroom: Newsroom):
    newsroom.release(newsroom.clear(newsroom.draft("For later")), at=timezone.now() + timedelta(hours=1))
    assert legal(newsroom, "For later", newsroom.publisher)["hold"] == "ready"


def test_every_column_is_reached_by_a_move_or_refused_with_a_reason(newsroom: Newsroom):
    newsroom.draft("A draft")
    newsroom.submit(newsroom.draft("At the desk"))
    newsroom.clear(newsroom.draft("Cleared"))
    newsroom.publish("Out")
    built = board(newsroom, user=newsroom.boss)
    keys = {column.key for column in built.columns}
    for column in built.columns:
        for card in column.cards:
            reached = {move.target for move in card.moves if not move.reason and move.target}
            assert keys - {column.key} - reached == set(card.refusals) - reached
            assert all(card.refusals.values())


# Keeping up to date


def part(client, etag: str = "", query: str = ""):
    headers = {"X-Board-Part": "columns"} | ({"If-None-Match": etag} if etag else {})
    return client.get(reverse("workflows:board") + query, headers=headers)


def test_a_board_that_has_not_changed_is_not_sent_again(newsroom: Newsroom, client):
    newsroom.submit(newsroom.draft("At the desk"))
    client.force_login(newsroom.editor)
    first = part(client)
    again = part(client, first["ETag"])
    assert (first.status_code, again.status_code, again.content) == (200, 304, b"")


@pytest.mark.parametrize(
    "change",
    ["retitled", "assigned", "signed", "commented", "opened", "late", "author renamed", "away"],
)
def test_whatever_is_shown_changes_the_version_of_the_board(newsroom: Newsroom, freezer, change: str):
    SignOffRule.objects.filter(desk__slug="news").update(required=2)
    story = newsroom.submit(newsroom.draft("At the desk"))
    before = board(newsroom).version()
    match change:
        case "retitled":
            newsroom.edit(story, by=newsroom.reporter, title="Retitled")
        case "assigned":
            Assignment.objects.filter(article=story, ended_at=None).update(assignee=newsroom.editor)
        case "signed":
            newsroom.sign(story, by=newsroom.editor)
        case "commented":
            Comment.objects.create(page=story.page_ptr, user=newsroom.editor, text="Who?", contentpath="title")
        case "opened":
            type_ = ContentType.objects.get_for_model(Article)
            EditingSession.objects.create(
                user=newsroom.editor, content_type=type_, object_id=str(story.pk), last_seen_at=timezone.now()
            )
        case "late":
            freezer.tick(timedelta(hours=5))
        case "author renamed":
            Author.objects.update(name="Ottilie Quay")
        case "away":
            newsroom.editor.groups.clear()
    assert board(newsroom).version() != before


def test_the_passing_of_a_minute_does_not_change_the_version(newsroom: Newsroom, freezer):
    newsroom.submit(newsroom.draft("At the desk"))
    before = board(newsroom)
    freezer.tick(timedelta(minutes=1))
    after = board(newsroom)
    assert before.version() == after.version()


# How much it asks the database


def test_a_thousand_stories_in_review_take_few_queries(newsroom: Newsroom, client):
    crowd_in_review(newsroom, 1000)
    plan(newsroom, "A plan")
    newsroom.sign(newsroom.submit(newsroom.draft("At copy")), by=newsroom.editor)
    client.force_login(newsroom.editor)
    part(client)  # Content types are remembered from here on.
    assert column(newsroom, "Desk edit").count == 1000
    assert count_queries(lambda: board(newsroom, user=newsroom.editor)) <= MOST_QUERIES
    response = client.get(reverse("workflows:board"))
    assert response.content.decode().count("data-card=") == 52


def test_the_number_of_queries_does_not_grow_with_the_stories(newsroom: Newsroom):
    newsroom.submit(newsroom.draft())
    plan(newsroom, "A plan")
    board(newsroom)
    few = count_queries(lambda: board(newsroom))
    for _ in range(8):
        newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
        newsroom.draft()
        newsroom.clear(newsroom.draft())
        plan(newsroom, "A plan")
    assert count_queries(lambda: board(newsroom)) == few


def test_a_scheduled_card_says_that_a_newer_version_does_not_go_out_then(newsroom: Newsroom):
    at = timezone.now() + timedelta(hours=5)
    out = newsroom.release(newsroom.clear(newsroom.draft("For tonight")), at=at)
    assert card(newsroom, "For tonight").note == ""
    newsroom.edit(out, by=newsroom.editor, title="For tonight, mended")
    assert card(newsroom, "For tonight, mended").note == "a newer version was saved: it does not go out then"


def test_an_owed_review_that_was_sent_back_says_so(newsroom: Newsroom):
    out = newsroom.publish("Storm warning")
    EmergencyRelease.objects.create(
        article=out,
        content_hash=newsroom.hash_of(out),
        reason="The storm is here",
        asked_by=newsroom.publisher,
        seconded_by=newsroom.boss,
        seconded_at=timezone.now(),
        review_due_at=timezone.now() + timedelta(hours=2),
    )
    assert card(newsroom, "Storm warning").note.startswith("in no review")
    newsroom.submit(newsroom.edit(out, by=newsroom.reporter, title="Storm warning, mended"))
    newsroom.send_back(out, by=newsroom.editor, reason="Which coast?")
    first = board(newsroom).columns[0]
    assert (first.title, first.cards[0].note) == ("Owed review", "sent back: Which coast?")


def test_a_card_says_that_somebody_asks_for_a_second_publisher(newsroom: Newsroom):
    article = newsroom.draft("The dyke is breaking")
    emergencies.ask(article, content_hash=newsroom.hash_of(article), reason="Water.", by=newsroom.publisher)
    found = card(newsroom, "The dyke is breaking", user=newsroom.publisher)
    assert found.note_is_warning
    assert f"{newsroom.publisher} asks for a second publisher" in found.note
    assert found.action_url == reverse("workflows:emergency", args=[article.pk])
    assert card(newsroom, "The dyke is breaking", user=newsroom.reporter).action_url == ""


def test_what_is_scheduled_is_held_or_moved_from_its_card_and_what_is_ready_released(newsroom: Newsroom):
    article = newsroom.clear(newsroom.draft("A ferry"))
    assert card(newsroom, "A ferry", user=newsroom.publisher).action_label == "Release"
    assert card(newsroom, "A ferry", user=newsroom.reporter).action_url == ""
    newsroom.release(article, at=timezone.now() + timedelta(hours=1))
    found = card(newsroom, "A ferry", user=newsroom.publisher)
    assert (found.action_label, found.action_url) == (
        "Hold or move",
        reverse("workflows:schedule", args=[article.pk]),
    )
