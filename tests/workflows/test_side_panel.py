"""The editor's side panel about the review."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from cms.models import NewsImage
from tests.factories import NewsImageFactory
from tests.newsroom import Newsroom
from workflows import waivers
from workflows.models import SignOffRule
from workflows.panel import ReviewPanel

pytestmark = pytest.mark.django_db


def panel(newsroom: Newsroom, article, person, client) -> str:
    client.force_login(person)
    return client.get(reverse("workflows:panel", args=[article.pk])).content.decode()


def states(newsroom: Newsroom, article, person) -> dict[str, str]:
    return {step.name: step.state for step in ReviewPanel(newsroom.fresh(article), person).steps}


def test_the_editor_has_the_panel_and_a_button_with_the_number_of_what_blocks(newsroom: Newsroom, client):
    article = newsroom.draft(lead_image=NewsImageFactory(credit=""))
    client.force_login(newsroom.reporter)
    shown = client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).content.decode()
    assert 'data-side-panel="review"' in shown
    assert 'data-side-panel-toggle="review"' in shown
    assert 'data-blocking="1"' in shown
    assert "workflows/side-panel.js" in shown


def test_the_form_for_a_new_story_has_no_panel_yet(newsroom: Newsroom, client):
    client.force_login(newsroom.reporter)
    address = reverse("wagtailadmin_pages:add", args=["cms", "article", newsroom.section.pk])
    assert 'data-side-panel="review"' not in client.get(address).content.decode()


def test_the_line_of_stages_says_where_the_story_stands(newsroom: Newsroom):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    assert states(newsroom, article, newsroom.copy) == {
        "Desk edit": "complete",
        "Copy and facts": "current",
        "Legal and pictures": "skipped",
    }


def test_it_says_who_signed_and_who_must(newsroom: Newsroom, client):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    shown = panel(newsroom, article, newsroom.copy, client)
    assert "News desk: 1 of 1 signed" in shown
    assert "Copy desk: 0 of 1 signed" in shown
    assert "Editor" in shown


def test_a_carried_signature_has_a_mark(newsroom: Newsroom, client):
    SignOffRule.objects.filter(desk__slug="news").update(matters=["text"])
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.other_reporter, kind="analysis")
    assert "carried from version" in panel(newsroom, article, newsroom.copy, client)


@pytest.mark.parametrize(
    ("person", "offered"),
    [("copy", "Read and sign"), ("reporter", "To the review"), ("editor", "To the review")],
)
def test_it_offers_what_this_person_can_do(newsroom: Newsroom, client, person, offered):
    article = newsroom.sign(newsroom.submit(newsroom.draft()), by=newsroom.editor)
    assert offered in panel(newsroom, article, newsroom.people[person], client)


def test_it_says_why_somebody_cannot_sign(newsroom: Newsroom, client):
    article = newsroom.submit(newsroom.draft(by=newsroom.editor), by=newsroom.reporter)
    assert "You changed this story last" in panel(newsroom, article, newsroom.editor, client)


def test_a_draft_can_be_submitted_and_a_cleared_story_released(newsroom: Newsroom, client):
    article = newsroom.draft()
    submit, release = (reverse(f"workflows:{verb}", args=[article.pk]) for verb in ("submit", "release"))
    assert submit in panel(newsroom, article, newsroom.reporter, client)
    newsroom.clear(article)
    assert submit not in panel(newsroom, article, newsroom.reporter, client)
    assert release in panel(newsroom, article, newsroom.publisher, client)
    assert release not in panel(newsroom, article, newsroom.editor, client)


def test_a_finding_leads_to_its_field(newsroom: Newsroom, client):
    article = newsroom.draft(lead_image=NewsImageFactory(credit=""))
    address = f"{reverse('wagtailadmin_pages:edit', args=[article.pk])}#:w:contentpath=lead_image"
    assert address in panel(newsroom, article, newsroom.reporter, client)


def test_a_list_in_the_form_can_be_led_to(newsroom: Newsroom, client):
    article = newsroom.draft()
    client.force_login(newsroom.reporter)
    form = client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).content.decode()
    for name in ("byline", "topic_links", "picks", "title", "standfirst", "lead_image", "sensitive", "slug"):
        assert f'data-contentpath="{name}"' in form


def test_only_who_may_waive_is_offered_to(newsroom: Newsroom, client, image: NewsImage):
    NewsImage.objects.update(credit="")
    article = newsroom.draft(lead_image=image)
    address = reverse("workflows:waive", args=[article.pk])
    assert address in panel(newsroom, article, newsroom.publisher, client)
    assert address not in panel(newsroom, article, newsroom.reporter, client)
    finding = ReviewPanel(article, newsroom.publisher).findings[0]
    waivers.waive(article, code=finding.code, target=finding.target, reason="A handout.", by=newsroom.publisher)
    shown = panel(newsroom, article, newsroom.reporter, client)
    assert "A handout." in shown
    assert 'data-blocking="0"' in shown


def test_it_says_what_changed_since_this_person_signed(newsroom: Newsroom, client):
    article = newsroom.sign(newsroom.submit(newsroom.draft("First")), by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, title="Second")
    shown = panel(newsroom, article, newsroom.editor, client)
    assert "Since you signed" in shown
    assert "<ins>Second</ins>" in shown


def test_autosave_brings_the_panel_up_to_date(newsroom: Newsroom, client):
    """Wagtail renders the side panels again into the answer of an autosave."""
    from tests.editing import form_data, opened

    article = newsroom.draft()
    client.force_login(newsroom.reporter)
    address = reverse("wagtailadmin_pages:edit", args=[article.pk])
    article = newsroom.fresh(article)
    posted = form_data(article, title="A headline " * 9) | opened(article)
    answer = client.post(address, posted, headers={"accept": "application/json"})
    assert answer.json()["success"]
    html = answer.json()["html"]
    assert "[data-side-panel=&#x27;review&#x27;]" in html or "[data-side-panel='review']" in html
    assert "The headline is long" in html


def test_the_number_of_queries_does_not_grow_with_the_story(newsroom: Newsroom, client):
    def queries(count: int) -> int:
        images = NewsImageFactory.create_batch(count)
        blocks = [("image", {"image": image, "alt": "", "caption": ""}) for image in images]
        article = newsroom.draft(body=[*blocks, *[("paragraph", f"<p>{number}</p>") for number in range(count)]])
        article = newsroom.sign(newsroom.submit(article), by=newsroom.editor)
        version = article.get_latest_revision().as_object()
        version.body = [("paragraph", "<p>All new.</p>")] * count
        version.save_revision(user=newsroom.reporter)
        client.force_login(newsroom.editor)
        address = reverse("workflows:panel", args=[article.pk])
        client.get(address)
        with CaptureQueriesContext(connection) as captured:
            client.get(address)
        return len(captured)

    few, many = queries(1), queries(4)
    assert few == many <= 82
