"""Count the terms of the shelf anew, weigh every story with the new count, and make all related links again."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from tqdm import tqdm

from api.models import RankingDue
from api.related import vectors
from api.related.tasks import relate_batch


class Command(BaseCommand):
    help = "Count the terms of all published stories anew and relate all of them. Stopped, it goes on where it was."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--keep-count", action="store_true", help="Only relate what is due, with the count that there is."
        )

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["keep_count"]:
            self._count()
        self._relate()

    def _count(self) -> None:
        model = vectors.begin()
        # The new terms stand beside the old ones until the last step, so readers and editors notice nothing.
        with self._bar("counting", vectors.steps(model), vectors.steps_done(model)) as bar:
            for done in vectors.build(model):
                bar.update(done)

    def _relate(self) -> None:
        with self._bar("relating", RankingDue.objects.count(), 0) as bar:
            while done := relate_batch():
                bar.update(done)

    def _bar(self, name: str, total: int, done: int) -> "tqdm[None]":
        return tqdm(desc=name, total=total, initial=done, unit=" stories", file=self.stderr)
