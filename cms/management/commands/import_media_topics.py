"""Bring IPTC's Media Topics in, or up to date."""

from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from cms.media_topics import NotMediaTopics, import_concepts, read_concepts


class Command(BaseCommand):
    help = (
        "Add IPTC's Media Topics from the JSON file that IPTC publishes, and change those that it has changed. The "
        "newsroom's own topics are left alone, and a second run with the same file changes nothing."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The Media Topics as JSON, with every language.")
        parser.add_argument(
            "--language", default=settings.LANGUAGE_CODE, help="The language of the names (default: %(default)s)."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        try:
            concepts = read_concepts(path.read_bytes(), language=options["language"])
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror or error}") from error
        except NotMediaTopics as error:
            raise CommandError(f"{path} is not a file of IPTC's Media Topics: {error}.") from error
        imported = import_concepts(concepts)
        retired = sum(concept.retired for concept in concepts)
        self.stdout.write(
            f"{imported.added} topics added, {imported.changed} changed, {imported.unchanged} unchanged; "
            f"{retired} of them are retired."
        )
