"""The API's document, and the tools from npm that read it."""

from collections.abc import Callable
from subprocess import CompletedProcess
from typing import Any

import pytest

from api.management.commands.openapi import document
from cms.local import node


@pytest.fixture(scope="module")
def openapi() -> dict[str, Any]:
    return document()


@pytest.fixture(scope="session")
def tool() -> Callable[..., CompletedProcess[str]]:
    """Runs a tool from npm; skips where the tools are neither here nor to be had."""
    try:
        node.install()
    except node.RegistryAway as away:
        pytest.skip(str(away))
    return node.run_tool
