"""Promise: people who act in the same instant give one outcome and one log entry each, in order."""

from collections.abc import Iterator
from contextlib import ExitStack

import pytest
from django.contrib.auth.models import Group
from django.db import transaction
from django.test import Client
from django.urls import reverse
from django.utils.text import slugify
from wagtail.models import PageLogEntry

from api.models import Change
from cms.actions import kill
from cms.exceptions import Refused
from cms.models import Article, Section
from tests.editing import address, form_data, opened
from tests.journeys.courier import own_database
from tests.newsroom import Newsroom
from tests.together import at_once, meanwhile, wait_until_somebody_waits
from workflows import actions, assignments, progress
from workflows.exceptions import NotYours, StoryMovedOn
from workflows.models import Assignment, SignOff

# One worker makes the database for all of these.
pytestmark = pytest.mark.xdist_group("race")

TRIES = 4


@pytest.fixture(scope="module")
def committed(django_db_blocker) -> Iterator[Newsroom]:
    """A newsroom whose acts are committed, in a database of its own, so that others see them."""
    with django_db_blocker.unblock(), own_database("race"):
        room = Newsroom.open()
        room.other_reporter.groups.set([Group.objects.get(name="Desk editors")])
        yield room


@pytest.fixture
def newsroom(committed: Newsroom, django_db_blocker) -> Iterator[Newsroom]:
    with django_db_blocker.unblock():
        yield committed


def entries(article: Article, *actions_: str) -> list[str]:
    return list(
        PageLogEntry.objects.filter(page=article, action__in=actions_)
        .order_by("timestamp", "pk")
        .values_list("action", flat=True)
    )


@pytest.mark.parametrize("attempt", range(TRIES))
def test_one_signs_and_another_sends_back(newsroom: Newsroom, attempt):
    article = newsroom.submit(newsroom.draft())
    seen = {"task_state_id": newsroom.task_state(article).pk, "content_hash": newsroom.hash_of(article)}
    outcomes = at_once(
        lambda: actions.sign_off(newsroom.fresh(article), by=newsroom.editor, **seen),
        lambda: actions.send_back(newsroom.fresh(article), by=newsroom.other_reporter, reason="Too long.", **seen),
    )
    given = SignOff.objects.get(article=article)
    winner = outcomes.index(given)
    assert isinstance(outcomes[1 - winner], StoryMovedOn)
    signed = given.verdict == SignOff.Verdict.APPROVED
    state = newsroom.fresh(article).current_workflow_state
    assert state.status == (state.STATUS_IN_PROGRESS if signed else state.STATUS_NEEDS_CHANGES)
    assert newsroom.stage(article) == ("Copy and facts" if signed else "")
    expected = "workflows.sign_off" if signed else "workflows.send_back"
    assert entries(article, "workflows.sign_off", "workflows.send_back") == [expected]


@pytest.mark.parametrize("attempt", range(TRIES))
def test_two_of_one_desk_sign_and_one_of_them_is_told(newsroom: Newsroom, attempt):
    article = newsroom.submit(newsroom.draft())
    seen = {"task_state_id": newsroom.task_state(article).pk, "content_hash": newsroom.hash_of(article)}
    outcomes = at_once(
        *(
            lambda person=person: actions.sign_off(newsroom.fresh(article), by=person, **seen)
            for person in (newsroom.editor, newsroom.other_reporter)
        )
    )
    assert {type(outcome) for outcome in outcomes} == {SignOff, StoryMovedOn}
    assert entries(article, "workflows.sign_off") == ["workflows.sign_off"]
    assert newsroom.stage(article) == "Copy and facts"


def test_a_double_click_signs_once(newsroom: Newsroom):
    article = newsroom.submit(newsroom.draft())
    seen = {"task_state_id": newsroom.task_state(article).pk, "content_hash": newsroom.hash_of(article)}
    outcomes = at_once(*[lambda: actions.sign_off(newsroom.fresh(article), by=newsroom.editor, **seen)] * 2)
    assert [isinstance(outcome, StoryMovedOn | NotYours) for outcome in outcomes].count(True) == 1
    assert SignOff.objects.filter(article=article).count() == 1


@pytest.mark.parametrize("attempt", range(TRIES))
def test_a_signature_and_a_change_never_sign_the_changed_words(newsroom: Newsroom, attempt):
    article = newsroom.submit(newsroom.draft("As it was read"))
    read = newsroom.hash_of(article)
    seen = {"task_state_id": newsroom.task_state(article).pk, "content_hash": read}
    outcomes = at_once(
        lambda: actions.sign_off(newsroom.fresh(article), by=newsroom.editor, **seen),
        lambda: newsroom.edit(article, by=newsroom.reporter, title="As it was written then"),
    )
    assert isinstance(outcomes[0], SignOff | StoryMovedOn)
    assert isinstance(outcomes[1], Article)
    assert set(SignOff.objects.filter(article=article).values_list("content_hash", flat=True)) <= {read}
    every = progress.review_progress(
        progress.latest_version(newsroom.fresh(article)),
        newsroom.fresh(article).current_workflow_state.workflow_id,
        newsroom.hash_of(article),
    )
    assert not any(one.sign_offs for one in every)


