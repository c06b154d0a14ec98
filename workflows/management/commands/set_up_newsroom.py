"""Open a newsroom on an empty database."""

from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from workflows.newsroom import set_up


class Command(BaseCommand):
    help = (
        "Make the front page, the desks, the stages and the review of an ordinary newsroom, and give the roles their "
        "rights on the front page. What is there already is left as it is, so it may run again at any time."
    )

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--name", default="Copydesk", help="What the publication is called.")
        parser.add_argument("--hostname", default="localhost", help="The host name of its website.")

    def handle(self, *args: Any, **options: Any) -> None:
        newsroom = set_up(name=options["name"], hostname=options["hostname"])
        stages = ", ".join(stage.name for stage in newsroom.stages)
        self.stdout.write(f"The newsroom of {newsroom.front_page.title} is open. Stages: {stages}.")
