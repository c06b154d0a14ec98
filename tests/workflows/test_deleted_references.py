"""A picture, an author or a topic that was deleted while versions of stories still name it."""

from datetime import timedelta

import pytest
from django.db.models import Model
from django.urls import reverse
from django.utils import timezone

from cms.exceptions import PublicationRefused, Refused
from cms.models import Article, Author, NewsImage
from tests.factories import TopicFactory
from tests.newsroom import Newsroom
from workflows import checks, progress
from workflows.models import SignOffRule, Standing
from workflows.tasks import release_due

pytestmark = pytest.mark.django_db

PAGES = ("review", "panel", "changes", "kill", "take_down", "correct", "gone")


def lose(thing: Model) -> None:
    """Delete it behind the back of the newsroom, as a restored backup would."""
    type(thing)._default_manager.filter(pk=thing.pk)._raw_delete("default")


def open_every_page(client, article: Article) -> None:
    for name in PAGES:
        client.get(reverse(f"workflows:{name}", args=[article.pk]))
    assert client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).status_code == 200


def named_in_a_draft(newsroom: Newsroom, article: Article, what: str) -> Model:
    """Save a version that names a new author or topic."""
    version = newsroom.fresh(article).get_latest_revision().as_object()
    if what == "author":
        thing = Author.objects.create(name="Perpetua Fenn")
        version.byline.create(author=thing)
    else:
        thing = TopicFactory()
        version.topic_links.create(topic=thing)
    version.save_revision(user=newsroom.reporter)
    return thing


def test_a_story_opens_although_its_draft_names_a_picture_that_is_gone(newsroom: Newsroom, image: NewsImage, client):
    article = newsroom.publish()
    newsroom.edit(article, by=newsroom.reporter, lead_image=image)
    lose(image)
    client.force_login(newsroom.boss)
    open_every_page(client, article)


@pytest.mark.parametrize("what", ["author", "topic"])
def test_a_story_opens_although_its_draft_names_somebody_who_is_gone(newsroom: Newsroom, client, what):
    article = newsroom.draft()
    lose(named_in_a_draft(newsroom, article, what))
    client.force_login(newsroom.boss)
    assert client.get(reverse("wagtailadmin_pages:edit", args=[article.pk])).status_code == 200
    assert "Ottoline Quay" in [line.author.name for line in progress.latest_version(article).byline.all()]


def test_a_story_opens_although_what_was_signed_names_a_picture_that_is_gone(
    newsroom: Newsroom, image: NewsImage, client
):
    article = newsroom.publish()
    newsroom.edit(article, by=newsroom.reporter, lead_image=image)
    newsroom.submit(article)
    newsroom.sign(article, by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, lead_image=None, title="No picture now")
    image.delete()
    client.force_login(newsroom.boss)
    open_every_page(client, article)
    client.force_login(newsroom.editor)
    open_every_page(client, article)


def test_a_signature_of_what_is_no_longer_whole_is_not_carried(newsroom: Newsroom, image: NewsImage):
    SignOffRule.objects.filter(desk__slug="news").update(matters=["pictures"])
    article = newsroom.draft(lead_image=image)
    newsroom.submit(article)
    newsroom.sign(article, by=newsroom.editor)
    newsroom.edit(article, by=newsroom.reporter, lead_image=None)
    Article.objects.filter(pk=article.pk).update(lead_image=None)
    image.delete()
    every = progress.review_progress(
        progress.latest_version(newsroom.fresh(article)),
        newsroom.task_state(article).workflow_state.workflow_id,
        newsroom.hash_of(article),
    )
    assert every[0].needed


def test_what_was_deleted_blocks_the_release_and_says_so(newsroom: Newsroom, image: NewsImage):
    article = newsroom.draft()
    newsroom.edit(article, by=newsroom.reporter, lead_image=image)
    newsroom.clear(article)
    lose(image)
    version = progress.latest_version(newsroom.fresh(article))
    assert [finding.code for finding in checks.find_blocking(version)] == ["reference_gone"]
    with pytest.raises(PublicationRefused, match="lead picture was deleted"):
        newsroom.release(article)


def test_a_scheduled_release_whose_picture_is_gone_says_why_it_does_not_go_out(
    newsroom: Newsroom, image: NewsImage, freezer
):
    article = newsroom.publish()
    newsroom.edit(article, by=newsroom.reporter, lead_image=image, title="Update")
    newsroom.clear(article)
    newsroom.release(article, at=timezone.now() + timedelta(hours=1))
    lose(image)
    freezer.move_to(timezone.now() + timedelta(hours=2))
    release_due()
    assert "lead picture was deleted" in Standing.objects.get(article=article).release_error
    assert newsroom.fresh(article).title != "Update"


@pytest.mark.parametrize("what", ["author", "topic"])
def test_somebody_whom_a_draft_names_is_not_deleted(newsroom: Newsroom, client, what):
    article = newsroom.draft("The quay is closed")
    thing = named_in_a_draft(newsroom, article, what)
    client.force_login(newsroom.boss)
    response = client.post(reverse(f"wagtailsnippets_cms_{what}:delete", args=[thing.pk]), follow=True)
    assert type(thing)._default_manager.filter(pk=thing.pk).exists()
    assert "The quay is closed" in response.content.decode()


def test_a_picture_that_a_draft_names_is_not_deleted(newsroom: Newsroom, image: NewsImage, client):
    article = newsroom.draft("The quay is closed")
    newsroom.edit(article, by=newsroom.reporter, lead_image=image)
    client.force_login(newsroom.boss)
    client.post(reverse("wagtailimages:delete", args=[image.pk]))
    several = reverse("wagtail_bulk_action", args=["cms", "newsimage", "delete"])
    response = client.post(f"{several}?id={image.pk}", follow=True)
    assert "The quay is closed" in response.content.decode()
    assert NewsImage.objects.filter(pk=image.pk).exists()


def test_a_picture_that_only_a_scheduled_version_names_is_not_deleted(newsroom: Newsroom, image: NewsImage):
    article = newsroom.publish()
    newsroom.edit(article, by=newsroom.reporter, lead_image=image)
    newsroom.clear(article)
    newsroom.release(article, at=timezone.now() + timedelta(hours=1))
    newsroom.edit(article, by=newsroom.reporter, lead_image=None)
    with pytest.raises(Refused, match="cannot be deleted"):
        image.delete()


def test_a_picture_that_no_draft_names_any_more_is_deleted(newsroom: Newsroom, image: NewsImage):
    article = newsroom.draft()
    newsroom.edit(article, by=newsroom.reporter, lead_image=image)
    newsroom.edit(article, by=newsroom.reporter, lead_image=None)
    image.delete()
    assert not NewsImage.objects.filter(pk=image.pk).exists()
