"""The files of pictures: who gets them, and how."""

import socket
from datetime import timedelta
from importlib import import_module

import boto3
import pytest
from django.apps import apps
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.urls import reverse
from django.utils import timezone
from moto.server import ThreadedMotoServer
from wagtail.documents.models import Document
from wagtail.users.models import UserProfile

from api.media.signing import sign
from api.models import PublishedArticle
from api.representation.build import shape
from api.tasks import reconcile_due, reconcile_stories_showing, reconcile_strays
from cms.actions import kill
from cms.models import Article, Author, NewsImage, NewsRendition
from cms.tasks import prepare_image
from tests.factories import NewsImageFactory
from tests.newsroom import Newsroom

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("media")]
BUCKET = "copydesk-pictures"
LIFETIME_OF_A_REDIRECT = "public, max-age=0, s-maxage=60"


@pytest.fixture
def image(newsroom: Newsroom) -> NewsImage:
    return NewsImageFactory()


@pytest.fixture
def prepared(image: NewsImage) -> NewsImage:
    """A picture with everything that a worker makes of it."""
    prepare_image(image.pk)
    return image


def rendition_of(image: NewsImage, width: int = 320) -> NewsRendition:
    return image.get_rendition(f"width-{width}|format-webp")


def file_of(image: NewsImage) -> str:
    """The address of one of its renditions."""
    return rendition_of(image).url


def publish(newsroom: Newsroom, title: str = "", **fields) -> Article:
    """A story that readers see; how it was reviewed is not what is tried here."""
    return newsroom.release(newsroom.clear_at_once(newsroom.draft(title, **fields)))


def status(client, url: str) -> int:
    return client.get(url).status_code


# What is public -------------------------------------------------------------------------------------------------------


def test_a_picture_is_public_while_a_story_shows_it(newsroom: Newsroom, image, client):
    url = file_of(image)
    article = newsroom.draft(lead_image=image)
    assert status(client, url) == 404
    newsroom.release(newsroom.clear_at_once(article))
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert b"".join(answer.streaming_content)[:4] == b"RIFF"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert f"image-{image.public_id}" in answer["Surrogate-Key"].split()
    assert answer["Cache-Control"] == "public, max-age=0, s-maxage=60"
    assert "Cookie" not in answer.get("Vary", "")
    newsroom.fresh(article).unpublish()
    assert status(client, url) == 404


@pytest.mark.parametrize("kind", ["image", "gallery"])
def test_a_picture_inside_a_text_is_public_with_it(newsroom: Newsroom, image, client, kind):
    value = {"image": image, "alt": "", "caption": ""}
    block = (kind, value if kind == "image" else {"title": "", "pictures": [value]})
    article = publish(newsroom, body=[block])
    assert newsroom.readers_see(article).image_ids == [image.pk]
    assert status(client, file_of(image)) == 200


def test_a_picture_of_two_stories_stays_while_one_of_them_does(newsroom: Newsroom, image, client):
    first, second = publish(newsroom, lead_image=image), publish(newsroom, lead_image=image)
    kill(first, reason="It was wrong.", by=newsroom.publisher)
    assert status(client, file_of(image)) == 200
    kill(second, reason="It was wrong too.", by=newsroom.publisher)
    assert status(client, file_of(image)) == 404


def test_a_portrait_is_public_while_its_author_has_a_story(newsroom: Newsroom, image, client):
    article = newsroom.draft()
    Author.objects.filter(slug="ottoline-quay").update(portrait=image)
    assert status(client, file_of(image)) == 404
    newsroom.release(newsroom.clear_at_once(article))
    answer = client.get(file_of(image))
    assert answer.status_code == 200
    assert {f"image-{image.public_id}", "list-author-ottoline-quay"} <= set(answer["Surrogate-Key"].split())
    Author.objects.filter(slug="ottoline-quay").update(portrait=None)
    assert status(client, file_of(image)) == 404


def test_a_picture_that_a_new_version_leaves_out_is_private_again(newsroom: Newsroom, image, client):
    article = publish(newsroom, lead_image=image)
    newsroom.edit(article, by=newsroom.reporter, lead_image=None)
    newsroom.release(newsroom.clear_at_once(article))
    assert status(client, file_of(image)) == 404


