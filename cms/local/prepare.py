"""What stands between an empty database and a newsroom, in one process because starting Django takes seconds.

Progress and failures go to the standard error stream; the logins are all that is written to the output.
"""

import io
import sys

import django
from django.core.management import CommandError, call_command
from django.db import Error as DatabaseError

from cms.local.progress import step


def prepare() -> int:
    """Migrate, seed an empty newsroom, write the logins, and return the exit code."""
    said = io.StringIO()
    try:
        with step("Starting Django", sys.stderr):
            django.setup()
        with step("Database migrations", sys.stderr):
            call_command("migrate", interactive=False, stdout=said, stderr=said)
        with step("Seeded newsroom", sys.stderr):
            call_command("seed_newsroom", "--if-empty", stdout=said)
        call_command("seed_newsroom", "--logins")
    except (CommandError, DatabaseError) as error:
        print(f"{said.getvalue()}\n{error}".strip(), file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(prepare())
