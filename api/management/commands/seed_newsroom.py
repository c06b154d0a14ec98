"""manage.py seed_newsroom"""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from api.demo.build import build, find_strangers, is_complete
from api.demo.people import NEWSPAPER, describe_logins
from cms.models import Article, NewsImage


class Command(BaseCommand):
    help = (
        "Fill an empty database with an invented newspaper: people in every role, sections, pictures, and stories in "
        "every state. Run again it adds what is missing. It refuses a database that holds anything else."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument(
            "--if-empty", action="store_true", help="do nothing if the newsroom is there, or anything else is"
        )
        parser.add_argument("--logins", action="store_true", help="print who can sign in, and end")
        parser.add_argument("--hostname", default="localhost", help="of the site (default: %(default)s)")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["logins"]:
            self.stdout.write(describe_logins(settings.SEED_PASSWORD))
            return
        strangers = find_strangers()
        if options["if_empty"] and is_complete():
            self.stdout.write(f"{NEWSPAPER} is there already; nothing was changed.")
            return
        if options["if_empty"] and strangers:
            self.stdout.write(f"The database is in use ({', '.join(strangers)}); nothing was changed.")
            return
        if strangers:
            raise CommandError(
                f"This database holds {', '.join(strangers)} that the seed did not make. "
                f"{NEWSPAPER} is invented and must not mix with a real newsroom: use an empty database."
            )
        build(hostname=options["hostname"], password=settings.SEED_PASSWORD, quiet=options["verbosity"] == 0)
        seeded = Article.objects.filter(external_id__startswith="seed-")
        self.stdout.write(
            f"{NEWSPAPER}: {seeded.count()} stories, {seeded.live().count()} of them published, "
            f"{NewsImage.objects.count()} pictures. Who can sign in: manage.py seed_newsroom --logins"
        )
