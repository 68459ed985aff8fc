"""``mcp``: the memory as a server of the Model Context Protocol."""

from __future__ import annotations

import asyncio
import logging
import socket
import sys
from functools import partial
from pathlib import Path

import click

from mnemos import Memory, Scope, estimate_tokens
from mnemos.config import mcp_key
from mnemos.serve.access import Caller
from mnemos.serve.cli.access import require_folder
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.exits import STORE, USAGE, Refused
from mnemos.serve.limits import Limits
from mnemos.serve.loopback import is_loopback
from mnemos.serve.mcp.clients import CLIENTS, Reached, Started, Way
from mnemos.serve.mcp.shown import disarmed

#: Who is named in the journal for what is done through this server.
ACTOR = "mcp"
PORT = 8377
_MISSING = "the MCP server needs its libraries: pip install 'mnemos[mcp]'"


@click.command("mcp", cls=Command)
@click.argument("path", metavar="[FILE]", required=False)
@click.option("--http", is_flag=True, help="Listen on a port, instead of serving over stdio.")
@click.option("--host", default="127.0.0.1", show_default=True, help="The address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="The port to listen on; 0 takes any that is free.",
)
@click.option("--user", metavar="NAME", help="Serve this user's part of the memory alone.")
@click.option("--read-only", is_flag=True, help="Offer no tool that writes.")
@click.option(
    "--print-config",
    "client",
    type=click.Choice(list(CLIENTS)),
    help="Serve nothing; print what this client needs in its settings.",
)
def mcp_command(
    *,
    path: str | None,
    http: bool,
    host: str,
    port: int,
    user: str | None,
    read_only: bool,
    client: str | None,
) -> None:
    """Serve the memory to AI assistants: a server of the Model Context Protocol.

    An assistant that has it can remember, recall, forget and restore. Over stdio, unless --http is
    given: that is for this machine alone, and asks for no key. mnemos serve has the same at /mcp,
    for many and with keys. FILE is made if it is not there.
    """
    given = settings()
    given.file = path or given.file
    if client is not None:
        options = [
            *(["--user", user] if user else []),
            *(["--recipe", given.recipe] if given.recipe else []),
            *(["--read-only"] if read_only else []),
        ]
        needs_key = not is_loopback(host) or mcp_key() is not None
        reached = Reached(url=_url(host, port), needs_key=needs_key)
        _print_config(given, client, reached if http else _started(given, options))
        return
    try:
        from mnemos.serve.mcp import mount, transport  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise Refused(f"{_MISSING} (there is no {error.name})", USAGE) from None
    caller = Caller(
        rights=frozenset({"read"} if read_only else {"read", "write"}), scope=Scope(user=user)
    )
    opening = partial(_opened, settings=given, read_only=read_only)
    knows = partial(reads_facts, recipe=given.recipe_name)
    file = given.memory_file.path
    if not http:
        asyncio.run(transport.over_stdio(opening(file), caller, knows))
        return
    from mnemos.serve.rest.run import Place, run  # noqa: PLC0415 - an extra

    run(
        Place(path=file, is_directory=False, host=host, port=port, caller=caller),
        opening,
        limits=Limits(waiting=transport.MOST_AT_A_TIME),
        mounts=[mount.mounting(knows)],
        routes=False,
        logged=logging.WARNING,
        ready=partial(_ready, given, file),
    )


def _ready(given: Settings, path: Path, url: str, _: bool) -> None:
    if not given.quiet:
        click.echo(f"{path} is served at {url}/mcp", err=True)


def _opened(path: Path, *, settings: Settings, read_only: bool) -> Memory:
    if read_only and not path.exists():
        raise Refused(
            f"{path}: there is no such memory ({settings.memory_file.named_by})",
            STORE,
            "without --read-only it is made",
        )
    require_folder(path)
    return Memory(
        path,
        actor=ACTOR,
        embedder=settings.embedder or "default",
        recipe=settings.recipe_name,
        read_only=read_only,
        counter=_counted,
    )


def _counted(text: str) -> int:
    """Count a text as it is shown: what would open a role or a call in it is not as short."""
    return estimate_tokens(disarmed(text))


def reads_facts(memory: Memory, *, recipe: str) -> bool:
    """Tell whether a memory's recipe reads facts of what is said, or some are known."""
    kept = next((each for each in memory.recipes() if each.name == recipe), None)
    return (kept is not None and kept.at_once) or bool(memory.facts(every=True, limit=1))


def _url(host: str, port: int) -> str:
    """Return the address that clients use; one that stands for all becomes this machine's name."""
    name = socket.gethostname() if host in {"0.0.0.0", "::"} else host  # noqa: S104 - told apart
    return f"http://{f'[{name}]' if ':' in name else name}:{port}/mcp"


def _started(given: Settings, options: list[str]) -> Way:
    embedder = ["--embedder", given.embedder] if given.embedder else []
    file = str(given.memory_file.path.absolute())
    command = (sys.executable, "-m", "mnemos", "mcp", file, *embedder, *options)
    return Started(command=command)


def _print_config(given: Settings, name: str, way: Way) -> None:
    client = CLIENTS[name]
    given.output.verbatim(client.written(way))
    given.output.note(f"For {client.title}: {client.where}")
