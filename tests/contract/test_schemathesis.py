"""schemathesis asks a running newsroom what its document allows, and what it does not."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cms.local.node import DOCUMENT
from tests.contract.live import LiveNewsroom, open_newsroom

pytestmark = pytest.mark.xdist_group("schemathesis")
SEED = 20_260_504
EXAMPLES = 15
LONGEST_SECONDS = 150
STREAM = "/api/v1/stream"
"""Its answers do not end. tests/journeys/test_stream.py reads them."""


@pytest.fixture(scope="module")
def newsroom(django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[LiveNewsroom]:
    with django_db_blocker.unblock(), open_newsroom(tmp_path_factory.mktemp("live")) as live:
        yield live


def configuration(live: LiveNewsroom) -> str:
    """Mostly things that are there, so that not every answer is a 404."""
    values = {
        "path.key": live.keys,
        "path.slug": [*live.sections, *live.topics, *live.authors],
        "path.article": live.keys[:2],
        "path.target": live.keys[1:3],
        "path.token": live.preview_tokens,
        "query.section": live.sections,
        "query.topic": live.topics,
        "query.author": live.authors,
        "query.path": live.paths,
        "query.q": ["ferry", '"harbour" -late', "fery"],
    }
    lines = [
        f"hooks = {json.dumps(str(Path(__file__).with_name('schemathesis_hooks.py')))}",
        "[checks]",
        "positive_data_acceptance.enabled = false",
    ]
    for name, known in values.items():
        lines += [f'[dictionaries."{name}"]', f"values = {json.dumps(known)}"]
    lines.append("[parameters]")
    lines += [f'"{name}" = {{ dictionary = "{name}", probability = 0.8 }}' for name in values]
    return "\n".join(lines) + "\n"


def run(folder: Path, live: LiveNewsroom, url: str, *options: str) -> str:
    """What schemathesis prints; it must have found nothing."""
    (folder / "schemathesis.toml").write_text(configuration(live))
    program = Path(sys.executable).with_name("st")
    result = subprocess.run(
        [program, "run", DOCUMENT, "--url", url, "--seed", str(SEED), "-n", str(EXAMPLES), "--no-color", *options],
        cwd=folder,
        env={name: value for name, value in os.environ.items() if not name.startswith("PYTEST")},
        capture_output=True,
        text=True,
        check=False,
        timeout=LONGEST_SECONDS,
    )
    assert result.returncode == 0, result.stdout + result.stderr
    return result.stdout


def test_the_api_does_what_its_document_says(newsroom, tmp_path, capsys):
    options = ("--phases", "examples,coverage,fuzzing", "--workers", "2", "--continue-on-failure")
    said = run(tmp_path, newsroom, newsroom.url, *options, "--exclude-path", STREAM, "--generation-database", "none")
    with capsys.disabled():
        sys.stdout.write(said[said.index("Test Phases:") :])
    tested = re.search(r"Tested: (\d+)", said)
    operations = sum(
        len(address) for path, address in json.loads(DOCUMENT.read_text())["paths"].items() if path != STREAM
    )
    assert tested
    assert int(tested.group(1)) == operations
