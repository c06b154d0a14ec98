"""The OpenAPI document as a file, and whether that file is in step with the code."""

import json
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from openapi_spec_validator import validate

PATH = Path(settings.BASE_DIR) / "docs" / "openapi.json"


def document() -> dict[str, Any]:
    """The OpenAPI 3.1 document of the API."""
    generated: dict[str, Any] = SchemaGenerator(urlconf="api.urls").get_schema(request=None, public=True)
    return json.loads(json.dumps(generated))


class Command(BaseCommand):
    help = "Write docs/openapi.json, or with --check say whether it is in step."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--check", action="store_true", help="change nothing; fail if the file is not in step")

    def handle(self, *args: Any, check: bool, **options: Any) -> None:
        generated = document()
        if GENERATOR_STATS:
            GENERATOR_STATS.emit_summary()
            raise CommandError("The document could not be made without warnings: see above.")
        validate(generated)
        text = json.dumps(generated, indent=1, ensure_ascii=False) + "\n"
        if not check:
            PATH.write_text(text)
            self.stdout.write(f"{len(generated['paths'])} addresses in {PATH.relative_to(settings.BASE_DIR)}")
        elif not PATH.exists() or PATH.read_text() != text:
            raise CommandError("docs/openapi.json is not in step with the code: run manage.py openapi")
