"""One story: its shape, its forms, its validators, its addresses."""

import json

import pytest
from django.utils import timezone
from jsonschema import Draft202012Validator

from api.management.commands.openapi import document
from api.representation.schema import BLOCK_VALUES
from cms.actions import correct
from cms.blocks import BodyBlock
from cms.models import Article, Author, NewsImage
from cms.tasks import prepare_image
from tests.newsroom import Newsroom

pytestmark = pytest.mark.django_db

QUOTE = {
    "text": "We have waited eleven winters.",
    "attribution": "Odalys Brindle",
    "role": "Harbour master",
    "style": "block",
}


def every_block(image: NewsImage, other: Article) -> list[dict]:
    """A stored body with each type of block once."""
    values = {
        "paragraph": f'<p data-block-key="k">See <a linktype="page" id="{other.pk}">the other story</a> or '
        '<a href="https://example.org/">elsewhere</a>.</p>',
        "heading": {"text": "What was decided", "level": "2"},
        "list": {"style": "numbered", "items": [{"type": "item", "value": "<p>One</p>", "id": "i1"}]},
        "quote": QUOTE,
        "divider": None,
        "image": {"image": image.pk, "alt": "", "caption": "At the quay"},
        "gallery": {
            "title": "Regatta",
            "pictures": [
                {"type": "item", "value": {"image": image.pk, "alt": "", "caption": ""}, "id": f"g{number}"}
                for number in (1, 2)
            ],
        },
        "embed": {"url": "https://www.youtube.com/watch?v=abcdefghijk", "caption": ""},
        "fact_box": {"title": "In figures", "text": "<p>412 metres</p>"},
        "table": {
            "columns": [{"type": "text", "heading": "Pier"}, {"type": "number", "heading": "Metres"}],
            "rows": [{"values": ["North", "12.5"]}, {"values": ["South", None]}],
            "caption": "Piers",
        },
        "related": {"title": "More", "stories": [{"type": "item", "value": other.pk, "id": "r1"}]},
    }
    return [{"type": name, "value": value, "id": f"block-{name}"} for name, value in values.items()]


def body(*blocks: dict) -> str:
    return json.dumps(list(blocks))


def publish_every_block(newsroom: Newsroom, image: NewsImage) -> Article:
    other = newsroom.publish("The other story")
    article = newsroom.draft("All blocks", lead_image=image)
    version = article.get_latest_revision().as_object()
    version.body = body(*every_block(image, other))
    version.save_revision(user=newsroom.reporter)
    return newsroom.release(newsroom.clear(article))


def test_every_block_is_in_the_schema():
    assert set(BLOCK_VALUES) == set(BodyBlock().child_blocks)


def test_a_story_with_every_block_is_as_the_schema_says(newsroom: Newsroom, image, client):
    article = publish_every_block(newsroom, image)
    prepare_image(image.pk)
    from api.tasks import reconcile_stories_showing

    reconcile_stories_showing("newsimage", image.pk)
    shown = client.get(f"/api/v1/articles/{article.public_id}/").json()
    schema = document()
    validator = Draft202012Validator({"$ref": "#/components/schemas/Detail", **schema})
    assert [error.message for error in validator.iter_errors(shown)] == []
    assert [block["type"] for block in shown["body"]["blocks"]] == list(BLOCK_VALUES)


def test_links_to_our_own_stories_are_resolved(newsroom: Newsroom, image, client):
    article = publish_every_block(newsroom, image)
    block = client.get(f"/api/v1/articles/{article.public_id}/").json()["body"]["blocks"][0]
    inside, outside = block["value"]["links"]
    assert (inside["kind"], inside["slug"], inside["text"]) == ("article", "the-other-story", "the other story")
    assert outside["url"] == "https://example.org/"
    assert f'<a href="{inside["url"]}">the other story</a>' in block["value"]["html"]
    assert "linktype" not in block["value"]["html"]
    assert "data-block-key" not in block["value"]["html"]


def test_a_link_to_a_withdrawn_story_becomes_plain_text(newsroom: Newsroom, image, client):
    article = publish_every_block(newsroom, image)
    Article.objects.get(slug="the-other-story").unpublish()
    blocks = {
        block["type"]: block["value"]
        for block in client.get(f"/api/v1/articles/{article.public_id}/").json()["body"]["blocks"]
    }
    assert "See the other story or" in blocks["paragraph"]["html"]
    assert blocks["related"]["stories"] == []


def test_a_quotation_keeps_its_speaker_in_every_form(newsroom: Newsroom, image, client):
    article = publish_every_block(newsroom, image)
    address = f"/api/v1/articles/{article.public_id}/"
    blocks = client.get(address).json()["body"]["blocks"]
    assert next(block["value"] for block in blocks if block["type"] == "quote") == QUOTE
    for form, said in (
        ("html", "<figcaption>Odalys Brindle, Harbour master</figcaption>"),
        ("markdown", "> We have waited eleven winters."),
        ("text", "We have waited eleven winters.\nOdalys Brindle"),
    ):
        assert said in client.get(f"{address}?format={form}").json()["body"][form]


