"""Suggest related stories for an archive with the product's own code: python -m bench.related ARTICLES.ndjson.

Reads one story a line (`id`, `title`, `standfirst`, `body`, `section`, `topics`, `published_at`, `lang`, and `authors`
where they are known) and prints one line a story: `{"id", "related": [ids]}`, best first. The archive is published
anew, story by story in the order of its dates, so that each sees only what was there before it; `--all-time` publishes
all of it first. Works on a server and a database of its own in .local/bench/.
"""

import argparse
import contextlib
import json
import os
import sys
import uuid
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from tqdm import tqdm

from bench.__main__ import FOLDER, manage, start_afresh
from cms.local.environment import build_test_environment
from cms.local.services import services

SHOWN = 10

Line = dict[str, Any]


def main() -> int:
    parser = argparse.ArgumentParser(description="Suggest related stories for an archive.")
    parser.add_argument("articles", type=Path, help="one story a line")
    parser.add_argument("--links", type=Path, help="links that editors placed: what earlier stories link to is used")
    parser.add_argument("--features", type=Path, help="also write what is known of each candidate, for bench.learn")
    parser.add_argument("--weights", type=Path, help="weights other than those of the product")
    parser.add_argument("--all-time", action="store_true", help="let each story see later ones, too")
    options = parser.parse_args()
    stories = sorted(read(options.articles), key=lambda story: (story["published_at"], story["id"]))
    links = {line["id"]: line["related"] for line in read(options.links)} if options.links else {}
    with prepared_database(), contextlib.ExitStack() as open_files:
        features = open_files.enter_context(options.features.open("w")) if options.features else None
        if options.weights:
            use_weights(options.weights)
        for line in suggest(stories, links, features, all_time=options.all_time):
            print(json.dumps(line))
    return 0


def read(path: Path) -> list[Line]:
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines if line.strip()]


@contextlib.contextmanager
def prepared_database() -> Iterator[None]:
    """An empty database of the product, with Django set up on it."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    with services(FOLDER, durable=False) as addresses:
        environment = build_test_environment() | addresses.as_environment() | {"MEDIA_ROOT": str(FOLDER / "media")}
        start_afresh(addresses.database_url)
        manage("migrate", "--noinput", environment=environment, quiet=True)
        os.environ.update(environment)
        import django

        django.setup()
        yield


def use_weights(path: Path) -> None:
    from api.related import ranking

    learned = json.loads(path.read_text("utf-8"))
    ranking.weights = lambda: (learned["weights"], learned["bias"])  # type: ignore[assignment]


def suggest(
    stories: list[Line], links: dict[str, list[str]], features: IO[str] | None, *, all_time: bool
) -> Iterator[Line]:
    """Publish the stories and say what would be shown under each."""
    from api.related import candidates, ranking, vectors
    from api.related import links as related_links
    from api.related.evidence import features as features_of

    numbers = {story["id"]: number for number, story in enumerate(stories, 1)}
    ids = {number: name for name, number in numbers.items()}
    rows = [shelve(story, numbers, links.get(story["id"], [])) for story in stories] if all_time else None
    for number, story in enumerate(tqdm(stories, unit=" stories", file=sys.stderr), 1):
        row = rows[number - 1] if rows else shelve(story, numbers, links.get(story["id"], []))
        if vectors.has_grown():
            for _ in vectors.build(vectors.begin()):
                pass
        found = related_links.Finding.of(row)
        vectors.store(found.story, found.model)
        if features and story["id"] in links:
            known = {ids[one.story.article_id]: features_of(found.story, one) for one in found.candidates}
            features.write(json.dumps({"id": story["id"], "candidates": known}) + "\n")
        matches = ranking.rank(found.story, found.candidates, limit=SHOWN)
        shown = [one.candidate.story for one in matches]
        if len(shown) < SHOWN:
            taken = {one.pk for one in shown}
            newest = candidates.newest_of_section(
                found.story, without=taken, limit=SHOWN - len(shown), tones=found.tones
            )
            shown += [one.story for one in newest]
        yield {"id": story["id"], "related": [ids[one.article_id] for one in shown]}


def shelve(story: Line, numbers: dict[str, int], linked: list[str]) -> Any:
    """Put a story on the shelf, as a publication would."""
    from django.utils.text import slugify

    from api.models import PublishedArticle
    from api.representation.store import search_vector

    at = datetime.fromisoformat(story["published_at"].replace("Z", "+00:00"))
    number = numbers[story["id"]]
    title, standfirst, body = story["title"], story.get("standfirst", ""), story.get("body", "")
    language = story.get("lang", "en")
    row = PublishedArticle(
        article_id=number,
        public_id=uuid.uuid5(uuid.NAMESPACE_URL, story["id"]),
        content_hash="0" * 64,
        path=f"/{number}/",
        slug=str(number),
        section=slugify(story.get("section") or "news"),
        section_slugs=[slugify(story.get("section") or "news")],
        author_slugs=[slugify(name) for name in story.get("authors", [])],
        topic_slugs=[slugify(topic) for topic in story.get("topics", [])],
        shown_ids=[numbers[one] for one in linked if one in numbers],
        kind="news",
        language=language,
        published_at=at,
        updated_at=at,
        modified_at=at,
        visible_from=at,
        title=title,
        text=f"{' '.join(standfirst.split())}\n{body}",
        summary="{}",
        detail="{}",
        etag="",
        digest=str(number),
        search=search_vector(title, standfirst, "", language),
    )
    PublishedArticle.objects.bulk_create([row])
    return row


if __name__ == "__main__":
    sys.exit(main())
