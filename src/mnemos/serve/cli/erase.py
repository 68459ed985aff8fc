"""``erase``: what goes for good."""

from __future__ import annotations

import sys

import click

from mnemos import Certificate, Scope
from mnemos.serve.cli import exits
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.certificate import certificate_panel
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.exits import Refused
from mnemos.serve.cli.options import scoped
from mnemos.serve.cli.receipts import counted


@click.command("erase", cls=Command)
@click.argument("ids", metavar="[ID]...", nargs=-1)
@click.option("--preview", is_flag=True, help="Only say what would go.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--why", default="", metavar="TEXT", help="Kept: do not repeat what is erased.")
@scoped()
def erase_command(
    *, ids: tuple[str, ...], preview: bool, yes: bool, why: str, scope: Scope
) -> None:
    """Destroy items, or all of a scope, and all that came from them; prove it.

    This cannot be undone. Ends with 5 if bytes of it were found to be left.
    """
    what: tuple[str, ...] | Scope = ids or scope
    if not ids and scope == Scope():
        raise click.UsageError("name ids, or a --session, --user or --agent")
    if ids and scope != Scope():
        raise click.UsageError("name ids or a scope, not both")
    given = settings()
    with opened(given) as memory:
        planned = memory.erase(what, preview=True)
        if preview:
            _tell(given, planned)
            return
        if planned.ids and not yes:
            _ask(given, planned)
        certificate = memory.erase(what, why=why)
        if not certificate.ids and certificate.proved:
            raise Refused("there is nothing to erase", exits.NOTHING)
    _tell(given, certificate)
    if not certificate.proved:
        raise click.exceptions.Exit(exits.NOT_PROVED)


def _ask(given: Settings, planned: Certificate) -> None:
    given.output.note(certificate_panel(planned))
    question = f"Erase {counted(len(planned.ids), 'item')} for good?"
    try:
        sure = click.confirm(question, err=True)
    except click.Abort:
        if sys.stdin.isatty():  # Ctrl-C; elsewhere nobody was there to answer
            raise
        raise Refused(
            "nobody answered; nothing was erased", exits.USAGE, "--yes erases without asking"
        ) from None
    if not sure:
        raise Refused("nothing was erased", exits.INTERRUPTED)


def _tell(given: Settings, certificate: Certificate) -> None:
    if given.as_json:
        given.output.document({**_fields(certificate), "proved": certificate.proved})
    else:
        given.output.show(certificate_panel(certificate))


def _fields(certificate: Certificate) -> dict[str, object]:
    return {name: getattr(certificate, name) for name in certificate.__slots__}
