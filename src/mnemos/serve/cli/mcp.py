"""``mcp``: the memory as a server of the Model Context Protocol."""

from __future__ import annotations

import asyncio
import socket
import sys
from collections.abc import Callable
from pathlib import Path

import click

from mnemos import Memory, estimate_tokens
from mnemos.config import MCP_KEY, mcp_key
from mnemos.errors import InputError
from mnemos.serve.cli.access import require_folder
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.exits import STORE, USAGE, Refused
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
@click.option(
    "--key-file",
    type=click.Path(path_type=Path, dir_okay=False),
    help=f"Keys, one a line, that clients must show; else the one in ${MCP_KEY}.",
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
    key_file: Path | None,
    user: str | None,
    read_only: bool,
    client: str | None,
) -> None:
    """Serve the memory to AI assistants: a server of the Model Context Protocol.

    An assistant that has it can remember, recall, forget and restore. Over stdio, unless --http is
    given. FILE is made if it is not there.
    """
    given = settings()
    given.file = path or given.file
    if client is not None:
        options = [
            *(["--user", user] if user else []),
            *(["--recipe", given.recipe] if given.recipe else []),
            *(["--read-only"] if read_only else []),
        ]
        needs_key = key_file is not None or mcp_key() is not None
        reached = Reached(url=_url(host, port), needs_key=needs_key)
        _print_config(given, client, reached if http else _started(given, options))
        return
    try:
        from mnemos.serve.mcp import tools, transport  # noqa: PLC0415 - an extra
    except ModuleNotFoundError as error:
        raise Refused(f"{_MISSING} (there is no {error.name})", USAGE) from None
    knows = None
    if http:
        knows = _knows(key_file)
        if knows is None and not is_loopback(host):
            raise Refused(
                f"--host {host} is open to other machines, and no key is asked for",
                USAGE,
                f"give one with --key-file or {MCP_KEY}, and put TLS in front",
            )
    memory = _opened(given, read_only=read_only)
    offered = tools.offered(
        read_only=read_only,
        reads_facts=_reads_facts(memory, given.recipe_name),
        one_user=user is not None,
    )
    served = memory if user is None else memory.scoped(user=user)
    if not http:
        asyncio.run(transport.over_stdio(served, offered))
        return

    def ready(url: str) -> None:
        if not given.quiet:
            click.echo(f"{given.memory_file.path} is served at {url}", err=True)

    asyncio.run(
        transport.over_http(served, offered, host=host, port=port, knows=knows, ready=ready)
    )


def _opened(given: Settings, *, read_only: bool) -> Memory:
    file = given.memory_file
    if read_only and not file.path.exists():
        raise Refused(
            f"{file.path}: there is no such memory ({file.named_by})",
            STORE,
            "without --read-only it is made",
        )
    require_folder(file.path)
    return Memory(
        file.path,
        actor=ACTOR,
        embedder=given.embedder or "default",
        recipe=given.recipe_name,
        read_only=read_only,
        counter=_counted,
    )


def _counted(text: str) -> int:
    """Count a text as it is shown: what would open a role or a call in it is not as short."""
    return estimate_tokens(disarmed(text))


def _reads_facts(memory: Memory, recipe: str) -> bool:
    kept = next((each for each in memory.recipes() if each.name == recipe), None)
    return (kept is not None and kept.at_once) or bool(memory.facts(every=True))


def _knows(key_file: Path | None) -> Callable[[str], bool] | None:
    from mnemos.serve.mcp import guard  # noqa: PLC0415 - an extra

    if key_file is not None:
        return guard.keys_of(key_file)
    named = mcp_key()
    try:
        return None if named is None else guard.known_keys([named])
    except InputError as error:
        raise InputError(f"{MCP_KEY}: {error}") from None


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
