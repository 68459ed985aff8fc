"""``erase``: what goes for good."""

from __future__ import annotations

import click
from rich.console import RenderableType
from rich.text import Text

from mnemos import Certificate, Memory, Scope
from mnemos.serve.cli import exits
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.certificate import certificate_panel
from mnemos.serve.cli.command import Command, Settings, settings
from mnemos.serve.cli.confirm import require_yes
from mnemos.serve.cli.exits import Refused
from mnemos.serve.cli.hits import SPEAKER_WIDTH, day, table
from mnemos.serve.cli.naming import meant
from mnemos.serve.cli.options import scoped
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import counted

#: So many of the items that would go are shown.
LISTED = 10


@click.command("erase", cls=Command)
@click.argument("ids", metavar="[ID|REF]...", nargs=-1)
@click.option("--preview", is_flag=True, help="Only say what would go.")
@click.option("--yes", "-y", is_flag=True, help="Do not ask.")
@click.option("--why", default="", metavar="TEXT", help="Kept: do not repeat what is erased.")
@scoped()
def erase_command(
    *, ids: tuple[str, ...], preview: bool, yes: bool, why: str, scope: Scope
) -> None:
    """Destroy items, or all of a scope, and all that came from them; prove it.

    The beginning of an ID (4 characters or more) will do. This cannot be undone.
    Ends with 5 if bytes of it were found to be left.
    """
    if not ids and scope == Scope():
        raise click.UsageError("name ids, or a --session, --user or --agent")
    if ids and scope != Scope():
        raise click.UsageError("name ids or a scope, not both")
    given = settings()
    with opened(given) as memory:
        what = meant(memory, ids) if ids else scope
        planned = memory.erase(what, preview=True)
        if preview:
            _tell(given, planned)
            if not given.as_json:
                given.output.show(*_going(memory, planned, given.output.width))
            return
        if planned.ids and not yes:
            given.output.note(certificate_panel(planned))
            given.output.note(*_going(memory, planned, given.output.width))
            question = f"Erase {counted(len(planned.ids), 'item')} for good?"
            require_yes(question, "erases", "erased")
        certificate = memory.erase(what, why=why)
        if not certificate.ids and certificate.proved:
            raise Refused("there is nothing to erase", exits.NOTHING)
    _tell(given, certificate)
    if not certificate.proved:
        raise click.exceptions.Exit(exits.NOT_PROVED)


def _going(memory: Memory, planned: Certificate, width: int) -> list[RenderableType]:
    """Return what is to go, for the eye: day, speaker and the start of each text."""
    made = table("date", "speaker")
    made.show_header = False
    made.columns[1].max_width = SPEAKER_WIDTH
    made.add_column("text", ratio=1, no_wrap=True, overflow="ellipsis")
    for item_id in planned.ids[:LISTED]:
        item = memory.get(item_id)
        made.add_row(
            Text(day(item), style="cyan"),
            Text(one_line(item.speaker or "")),
            Text(one_line(item.text[:width])),
        )
    parts: list[RenderableType] = [made] if planned.ids else []
    if len(planned.ids) > LISTED:
        parts.append(f"and {len(planned.ids) - LISTED:,} more")
    if planned.related:
        count = counted(len(planned.related), "other version")
        stay = "stays" if len(planned.related) == 1 else "stay"
        parts.append(Text(f"{count} of this {stay}: {', '.join(planned.related)}", style="yellow"))
    return parts


def _tell(given: Settings, certificate: Certificate) -> None:
    if given.as_json:
        given.output.document({**_fields(certificate), "proved": certificate.proved})
    else:
        given.output.show(certificate_panel(certificate))


def _fields(certificate: Certificate) -> dict[str, object]:
    return {name: getattr(certificate, name) for name in certificate.__slots__}
