"""The protocol's own inspector, where npm has it: it talks to the server as others do."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.unit.serve.mcp.talking import ENVIRONMENT, SRC, command

PACKAGE = "@modelcontextprotocol/inspector"


def _inspected(path: Path, *asked: str) -> dict[str, Any]:
    npx = shutil.which("npx")
    if npx is None:
        pytest.skip("there is no npx here")
    # Offline: a test downloads nothing. ``npx @modelcontextprotocol/inspector`` once brings it.
    base = [npx, "--yes", "--offline", PACKAGE, "--cli", "-e", f"PYTHONPATH={SRC}"]
    done = subprocess.run(
        [*base, *command(path), *asked],
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
        env={key: value for key, value in ENVIRONMENT.items() if key != "PYTHONWARNINGS"},
    )
    if "ENOTCACHED" in done.stderr:
        pytest.skip(f"npm has not {PACKAGE} here")
    assert done.returncode == 0, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_the_inspector_lists_and_calls_tools(tmp_path: Path) -> None:
    path = tmp_path / "inspected.mnemos"
    tools = _inspected(path, "--method", "tools/list")["tools"]
    assert "remember" in [tool["name"] for tool in tools]
    call = ("--method", "tools/call", "--tool-name")
    stored = _inspected(path, *call, "remember", "--tool-arg", "text=I moved to Porto")
    assert stored["structuredContent"]["new"] is True
    found = _inspected(path, *call, "recall", "--tool-arg", "question=Where did I move?")
    assert "Porto" in found["content"][0]["text"]
    resources = _inspected(path, "--method", "resources/list")["resources"]
    assert resources[0]["uri"].startswith("mnemos://session/")
    prompts = _inspected(path, "--method", "prompts/list")["prompts"]
    assert [each["name"] for each in prompts] == ["use-memory"]
