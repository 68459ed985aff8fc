"""``facts``, ``profile`` and ``correct``: what the memory knows of whom, and putting it right."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import click
from rich.console import Group
from rich.table import Table
from rich.text import Text

from mnemos import Fact, Profile, Scope
from mnemos.serve.cli import exits
from mnemos.serve.cli.access import opened
from mnemos.serve.cli.command import Command, settings
from mnemos.serve.cli.hits import SPEAKER_WIDTH, table
from mnemos.serve.cli.naming import meant
from mnemos.serve.cli.options import MOMENT, scoped
from mnemos.serve.cli.plain import one_line

#: From so many columns on ids have columns of their own.
WIDE = 150
#: With fewer, who said so stands below the value.
NARROW = 90
SLOT_WIDTH = 20
STYLES = {
    "current": "green",
    "superseded": "dim",
    "corrected": "dim",
    "retired": "dim",
    "disputed": "yellow",
    "planned": "cyan",
}
VALID_AT = click.option(
    "--valid-at", type=MOMENT, metavar="TIME", help="What was true then, by all that is known."
)
AS_OF = click.option("--as-of", type=MOMENT, metavar="TIME", help="By what was known then.")


@click.command("facts", cls=Command)
@click.option("--about", metavar="WHO", help="Whose: a name, or user for a user without one.")
@click.option("--slot", metavar="SLOT", help="Only of this slot: home, job …")
@click.option(
    "--question", metavar="TEXT", help="Only what answers it, best first; in the past for what was."
)
@VALID_AT
@AS_OF
@click.option("--every", is_flag=True, help="Also what is over, was wrong, planned or retired.")
@scoped()
def facts_command(
    *,
    about: str | None,
    slot: str | None,
    question: str | None,
    valid_at: str | None,
    as_of: str | None,
    every: bool,
    scope: Scope,
) -> None:
    """List what is known of whom, with the time in which it is true.

    Facts are read from English statements as they are stored. mnemos correct puts one right,
    mnemos forget retires one. Ends with 1 if nothing is known.
    """
    given = settings()
    output = given.output
    with opened(given) as memory:
        found = memory.facts(
            about,
            slot=slot,
            question=question,
            valid_at=valid_at,
            as_of=as_of,
            every=every,
            scope=scope,
        )
    if output.as_json:
        for fact in found:
            output.document(fact)
    elif found:
        output.show(facts_table(found, width=output.width))
    if not found:
        if not every and question is None:
            output.note("nothing is known here; --every also lists what is over")
        else:
            output.note("nothing is known here")
        raise click.exceptions.Exit(exits.NOTHING)


def facts_table(found: Iterable[Fact], *, width: int) -> Table:
    """Return facts in their order: whose, which, since when, who said so, and ids."""
    wide, narrow = width >= WIDE, width < NARROW
    names = ("about", "slot", "true", "status", *(() if narrow else ("said",)))
    made = table(*names, *(("id", "turn") if wide else ()), text="value")
    made.columns[0].max_width = SPEAKER_WIDTH
    made.columns[1].max_width = SPEAKER_WIDTH if narrow else SLOT_WIDTH
    for fact in found:
        style = STYLES.get(fact.status, "")
        ids = [Text(fact.id, style="dim"), Text(f"from {', '.join(fact.turns)}", style="dim")]
        said = Text(f"{one_line(fact.by)}\n{fact.said_at:%Y-%m-%d}".strip())
        parts = [Text(value_of(fact), style="dim" if style == "dim" else "")]
        if narrow:
            parts += [Text(" ".join(said.plain.split("\n")), style="dim"), *ids]
        elif not wide:
            parts.append(Text(" ").join(ids))
        made.add_row(
            Text(one_line(fact.about)),
            Text(one_line(fact.slot)),
            Text(period(fact), style="cyan"),
            Text(fact.status, style=style),
            *(() if narrow else (said,)),
            *((ids[0], Text(", ".join(fact.turns), style="dim")) if wide else ()),
            Group(*parts),
        )
    return made


def value_of(fact: Fact) -> str:
    """Return what is known, on a line: "Porto", "not meat", "no longer Siemens"."""
    return one_line(fact.text.removeprefix(f"{fact.about} · {fact.slot}: "))


def period(fact: Fact) -> str:
    """Return the days in which a fact is true, on two lines if it is over."""
    until = "" if fact.until is None else f"\n– {fact.until:%Y-%m-%d}"
    return f"{fact.since:%Y-%m-%d}{until}"


@click.command("profile", cls=Command)
@click.argument("who", default="user")
@VALID_AT
@AS_OF
@scoped()
def profile_command(*, who: str, valid_at: str | None, as_of: str | None, scope: Scope) -> None:
    """Show what is true of somebody, slot by slot.

    WHO is a name, or user for a user without one. Ends with 1 if nothing is known.
    """
    given = settings()
    output = given.output
    with opened(given) as memory:
        found = memory.profile(who, valid_at=valid_at, as_of=as_of, scope=scope)
        others = () if found.slots else _known(memory.facts(every=True, scope=scope))
    if output.as_json:
        output.document(found)
    elif found.slots:
        output.show(Text(f"{one_line(found.about)} on {found.at:%Y-%m-%d}", style="bold"))
        output.show(_profile_table(found))
    if not found.slots:
        known = f"; something is, or was, of {', '.join(others)}" if others else ""
        output.note(f"nothing is known of {one_line(who)}{known}")
        raise click.exceptions.Exit(exits.NOTHING)


def _known(found: Sequence[Fact]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(fact.about for fact in found))


def _profile_table(found: Profile) -> Table:
    made = table("slot", "since", text="value")
    made.show_header = False
    for slot, facts in found.slots.items():
        for place, fact in enumerate(facts):
            disputed = " (disputed)" if fact.status == "disputed" else ""
            made.add_row(
                Text("" if place else one_line(slot), style="dim"),
                Text(f"{fact.since:%Y-%m-%d}", style="cyan"),
                Text.assemble(value_of(fact), (disputed, "yellow")),
            )
    return made


@click.command("correct", cls=Command)
@click.argument("fact")
@click.argument("value")
@click.option("--why", default="", metavar="TEXT", help="Kept in the journal.")
def correct_command(*, fact: str, value: str, why: str) -> None:
    """Put a fact right: it is VALUE.

    FACT is the id that mnemos facts shows, or its first 4 characters or more. It stays right when
    its turn is read again. mnemos forget retires a fact; mnemos undo takes either back.
    """
    given = settings()
    with opened(given) as memory:
        (fact_id,) = meant(memory, [fact])
        receipt = memory.correct(fact_id, value, why=why)
        right = next(each for each in memory.facts(every=True) if each.id == receipt.ids[0])
    if given.as_json:
        given.output.document(
            {**{n: getattr(receipt, n) for n in receipt.__slots__}, "fact": right}
        )
    elif not given.quiet:
        given.output.show(f"{one_line(right.text)} (event {receipt.seq})")
