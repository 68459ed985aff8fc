"""Is what holds now found first, and what held then, when facts change in conversation?

The scenarios are those of ``bench.updates_set``. A memory is told each turn by itself and asked
with no model: by ``recall`` where one line answers; moments, lists, counts and disputes by
``facts`` and, where those know nothing, by what was said until then. With ``--alone`` the rules
that read facts answer by themselves; where they know no fact they give no line, and the check is
missed.

- ``current``: the first line holds the value (counts, lists and disputes: all of their values).
- ``stale``: of the present-tense checks, those that show a superseded value as if it held.
- ``as_of`` and ``past``: the first line holds what was true then, or before.
- ``no fact``: of the checks that forbid a fact, those where there is none.
"""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rich.console import Console
from rich.table import Table

from bench import machine
from bench.facts_alone import FactsAlone
from bench.facts_in_memory import FactsInMemory
from bench.shown import Shown
from bench.updates_set import OPEN, SEALED, Check, Update, read, says

HALVES = {"open": OPEN, "sealed": SEALED}
#: What the documents tell: a column's title → the figure.
TOLD = {
    "current value first": "current",
    "superseded value unmarked": "stale",
    "true at a moment": "as_of",
    "the past": "past",
    "no false fact": "no fact",
}
_DENIES = re.compile(r"\b(?:not|never|no|without|cannot|any ?more)\b|n['’]t\b")


class Answering(Protocol):
    """What is told a scenario and asked its checks."""

    def answers(self, update: Update, check: Check) -> Sequence[Shown]:
        """Return the lines in answer to a check's question, best first."""
        ...

    def facts(self, update: Update, about: str) -> Sequence[str]:
        """Return the lines of all facts about someone, true at whatever moment."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How a check came out.

    Args:
        stale: Whether a superseded value was shown as if it held; None where none could be.
        answered: Whether there was any line.
    """

    update: str
    kind: str
    type: str
    right: bool
    stale: bool | None = None
    answered: bool = True
    told: str = ""


def judge(system: Answering, update: Update) -> list[Verdict]:
    """Put all checks of a scenario."""
    return [_judge(system, update, check) for check in update.checks]


def _judge(system: Answering, update: Update, check: Check) -> Verdict:
    if check.type == "no_fact":
        false = [line for line in system.facts(update, check.about) if says(line, check.values[0])]
        return _verdict(update, check, right=not false, told="; ".join(false))
    lines = system.answers(update, check)
    first = lines[0] if lines else Shown(text="")
    if check.type in {"list", "disputed"}:
        held = [line.text for line in lines if not line.over]
        right = all(any(says(line, value) for line in held) for value in check.values)
        right = right and not any(says(line, value) for line in held for value in check.missing)
    else:
        right = any(holds(first, value) for value in check.wordings)
    stale = None
    if check.stale or check.missing:
        old = set(check.stale_turns)
        stale = any(
            not line.over and old.issuperset(line.turns or {-1}) and says(line.text, value)
            for line in lines
            for value in check.stale + check.missing
        )
    told = " | ".join(line.text for line in lines[:3])
    return _verdict(update, check, right=right, stale=stale, answered=bool(lines), told=told)


def holds(line: Shown, value: str) -> bool:
    """Tell whether a line holds a value; what denies must be denied."""
    if not says(line.text, value):
        return False
    denied = _DENIES.search(value.casefold()) is not None
    return not denied or _DENIES.search(line.text.casefold()) is not None


def _verdict(
    update: Update,
    check: Check,
    *,
    right: bool,
    stale: bool | None = None,
    answered: bool = True,
    told: str = "",
) -> Verdict:
    return Verdict(
        update=update.name,
        kind=update.kind,
        type=check.type,
        right=right,
        stale=stale,
        answered=answered,
        told=f"{check.question or check.values[0]} ▸ {told}",
    )


#: Figure → the types of checks that it is over.
FIGURES = {
    "current": frozenset({"current", "count", "list", "disputed"}),
    "as_of": frozenset({"as_of"}),
    "past": frozenset({"past"}),
    "no fact": frozenset({"no_fact"}),
}