def test_caches_keep_a_picture_no_longer_than_its_last_story(newsroom: Newsroom, image, client, freezer):
    at = timezone.now().replace(microsecond=0)
    freezer.move_to(at)
    url = file_of(image)
    publish(newsroom, lead_image=image, expire_at=at + timedelta(seconds=10))
    publish(newsroom, lead_image=image, expire_at=at + timedelta(seconds=20))
    freezer.move_to(at)
    assert client.get(url)["Cache-Control"].endswith("s-maxage=20")
    freezer.move_to(at + timedelta(seconds=20))
    assert status(client, url) == 404


def test_the_uploaded_file_is_never_public(newsroom: Newsroom, image, client):
    publish(newsroom, lead_image=image)
    assert status(client, image.file.url) == 404


def test_what_is_private_and_what_is_not_there_are_answered_alike(newsroom: Newsroom, image, client):
    private, absent = client.get(file_of(image)), client.get("/media/images/nothing.webp")
    for answer in (private, absent):
        del answer["X-Request-ID"]
    assert (private.status_code, private.content, private.headers) == (404, absent.content, absent.headers)
    assert private["Cache-Control"] == "no-store"


@pytest.mark.parametrize("name", ["../cms/settings.py", "images/%00.webp", "images/", "..%2f..%2fetc%2fpasswd", "%5c"])
def test_nothing_but_a_picture_is_found(newsroom: Newsroom, client, name):
    assert status(client, f"/media/{name}") == 404


def test_an_unchanged_picture_is_304_and_costs_no_file(newsroom: Newsroom, image, client):
    publish(newsroom, lead_image=image)
    url = file_of(image)
    tag = client.get(url)["ETag"]
    default_storage.delete(rendition_of(image).file.name)
    again = client.get(url, headers={"If-None-Match": tag})
    assert (again.status_code, again.content, again["ETag"]) == (304, b"", tag)
    assert f"image-{image.public_id}" in again["Surrogate-Key"].split()
    assert status(client, url) == 404


def test_a_head_has_the_headers_and_no_picture(newsroom: Newsroom, image, client):
    publish(newsroom, lead_image=image)
    answer = client.head(file_of(image))
    size = rendition_of(image).file.size
    assert (answer.status_code, answer["Content-Length"]) == (200, str(size))
    assert client.post(file_of(image)).status_code == 405


def test_a_reader_costs_two_queries(newsroom: Newsroom, image, client, django_assert_num_queries):
    publish(newsroom, lead_image=image)
    url = file_of(image)
    with django_assert_num_queries(2):
        client.get(url)


# Who else gets it -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("person", ["reporter", "pictures", "boss"])
def test_who_works_here_sees_every_picture(newsroom: Newsroom, image, client, person):
    client.force_login(newsroom.people[person])
    for url in (file_of(image), image.file.url):
        answer = client.get(url)
        assert (answer.status_code, answer["Cache-Control"]) == (200, "private, max-age=300")
        assert "Cookie" in answer["Vary"]


def test_a_login_without_the_admin_sees_no_more_than_readers(newsroom: Newsroom, image, client):
    newsroom.reporter.groups.clear()
    client.force_login(newsroom.reporter)
    assert status(client, file_of(image)) == 404


def test_who_works_here_gets_no_other_file_of_the_store(newsroom: Newsroom, client):
    default_storage.save("secrets/keys.txt", ContentFile(b"secret"))
    client.force_login(newsroom.boss)
    assert status(client, "/media/secrets/keys.txt") == 404


def test_the_portrait_of_a_login_is_seen_by_the_house(newsroom: Newsroom, image, client):
    profile = UserProfile.get_for_user(newsroom.reporter)
    profile.avatar.save("me.png", ContentFile(b"a picture"))
    assert status(client, profile.avatar.url) == 404
    client.force_login(newsroom.editor)
    assert status(client, profile.avatar.url) == 200


def test_a_signed_address_opens_one_file_until_it_ends(newsroom: Newsroom, image, client, freezer):
    at = timezone.now()
    freezer.move_to(at)
    name, other = (rendition_of(image, width).file.name for width in (320, 200))
    signed = sign(f"/media/{name}", name, at + timedelta(minutes=15))
    answer = client.get(signed)
    assert (answer.status_code, answer["Cache-Control"]) == (200, "private, no-store")
    assert status(client, signed.replace(name, other)) == 404
    assert status(client, signed.replace("signed=", "signed=9")) == 404
    assert status(client, signed[:-1] + ("a" if signed[-1] != "a" else "b")) == 404
    freezer.move_to(at + timedelta(minutes=15))
    assert status(client, signed) == 404


