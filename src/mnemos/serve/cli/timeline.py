"""``timeline``: what was true when, as bars over time, in a terminal or as a picture."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path

import click
from rich.cells import cell_len
from rich.table import Table
from rich.text import Text

from mnemos import Fact, Scope
from mnemos.serve.cli import exits
from mnemos.serve.cli.access import opened, require_folder
from mnemos.serve.cli.axis import Axis, axis_of
from mnemos.serve.cli.command import Command, settings
from mnemos.serve.cli.exits import STORE, Refused
from mnemos.serve.cli.facts import AS_OF, STYLES, value_of
from mnemos.serve.cli.options import aware, scoped
from mnemos.serve.cli.output import Output
from mnemos.serve.cli.picture import picture
from mnemos.serve.cli.plain import one_line

STREAM = "-"
#: Each status has a shade of its own: it can be told without colours.
SHADES = {"current": "█", "superseded": "▒", "disputed": "▚", "planned": "░", "corrected": "×"}
#: What was never so is left out unless it is asked for.
NEVER_SO = frozenset({"corrected", "retired"})
SLOT_WIDTH, VALUE_WIDTH = 16, 24
#: Columns that a bar has at least, and that a mark of the axis takes.
BAR_WIDTH, MARK_WIDTH = 20, 14


@click.command("timeline", cls=Command)
@click.argument("who", required=False)
@click.option("--every", is_flag=True, help="Also what was wrong, or retired.")
@click.option("--svg", "target", metavar="FILE|-", help="Draw it into a new FILE, or to stdout.")
@AS_OF
@scoped()
def timeline_command(
    *, who: str | None, every: bool, target: str | None, as_of: str | None, scope: Scope
) -> None:
    """Draw what was true when: a bar for each value.

    WHO is a name; else everybody. Ends with 1 if nothing is known.
    """
    given = settings()
    output = given.output
    _require_new(target)
    with opened(given) as memory:
        known = memory.facts(who, every=True, as_of=as_of, scope=scope)
    found = in_order([fact for fact in known if every or fact.status not in NEVER_SO])
    if not found:
        output.note(f"nothing is known{f' of {one_line(who)}' if who else ''}")
        raise click.exceptions.Exit(exits.NOTHING)
    axis = axis_of(found, datetime.now(UTC) if as_of is None else aware(as_of))
    if target is not None:
        _draw(output, target, picture(found, axis))
    elif output.as_json:
        for fact in found:
            output.document(fact)
    else:
        output.show(*_parts(found, axis, output.width))


def in_order(found: Sequence[Fact]) -> list[Fact]:
    """Return facts as they are drawn: by whom, by slot, and from the oldest on."""
    return sorted(found, key=lambda fact: (fact.about, fact.slot, fact.since, fact.said_at))


def _require_new(target: str | None) -> None:
    if target is None or target == STREAM:
        return
    if Path(target).exists():
        raise Refused(f"{target}: is there already; --svg makes a new file", STORE)
    require_folder(target)


def _draw(output: Output, target: str, drawn: str) -> None:
    if target == STREAM:
        sys.stdout.write(drawn)
        return
    Path(target).write_text(drawn, encoding="utf-8")
    if output.as_json:
        output.document({"file": target, "bytes": len(drawn.encode())})
    elif not output.quiet:
        output.show(f"{target}: drawn")


def _parts(found: Sequence[Fact], axis: Axis, width: int) -> list[Table | Text]:
    """Return the rows, under whom they are about, with the axis and what the shades mean."""
    made = Table(box=None, show_header=False, padding=(0, 1, 0, 0), pad_edge=False)
    made.add_column(max_width=SLOT_WIDTH, no_wrap=True, overflow="ellipsis")
    made.add_column(max_width=VALUE_WIDTH, no_wrap=True, overflow="ellipsis")
    made.add_column(no_wrap=True, overflow="crop")
    names = min(SLOT_WIDTH, max(cell_len(one_line(fact.slot)) for fact in found) + 2)
    values = min(VALUE_WIDTH, max(cell_len(value_of(fact)) for fact in found))
    if width < names + values + 2 + BAR_WIDTH:
        values = max(4, width - names - 2 - BAR_WIDTH)
        made.columns[1].max_width = values
    room = max(BAR_WIDTH, width - names - values - 3)
    for about, its in groupby(found, key=lambda fact: fact.about):
        made.add_row(Text(one_line(about), style="bold"), "", "")
        for _, same in groupby(its, key=lambda fact: fact.slot):
            for place, fact in enumerate(same):
                style = STYLES.get(fact.status, "")
                slot = "" if place else f"  {one_line(fact.slot)}"
                value = Text(value_of(fact), style="dim" if style == "dim" else "")
                made.add_row(Text(slot, style="dim"), value, Text(bar(fact, axis, room), style))
    made.add_row("", "", Text(_scale(axis, room), style="dim"))
    used = dict.fromkeys(fact.status for fact in found)
    legend = "  ".join(f"{SHADES.get(status, '×')} {status}" for status in used)
    return [made, Text(legend, style="dim")]


def bar(fact: Fact, axis: Axis, room: int) -> str:
    """Return a fact's bar in so many columns; an arrow at its end says that it still holds."""
    begin, end = axis.bar(fact)
    first = min(room - 1, int(begin * room))
    last = max(first + 1, round(end * room))
    drawn = SHADES.get(fact.status, "×") * (last - first)
    if fact.until is None and fact.status in {"current", "disputed"}:
        drawn = f"{drawn[:-1]}▶"
    return f"{' ' * first}{drawn}"


def _scale(axis: Axis, room: int) -> str:
    """Return the axis' labels, each beginning under its mark."""
    line = ""
    for share, label in axis.marks(max(1, room // MARK_WIDTH)):
        at = int(share * room)
        if at >= len(line) and at + len(label) < room:
            line = f"{line.ljust(at)}╵{label} "
    return line or f"╵{axis.begin:%Y-%m-%d}"
