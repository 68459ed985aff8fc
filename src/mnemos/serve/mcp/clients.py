"""What common clients need in their settings to start this server, or to reach it."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mnemos.config import MCP_KEY

Entry = Mapping[str, object]
#: By which name clients know the server.
NAME = "mnemos"
#: Stands for the key where a client has no way to name a variable.
KEY_HERE = "KEY"


@dataclass(frozen=True, slots=True, kw_only=True)
class Started:
    """A server that the client starts: the command, its first part a program's whole path."""

    command: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reached:
    """A server that listens: its address, and whether it asks for a key."""

    url: str
    needs_key: bool


Way = Started | Reached


@dataclass(frozen=True, slots=True, kw_only=True)
class Client:
    """A client of the protocol.

    Args:
        title: What it calls itself.
        where: The file of its settings, or how to add to them.
        written: (way) → what to put there.
    """

    title: str
    where: str
    written: Callable[[Way], str]


def _program(way: Started) -> Entry:
    return {"command": way.command[0], "args": list(way.command[1:])}


def _headers(way: Reached, key: str) -> Entry:
    return {"headers": {"Authorization": f"Bearer {key}"}} if way.needs_key else {}


def _json(*parents: str, **form: str) -> Callable[[Way], str]:
    """Return what writes JSON: the entry below its parents.

    Args:
        parents: Keys from the outermost in.
        form: ``url`` is the address's key, ``stdio`` and ``http`` values of ``type``, ``key`` how
            a variable is named in a value.
    """

    def written(way: Way) -> str:
        kind = form.get("stdio" if isinstance(way, Started) else "http")
        typed = {} if kind is None else {"type": kind}
        if isinstance(way, Started):
            entry = {**typed, **_program(way)}
        else:
            key = form.get("key", KEY_HERE)
            entry = {**typed, form.get("url", "url"): way.url, **_headers(way, key)}
        return _nested([*parents, NAME], entry)

    return written


def _nested(keys: list[str], entry: object) -> str:
    for key in reversed(keys):
        entry = {key: entry}
    return json.dumps(entry, indent=2, ensure_ascii=False)


def _codex(way: Way) -> str:
    head = f"[mcp_servers.{NAME}]"
    if isinstance(way, Started):
        # JSON's strings and lists of them are TOML's as well.
        program, *arguments = (json.dumps(part) for part in way.command)
        return f"{head}\ncommand = {program}\nargs = [{', '.join(arguments)}]"
    key = f'\nbearer_token_env_var = "{MCP_KEY}"' if way.needs_key else ""
    return f"{head}\nurl = {json.dumps(way.url)}{key}"


def _opencode(way: Way) -> str:
    entry: Entry
    if isinstance(way, Started):
        entry = {"type": "local", "command": list(way.command), "enabled": True}
    else:
        key = f"{{env:{MCP_KEY}}}"
        entry = {"type": "remote", "url": way.url, "enabled": True, **_headers(way, key)}
    return _nested(["mcp", NAME], entry)


def _claude_desktop(way: Way) -> str:
    if isinstance(way, Started):
        return _json("mcpServers")(way)
    # Its settings name programs only; this one passes on what it hears to an address.
    key = ["--header", f"Authorization: Bearer {KEY_HERE}"] if way.needs_key else []
    return _json("mcpServers")(Started(command=("npx", "-y", "mcp-remote", way.url, *key)))


#: Name → client, in the order in which they are listed.
CLIENTS = {
    "claude-desktop": Client(
        title="Claude Desktop",
        where="claude_desktop_config.json (Settings, Developer, Edit Config)",
        written=_claude_desktop,
    ),
    "claude-code": Client(
        title="Claude Code",
        where=".mcp.json of the project",
        written=_json("mcpServers", stdio="stdio", http="http", key=f"${{{MCP_KEY}}}"),
    ),
    "cursor": Client(
        title="Cursor",
        where="~/.cursor/mcp.json, or .cursor/mcp.json of the project",
        written=_json("mcpServers", key=f"${{env:{MCP_KEY}}}"),
    ),
    "vscode": Client(
        title="VS Code",
        where=".vscode/mcp.json of the workspace",
        written=_json("servers", stdio="stdio", http="http", key=f"${{env:{MCP_KEY}}}"),
    ),
    "windsurf": Client(
        title="Windsurf",
        where="~/.codeium/windsurf/mcp_config.json",
        written=_json("mcpServers", url="serverUrl", key=f"${{env:{MCP_KEY}}}"),
    ),
    "codex": Client(title="Codex", where="~/.codex/config.toml", written=_codex),
    "gemini-cli": Client(
        title="Gemini CLI",
        where="~/.gemini/settings.json",
        written=_json("mcpServers", url="httpUrl", key=f"${MCP_KEY}"),
    ),
    "zed": Client(
        title="Zed",
        where="settings.json (the command zed: open settings)",
        written=_json("context_servers"),
    ),
    "opencode": Client(title="opencode", where="opencode.json", written=_opencode),
    "lm-studio": Client(
        title="LM Studio", where="~/.lmstudio/mcp.json", written=_json("mcpServers")
    ),
}
