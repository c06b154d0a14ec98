"""Promise: content without a clearance never reaches the API, whoever publishes it and however."""

import pytest
from django.urls import reverse
from django.utils import timezone
from wagtail.actions.publish_page_revision import PublishPageRevisionAction
from wagtail.models import Revision

from api.models import Change, PublishedArticle
from api.representation.store import reconcile
from cms.exceptions import PublicationRefused
from cms.models import Article
from tests.editing import form_data
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db


def nothing_is_public(client, article):
    assert PublishedArticle.objects.count() == 0
    assert client.get("/api/v1/articles/").json()["items"] == []
    assert client.get(f"/api/v1/articles/{article.public_id}/").status_code == 404
    assert not Change.objects.exists()


def test_a_draft_is_not_public(newsroom: Newsroom, client):
    nothing_is_public(client, newsroom.draft())


def test_a_revision_published_from_a_shell_is_refused(newsroom: Newsroom, client):
    article = newsroom.draft()
    with pytest.raises(PublicationRefused, match="not been signed by every desk"):
        article.get_latest_revision().publish()
    nothing_is_public(client, article)
    assert not newsroom.fresh(article).live


def test_a_superuser_cannot_publish_what_was_not_reviewed(newsroom: Newsroom, client):
    article = newsroom.draft()
    assert not article.permissions_for_user(newsroom.boss).can_publish()
    with pytest.raises(PublicationRefused):
        article.get_latest_revision().publish(user=newsroom.boss, skip_permission_checks=True)
    nothing_is_public(client, article)


def test_wagtails_own_action_does_not_reach_readers(newsroom: Newsroom, client):
    article = newsroom.draft()
    PublishPageRevisionAction(article.get_latest_revision()).execute(skip_permission_checks=True)
    assert newsroom.fresh(article).live
    nothing_is_public(client, article)


def test_a_page_saved_as_live_does_not_reach_readers(newsroom: Newsroom, client):
    article = newsroom.draft()
    article.live = True
    article.save()
    reconcile(article.pk, timezone.now())
    nothing_is_public(client, article)


def test_content_published_past_the_review_is_shown_on_the_board(newsroom: Newsroom, client):
    article = newsroom.draft("Slipped past the desks")
    article.live = True
    article.save()
    client.force_login(newsroom.publisher)
    page = client.get(reverse("workflows:board")).content.decode()
    assert "Held back" in page
    assert "Slipped past the desks" in page


def test_the_publish_button_of_the_form_is_refused_with_a_reason(newsroom: Newsroom, client):
    article = newsroom.draft()
    client.force_login(newsroom.boss)
    data = form_data(article) | {"title": "Typed on deadline", "action-publish": "1"}
    response = client.post(reverse("wagtailadmin_pages:edit", args=[article.pk]), data, follow=True)
    assert response.status_code == 200
    nothing_is_public(client, article)
    assert newsroom.fresh(article).get_latest_revision().as_object().title == "Typed on deadline"


def test_an_edit_of_a_cleared_story_published_by_the_form_is_refused(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft())
    client.force_login(newsroom.publisher)
    data = form_data(article) | {"title": "A new claim", "action-publish": "1"}
    response = client.post(reverse("wagtailadmin_pages:edit", args=[article.pk]), data, follow=True)
    assert "Not published" in response.content.decode()
    nothing_is_public(client, article)


def test_create_and_publish_in_one_go_is_refused(newsroom: Newsroom, client):
    client.force_login(newsroom.boss)
    data = form_data(newsroom.draft()) | {"title": "Born live", "slug": "born-live", "action-publish": "1"}
    address = reverse("wagtailadmin_pages:add", args=["cms", "article", newsroom.section.pk])
    client.post(address, data, follow=True)
    article = Article.objects.get(slug="born-live")
    assert not article.live
    nothing_is_public(client, article)


def test_bulk_publish_is_refused(newsroom: Newsroom, client):
    article = newsroom.draft()
    client.force_login(newsroom.boss)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{address}?id={article.pk}", {"include_descendants": "on"})
    assert not newsroom.fresh(article).live
    nothing_is_public(client, article)


def test_bulk_publish_of_a_section_leaves_its_drafts_alone(newsroom: Newsroom, client):
    article = newsroom.draft()
    client.force_login(newsroom.boss)
    address = reverse("wagtail_bulk_action", args=["wagtailcore", "page", "publish"])
    client.post(f"{address}?id={newsroom.section.pk}", {"include_descendants": "on"})
    assert not newsroom.fresh(article).live
    nothing_is_public(client, article)


def test_a_copy_of_a_live_story_is_not_cleared(newsroom: Newsroom):
    article = newsroom.publish()
    copied = article.copy(update_attrs={"slug": "a-copy", "title": article.title}, keep_live=True, user=newsroom.boss)
    assert newsroom.readers_see(copied) is None
    assert copied.public_id != article.public_id


def test_a_story_released_by_a_publisher_is_public(newsroom: Newsroom, client):
    article = newsroom.publish("The ferry is early")
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["title"] == "The ferry is early"


def test_the_version_that_was_cleared_goes_live_and_not_a_later_one(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft("The cleared headline"))
    cleared = article.get_latest_revision()
    newsroom.edit(article, by=newsroom.reporter, title="A later headline")
    Revision.objects.get(pk=cleared.pk).publish()
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["title"] == "The cleared headline"


def test_a_reviewer_without_the_right_to_publish_signs_and_publishes_nothing(newsroom: Newsroom, client):
    article = newsroom.clear(newsroom.draft())
    assert not newsroom.fresh(article).live
    nothing_is_public(client, article)


def test_a_story_without_alternative_text_cannot_go_out(newsroom: Newsroom, image):
    image.alt = ""
    image.save()
    article = newsroom.clear(newsroom.draft(lead_image=image))
    with pytest.raises(PublicationRefused, match="no alternative text"):
        newsroom.release(article)
