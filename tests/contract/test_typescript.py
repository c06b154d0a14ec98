"""A client that a compiler has checked against the document."""

import shutil
from collections.abc import Callable
from pathlib import Path
from subprocess import CompletedProcess

import pytest

from cms.local import node

Tool = Callable[..., CompletedProcess[str]]
FILES = ("client.ts", "tsconfig.json")


@pytest.fixture(scope="module")
def workshop(tool: Tool, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the client, and the types that were generated from the document."""
    folder = tmp_path_factory.mktemp("client")
    for name in FILES:
        shutil.copy(node.SOURCE / name, folder / name)
    result = tool("openapi-typescript", str(node.DOCUMENT), "--output", str(folder / "openapi.d.ts"))
    assert result.returncode == 0, result.stdout + result.stderr
    return folder


def compiled(tool: Tool, folder: Path) -> str:
    """What the compiler says; nothing when it is content."""
    result = tool("tsc", "--strict", "--project", str(folder))
    return "" if result.returncode == 0 else result.stdout


@pytest.mark.xdist_group("node")
def test_a_client_that_narrows_blocks_by_type_compiles(tool, workshop):
    assert compiled(tool, workshop) == ""


@pytest.mark.xdist_group("node")
def test_a_client_that_forgets_a_type_of_block_does_not(tool, workshop, tmp_path):
    folder = shutil.copytree(workshop, tmp_path / "client")
    client = folder / "client.ts"
    whole = client.read_text()
    client.write_text(whole.replace('    case "divider":\n      return "***";\n', ""))
    assert client.read_text() != whole
    assert "DividerBlock" in compiled(tool, folder) or '"divider"' in compiled(tool, folder)