def test_the_chooser_and_the_list_of_pictures_show_them(newsroom: Newsroom, image, client):
    client.force_login(newsroom.pictures)
    for address in (reverse("wagtailimages:index"), reverse("wagtailimages_chooser:choose")):
        shown = client.get(address).content.decode()
        thumbnails = [one.url for one in image.renditions.all() if one.url in shown]
        assert {status(client, url) for url in thumbnails} == {200}


def test_a_document_is_for_the_house(newsroom: Newsroom, client):
    document = Document.objects.create(title="Payroll", file=ContentFile(b"secret", name="payroll.txt"))
    assert (status(client, document.url), status(client, document.file.url)) == (404, 404)
    client.force_login(newsroom.reporter)
    assert (status(client, document.url), status(client, document.file.url)) == (200, 404)


# How it is sent -------------------------------------------------------------------------------------------------------


def test_nginx_may_send_the_bytes(newsroom: Newsroom, image, client, settings):
    publish(newsroom, lead_image=image)
    url = file_of(image)
    settings.MEDIA_DELIVERY = "nginx"
    answer = client.get(url)
    assert (answer.status_code, answer.content) == (200, b"")
    assert answer["X-Accel-Redirect"] == url.replace("/media/", "/protected-media/")
    assert (answer["Content-Type"], answer["Cache-Control"][:6]) == ("image/webp", "public")


@pytest.fixture
def closed_port():
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield taken.getsockname()[1]


