"""Documents held against published schemas, where the folder with those lies beside the project."""

import json
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from referencing import Registry, Resource

STANDARDS = Path(__file__).parents[3] / "shared" / "standards"


def check(*documents: dict[str, Any], by: str) -> None:
    """Validate by a published schema."""
    if not STANDARDS.is_dir():
        pytest.skip(f"{STANDARDS} with the published schemas is not there")
    schemas = [json.loads(path.read_text()) for path in STANDARDS.glob("*.json")]
    registry = Registry().with_resources((one["$id"], Resource.from_contents(one)) for one in schemas if "$id" in one)
    wanted = json.loads((STANDARDS / by).read_text())
    kind = jsonschema.validators.validator_for(wanted)
    validator = kind(wanted, registry=registry, format_checker=kind.FORMAT_CHECKER)
    for document in documents:
        validator.validate(document)
