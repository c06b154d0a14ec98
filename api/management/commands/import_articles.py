"""Bring an archive in."""

import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from api.importing.archive import Summary, import_archive
from api.importing.lines import BadLine
from cms.models import FrontPage


class Command(BaseCommand):
    help = (
        "Import stories from a file with one JSON object a line, live and readable at once. A second run with the same "
        "file changes nothing, and a run that was interrupted is taken up by running it again. A line that cannot be "
        "imported is reported with its number and stops nothing; the exit code is 1 if there was one."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("file", type=Path, help="The archive. Pictures are looked for relative to its folder.")
        parser.add_argument("--under", metavar="SLUG", help="The front page to import under, if there are several.")
        parser.add_argument("--dry-run", action="store_true", help="Check every line and write nothing.")
        parser.add_argument("--no-progress", action="store_true", help="Show no progress bar.")

    def handle(self, *args: Any, **options: Any) -> None:
        path: Path = options["file"]
        front_page = _get_front_page(options["under"])
        try:
            size = path.stat().st_size
            with tqdm(
                total=size,
                unit="B",
                unit_scale=True,
                file=sys.stderr,
                disable=options["no_progress"] or not sys.stderr.isatty(),
            ) as bar:
                summary = import_archive(
                    path,
                    front_page=front_page,
                    dry_run=options["dry_run"],
                    on_refused=self._report,
                    on_batch=lambda so_far, position: _show(bar, so_far, position),
                )
        except OSError as error:
            raise CommandError(f"{path} cannot be read: {error.strerror or error}", returncode=2) from error
        except KeyboardInterrupt:
            raise CommandError(
                "Interrupted. Every batch before this moment is stored; run the same command again to go on.",
                returncode=130,
            ) from None
        self._sum_up(summary, dry_run=options["dry_run"])

    def _report(self, bad: BadLine) -> None:
        with tqdm.external_write_mode(file=sys.stderr):
            self.stderr.write(str(bad))

    def _sum_up(self, summary: Summary, *, dry_run: bool) -> None:
        if dry_run:
            self.stdout.write(f"{summary.correct} lines are correct, {summary.refused} are not; nothing was written.")
        else:
            self.stdout.write(
                f"{summary.imported} imported, {summary.updated} updated, {summary.unchanged} unchanged, "
                f"{summary.refused} refused."
            )
        if summary.imported or summary.updated:
            self.stdout.write("The worker computes their related links from now on.")
        if summary.refused:
            raise CommandError(f"{summary.refused} lines were refused; each is named above.", returncode=1)


def _show(bar: Any, summary: Summary, position: int) -> None:
    bar.update(position - bar.n)
    bar.set_postfix(imported=summary.imported, updated=summary.updated, refused=summary.refused, refresh=False)


def _get_front_page(slug: str | None) -> FrontPage:
    front_pages = FrontPage.objects.order_by("path")
    if slug:
        front_pages = front_pages.filter(slug=slug)
    found = list(front_pages[:2])
    if not found:
        named = f" with the slug {slug}" if slug else ""
        raise CommandError(f"There is no front page{named}. Make one first: manage.py seed_newsroom, or in the admin.")
    if len(found) > 1:
        slugs = ", ".join(front_pages.values_list("slug", flat=True))
        raise CommandError(f"There are several front pages: choose one with --under ({slugs}).")
    return found[0]
