"""The report of how stories flow: time by stage and desk, what is stuck, why stories came back."""

import csv
import io
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook
from wagtail.models import GroupPagePermission, TaskState, WorkflowState

from cms.models import Article, Section
from tests.newsroom import Newsroom
from workflows import flow
from workflows.models import ReviewStage, SignOff

pytestmark = pytest.mark.django_db

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def paces(newsroom: Newsroom) -> dict[tuple[str, str], flow.Pace]:
    rows = flow.passages(Article.objects.all(), timezone.now())
    return {(pace.stage, pace.desk): pace for pace in flow.paces(rows)}


def sign_after(newsroom: Newsroom, freezer: Any, article: Article, *, hours: float, by: str = "editor") -> None:
    freezer.tick(timedelta(hours=hours))
    newsroom.sign(article, by=newsroom.people[by])


@pytest.fixture
def monday(freezer: Any) -> Any:
    freezer.move_to(MONDAY)
    return freezer


def test_the_median_and_nine_of_ten_of_a_stage_are_of_finished_passages(newsroom: Newsroom, monday):
    for hours in (1, 2, 6):
        sign_after(newsroom, monday, newsroom.submit(newsroom.draft()), hours=hours)
    newsroom.submit(newsroom.draft())
    pace = paces(newsroom)["Desk edit", ""]
    assert (pace.count, pace.waiting, pace.late, pace.allowed) == (3, 1, 1, 4)
    assert pace.median == pytest.approx(2)
    assert pace.nine_of_ten == pytest.approx(5.2)


def test_desks_that_work_side_by_side_are_timed_by_themselves(newsroom: Newsroom, monday, image):
    article = newsroom.submit(newsroom.draft(sensitive=True, lead_image=image))
    for person in ("editor", "copy"):
        newsroom.sign(article, by=newsroom.people[person])
    sign_after(newsroom, monday, article, hours=1, by="pictures")
    sign_after(newsroom, monday, article, hours=2, by="lawyer")
    found = paces(newsroom)
    assert found["Legal and pictures", "Picture desk"].median == pytest.approx(1)
    assert found["Legal and pictures", "Legal desk"].median == pytest.approx(3)
    assert found["Legal and pictures", ""].median == pytest.approx(3)
    assert found["Legal and pictures", "Legal desk"].late == 1
    assert found["Legal and pictures", "Picture desk"].late == 0


def test_stages_stand_in_the_order_of_the_review_with_their_desks_below(newsroom: Newsroom, monday):
    newsroom.clear(newsroom.draft())
    assert list(paces(newsroom)) == [
        ("Desk edit", ""),
        ("Desk edit", "News desk"),
        ("Copy and facts", ""),
        ("Copy and facts", "Copy desk"),
    ]


def test_a_story_that_waits_longer_than_its_stage_allows_is_stuck(newsroom: Newsroom, monday, client):
    late = newsroom.submit(newsroom.draft("Late at the desk"))
    monday.tick(timedelta(hours=4, minutes=1))
    newsroom.submit(newsroom.draft("Just come in"))
    found = list(flow.stuck(flow.passages(Article.objects.all(), timezone.now())))
    assert [row.article_id for row in found] == [late.pk]
    client.force_login(newsroom.editor)
    text = client.get(reverse("workflows:flow")).content.decode()
    assert "Late at the desk" in text
    assert "Just come in" not in text


def test_stories_that_came_back_are_counted_by_reason(newsroom: Newsroom, client):
    client.force_login(newsroom.editor)
    for reason in ("facts", "facts", ""):
        article = newsroom.submit(newsroom.draft())
        posted = {
            "verdict": "send_back",
            "content_hash": newsroom.hash_of(article),
            "task_state_id": newsroom.task_state(article).pk,
            "comment": "Ask the harbour master.",
            "reason": reason,
        }
        assert client.post(reverse("workflows:review", args=[article.pk]), posted).status_code == 302
    rows = flow.passages(Article.objects.all(), timezone.now())
    assert [(row.reason, row.count) for row in flow.comebacks(rows)] == [("Facts", 2), ("", 1)]
    text = client.get(reverse("workflows:flow")).content.decode()
    assert "<td>Facts</td><td>Desk edit</td><td>News desk</td><td>2</td>" in text
    assert "not said" in text


def test_a_reason_that_is_not_on_the_list_is_not_taken(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft())
    client.force_login(newsroom.editor)
    posted = {
        "verdict": "send_back",
        "content_hash": newsroom.hash_of(article),
        "task_state_id": newsroom.task_state(article).pk,
        "comment": "No.",
        "reason": "spite",
    }
    assert client.post(reverse("workflows:review", args=[article.pk]), posted).status_code == 422
    assert not SignOff.objects.exists()


