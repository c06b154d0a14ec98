"""Which part of a story a change is about."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.newsroom import Newsroom
from workflows import matters
from workflows.models import Matter

CONTENT = {
    "title": "The ferry is late",
    "short_title": "",
    "kicker": "",
    "standfirst": "What happened.",
    "kind": "news",
    "language": "en-gb",
    "byline": [[1, "author"]],
    "topics": [3, 4],
    "lead_image": 7,
    "body": [
        {"type": "paragraph", "value": "<p>One.</p>", "id": "a"},
        {"type": "image", "value": {"image": 8, "alt": "", "caption": "The quay"}, "id": "b"},
        {"type": "related", "value": {"title": "", "stories": [5]}, "id": "c"},
    ],
    "flags": {"breaking": False, "sensitive": False, "sponsored": False},
    "embargo_until": None,
    "rights": {"usage_terms": "", "may_be_syndicated": False},
    "picks": [],
    "related": {"suggest": True, "may_be_suggested": True},
    "seo": {"title": "", "description": "", "canonical_url": "", "robots": "index,follow"},
}


@pytest.mark.django_db
def test_every_part_of_the_public_content_has_a_matter(newsroom: Newsroom):
    assert set(newsroom.draft().public_content()) == set(matters.MATTER_OF_KEY) == set(CONTENT)


def test_the_matters_are_those_that_rules_can_name():
    assert set(matters.MATTER_OF_KEY.values()) == set(Matter.values)
    assert set(matters.MATTER_OF_BLOCK.values()) <= set(Matter.values)


@pytest.mark.parametrize(
    ("key", "value", "matter"),
    [
        ("title", "Another", {"headline"}),
        ("standfirst", "Another", {"headline"}),
        ("kind", "opinion", {"topics"}),
        ("topics", [3], {"topics"}),
        ("byline", [[1, "author"], [2, "author"]], {"byline"}),
        ("lead_image", 9, {"pictures"}),
        ("flags", CONTENT["flags"] | {"sensitive": True}, {"flags"}),
        ("embargo_until", "2030-01-01T00:00:00+00:00", {"embargo"}),
        ("rights", CONTENT["rights"] | {"may_be_syndicated": True}, {"rights"}),
        ("picks", [5], {"links"}),
        ("related", CONTENT["related"] | {"suggest": False}, {"links"}),
        ("seo", CONTENT["seo"] | {"title": "Ferry"}, {"search"}),
        ("language", "de", {"text"}),
    ],
)
def test_a_changed_field_is_one_matter(key, value, matter):
    assert matters.changed(CONTENT, CONTENT | {key: value}) == matter


def with_block(index: int, **changes) -> dict:
    body = [dict(block) for block in CONTENT["body"]]
    body[index] |= changes
    return CONTENT | {"body": body}


@pytest.mark.parametrize(
    ("index", "value", "matter"),
    [
        (0, "<p>Two.</p>", {"text"}),
        (1, {"image": 8, "alt": "", "caption": "Another quay"}, {"pictures"}),
        (2, {"title": "", "stories": [6]}, {"links"}),
    ],
)
def test_a_changed_block_is_the_matter_of_its_type(index, value, matter):
    assert matters.changed(CONTENT, with_block(index, value=value)) == matter


def test_a_picture_that_moves_between_paragraphs_is_text():
    body = [CONTENT["body"][1], CONTENT["body"][0], CONTENT["body"][2]]
    assert matters.changed(CONTENT, CONTENT | {"body": body}) == {"text"}


def test_a_picture_put_into_the_text_is_pictures_and_text():
    body = [*CONTENT["body"], {"type": "image", "value": {"image": 9}, "id": "d"}]
    assert matters.changed(CONTENT, CONTENT | {"body": body}) == {"pictures", "text"}


blocks = st.lists(
    st.fixed_dictionaries(
        {"type": st.sampled_from(["paragraph", "image", "gallery", "related", "embed"]), "value": st.integers(0, 3)}
    ),
    max_size=6,
)


@given(blocks, blocks)
def test_no_change_of_the_body_is_without_a_matter(before, after):
    touched = matters.changed(CONTENT | {"body": before}, CONTENT | {"body": after})
    assert bool(touched) == (before != after)
