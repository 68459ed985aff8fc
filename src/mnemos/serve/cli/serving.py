"""``serve``: the memory over HTTP."""

from __future__ import annotations

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mnemos import Memory
from mnemos.serve import extras
from mnemos.serve.cli.access import require_folder
from mnemos.serve.cli.command import Command, Settings, gathered, settings
from mnemos.serve.cli.mcp import reads_facts
from mnemos.serve.limits import Limits
from mnemos.serve.tenants import HANDLES

if TYPE_CHECKING:
    from mnemos.serve.rest.app import Mounting

PORT = 8321
#: Who is named in the journal for what is done through a server.
ACTOR = "serve"


def _limits(rate: float) -> Limits:
    return Limits(requests_per_s=rate, burst=max(1, round(2 * rate)))


@click.command("serve", cls=Command)
@click.argument("served", metavar="[FILE]", required=False)
@click.option("--dir", "folder", metavar="DIR", help="Serve a file a tenant, opened by keys.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Listen at this address.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=PORT,
    show_default=True,
    help="0 takes one that is free.",
)
@click.option(
    "--cors", metavar="ORIGIN", multiple=True, help="Let pages of this site ask. Repeatable."
)
@click.option(
    "--handles",
    type=click.IntRange(min=1),
    default=HANDLES,
    show_default=True,
    help="Files held open while nobody uses them.",
)
@gathered(
    "limits",
    _limits,
    click.option(
        "--rate",
        type=click.FloatRange(min=0),
        default=Limits().requests_per_s,
        show_default=True,
        help="Requests a second for each key; 0 is no limit.",
    ),
)
def serve_command(
    *,
    served: str | None,
    folder: str | None,
    host: str,
    port: int,
    cors: tuple[str, ...],
    handles: int,
    limits: Limits,
) -> None:
    """Serve a memory over HTTP, or a directory of them.

    One FILE, else the memory that the options name, is served on this machine alone and asks for
    no key. A --dir has one file a tenant; mnemos keys makes the keys.
    """
    given = settings()
    path = path_of(given, served, folder)
    extras.require("serve")
    from mnemos.serve.rest.run import Place, run  # noqa: PLC0415 - needs the extra

    place = Place(
        path=path,
        is_directory=folder is not None,
        host=host,
        port=port,
        origins=cors,
        handles=handles,
    )
    run(
        place,
        partial(opened, settings=given),
        limits=limits,
        mounts=mounts(given),
        ready=partial(ready, given, path),
    )


def mounts(given: Settings) -> list[Mounting]:
    """Return what every server has beside its routes: the page, and MCP where it is installed."""
    from mnemos.serve.mcp.mount import is_installed, mounting  # noqa: PLC0415 - needs the extra
    from mnemos.serve.ui.page import mount  # noqa: PLC0415 - same

    known = partial(reads_facts, recipe=given.recipe_name)
    return [mount, mounting(known)] if is_installed() else [mount]


def path_of(given: Settings, served: str | None, folder: str | None) -> Path:
    """Return what is served: a directory, a file that was named, or the usual one."""
    if folder is None:
        path = Path(served or given.memory_file.path)
        require_folder(path)
        return path
    if served is not None or given.file is not None:
        raise click.UsageError("name a file or a --dir, not both")
    return Path(folder)


def opened(path: Path, *, settings: Settings) -> Memory:
    """Open a memory as it is served."""
    return Memory(
        path,
        actor=ACTOR,
        embedder=settings.embedder or "default",
        recipe=settings.recipe_name,
    )


def ready(given: Settings, path: Path, url: str, anybody: bool) -> None:
    """Tell where it is served, and whether anybody can get in."""
    if given.as_json:
        given.output.document({"url": url, "path": str(path)})
    else:
        given.output.show(f"{path} at {url}, its page at {url}/ui")
    sys.stdout.flush()
    if not anybody:
        given.output.note(f"no key opens it yet: mnemos keys add TENANT --dir {path}")
