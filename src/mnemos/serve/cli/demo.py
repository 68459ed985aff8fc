"""``demo``: the main job on the bundled conversation, or on one's own."""

from __future__ import annotations

import tempfile
from pathlib import Path

import click

from mnemos import Memory
from mnemos.serve.cli import exits
from mnemos.serve.cli.access import require_folder
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.exits import STORE, Refused
from mnemos.serve.cli.own import show_own
from mnemos.serve.cli.tour import Tour


@click.command("demo", cls=Command)
@click.argument("source", metavar="[FILE|-]", required=False)
@click.option("--ask", is_flag=True, help="Read questions to FILE from stdin, one a line.")
@click.option("--keep", metavar="NEW_FILE", help="Keep the memory that was made.")
def demo_command(*, source: str | None, ask: bool, keep: str | None) -> None:
    """Show the main job on a bundled conversation, or on your own.

    FILE holds a conversation in any format that remember reads. Nothing outside a temporary folder
    is written, unless by --keep. Ends with 5 if a promise was not kept.
    """
    if ask and source in {None, "-"}:
        raise click.UsageError("--ask needs a FILE, since questions come from stdin")
    if keep is not None and Path(keep).exists():
        raise Refused(f"{keep}: is there already; --keep makes a new file", STORE)
    if keep is not None:
        require_folder(keep)
    given = settings()
    with tempfile.TemporaryDirectory(prefix="mnemos-") as folder:
        path = Path(folder) / "demo.mnemos"
        kept = _tour(given, path) if source is None else _own(given, path, source, ask=ask)
        if keep is not None:
            _keep(given, path, keep)
    if keep is None:
        given.output.note("next, with messages of your own: mnemos remember FILE")
    if not kept:
        raise click.exceptions.Exit(exits.NOT_PROVED)


def _tour(given: Settings, path: Path) -> bool:
    measured = Tour(path, given.output, embedder=given.embedder or "default").run()
    if given.as_json:
        given.output.document(measured)
    return measured.ok


def _own(given: Settings, path: Path, source: str, *, ask: bool) -> bool:
    measured = show_own(path, source, given.output, ask=ask, embedder=given.embedder or "default")
    if given.as_json:
        given.output.document(measured)
    return measured.whole


def _keep(given: Settings, path: Path, keep: str) -> None:
    with Memory(path, embedder=None) as memory:
        memory.backup(keep)
    given.output.note(f"kept as {keep}: mnemos recall --file {keep} QUESTION")
