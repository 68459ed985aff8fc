"""Do the lines that systems found make a model answer right, at equal tokens?

For a finished run of ``python -m bench compare``: a reader answers each question from the lines of
each system, packed in rank order into the same budgets; then a strict and a lenient judge say
whether it is right. Every reply is kept in the run's folder: what was broken off goes on where it
was, and nothing is paid for twice. ``--plan`` tells what it would take, and sends nothing.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import Self

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)
from rich.table import Table

from bench import machine
from bench.answers.asking import Asking, Models, Step, others, plan
from bench.answers.chat import Chat, Stopped
from bench.answers.material import Material, NotARun, Posed, material
from bench.answers.prompts import JUDGES, READER, REPAIR, prompt
from bench.answers.replies import Replies
from bench.answers.summary import Figures, Price, keep, summary
from mnemos import InputError
from mnemos.models.endpoint import Patience

REPLIES = Path("answers", "replies.sqlite")


def main(arguments: Sequence[str] | None = None, *, patience: Patience | None = None) -> int:
    """Run from the command line.

    Args:
        arguments: As typed; None for those of the process.
        patience: In place of the one that the arguments say.
    """
    given = _given(arguments)
    console = Console(stderr=given.json, width=None if sys.stdout.isatty() else 170)
    models = Models(
        reader=given.reader,
        judge=given.judge,
        reader_tokens=given.reader_tokens,
        judge_tokens=given.judge_tokens,
        seed=given.seed,
    )
    patience = patience or Patience(timeout_s=given.timeout_s, retries=given.retries)
    try:
        asked = material(given.run, given.systems, given.budgets, given.limit, given.seed)
        control = others(asked.posed, given.seed) if given.control else {}
        with closing(Replies(given.run / REPLIES)) as replies:
            chat = Chat(given.endpoint, _key(given.key_variable), patience, replies)
            if given.plan:
                _tell_plan(plan(chat, models, asked, control), given, console)
            else:
                _run(given, chat, models, asked=asked, control=control, console=console)
    except (InputError, NotARun) as error:
        sys.exit(str(error))
    except Stopped as error:
        sys.exit(f"stopped: {error}. What came is kept: the same command goes on from there")
    return 0


def _given(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m bench answers",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add = parser.add_argument
    add("--run", type=Path, required=True, help="folder of a finished run of bench compare")
    add("--endpoint", required=True, metavar="URL", help="up to and with the version: http://…/v1")
    add("--reader", required=True, metavar="MODEL", help="answers the questions")
    add("--judge", required=True, metavar="MODEL", help="judges the replies, by both prompts")
    add("--key-variable", metavar="NAME", help="environment variable of the key; none: no key")
    add("--budgets", type=_positive, nargs="+", default=[1_000], help="tokens of lines")
    add("--systems", nargs="+", default=[], metavar="NAME[:VARIANT]", help="default: all")
    add("--limit", type=_positive, metavar="N", help="at most so many questions a category")
    add("--seed", type=int, default=7, help="of that draw, of the control, and of the models")
    add("--control", action="store_true", help="judge gold answers of other questions, too")
    add("--plan", action="store_true", help="say what it would take; send nothing")
    add("--price-in", type=float, metavar="PRICE", help="of a million tokens sent")
    add("--price-out", type=float, metavar="PRICE", help="of a million tokens replied")
    add("--at-once", type=_positive, default=4, help="requests at the same time")
    add("--reader-tokens", type=_positive, default=200, help="at most, of a reply")
    add("--judge-tokens", type=_positive, default=60, help="at most, of a verdict")
    add("--timeout-s", type=float, default=60, help="for one attempt")
    add("--retries", type=int, default=4, help="after a failure that may pass")
    add("--json", action="store_true", help="print the figures as JSON, the rest to stderr")
    given = parser.parse_args(arguments)
    if (given.price_in is None) != (given.price_out is None):
        parser.error("--price-in and --price-out go together")
    return given


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(f"{number} is less than 1")
    return number


def _key(variable: str | None) -> str | None:
    if variable is None:
        return None
    key = os.environ.get(variable)
    if not key:
        raise InputError(f"the environment has no {variable}")
    return key


def _price(given: argparse.Namespace) -> Price | None:
    if given.price_in is None:
        return None
    return Price(tokens_in=given.price_in, tokens_out=given.price_out)


def _run(
    given: argparse.Namespace,
    chat: Chat,
    models: Models,
    *,
    asked: Material,
    control: Mapping[Posed, str],
    console: Console,
) -> None:
    start = time.perf_counter()
    with _Bars(console) as bars:
        asking = Asking(chat, models, given.at_once, bars.advance)
        outcomes = asking.outcomes(asked)
        controls = asking.controls(control) if control else []
    figures = {
        "machine": machine.line(),
        "models": {**asdict(models), "server": chat.server, "temperature": 0},
        "prompts": {name: prompt(name).digest for name in (READER, *JUDGES, REPAIR)},
        "drawn": {"questions a category": given.limit, "seed": given.seed},
        **summary(asked, outcomes, controls, _price(given)),
    }
    keep(given.run, figures, outcomes, controls)
    if given.json:
        print(json.dumps(figures, indent=1))
    else:
        _tell(figures, console)
    minutes = (time.perf_counter() - start) / 60
    console.print(f"{chat.requests} requests, {minutes:.1f} min; {given.run / 'answers.json'}")


class _Bars:
    """A bar for each step, with how long it will still take."""

    def __init__(self, console: Console) -> None:
        self._steps: dict[str, TaskID] = {}
        self._progress = Progress(
            TextColumn("{task.description:8}"),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            TextColumn("· still"),
            TimeRemainingColumn(),
            console=console,
        )

    def __enter__(self) -> Self:
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def advance(self, step: str, done: int, total: int) -> None:
        """Show that so many of so many are done."""
        if step not in self._steps:
            self._steps[step] = self._progress.add_task(step, total=total)
        self._progress.update(self._steps[step], completed=done)


def _tell_plan(steps: Sequence[Step], given: argparse.Namespace, console: Console) -> None:
    price = _price(given)
    rows = [
        {
            **asdict(step),
            "cost": None if price is None else price.of(step.tokens_in, step.tokens_out),
        }
        for step in steps
    ]
    if given.json:
        print(json.dumps({"steps": rows}, indent=1))
        return
    table = Table(title="at most, without retries and repairs; nothing was sent")
    for column in ("", "calls", "there already", "tokens in", "tokens out", "cost"):
        table.add_column(column, justify="left" if not column else "right")
    for row in [*rows, _total(rows)]:
        cost = "" if row["cost"] is None else f"{row['cost']:,.2f}"
        numbers = (row[name] for name in ("calls", "kept", "tokens_in", "tokens_out"))
        table.add_row(row["name"], *(f"{number:,}" for number in numbers), cost)
    console.print(table)


def _total(rows: Sequence[Figures]) -> Figures:
    total = {
        name: sum(row[name] for row in rows)
        for name in ("calls", "kept", "tokens_in", "tokens_out")
    }
    priced = all(row["cost"] is not None for row in rows)
    return {"name": "all", **total, "cost": sum(row["cost"] for row in rows) if priced else None}


COLUMNS = (
    *("strict", "95 %", "lenient", "95 %", "refused wrongly", "refused rightly"),
    *("unanswered", "unjudged", "tokens in", "out", "cost", "p50 s", "faults"),
)


def _tell(figures: Figures, console: Console) -> None:
    """Print a table for each data set and budget, and how far the judges can be trusted."""
    for dataset, about in figures["data"].items():
        budgets = {b: None for row in figures["systems"].values() for b in row.get(dataset, {})}
        for budget in budgets:
            if budget != "failure":
                console.print(_table(figures["systems"], dataset, budget, about))
    for name, row in figures["systems"].items():
        for dataset, its in row.items():
            if "failure" in its:
                console.print(f"{name}, {dataset}: {its['failure']}", style="red", markup=False)
    its = figures["agreement"]
    if its["judged by both"]:
        console.print(
            f"the judges agree on {its['agree']:.1%} of {its['judged by both']:,} replies; "
            f"{its['lenient alone accepts']:,} are accepted by the lenient one alone, "
            f"{its['strict alone accepts']:,} by the strict one alone"
        )
    for dataset, its in figures.get("control", {}).items():
        told = " and ".join(f"the {judge} one {_accepted(its[judge])}" for judge in JUDGES)
        console.print(
            f"{dataset}: of {its['questions']:,} answers to other questions {told} are accepted"
        )
    console.print(figures["machine"], style="dim")


def _accepted(its: Figures) -> str:
    return "none judged" if its["accepted"] is None else f"{its['accepted']['mean']:.1%}"


def _table(systems: Figures, dataset: str, budget: str, about: Figures) -> Table:
    able = about["questions"] - about["unanswerable"]
    table = Table(
        title=f"{dataset}, {int(budget):,} tokens: {able} questions with an answer, "
        f"{about['unanswerable']} without"
    )
    table.add_column("", no_wrap=True)
    for column in COLUMNS:
        table.add_column(column, justify="right")
    for name, row in systems.items():
        its = row.get(dataset, {}).get(budget)
        if its is not None:
            table.add_row(name, *_cells(its))
    return table


def _cells(its: Figures) -> list[str]:
    able, void = its["answerable"], its["unanswerable"]
    groups = [group for group in (able, void) if group is not None]
    costs = [its[who]["cost"] for who in ("reader", "judges")]
    faults = {**its["judges"]["faults"], **its["reader"]["faults"]}
    return [
        *(cell for judge in JUDGES for cell in _with_ends(able, judge)),
        "" if able is None else f"{able['refused']['mean']:.1%}",
        "" if void is None else f"{void['refused']['mean']:.1%}",
        f"{sum(group['unanswered'] for group in groups)}",
        f"{sum(sum(group['unjudged'].values()) for group in groups)}",
        *(f"{sum(its[who][way] for who in ('reader', 'judges')):,}" for way in _WAYS),
        "" if None in costs else f"{sum(costs):,.4g}",
        f"{its['reader']['p50 s']:.2f}",
        ", ".join(f"{_count(its, kind)} {kind}" for kind in sorted(faults)),
    ]


_WAYS = ("tokens in", "tokens out")


def _count(its: Figures, kind: str) -> int:
    return sum(its[who]["faults"].get(kind, 0) for who in ("reader", "judges"))


def _with_ends(group: Figures | None, judge: str) -> tuple[str, str]:
    if group is None:
        return "", ""
    its = group[judge]
    return f"{its['mean']:.1%}", f"{its['low']:.1%}–{its['high']:.1%}"