@pytest.fixture(scope="module")
def store():
    """An S3-compatible store on a port of this machine."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(store, settings):
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": store,
        "region_name": "eu-central-1",
        "access_key": "a-key",
        "secret_key": "a-secret",
        "location": "pictures",
    }
    client = boto3.client(
        "s3",
        endpoint_url=store,
        region_name="eu-central-1",
        aws_access_key_id="a-key",
        aws_secret_access_key="a-secret",
    )
    client.create_bucket(Bucket=BUCKET, CreateBucketConfiguration={"LocationConstraint": "eu-central-1"})
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "cms.storage.PictureBucket", "OPTIONS": options}}
    yield client
    for one in client.list_objects_v2(Bucket=BUCKET).get("Contents", []):
        client.delete_object(Bucket=BUCKET, Key=one["Key"])
    client.delete_bucket(Bucket=BUCKET)


def test_an_object_store_keeps_pictures_and_the_gate_hands_them_out(
    bucket, newsroom: Newsroom, client, store, settings
):
    image = NewsImageFactory()
    prepare_image(image.pk)
    url = file_of(image)
    assert url.startswith("/media/images/")
    assert status(client, url) == 404
    article = publish(newsroom, lead_image=image)
    answer = client.get(url)
    assert (answer.status_code, answer["Content-Type"]) == (200, "image/webp")
    assert b"".join(answer.streaming_content)[:4] == b"RIFF"
    shown = client.get(f"/api/v1/articles/{article.public_id}/").json()["image"]
    assert all(one["url"].startswith(settings.PUBLIC_MEDIA_URL) for one in shown["renditions"])
    assert store not in str(shown)

    settings.MEDIA_DELIVERY = "redirect"
    answer = client.get(url)
    assert (answer.status_code, answer["Cache-Control"]) == (302, LIFETIME_OF_A_REDIRECT)
    assert answer["Location"].startswith(f"{store}/{BUCKET}/pictures/images/")
    assert "X-Amz-Signature=" in answer["Location"]
    assert "X-Amz-Expires=120" in answer["Location"]

    settings.MEDIA_DELIVERY = "stream"
    bucket.delete_object(Bucket=BUCKET, Key="pictures/" + url.removeprefix("/media/"))
    assert status(client, url) == 404
    article.unpublish()
    other = rendition_of(image, 640).url
    assert status(client, other) == 404
    client.force_login(newsroom.reporter)
    assert status(client, other) == 200


def test_a_store_that_does_not_answer_is_503(newsroom: Newsroom, image, client, settings, closed_port):
    publish(newsroom, lead_image=image)
    url = file_of(image)
    options = {
        "bucket_name": BUCKET,
        "endpoint_url": f"http://127.0.0.1:{closed_port}",
        "region_name": "eu-central-1",
        "access_key": "a-key",
        "secret_key": "a-secret",
    }
    settings.STORAGES = settings.STORAGES | {"default": {"BACKEND": "cms.storage.PictureBucket", "OPTIONS": options}}
    answer = client.get(url)
    assert (answer.status_code, answer["Cache-Control"], answer["Retry-After"]) == (503, "no-store", "5")


# What the API says of it ----------------------------------------------------------------------------------------------


def test_srcset_names_each_width_once_and_the_best_type_first(newsroom: Newsroom, client):
    image = NewsImageFactory(size=(1400, 900))
    prepare_image(image.pk)
    article = publish(newsroom, lead_image=image)
    shown = client.get(f"/api/v1/articles/{article.public_id}/").json()["image"]
    assert list(shown["srcset"]) == ["image/avif", "image/webp", "image/jpeg"]
    widths = [one.rpartition(" ")[2] for one in shown["srcset"]["image/webp"].split(", ")]
    assert widths == ["320w", "640w", "1280w", "1400w"]
    assert {name: list(kinds) for name, kinds in shown["crops"].items()} == {
        "16:9": ["image/webp", "image/jpeg"],
        "1:1": ["image/webp", "image/jpeg"],
    }
    urls = {one["url"] for one in shown["renditions"]}
    for srcset in (*shown["srcset"].values(), *shown["crops"]["16:9"].values()):
        assert {one.partition(" ")[0] for one in srcset.split(", ")} <= urls


def test_a_small_picture_is_not_offered_twice_in_one_width(newsroom: Newsroom, client):
    image = NewsImageFactory(size=(500, 400))
    prepare_image(image.pk)
    article = publish(newsroom, lead_image=image)
    shown = client.get(f"/api/v1/articles/{article.public_id}/").json()["image"]
    assert [one.rpartition(" ")[2] for one in shown["srcset"]["image/jpeg"].split(", ")] == ["320w", "500w"]


def test_every_address_that_the_api_gives_of_a_picture_is_open(newsroom: Newsroom, prepared, client):
    article = publish(newsroom, lead_image=prepared)
    shown = client.get(f"/api/v1/articles/{article.public_id}/").json()["image"]
    assert {status(client, one["url"].removeprefix("http://127.0.0.1:8000")) for one in shown["renditions"]} == {200}


def test_after_an_upgrade_every_row_is_stored_in_the_new_form(newsroom: Newsroom, prepared, client):
    article, plain = publish(newsroom, lead_image=prepared), publish(newsroom)
    version = newsroom.readers_see(plain).version
    PublishedArticle.objects.update(shape="1-of-yesterday")
    PublishedArticle.objects.filter(article_id=article.pk).update(digest="of yesterday", detail="{}", image_ids=[])
    reconcile_strays()
    assert set(PublishedArticle.objects.values_list("shape", flat=True)) == {shape()}
    assert status(client, file_of(prepared)) == 200
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["image"]["srcset"]
    assert newsroom.readers_see(plain).version == version


def test_a_story_whose_present_content_nobody_cleared_is_left_as_readers_have_it(newsroom: Newsroom, client):
    article = publish(newsroom, title="As it was signed")
    Article.objects.filter(pk=article.pk).update(title="As nobody signed it")
    PublishedArticle.objects.update(shape="1-of-yesterday")
    reconcile_strays()
    assert set(PublishedArticle.objects.values_list("shape", flat=True)) == {shape()}
    assert client.get(f"/api/v1/articles/{article.public_id}/").json()["title"] == "As it was signed"


def test_pictures_of_stories_that_readers_had_before_the_gate_stay_public(newsroom: Newsroom, prepared, client):
    article = publish(newsroom, lead_image=prepared)
    PublishedArticle.objects.update(image_ids=[])
    assert status(client, file_of(prepared)) == 404
    import_module("api.migrations.0009_name_pictures_of_stories").name_pictures(apps, None)
    assert newsroom.readers_see(article).image_ids == [prepared.pk]


def test_after_a_change_of_addresses_stories_have_the_new_ones(newsroom: Newsroom, client, settings):
    article = publish(newsroom)
    settings.FRONTEND_URL = "https://www.example.org"
    reconcile_strays()
    shown = client.get(f"/api/v1/articles/{article.public_id}/").json()
    assert shown["url"].startswith("https://www.example.org/")


def test_a_picture_of_an_embargoed_story_becomes_public_with_it(newsroom: Newsroom, image, client, freezer):
    at = timezone.now()
    publish(newsroom, lead_image=image, embargo_until=at + timedelta(hours=1))
    assert status(client, file_of(image)) == 404
    freezer.move_to(at + timedelta(hours=1))
    reconcile_due()
    assert status(client, file_of(image)) == 200


def test_renditions_made_after_publication_are_public_at_once(newsroom: Newsroom, client):
    image = NewsImageFactory()
    publish(newsroom, lead_image=image)
    prepare_image(image.pk)
    reconcile_stories_showing("newsimage", image.pk)
    assert status(client, file_of(image)) == 200
