"""What changed between two versions, as people read it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.workflows.test_matters import CONTENT
from workflows import differences
from workflows.differences import BlockChange, Item, Piece, Reference, compare, rich_words, words

texts = st.text(alphabet=st.sampled_from("ab c.,\n é字-’"), max_size=40) | st.text(max_size=40)


def side(pieces, op: str) -> str:
    return "".join(piece.text for piece in pieces if piece.op in ("same", op))


@given(texts, texts)
def test_words_make_both_texts_again(before, after):
    pieces = words(before, after)
    assert side(pieces, "removed") == before
    assert side(pieces, "added") == after


@given(texts)
def test_a_text_that_did_not_change_has_no_changes(text):
    assert all(piece.op == "same" for piece in words(text, text))


@given(texts, texts)
def test_rich_text_makes_both_texts_again(before, after):
    def paragraph(text: str) -> str:
        return "<p>" + text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;") + "</p>"

    pieces = rich_words(paragraph(before), paragraph(after))
    # A reader of HTML makes other line ends and signs of some characters; the text of one version alone says which.
    assert side(pieces, "removed") == side(rich_words(paragraph(before), paragraph(before)), "same")
    assert side(pieces, "added") == side(rich_words(paragraph(after), paragraph(after)), "same")


def test_one_word_is_one_change():
    assert words("The ferry is two hours late.", "The ferry is three hours late.") == (
        Piece("same", "The ferry is "),
        Piece("removed", "two"),
        Piece("added", "three"),
        Piece("same", " hours late."),
    )


def test_words_that_only_a_space_divides_are_one_change():
    pieces = words("a small boat left", "a big ship left")
    assert pieces == (
        Piece("same", "a "),
        Piece("removed", "small boat"),
        Piece("added", "big ship"),
        Piece("same", " left"),
    )


def test_a_format_is_said_and_changes_no_word():
    pieces = rich_words("<p>two hours late</p>", "<p>two <b>hours</b> late</p>")
    assert [piece.text for piece in pieces if piece.restyled] == ["hours"]
    (hours,) = (piece for piece in pieces if piece.restyled)
    assert (hours.was, hours.now) == ((), ("bold",))


def test_a_link_that_leads_elsewhere_is_said():
    pieces = rich_words('<p><a href="https://a.example/">here</a></p>', '<p><a href="https://b.example/">here</a></p>')
    (here,) = (piece for piece in pieces if piece.restyled)
    assert (here.was, here.now) == (("link https://a.example/",), ("link https://b.example/",))


def test_a_new_paragraph_is_a_line_of_its_own():
    pieces = rich_words("<p>One.</p>", "<p>One.</p><p>Two.</p>")
    assert side(pieces, "added") == "One.\nTwo."


def paragraph(id_: str, text: str) -> dict:
    return {"type": "paragraph", "value": f"<p>{text}</p>", "id": id_}


def ops(before: list[dict], after: list[dict]) -> list[tuple[str, str]]:
    changes = compare(CONTENT | {"body": before}, CONTENT | {"body": after}).blocks
    return [(change.id, change.op) for change in changes]


A, B, C = (paragraph(letter, f"Paragraph {letter}.") for letter in "abc")


@pytest.mark.parametrize(
    ("before", "after", "expected"),
    [
        ([A, B], [A, B], [("a", "same"), ("b", "same")]),
        ([A], [A, B], [("a", "same"), ("b", "added")]),
        ([A, B, C], [A, C], [("a", "same"), ("b", "removed"), ("c", "same")]),
        ([A, B], [B], [("a", "removed"), ("b", "same")]),
        ([A, B, C], [C, A, B], [("c", "moved"), ("a", "same"), ("b", "same")]),
        ([A, B], [A, paragraph("b", "Rewritten.")], [("a", "same"), ("b", "changed")]),
    ],
)
def test_blocks_are_matched_by_what_they_are(before, after, expected):
    assert ops(before, after) == expected


def test_a_block_that_moved_and_changed_says_both():
    changes = compare(CONTENT | {"body": [A, B, C]}, CONTENT | {"body": [paragraph("c", "New."), A, B]}).blocks
    assert (changes[0].op, changes[0].moved) == ("changed", True)


def test_a_paragraph_shows_the_words_that_changed():
    after = CONTENT | {"body": [paragraph("a", "One or two."), *CONTENT["body"][1:]]}
    (change,) = compare(CONTENT, after).changed_blocks
    assert [piece.text for piece in change.parts[0].pieces if piece.op == "added"] == [" or two"]


def test_another_picture_is_a_change_of_things():
    after = CONTENT | {"lead_image": 9}
    (part,) = compare(CONTENT, after).fields
    assert part.items == (Item("added", Reference("picture", 9)), Item("removed", Reference("picture", 7)))


def test_people_who_change_places_have_moved():
    before = CONTENT | {"byline": [[1, "author"], [2, "author"], [3, "author"]]}
    after = CONTENT | {"byline": [[3, "author"], [1, "author"], [2, "author"]]}
    (part,) = compare(before, after).fields
    assert [(item.op, item.reference.pk) for item in part.items] == [("moved", 3), ("same", 1), ("same", 2)]


def test_a_flag_is_named():
    (part,) = compare(CONTENT, CONTENT | {"flags": CONTENT["flags"] | {"sensitive": True}}).fields
    assert part.name == "flags.sensitive"


def test_the_matters_of_the_changes_are_those_of_the_review():
    from workflows import matters

    after = CONTENT | {"title": "Another", "lead_image": 9, "body": [A, *CONTENT["body"][1:]]}
    assert compare(CONTENT, after).matters == matters.changed(CONTENT, after)


def test_nothing_changed_is_no_difference():
    assert not compare(CONTENT, CONTENT)


@pytest.mark.parametrize(
    ("type_", "before", "after", "added"),
    [
        ("heading", {"text": "Then", "level": "2"}, {"text": "Now", "level": "2"}, "Now"),
        ("quote", {"text": "No", "attribution": "O. Quay"}, {"text": "No", "attribution": "I. Marlow"}, "I. Marlow"),
        (
            "list",
            {"style": "bulleted", "items": ["<p>A</p>"]},
            {"style": "bulleted", "items": ["<p>A</p>", "<p>B</p>"]},
            "\nB",
        ),
        ("fact_box", {"title": "T", "text": "<p>4 piers</p>"}, {"title": "T", "text": "<p>5 piers</p>"}, "5"),
        (
            "table",
            {"columns": [{"type": "text", "heading": "Year"}], "rows": [{"values": ["2024"]}], "caption": ""},
            {"columns": [{"type": "text", "heading": "Year"}], "rows": [{"values": ["2025"]}], "caption": ""},
            "2025",
        ),
        ("embed", {"url": "https://a.example/1", "caption": ""}, {"url": "https://a.example/2", "caption": ""}, "2"),
        ("divider", None, None, ""),
    ],
)
def test_every_type_of_block_shows_its_words(type_, before, after, added):
    def body(value) -> dict:
        return CONTENT | {"body": [{"type": type_, "value": value, "id": "x"}]}

    pieces = [
        piece for block in compare(body(before), body(after)).blocks for part in block.parts for piece in part.pieces
    ]
    assert "".join(piece.text for piece in pieces if piece.op == "added") == added


def test_a_gallery_shows_its_pictures_and_captions():
    def body(*pictures: tuple[int, str]) -> dict:
        value = {
            "title": "",
            "pictures": [{"type": "item", "value": {"image": pk, "caption": text}} for pk, text in pictures],
        }
        return CONTENT | {"body": [{"type": "gallery", "value": value, "id": "g"}]}

    (change,) = compare(body((1, "Bow"), (2, "Stern")), body((1, "Prow"), (3, "Stern"))).changed_blocks
    parts = {part.name: part for part in change.parts}
    assert Item("added", Reference("picture", 3)) in parts["pictures"].items
    assert [piece.text for piece in parts["captions"].pieces if piece.op == "added"] == ["Prow"]


def test_things_are_found_wherever_a_version_names_them():
    assert differences.references(CONTENT) == {"picture": {7, 8}, "author": {1}, "topic": {3, 4}, "story": {5}}


def test_words_that_come_often_cut_no_long_text_into_crumbs():
    before = " ".join(f"word{number} and" for number in range(3000))
    pieces = words(before, before.replace("word1500 and", "something else altogether and"))
    assert [piece.text for piece in pieces if piece.op == "added"] == ["something else altogether"]


def test_a_body_without_ids_is_compared_by_place():
    before = CONTENT | {"body": [{"type": "paragraph", "value": "<p>One</p>"}]}
    after = CONTENT | {"body": [{"type": "paragraph", "value": "<p>Two</p>"}]}
    (change,) = compare(before, after).changed_blocks
    assert isinstance(change, BlockChange)
    assert change.op == "changed"
