"""``log`` and ``undo``: what was done, and taking it back."""

from __future__ import annotations

from collections.abc import Iterator

import click
from rich.text import Text

from mnemos import Event, Memory
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, settings
from mnemos.serve.cli.hits import table
from mnemos.serve.cli.plain import one_line
from mnemos.serve.cli.receipts import tell

#: How many events are read at once.
PAGE = 100


@click.command("log", cls=Command)
@click.option("--limit", "-n", type=click.IntRange(min=1), default=20, show_default=True)
@click.option("--before", type=click.IntRange(min=1), metavar="SEQ", help="Older than this event.")
def log_command(*, limit: int, before: int | None) -> None:
    """List what was done to the memory, newest first."""
    given = settings()
    output = given.output
    made = table("event", "recorded", "op", "rows", "by", text="why")
    with opened(given) as memory:
        for event in _events(memory, limit, before):
            if output.as_json:
                output.document(event)
                continue
            of = one_line(event.recipe) if event.undoes is None else str(event.undoes)
            made.add_row(
                str(event.seq),
                f"{event.recorded_at:%Y-%m-%d %H:%M}",
                Text(f"{event.op} {of}".rstrip()),
                f"{event.rows:,}",
                Text(one_line(event.actor)),
                Text(one_line(event.why)),
            )
    if not output.as_json and made.row_count:
        output.show(made)


def _events(memory: Memory, limit: int, before: int | None) -> Iterator[Event]:
    left = limit
    while left > 0:
        events = memory.log(min(left, PAGE), before=before)
        if not events:
            return
        yield from events
        left -= len(events)
        before = events[-1].seq


@click.command("undo", cls=Command)
@click.argument("seq", type=click.IntRange(min=1), required=False)
@click.option("--why", default="", metavar="TEXT", help="Kept in the journal.")
def undo_command(*, seq: int | None, why: str) -> None:
    """Take back an event: the one with this number, or the newest.

    Undoing a remember hides what it added; undoing an undo does it again. An erase stays.
    """
    given = settings()
    with opened(given) as memory:
        receipt = memory.undo(seq, why=why)
        event = memory.log(1, before=receipt.seq + 1)[0]
    tell(given.output, receipt, f"put back by undoing event {event.undoes}")