def figures(verdicts: Iterable[Verdict]) -> dict[str, float]:
    """Return the share of each figure's checks that came out right, and how many there are."""
    listed = list(verdicts)
    found: dict[str, float] = {}
    for name, types in FIGURES.items():
        among = [each for each in listed if each.type in types]
        if among:
            found[name] = round(sum(each.right for each in among) / len(among), 4)
            found[f"{name} checks"] = len(among)
            if name != "no fact":
                given = [each for each in among if each.answered]
                found[f"{name} answered"] = round(len(given) / len(among), 4)
    staled = [each.stale for each in listed if each.stale is not None]
    if staled:
        found["stale"] = round(sum(staled) / len(staled), 4)
    return found


def run(system: Answering, updates: Sequence[Update]) -> dict[str, dict[str, float]]:
    """Return the figures of all scenarios and by kind."""
    return _rows([each for update in updates for each in judge(system, update)])


def _rows(verdicts: Sequence[Verdict]) -> dict[str, dict[str, float]]:
    kinds = dict.fromkeys(each.kind for each in verdicts)
    rows = {"all": figures(verdicts)}
    return rows | {
        kind: figures([each for each in verdicts if each.kind == kind]) for kind in kinds
    }


def show(rows: dict[str, dict[str, float]], console: Console, *, half: str) -> None:
    """Print one line a kind."""
    table = Table(title=f"Facts that change, {half}", caption=machine.line())
    table.add_column("kind", no_wrap=True)
    columns = ["current", "current answered", "stale", "as_of", "past", "no fact"]
    for column in columns:
        table.add_column(column, justify="right")
    for name, row in rows.items():
        cells = [f"{row[column]:.0%}" if column in row else "" for column in columns]
        table.add_row(name, *cells)
    console.print(table)


def told() -> str:
    """Return the kept figures of both halves as a table for the documents."""
    lines = ["| scenarios | " + " | ".join(TOLD) + " |", "|---|" + "--:|" * len(TOLD)]
    for half in HALVES:
        kept = machine.kept(f"updates_{half}")
        if kept is None:
            return "No figures were kept yet."
        rows: Any = kept["rows"]
        cells = [f"{100 * rows['all'][name]:.0f} %" for name in TOLD.values()]
        lines.append(f"| {half} half | {' | '.join(cells)} |")
    return "\n".join(lines)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench updates", description=__doc__)
    parser.add_argument("--half", choices=HALVES, default="open", help="open by default")
    parser.add_argument("--alone", action="store_true", help="the rules alone, without a memory")
    parser.add_argument("--file", type=Path, help="scenarios of your own, of the same form")
    parser.add_argument("--misses", action="store_true", help="print each check that failed")
    parser.add_argument("--json", action="store_true", help="print figures as JSON")
    parser.add_argument("--keep", action="store_true", help="write bench/results/updates_HALF.json")
    given = parser.parse_args(arguments)
    if given.misses and given.half == "sealed":
        parser.error("the sealed half is not looked at: no --misses")
    console = Console(width=None if sys.stdout.isatty() else 120)
    system: Answering = FactsAlone() if given.alone else FactsInMemory()
    updates = read(given.file or HALVES[given.half])
    verdicts = [each for update in updates for each in judge(system, update)]
    rows = _rows(verdicts)
    if given.misses:
        for each in verdicts:
            if not each.right or each.stale:
                mark = "" if each.right else "wrong " if each.answered else "silent "
                mark += "stale " if each.stale else ""
                line = f"{each.update} · {each.type} · {mark}· {each.told}"
                console.print(line, highlight=False, markup=False, soft_wrap=True)
    if given.json:
        console.print_json(data=rows)
    else:
        show(
            rows,
            console,
            half=f"{given.file or given.half}{', rules alone' if given.alone else ''}",
        )
    if given.keep and given.file is None and not given.alone:
        machine.keep(f"updates_{given.half}", {"half": given.half, "rows": rows})
    return 0
