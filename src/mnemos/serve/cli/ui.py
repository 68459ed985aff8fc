"""``ui``: the memory's page, on this machine alone."""

from __future__ import annotations

import logging
import sys
import tempfile
import threading
import webbrowser
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import click

from mnemos import Memory
from mnemos.serve import extras
from mnemos.serve.cli.access import require_folder
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.serving import ACTOR
from mnemos.serve.limits import Limits

HOST = "127.0.0.1"


@click.command("ui", cls=Command)
@click.argument("shown", metavar="[FILE]", required=False)
@click.option("--demo", is_flag=True, help="Show the bundled conversation; nothing is kept.")
@click.option(
    "--port",
    type=click.IntRange(0, 65_535),
    default=0,
    help="Listen at this one; by default at one that is free.",
)
@click.option("--no-browser", is_flag=True, help="Only say where the page is.")
def ui_command(*, shown: str | None, demo: bool, port: int, no_browser: bool) -> None:
    """Show a memory's page in the browser: search it, look at its past, put it right.

    One FILE, else the memory that the options name. Nobody but this machine can reach it, and no
    key is asked for. mnemos serve has the same page, at /ui.
    """
    given = settings()
    if demo and (shown is not None or given.file is not None):
        raise click.UsageError("name a file or --demo, not both")
    extras.require("serve")
    from mnemos.serve.rest.run import Place, run  # noqa: PLC0415 - needs the extra
    from mnemos.serve.ui.page import mount  # noqa: PLC0415 - same

    with ExitStack() as stack:
        if demo:
            folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="mnemos-"))
            path = Path(folder) / "demo.mnemos"
        else:
            path = Path(shown or given.memory_file.path)
            require_folder(path)
        place = Place(path=path, is_directory=False, host=HOST, port=port)
        run(
            place,
            partial(_opened, settings=given, demo=demo),
            limits=Limits(requests_per_s=0),
            mounts=[mount],
            logged=logging.WARNING,
            ready=partial(_ready, given, path, browser=not (no_browser or given.as_json)),
        )


def _opened(path: Path, *, settings: Settings, demo: bool) -> Memory:
    memory = Memory(
        path,
        actor=ACTOR,
        embedder=settings.embedder or "default",
        recipe=settings.recipe_name,
    )
    if demo:
        from mnemos.serve.ui.bundled import fill  # noqa: PLC0415 - only here

        fill(memory)
    return memory


def _ready(given: Settings, path: Path, url: str, _: bool, *, browser: bool) -> None:
    page = f"{url}/ui/"
    if given.as_json:
        given.output.document({"url": page, "path": str(path)})
    else:
        given.output.show(f"{path} at {page}")
        given.output.note("Ctrl+C ends it")
    sys.stdout.flush()
    if browser:
        # On a thread of its own: some browsers come back only when they are closed.
        threading.Thread(target=webbrowser.open, args=(page,), daemon=True).start()