def test_renditions_are_shown_once_they_are_made(newsroom: Newsroom, image, client):
    article = newsroom.publish(lead_image=image)
    address = f"/api/v1/articles/{article.public_id}/"
    assert client.get(address).json()["image"]["renditions"] == []
    from api.tasks import reconcile_stories_showing

    prepare_image(image.pk)
    reconcile_stories_showing("newsimage", image.pk)
    shown = client.get(address).json()["image"]
    assert {one["type"] for one in shown["renditions"]} >= {"image/jpeg", "image/webp"}
    assert {one["crop"] for one in shown["renditions"]} == {None, "16:9", "1:1"}
    assert shown["blurhash"]
    assert image.file.url not in json.dumps(shown)


def test_a_get_makes_no_rendition(newsroom: Newsroom, image, client):
    article = newsroom.publish(lead_image=image)
    client.get(f"/api/v1/articles/{article.public_id}/")
    assert not image.renditions.exists()


def test_unchanged_is_304_and_changed_is_not(newsroom: Newsroom, client):
    article = newsroom.publish()
    address = f"/api/v1/articles/{article.public_id}/"
    first = client.get(address)
    again = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert again["ETag"] == first["ETag"]
    correct(article, text="It was one hour late, not two.", by=newsroom.publisher)
    changed = client.get(address, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed.json()["corrections"][0]["text"] == "It was one hour late, not two."
    assert changed.json()["version"] == 2


def test_each_representation_has_a_validator_of_its_own(newsroom: Newsroom, client):
    article = newsroom.publish()
    address = f"/api/v1/articles/{article.public_id}/"
    tags = {client.get(address + query)["ETag"] for query in ("", "?fields=title", "?format=html", "?include=related")}
    assert len(tags) == 4


def test_caches_may_keep_it_until_it_expires_and_no_longer(newsroom: Newsroom, client, freezer):
    at = timezone.now()
    article = newsroom.publish(expire_at=at + timezone.timedelta(seconds=10))
    freezer.move_to(at)
    answer = client.get(f"/api/v1/articles/{article.public_id}/")
    seconds = int(answer["Cache-Control"].split("s-maxage=")[1].split(",")[0])
    assert 0 < seconds <= 10


def test_an_old_slug_leads_to_the_story(newsroom: Newsroom, client):
    article = newsroom.publish("The first headline")
    old_path = article.public_path
    newsroom.edit(article, by=newsroom.reporter, slug="a-better-slug", title="A better headline")
    newsroom.release(newsroom.clear(article))
    answer = client.get("/api/v1/articles/the-first-headline/?fields=title")
    assert answer.status_code == 301
    assert client.get(answer["Location"]).json()["title"] == "A better headline"
    resolved = client.get("/api/v1/resolve/", {"path": old_path}).json()
    assert (resolved["type"], resolved["status"], resolved["location"]) == ("redirect", 301, "/harbour/a-better-slug/")
    assert client.get("/api/v1/articles/a-better-slug/").json()["aliases"] == [old_path]


@pytest.mark.parametrize("path", ["//[", "//[x]/", "/\t/["])
def test_a_path_that_looks_like_a_broken_host_is_nowhere(client, path):
    assert client.get("/api/v1/resolve/", {"path": path}).status_code == 404


def test_an_authors_new_name_reaches_readers_without_a_review(newsroom: Newsroom, client):
    article = newsroom.publish()
    author = Author.objects.get(slug="ottoline-quay")
    author.name = "Ottoline Quay-Brindle"
    author.save()
    from api.tasks import reconcile_stories_showing

    reconcile_stories_showing("author", author.pk)
    shown = client.get(f"/api/v1/articles/{article.public_id}/").json()
    assert shown["authors"][0]["name"] == "Ottoline Quay-Brindle"


def test_a_moved_story_keeps_its_id(newsroom: Newsroom, client):
    article = newsroom.publish("The ferry is late")
    article.move(newsroom.other_section, pos="last-child")
    shown = client.get(f"/api/v1/articles/{article.public_id}/").json()
    assert shown["path"] == "/council/the-ferry-is-late/"
    assert shown["section"]["slug"] == "council"


def test_no_primary_key_leaves_the_house(newsroom: Newsroom, image, client):
    article = publish_every_block(newsroom, image)

    def ids(value):
        if isinstance(value, dict):
            yield from (one for name, one in value.items() if name == "id")
            for one in value.values():
                yield from ids(one)
        elif isinstance(value, list):
            for one in value:
                yield from ids(one)

    shown = client.get(f"/api/v1/articles/{article.public_id}/?include=authors,topics,related").json()
    assert not [one for one in ids(shown) if isinstance(one, int)]


def test_a_method_that_only_writes_is_refused_as_a_problem(client):
    answer = client.post("/api/v1/articles/", {})
    assert answer.status_code == 405
    assert answer["Content-Type"] == "application/problem+json"


def test_an_address_that_is_not_there_is_a_problem(client):
    answer = client.get("/api/v1/nothing/")
    assert (answer.status_code, answer["Content-Type"]) == (404, "application/problem+json")
