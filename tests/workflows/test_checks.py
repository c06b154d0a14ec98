"""What a machine finds in a story before people release it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from wagtail.models import Comment

from cms.actions import take_down
from cms.exceptions import PublicationRefused
from cms.models import Article, NewsImage, Pick
from tests.factories import NewsImageFactory, TopicFactory
from tests.newsroom import Newsroom
from workflows import checks, progress
from workflows.models import SignOffRule

pytestmark = pytest.mark.django_db


def found(article: Article, **options) -> dict[str, checks.Finding]:
    version = progress.latest_version(Article.objects.get(pk=article.pk))
    return {finding.code: finding for finding in checks.find_all(version, **options)}


def test_an_ordinary_story_has_little_to_mend(newsroom: Newsroom):
    article = newsroom.draft()
    assert set(found(article)) == {"topics_missing"}
    version = newsroom.fresh(article).get_latest_revision().as_object()
    version.topic_links.create(topic=TopicFactory())
    version.save_revision(user=newsroom.reporter)
    assert found(article) == {}


@pytest.mark.parametrize(
    ("code", "fields"),
    [
        ("headline_long", {"title": "Late " * 17}),
        ("standfirst_long", {"standfirst": "It was late. " * 16}),
        ("looks_sensitive", {"text": "<p>He was arrested at noon.</p>"}),
        ("embargo_past", {"embargo_until": timezone.now() - timedelta(hours=1)}),
    ],
)
def test_advice_keeps_nothing_out_of_print(newsroom: Newsroom, code, fields):
    article = newsroom.draft()
    text = fields.pop("text", None)
    changes = fields | ({"body": [("paragraph", text)]} if text else {})
    newsroom.edit(article, by=newsroom.reporter, **changes)
    assert not found(article)[code].blocking
    assert newsroom.release(newsroom.clear(article)).live


def test_a_marked_story_is_not_asked_whether_it_is_sensitive(newsroom: Newsroom):
    assert "looks_sensitive" not in found(newsroom.draft(text="<p>He was arrested.</p>", sensitive=True))


def test_a_story_without_a_byline_is_pointed_out(newsroom: Newsroom):
    article = newsroom.draft()
    version = article.get_latest_revision().as_object()
    version.byline = []
    version.save_revision(user=newsroom.reporter)
    assert found(article)["byline_missing"].place == "byline"


def test_a_picture_needs_alternative_text_and_nobody_waives_that(newsroom: Newsroom, image: NewsImage):
    NewsImage.objects.filter(pk=image.pk).update(alt="")
    finding = found(newsroom.draft(lead_image=image))["alt_missing"]
    assert (finding.blocking, finding.waivable, finding.place) == (True, False, "lead_image")


def test_a_picture_without_a_credit_blocks(newsroom: Newsroom, image: NewsImage):
    NewsImage.objects.filter(pk=image.pk).update(credit="")
    article = newsroom.clear(newsroom.draft(lead_image=image))
    assert found(article)["credit_missing"].waivable
    with pytest.raises(PublicationRefused, match="has no credit"):
        newsroom.release(article)


def test_a_caption_in_the_text_is_a_caption(newsroom: Newsroom, image: NewsImage):
    article = newsroom.draft(body=[("image", {"image": image, "alt": "", "caption": "The quay at noon"})])
    assert "caption_missing" not in found(article)
    article = newsroom.draft(body=[("image", {"image": image, "alt": "", "caption": ""})])
    block = progress.latest_version(article).body[0].id
    assert found(article)["caption_missing"].place == f"body.{block}.image"


def test_pictures_of_a_gallery_are_looked_at(newsroom: Newsroom):
    images = NewsImageFactory.create_batch(2, credit="")
    value = {"title": "", "pictures": [{"image": image, "alt": "", "caption": ""} for image in images]}
    article = newsroom.draft(body=[("gallery", value)])
    version = progress.latest_version(article)
    codes = [finding.code for finding in checks.find_all(version)]
    assert codes.count("credit_missing") == 2
    assert codes.count("caption_missing") == 2


def rights_end(image: NewsImage, days: int) -> None:
    day = timezone.localdate() + timedelta(days=days)
    NewsImage.objects.filter(pk=image.pk).update(rights_end_on=day)


def test_a_picture_whose_rights_have_ended_blocks(newsroom: Newsroom, image: NewsImage):
    article = newsroom.clear(newsroom.draft(lead_image=image))
    rights_end(image, -1)
    assert found(article)["rights_ended"].blocking
    with pytest.raises(PublicationRefused, match="rights to the picture"):
        newsroom.release(article)


def test_a_picture_may_be_shown_on_the_last_day_of_its_rights(newsroom: Newsroom, image: NewsImage):
    article = newsroom.clear(newsroom.draft(lead_image=image))
    rights_end(image, 0)
    assert not found(article)["rights_end_soon"].blocking
    assert newsroom.release(article).live


def test_rights_that_end_before_the_scheduled_release_block_it(newsroom: Newsroom, image: NewsImage):
    article = newsroom.clear(newsroom.draft(lead_image=image))
    rights_end(image, 2)
    with pytest.raises(PublicationRefused, match="before the release"):
        newsroom.release(article, at=timezone.now() + timedelta(days=4))


def test_rights_that_end_under_the_embargo_block_the_release(newsroom: Newsroom, image: NewsImage):
    embargo_until = timezone.now() + timedelta(days=4)
    article = newsroom.clear(newsroom.draft(lead_image=image, embargo_until=embargo_until))
    rights_end(image, 2)
    with pytest.raises(PublicationRefused, match="before the release"):
        newsroom.release(article)


@pytest.mark.parametrize("zone", ["America/New_York", "Asia/Tokyo"])
def test_rights_end_with_the_day_of_the_newsroom_wherever_somebody_looks_from(
    newsroom: Newsroom, image: NewsImage, zone: str
):
    day = date(2030, 5, 4)
    NewsImage.objects.filter(pk=image.pk).update(rights_end_on=day)
    article = newsroom.draft(lead_image=image)
    with timezone.override(zone):
        on_that_day = found(article, at=datetime(2030, 5, 4, 23, 30, tzinfo=UTC))
        after_it = found(article, at=datetime(2030, 5, 5, 0, 30, tzinfo=UTC))
    assert ("rights_end_soon" in on_that_day, "rights_ended" in on_that_day) == (True, False)
    assert ("rights_end_soon" in after_it, "rights_ended" in after_it) == (False, True)


def test_a_link_to_a_story_that_was_deleted_leads_nowhere(newsroom: Newsroom):
    other = newsroom.draft()
    article = newsroom.draft(text=f'<p>As <a linktype="page" id="{other.pk}">we wrote</a>.</p>')
    assert not found(article)["link_unpublished"].blocking
    other.delete()
    finding = found(article)["link_dead"]
    assert finding.blocking
    assert finding.place == f"body.{progress.latest_version(article).body[0].id}"


def test_a_link_to_a_story_that_was_withdrawn_leads_nowhere(newsroom: Newsroom):
    other = newsroom.publish("The other story")
    article = newsroom.draft(text=f'<p>As <a linktype="page" id="{other.pk}">we wrote</a>.</p>')
    assert "link_dead" not in found(article)
    take_down(other, by=newsroom.publisher)
    assert "“The other story”, which was withdrawn" in found(article)["link_dead"].message


@pytest.mark.parametrize("href", ["https://", "http:///path", "javascript:alert(1)", "ferry", "https://[broken"])
def test_an_address_that_is_none_leads_nowhere(newsroom: Newsroom, href):
    assert "link_dead" in found(newsroom.draft(text=f'<p>See <a href="{href}">here</a>.</p>'))


@pytest.mark.parametrize("href", ["https://example.org/ferry", "mailto:desk@example.org", "tel:+441234567"])
def test_an_ordinary_address_is_fine(newsroom: Newsroom, href):
    assert "link_dead" not in found(newsroom.draft(text=f'<p>See <a href="{href}">here</a>.</p>'))


def test_links_are_found_in_every_block(newsroom: Newsroom):
    article = newsroom.draft(body=[("fact_box", {"title": "Ferry", "text": '<p><a href="http://">here</a></p>'})])
    block = progress.latest_version(article).body[0].id
    assert found(article)["link_dead"].place == f"body.{block}.text"


def test_picks_that_readers_cannot_see_are_pointed_out(newsroom: Newsroom):
    embargoed = newsroom.publish("Embargoed", embargo_until=timezone.now() + timedelta(hours=1))
    out = newsroom.publish("Out")
    article = newsroom.draft()
    version = article.get_latest_revision().as_object()
    version.picks = [Pick(article=embargoed), Pick(article=out), Pick(article=newsroom.draft("Draft"))]
    version.save_revision(user=newsroom.reporter)
    messages = [one.message for one in checks.find_all(progress.latest_version(newsroom.fresh(article)))]
    assert "The picked story “Embargoed” is under embargo." in messages
    assert "The picked story “Draft” is not published." in messages
    assert not any("Out" in message for message in messages)


def test_comments_that_nobody_resolved_are_counted(newsroom: Newsroom):
    article = newsroom.draft()
    for number in range(2):
        Comment.objects.create(page=article.page_ptr, user=newsroom.editor, text=str(number), contentpath="title")
    assert found(article)["comments_open"].message == "2 comments are not resolved."
    Comment.objects.update(resolved_at=timezone.now())
    assert "comments_open" not in found(article)


def test_a_sensitive_story_that_no_desk_reads_as_such_is_blocked(newsroom: Newsroom):
    article = newsroom.draft(sensitive=True)
    assert "sensitive_without_legal" not in found(article)
    SignOffRule.objects.filter(desk__slug="legal").delete()
    assert found(article)["sensitive_without_legal"].blocking
    with pytest.raises(PublicationRefused, match="no desk reads it for that"):
        newsroom.release(newsroom.clear(article))


def test_a_story_without_text_is_blocked(newsroom: Newsroom):
    article = newsroom.edit(newsroom.draft(), by=newsroom.reporter, body=[])
    with pytest.raises(PublicationRefused, match="has no text"):
        newsroom.release(newsroom.clear(article))


def test_what_blocks_comes_first(newsroom: Newsroom):
    article = newsroom.edit(newsroom.draft(), by=newsroom.reporter, body=[], title="Late " * 17)
    blocking = [finding.blocking for finding in checks.find_all(progress.latest_version(article))]
    assert blocking == sorted(blocking, reverse=True)


def test_the_number_of_queries_does_not_grow_with_the_story(newsroom: Newsroom):
    def queries(count: int) -> int:
        others = [newsroom.draft() for _number in range(count)]
        blocks = [
            ("image", {"image": image, "alt": "", "caption": ""}) for image in NewsImageFactory.create_batch(count)
        ]
        blocks += [("paragraph", f'<p><a linktype="page" id="{other.pk}">here</a></p>') for other in others]
        version = progress.latest_version(newsroom.draft(body=blocks))
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert checks.find_all(version)
        return len(captured)

    assert queries(1) == queries(5) <= 12
