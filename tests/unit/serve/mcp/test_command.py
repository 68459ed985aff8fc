"""The command ``mnemos mcp``: what it prints for clients, and how it refuses."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from mnemos import Memory
from mnemos.serve.mcp.clients import CLIENTS
from tests.unit.serve.command_line import Run
from tests.unit.serve.mcp.talking import ENVIRONMENT, run, started

#: Where clients look for servers in their settings.
PARENT = {"vscode": "servers", "codex": "mcp_servers", "zed": "context_servers", "opencode": "mcp"}


def _entry(mnemos: Run, client: str, *options: str) -> dict[str, Any]:
    ended = mnemos("mcp", "my notes.mnemos", "--print-config", client, *options)
    assert ended.code == 0
    assert CLIENTS[client].where in " ".join(ended.err.split())
    read = tomllib.loads if client == "codex" else json.loads
    (servers,) = (value for key, value in read(ended.out).items() if key == _parent(client))
    found: dict[str, Any] = servers["mnemos"]
    return found


def _parent(client: str) -> str:
    return PARENT.get(client, "mcpServers")


def _command(entry: dict[str, Any]) -> list[str]:
    command = entry["command"]
    return command if isinstance(command, list) else [command, *entry["args"]]


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_is_told_the_whole_command(mnemos: Run, client: str) -> None:
    command = _command(_entry(mnemos, client, "--user", "ann", "--read-only"))
    assert command[:4] == [sys.executable, "-m", "mnemos", "mcp"]
    assert command[4] == str(Path("my notes.mnemos").absolute())
    assert command[5:] == ["--user", "ann", "--read-only"]
    assert not Path("my notes.mnemos").exists()


def test_the_command_that_is_printed_starts_the_server(mnemos: Run) -> None:
    program, *arguments = _command(_entry(mnemos, "claude-desktop"))

    async def told() -> str | None:
        how = StdioServerParameters(command=program, args=arguments, env=ENVIRONMENT)
        async with Client(how) as client:
            return client.instructions

    assert "mnemos" in (run(told()) or "")


@pytest.mark.parametrize("client", CLIENTS)
def test_a_client_is_told_the_address_of_a_server_that_listens(mnemos: Run, client: str) -> None:
    entry = _entry(mnemos, client, "--http", "--port", "9000")
    assert "http://127.0.0.1:9000/mcp" in json.dumps(entry)
    assert "Authorization" not in json.dumps(entry)


@pytest.mark.parametrize(
    ("host", "name"),
    [("::1", "[::1]"), ("0.0.0.0", socket.gethostname())],  # noqa: S104 - printed
)
def test_the_address_is_one_that_a_client_can_use(mnemos: Run, host: str, name: str) -> None:
    entry = _entry(mnemos, "cursor", "--http", "--host", host, "--port", "9000")
    assert entry["url"] == f"http://{name}:9000/mcp"


@pytest.mark.parametrize("client", CLIENTS)
def test_a_key_is_named_but_never_printed(
    mnemos: Run, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MNEMOS_MCP_KEY", "correct-horse-battery")
    entry = json.dumps(_entry(mnemos, client, "--http"))
    assert "correct-horse" not in entry
    assert "Authorization" in entry or "MNEMOS_MCP_KEY" in entry


def test_a_memory_that_is_not_there_is_not_made_to_be_read_only(mnemos: Run) -> None:
    ended = mnemos("mcp", "none.mnemos", "--read-only")
    assert ended.code == 4
    assert "there is no such memory" in ended.err and ended.out == ""
    assert not Path("none.mnemos").exists()


def test_an_unknown_recipe_is_refused(mnemos: Run) -> None:
    assert "no recipe 'nope'" in mnemos("mcp", "m.mnemos", "--recipe", "nope").err


def test_without_the_extra_the_error_names_it(tmp_path: Path) -> None:
    code = (
        "import sys; sys.modules['mcp'] = None; from mnemos.serve.cli import main; "
        "main(['mcp', 'm.mnemos'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=False,
        cwd=tmp_path,
        env=ENVIRONMENT,
    )
    assert done.returncode == 2
    assert "pip install 'mnemos[mcp]'" in done.stderr and done.stdout == ""
    assert not (tmp_path / "m.mnemos").exists()


def test_what_is_printed_for_clients_needs_no_extra() -> None:
    code = (
        "import sys; sys.modules.update(dict.fromkeys(['mcp', 'mcp_types', 'pydantic', "
        "'starlette', 'uvicorn', 'anyio'])); from mnemos.serve.cli import main; "
        "main(['mcp', '--print-config', 'cursor'])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    assert "mcpServers" in json.loads(done.stdout)


def test_other_commands_do_not_load_the_libraries() -> None:
    code = (
        "import sys, mnemos.serve.cli, mnemos.serve.cli.ask; "
        "print(*sorted({m.split('.')[0] for m in sys.modules}))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, env=ENVIRONMENT
    )
    assert not {"mcp", "mcp_types", "pydantic", "starlette", "uvicorn"} & set(done.stdout.split())


def test_a_recipe_without_facts_offers_no_tools_for_them(tmp_path: Path) -> None:
    async def told() -> set[str]:
        async with Client(started(tmp_path / "m.mnemos", "--recipe", "memory-bank")) as client:
            return {tool.name for tool in (await client.list_tools()).tools}

    listed = run(told())
    assert "recall" in listed and not {"facts", "profile"} & listed


def test_a_read_only_server_of_one_user_offers_what_reads(tmp_path: Path) -> None:
    with Memory(tmp_path / "m.mnemos") as memory:
        memory.scoped(user="ann").remember("Ann likes olives")
        memory.scoped(user="ben").remember("Ben likes oysters")

    async def told() -> tuple[set[str], str]:
        options = ("--read-only", "--user", "ann")
        async with Client(started(tmp_path / "m.mnemos", *options)) as client:
            listed = {tool.name for tool in (await client.list_tools()).tools}
            found = await client.call_tool("recall", {"question": "Who likes what?"})
            return listed, str(found.structured_content)

    listed, found = run(told())
    assert listed == {"context", "recall", "facts", "profile", "history"}
    assert "oysters" not in found