def test_two_submit_and_there_is_one_review(newsroom: Newsroom):
    article = newsroom.draft()
    outcomes = at_once(
        *(
            lambda person=person: actions.submit(newsroom.fresh(article), by=person)
            for person in (newsroom.reporter, newsroom.editor)
        )
    )
    assert [isinstance(outcome, Refused) for outcome in outcomes].count(True) == 1
    assert article.workflow_states.count() == 1
    assert entries(article, "wagtail.workflow.start") == ["wagtail.workflow.start"]


@pytest.mark.parametrize("attempt", range(TRIES))
def test_a_release_and_a_kill_end_as_the_log_says(newsroom: Newsroom, attempt):
    article = newsroom.publish("The first version")
    newsroom.edit(article, by=newsroom.reporter, title="The second version")
    newsroom.clear(article)
    seen = newsroom.hash_of(article)
    outcomes = at_once(
        lambda: actions.release(newsroom.fresh(article), content_hash=seen, by=newsroom.publisher),
        lambda: kill(newsroom.fresh(article), reason="It was wrong.", by=newsroom.publisher),
    )
    assert not isinstance(outcomes[1], Exception), outcomes
    assert outcomes[0] is None or isinstance(outcomes[0], Refused)
    assert newsroom.readers_see(article) is None
    assert not newsroom.fresh(article).live
    events = Change.objects.filter(public_id=article.public_id).order_by("sequence").values_list("event", flat=True)
    assert list(events) in (["published", "withdrawn"], ["published", "updated", "withdrawn"])
    assert entries(article, "wagtail.publish", "cms.killed")[-1] == "cms.killed"


def test_two_saves_of_one_version_store_one_and_refuse_the_other(newsroom: Newsroom):
    article = newsroom.draft("As it was")
    typed = form_data(article) | opened(article)

    def save(person, title):
        client = Client()
        client.force_login(person)
        return client.post(address("edit", article.pk), typed | {"title": title})

    answers = at_once(lambda: save(newsroom.reporter, "Mine"), lambda: save(newsroom.editor, "Yours"))
    assert sorted(answer.status_code for answer in answers) == [200, 302]
    kept = ["Mine", "Yours"][[answer.status_code for answer in answers].index(302)]
    assert newsroom.fresh(article).get_latest_revision().as_object().title == kept
    assert article.revisions.count() == 2
    refused = next(answer for answer in answers if answer.status_code == 200)
    assert "saved a newer version" in refused.content.decode()


@pytest.mark.parametrize("route", ["bulk unpublish", "bulk delete", "unpublish the section", "delete the section"])
def test_withdrawing_many_does_not_wait_for_a_release_that_waits_for_it(newsroom: Newsroom, route):
    section = Section(title=route, slug=slugify(route))
    newsroom.section.get_parent().add_child(instance=section)
    section.save_revision().publish()
    first, second = newsroom.publish(section=section), newsroom.publish(section=section)
    newsroom.edit(second, by=newsroom.reporter, title="A new version")
    newsroom.clear(second)
    seen = newsroom.hash_of(second)
    client = Client()
    client.force_login(newsroom.boss)

    def withdraw():
        verb, _, rest = route.partition(" ")
        if rest == "the section":
            return client.post(address(verb, section.pk), {"include_descendants": "on"})
        path = reverse("wagtail_bulk_action", args=["wagtailcore", "page", rest])
        return client.post(f"{path}?id={first.pk}&id={second.pk}", {"include_descendants": "on"})

    with ExitStack() as others, transaction.atomic():
        article = actions.locked(second)
        outcome = others.enter_context(meanwhile(withdraw))
        wait_until_somebody_waits()
        actions.release(article, content_hash=seen, by=newsroom.publisher)
    assert outcome[0].status_code == 302, outcome
    for story in (first, second):
        assert newsroom.readers_see(story) is None
        assert not Article.objects.live().filter(pk=story.pk).exists()


@pytest.mark.parametrize("attempt", range(TRIES))
def test_two_take_a_story_and_one_has_it(newsroom: Newsroom, attempt):
    article = newsroom.submit(newsroom.draft())
    outcomes = at_once(
        lambda: assignments.claim(newsroom.fresh(article), by=newsroom.editor),
        lambda: assignments.claim(newsroom.fresh(article), by=newsroom.other_reporter),
    )
    assert {type(outcome) for outcome in outcomes} == {Assignment, assignments.Taken}
    assert entries(article, "workflows.claim") == ["workflows.claim"]
