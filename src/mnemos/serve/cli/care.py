"""``verify`` and ``replay``: is it whole, and building the indexes again."""

from __future__ import annotations

import re

import click
from rich.text import Text

from mnemos import Verification
from mnemos.serve.cli import exits
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, settings
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import counted


def _hash(_: click.Context, __: click.Parameter, given: str | None) -> str | None:
    """Return a hash as receipts spell it."""
    if given is None:
        return None
    if re.fullmatch("[0-9a-fA-F]{64}", given) is None:
        raise click.BadParameter(f"{given!r} is no hash: 64 hex digits, as receipts and stats tell")
    return given.lower()


@click.command("verify", cls=Command)
@click.option(
    "--expected-head",
    callback=_hash,
    metavar="HASH",
    help="A receipt's head that must still be here.",
)
def verify_command(*, expected_head: str | None) -> None:
    """Check every hash of the journal against the rows.

    Ends with 5 if something is wrong.
    """
    given = settings()
    output = given.output
    with opened(given) as memory, output.progress("checking", "events") as meter:
        found = memory.verify(expected_head=expected_head, progress=meter)
    if output.as_json:
        output.document({"ok": found.ok, **{n: getattr(found, n) for n in found.__slots__}})
    else:
        tell_verification(output, found)
    if not found.ok:
        raise click.exceptions.Exit(exits.NOT_PROVED)


def tell_verification(output: Output, found: Verification) -> None:
    """Print what verify found."""
    checked = f"{counted(found.events, 'event')}, {counted(found.rows, 'row')}"
    erased = f", {found.erased:,} erased" if found.erased else ""
    if found.ok:
        output.show(Text(f"whole: {checked}{erased}", style="green"))
        output.show(f"state hash {found.state_hash}")
        return
    output.show(Text(f"not whole: {counted(len(found.problems), 'problem')}", style="bold red"))
    for problem in found.problems:
        output.show(f"  {one_line(problem)}")
    output.show(f"checked: {checked}{erased}")


@click.command("replay", cls=Command)
def replay_command() -> None:
    """Build the indexes again from the rows, in one transaction.

    Ends with 5 if the state hash was not that of the rows.
    """
    given = settings()
    output = given.output
    with opened(given) as memory, output.progress("indexing", "rows") as meter:
        done = memory.replay(progress=meter)
    if output.as_json:
        output.document(done)
    elif not output.quiet:
        verdict = "as before" if done.unchanged else "not the one kept before"
        output.show(f"{counted(done.documents, 'document')} indexed again")
        output.show(f"state hash {done.state_hash}, {verdict}")
    if not done.unchanged:
        raise click.exceptions.Exit(exits.NOT_PROVED)
