"""Wagtail's own clock, for those who run it from cron: it does what the newsroom's clock does each second."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser
from django.utils import timezone
from django.utils.module_loading import import_string
from wagtail.models import Page, Revision

CLOCK = "workflows.tasks.release_due"


class Command(BaseCommand):
    """Takes the place of Wagtail's command, which stops at the first story that cannot go out."""

    help = "Publish what is scheduled and due, and unpublish what has expired."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--dryrun", action="store_true", help="Say what would be done, and do nothing.")

    def handle(self, *args: Any, **options: Any) -> None:
        if not options["dryrun"]:
            import_string(CLOCK)()
            return
        now = timezone.now()
        for revision in Revision.page_revisions.filter(approved_go_live_at__lte=now).order_by("approved_go_live_at"):
            self.stdout.write(f"to publish: {revision.object_str}")
        for page in Page.objects.live().filter(expire_at__lte=now).order_by("expire_at"):
            self.stdout.write(f"to unpublish: {page.title}")
