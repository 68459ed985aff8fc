"""``forget`` and ``restore``: hiding, which can be taken back."""

from __future__ import annotations

import click

from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, settings
from mnemos.serve.cli.naming import meant
from mnemos.serve.cli.receipts import tell


@click.command("forget", cls=Command)
@click.argument("ids", metavar="ID|REF...", nargs=-1, required=True)
@click.option("--why", default="", metavar="TEXT", help="Kept in the journal.")
def forget_command(*, ids: tuple[str, ...], why: str) -> None:
    """Hide items from recall; restore brings them back.

    The beginning of an ID (4 characters or more) will do. To forget a fact (mnemos facts shows its
    ID) is to retire it: its turn stays. To destroy items, use erase.
    """
    given = settings()
    with opened(given) as memory:
        receipt = memory.forget(meant(memory, ids), why=why)
    tell(given.output, receipt, "forgotten")


@click.command("restore", cls=Command)
@click.argument("ids", metavar="ID|REF...", nargs=-1, required=True)
@click.option("--why", default="", metavar="TEXT", help="Kept in the journal.")
def restore_command(*, ids: tuple[str, ...], why: str) -> None:
    """Bring back what was forgotten, or what undoing a remember hid."""
    given = settings()
    with opened(given) as memory:
        receipt = memory.restore(meant(memory, ids, prefer="hidden"), why=why)
    tell(given.output, receipt, "restored")
