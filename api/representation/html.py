"""A public body as one piece of semantic HTML, for readers that want no blocks. Pure."""

from typing import Any

from .rich_text import escape, join

Block = dict[str, Any]


def body_html(blocks: list[Block]) -> str:
    """HTML of public blocks (the `body.blocks` of a detail), without scripts, styles or classes to rely on."""
    return join(_RENDERERS[block["type"]](block["value"]) for block in blocks)


def _paragraph(value: Block) -> str:
    return str(value["html"])


def _heading(value: Block) -> str:
    return f"<h{value['level']}>{escape(value['text'])}</h{value['level']}>"


def _list(value: Block) -> str:
    tag = "ol" if value["style"] == "numbered" else "ul"
    return f"<{tag}>" + "".join(f"<li>{item['html']}</li>" for item in value["items"]) + f"</{tag}>"


def _quote(value: Block) -> str:
    speaker = ", ".join(escape(part) for part in (value["attribution"], value["role"]) if part)
    quoted = f"<blockquote><p>{escape(value['text'])}</p></blockquote>"
    kind = ' data-style="pull"' if value["style"] == "pull" else ""
    caption = f"<figcaption>{speaker}</figcaption>" if speaker else ""
    return f"<figure{kind}>{quoted}{caption}</figure>"


def _divider(value: Block) -> str:
    return "<hr>"


def picture(value: Block) -> str:
    """One picture with its sizes, caption and credit; empty while it has no renditions."""
    jpegs = [one for one in value["renditions"] if one["type"] == "image/jpeg" and one["crop"] is None]
    if not jpegs:
        return ""
    middle = min(jpegs, key=lambda one: abs(one["width"] - 1280))
    sizes = ", ".join(f"{escape(one['url'])} {one['width']}w" for one in jpegs)
    image = (
        f'<img src="{escape(middle["url"])}" srcset="{sizes}" sizes="100vw" alt="{escape(value["alt"])}" '
        f'width="{middle["width"]}" height="{middle["height"]}" loading="lazy">'
    )
    words = " ".join(escape(part) for part in (value["caption"], value["credit"]) if part)
    return f"<figure>{image}{f'<figcaption>{words}</figcaption>' if words else ''}</figure>"


def _gallery(value: Block) -> str:
    title = f"<h3>{escape(value['title'])}</h3>" if value["title"] else ""
    return f"<section>{title}{''.join(picture(image) for image in value['images'])}</section>"


def _embed(value: Block) -> str:
    caption = escape(value["caption"] or value["title"] or value["url"])
    link = f'<a href="{escape(value["url"])}" rel="noopener">{caption}</a>'
    if value["html"]:
        return f"<figure>{value['html']}<figcaption>{link}</figcaption></figure>"
    return f"<p>{link}</p>"


def _fact_box(value: Block) -> str:
    return f"<aside><h3>{escape(value['title'])}</h3>{value['html']}</aside>"


def _table(value: Block) -> str:
    caption = f"<caption>{escape(value['caption'])}</caption>" if value["caption"] else ""
    head = "".join(f'<th scope="col">{escape(column["heading"])}</th>' for column in value["columns"])
    rows = "".join("<tr>" + "".join(f"<td>{escape(cell)}</td>" for cell in row) + "</tr>" for row in value["rows"])
    return f"<table>{caption}<thead><tr>{head}</tr></thead><tbody>{rows}</tbody></table>"


def _related(value: Block) -> str:
    if not value["stories"]:
        return ""
    title = f"<h3>{escape(value['title'])}</h3>" if value["title"] else ""
    items = "".join(
        f'<li><a href="{escape(story["url"])}">{escape(story["title"])}</a></li>' for story in value["stories"]
    )
    return f"<aside>{title}<ul>{items}</ul></aside>"


_RENDERERS = {
    "paragraph": _paragraph,
    "heading": _heading,
    "list": _list,
    "quote": _quote,
    "divider": _divider,
    "image": picture,
    "gallery": _gallery,
    "embed": _embed,
    "fact_box": _fact_box,
    "table": _table,
    "related": _related,
}
