"""What comes from a word processor is cleaned, and its words are kept."""

import json

from cms.blocks import ParagraphBlock


def stored(*blocks: dict, entities: dict | None = None) -> str:
    """What a paragraph stores of what the editor's browser posts."""
    posted = {"blocks": list(blocks), "entityMap": entities or {}}
    block = ParagraphBlock()
    return str(block.value_from_datadict({"body": json.dumps(posted)}, {}, "body").source)


def line(text: str, styles: tuple[str, ...] = (), entity: int | None = None) -> dict:
    ranges = [{"offset": 0, "length": len(text), "style": style} for style in styles]
    entity_ranges = [] if entity is None else [{"offset": 0, "length": len(text), "key": entity}]
    return {
        "key": "abcde",
        "text": text,
        "type": "unstyled",
        "depth": 0,
        "inlineStyleRanges": ranges,
        "entityRanges": entity_ranges,
    }


def test_bold_italic_and_links_stay():
    html = stored(
        line("Two hours late", styles=("BOLD", "ITALIC")),
        line("the timetable", entity=0),
        entities={"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "https://example.org/"}}},
    )
    assert "<b>" in html
    assert "<i>" in html
    assert '<a href="https://example.org/">the timetable</a>' in html


def test_colours_and_underlines_become_plain_text():
    html = stored(line("as agreed", styles=("UNDERLINE", "COLOR_RED")))
    assert "as agreed" in html
    assert "<u>" not in html
    assert "style" not in html


def test_a_script_is_only_text():
    html = stored(line("<script>alert(1)</script>"))
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_a_link_that_runs_a_script_leads_nowhere():
    html = stored(
        line("press here", entity=0),
        entities={"0": {"type": "LINK", "mutability": "MUTABLE", "data": {"url": "javascript:alert(1)"}}},
    )
    assert "javascript:" not in html
    assert "press here" in html