def test_the_report_counts_only_stories_that_one_may_reach(newsroom: Newsroom, client):
    GroupPagePermission.objects.filter(group__name="Desk editors").update(page=newsroom.section.page_ptr)
    newsroom.submit(newsroom.draft("Ours"))
    newsroom.submit(newsroom.draft("Theirs", section=newsroom.other_section))
    client.force_login(newsroom.editor)
    text = client.get(reverse("workflows:passages")).content.decode()
    assert "Ours" in text
    assert "Theirs" not in text
    shown = client.get(reverse("workflows:flow"))
    assert [pace.waiting for pace in shown.context["object_list"]] == [1]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("", ["Council story", "Harbour story"]),
        ("?section={section}", ["Harbour story"]),
        ("?started_at_from=2026-03-03", ["Council story"]),
        ("?started_at_to=2026-03-02", ["Harbour story"]),
        ("?desk={desk}", []),
    ],
)
def test_the_report_is_narrowed_by_period_section_and_desk(newsroom: Newsroom, monday, client, query, expected):
    newsroom.submit(newsroom.draft("Harbour story"))
    monday.tick(timedelta(days=1))
    newsroom.submit(newsroom.draft("Council story", section=newsroom.other_section))
    client.force_login(newsroom.editor)
    legal = ReviewStage.objects.get(name="Legal and pictures").rules.first()
    assert legal
    address = query.format(section=newsroom.section.pk, desk=legal.desk_id)
    for name in ("passages", "passages_results"):
        shown = client.get(reverse(f"workflows:{name}") + address)
        assert [row.story for row in shown.context["object_list"]] == expected
    paces = client.get(reverse("workflows:flow") + address).context["object_list"]
    assert [pace.waiting for pace in paces] == ([len(expected)] if expected else [])


def test_the_passages_are_exported_for_a_spreadsheet(newsroom: Newsroom, monday, client):
    sign_after(newsroom, monday, newsroom.submit(newsroom.draft("The slow ferry")), hours=4.5)
    client.force_login(newsroom.editor)
    answer = client.get(reverse("workflows:passages") + "?export=csv")
    assert 'filename="passages-2026-03-02.csv"' in answer["Content-Disposition"]
    rows = list(csv.DictReader(io.StringIO(b"".join(answer.streaming_content).decode())))
    assert [row["Stage"] for row in rows] == ["Copy and facts", "Desk edit"]
    assert rows[1] == {
        "Story": "The slow ferry",
        "Section": "Harbour",
        "Stage": "Desk edit",
        "Desks": "News desk",
        "Came": "2026-03-02 09:00:00+00:00",
        "Left": "2026-03-02 13:30:00+00:00",
        "Hours": "4.5",
        "Outcome": "Approved",
        "Late": "True",
    }


def test_the_sums_are_exported_for_a_spreadsheet(newsroom: Newsroom, monday, client):
    sign_after(newsroom, monday, newsroom.submit(newsroom.draft()), hours=1.5)
    client.force_login(newsroom.editor)
    answer = client.get(reverse("workflows:flow") + "?export=xlsx")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    assert sheet
    heads, first, *_others = sheet.iter_rows(values_only=True)
    assert heads[:4] == ("Stage", "Desk", "Passages", "Median (hours)")
    assert first[:4] == ("Desk edit", None, 1, 1.5)


def test_whoever_works_on_no_page_is_not_shown_the_report(newsroom: Newsroom, client):
    GroupPagePermission.objects.filter(group__name="Desk editors").delete()
    client.force_login(newsroom.editor)
    assert client.get(reverse("workflows:flow")).status_code == 302
    assert reverse("workflows:flow") not in client.get(reverse("wagtailadmin_home")).content.decode()


def make_passages(newsroom: Newsroom, number: int) -> None:
    """Passages as the review would leave them, without its two seconds for each."""
    stage = ReviewStage.objects.get(name="Desk edit")
    article = newsroom.submit(newsroom.draft())
    pattern = newsroom.task_state(article)
    assert pattern
    desk = stage.rules.get().desk
    states = WorkflowState.objects.bulk_create(
        WorkflowState(
            content_type=pattern.workflow_state.content_type,
            base_content_type=pattern.workflow_state.base_content_type,
            object_id=str(article.pk),
            workflow=pattern.workflow_state.workflow,
            status=WorkflowState.STATUS_APPROVED,
        )
        for _ in range(number)
    )
    stays = TaskState.objects.bulk_create(
        TaskState(
            workflow_state=state,
            revision=pattern.revision,
            task=stage,
            status=TaskState.STATUS_APPROVED,
            finished_at=timezone.now() + timedelta(minutes=place),
            content_type=pattern.content_type,
        )
        for place, state in enumerate(states)
    )
    SignOff.objects.bulk_create(
        SignOff(
            article=article,
            stage=stage,
            desk=desk,
            task_state=stay,
            content_hash=f"{place:064x}",
            verdict=SignOff.Verdict.APPROVED,
            by=newsroom.editor,
            at=stay.finished_at,
        )
        for place, stay in enumerate(stays)
        if stay.finished_at
    )


@pytest.mark.parametrize("name", ["flow", "passages"])
def test_a_thousand_passages_take_no_more_queries_than_two(
    newsroom: Newsroom, client, name, django_assert_max_num_queries
):
    client.force_login(newsroom.editor)
    address = reverse(f"workflows:{name}")
    make_passages(newsroom, 1)
    client.get(address)
    with django_assert_max_num_queries(30) as few:
        client.get(address)
    make_passages(newsroom, 1000)
    with django_assert_max_num_queries(len(few)):
        shown = client.get(address)
    assert shown.status_code == 200
    if name == "flow":
        assert shown.context["object_list"][0].count == 1001


def test_sections_offered_are_those_one_may_reach(newsroom: Newsroom, client):
    GroupPagePermission.objects.filter(group__name="Desk editors").update(page=newsroom.section.page_ptr)
    client.force_login(newsroom.editor)
    filters = client.get(reverse("workflows:flow")).context["filters"]
    assert list(filters.form.fields["section"].queryset) == [Section.objects.get(slug="harbour")]
