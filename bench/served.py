"""Generated parts of the page on the MCP server: its tools, its clients, what a call takes."""

from __future__ import annotations

from typing import Any

from bench import machine
from mnemos.serve.mcp.clients import CLIENTS
from mnemos.serve.mcp.tools import TOOLS, Tool


def tools() -> str:
    """Return every tool with what it is for, as models read it."""
    rows = [f"| `{tool.name}` | {_does(tool)} | {tool.about} |" for tool in TOOLS]
    return "\n".join(["| tool | does | what models are told |", "|---|---|---|", *rows])


def _does(tool: Tool) -> str:
    if not tool.writes:
        return "reads"
    return "hides" if tool.hides else "writes"


def clients() -> str:
    """Return every client whose settings can be printed."""
    rows = [f"| {each.title} | `{name}` | {each.where} |" for name, each in CLIENTS.items()]
    return "\n".join(["| client | `--print-config` | goes into |", "|---|---|---|", *rows])


def calls() -> str:
    """Return how much longer calls take than in one's own process, as last measured."""
    kept = machine.kept("mcp")
    if kept is None:
        return ""
    given: Any = kept
    told = [
        f"{verb} {row['stdio over']:.1f} ms over stdio and {row['HTTP over']:.1f} ms over HTTP"
        for verb, row in given["rows"].items()
    ]
    return (
        f"Beyond the call in one's own process (medians of {given['calls']} calls, "
        f"{given['turns']:,} turns): {', '.join(told)} ({given['machine']})."
    )
