"""Takes the examples of the OpenAPI document from a seeded newsroom that runs.

python -m tests.contract.capture http://127.0.0.1:8000
"""

import json
import sys
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit
from urllib.request import urlopen

FOLDER = Path(__file__).resolve().parents[2] / "api" / "v1" / "examples"
MEDIA_TYPES = {"application/json": "json", "text/markdown": "md"}
KEPT_RENDITIONS = 2


def addresses(ask: Any) -> dict[str, str]:
    """By operation: what is asked for, of one short story with a picture that says most of what stories can say."""
    summaries = ask("/api/v1/articles?limit=100")["items"]
    stories = [ask(f"/api/v1/articles/{one['id']}") for one in summaries if one["image"] and one["topics"]]
    related = {one["id"]: ask(f"/api/v1/articles/{one['id']}/related?limit=2")["items"] for one in stories[:40]}
    story = min(
        (one for one in stories if len(related.get(one["id"], [])) == 2),
        key=lambda one: (-len({block["type"] for block in one["body"]["blocks"]}), one["word_count"]),
    )
    return {
        "listArticles": "/api/v1/articles?limit=2&count=true&facets=kind",
        "getArticle": f"/api/v1/articles/{story['id']}",
        "listRelatedArticles": f"/api/v1/articles/{story['id']}/related?limit=2",
        "getArticleNinjs": f"/api/v1/articles/{story['id']}/ninjs",
        "getArticleMarkdown": f"/api/v1/articles/{story['id']}/markdown",
        "listSections": "/api/v1/sections?limit=2",
        "getSection": f"/api/v1/sections/{story['section']['slug']}",
        "listTopics": "/api/v1/topics?limit=2",
        "getTopic": f"/api/v1/topics/{story['topics'][0]['slug']}",
        "listAuthors": "/api/v1/authors?limit=2",
        "getAuthor": f"/api/v1/authors/{story['authors'][0]['slug']}",
        "listChanges": "/api/v1/changes?limit=2&shape=summary",
        "suggest": "/api/v1/suggest?q=bri&limit=3",
        "resolvePath": f"/api/v1/resolve?path={quote(story['path'])}",
    }


def capture(server: str) -> None:
    """Write an example for each operation."""

    def fetch(address: str) -> tuple[str, str]:
        with urlopen(server + address) as response:
            return response.headers.get_content_type(), response.read().decode()

    website = "{0.scheme}://{0.netloc}".format(
        urlsplit(json.loads(fetch("/api/v1/articles?limit=1")[1])["items"][0]["url"])
    )
    for operation, address in addresses(lambda address: json.loads(fetch(address)[1])).items():
        media_type, text = fetch(address)
        text = text.replace(server, "https://cms.example.org").replace(website, "https://www.example.org")
        if media_type == "application/json":
            text = json.dumps(shortened(json.loads(text)), indent=2, ensure_ascii=False) + "\n"
        (FOLDER / f"{operation}.{MEDIA_TYPES[media_type]}").write_text(text)
    # Nobody gets a token over HTTP; a draft has the shape of a published story and two members more.
    story = json.loads((FOLDER / "getArticle.json").read_text())
    draft = story | {"preview": True, "preview_expires_at": story["updated_at"]}
    (FOLDER / "getPreview.json").write_text(json.dumps(draft, indent=2, ensure_ascii=False) + "\n")


def shortened(value: Any) -> Any:
    """The same with only the first renditions of each picture."""
    if isinstance(value, dict):
        return {name: shortened(one[:KEPT_RENDITIONS] if name == "renditions" else one) for name, one in value.items()}
    return [shortened(one) for one in value] if isinstance(value, list) else value


if __name__ == "__main__":
    capture(sys.argv[1].rstrip("/"))
