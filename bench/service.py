"""Can a server be trusted: tenants, made-up requests and load, in one table.

    python -m bench service

asks every route for another tenant's words (``bench tenants``), asks all that the server's own
description allows and much that it does not (``bench fuzz``), and lets many clients say and ask at
once, then looks for every acknowledged write (``bench serve``). It ends with 1 if anything leaked,
was answered wrongly, failed or was lost.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import fuzz, machine, serve, tenants
from bench.server import serving

#: How schemathesis tells what it tried; what it does not tell is left out.
_COUNTED = {
    "routes": re.compile(r"Tested: (\d+)"),
    "requests": re.compile(r"([\d,]+) generated"),
    "passed": re.compile(r"generated, ([\d,]+) passed"),
}
#: Figures of the load that are shown.
LOAD = (
    "clients",
    "seconds",
    "tenants",
    "requests/s",
    "acknowledged writes",
    "lost",
    "errors",
    "read p50 ms",
    "read p99 ms",
    "write p50 ms",
    "write p99 ms",
    "server MiB",
)

Figures = dict[str, object]


def of_tenants(folder: Path) -> Figures:
    """Ask for another tenant's words."""
    with serving(folder) as running:
        found = tenants.look(running)
    return {
        "requests of every route": found.routes,
        "requests": found.requests,
        "bytes searched": found.bytes_read,
        "findings": found.findings,
        "passed": not found.findings,
    }


def of_fuzz(folder: Path, *, examples: int) -> Figures:
    """Ask what is described, and what is not."""
    with serving(folder) as running:
        done = fuzz.fuzz(running, examples=examples)
    return {**counted(done.report), "passed": done.passed}


def counted(report: str) -> Figures:
    """Return what a report of schemathesis counts.

    >>> counted("Tested: 35 … 35 passed … 3,350 generated, 3,350 passed, 56 skipped")
    {'routes': 35, 'requests': 3350, 'requests passed': 3350}
    """
    found = {name: shape.search(report) for name, shape in _COUNTED.items()}
    named = {"passed": "requests passed"}
    return {
        named.get(name, name): int(match[1].replace(",", ""))
        for name, match in found.items()
        if match is not None
    }


def of_load(folder: Path, *, clients: int, seconds: float) -> Figures:
    """Let many say and ask."""
    found = serve.load(folder, clients=clients, seconds=seconds)
    shown = {name: found[name] for name in LOAD if name in found}
    return {**shown, "passed": not found["lost"] and not found["errors"]}


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; ends with 1 if a part did not pass."""
    parser = argparse.ArgumentParser(prog="python -m bench service", description=__doc__)
    parser.add_argument("--examples", type=int, default=100, help="made-up requests a route")
    parser.add_argument("--clients", type=int, default=200, help="at once")
    parser.add_argument("--seconds", type=float, default=60, help="of load")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--keep", action="store_true", help="write bench/results/service.json")
    given = parser.parse_args(arguments)
    parts: dict[str, Callable[[Path], Figures]] = {
        "tenants": of_tenants,
        "fuzz": lambda folder: of_fuzz(folder, examples=given.examples),
        "load": lambda folder: of_load(folder, clients=given.clients, seconds=given.seconds),
    }
    figures: dict[str, Figures] = {}
    for name, measure in parts.items():
        with tempfile.TemporaryDirectory(prefix="bench-service-") as folder:
            figures[name] = measure(Path(folder))
    if given.json:
        print(json.dumps({"machine": machine.line(), **figures}, indent=1))
    else:
        _show(figures)
    if given.keep:
        machine.keep("service", {**figures})
    return int(not all(part["passed"] for part in figures.values()))


def _show(figures: dict[str, Figures]) -> None:
    console = Console()
    console.print(machine.line(), highlight=False)
    table = Table("part", "figure", "value", box=None)
    for part, found in figures.items():
        for at, (name, value) in enumerate(found.items()):
            table.add_row("" if at else part, name, _said(value))
    console.print(table)


def _said(value: object) -> str:
    match value:
        case bool():
            return "yes" if value else "NO"
        case int():
            return f"{value:,}"
        case float():
            return f"{value:,.2f}"
        case list() | dict():
            return ", ".join(map(str, value)) or "none"
    return str(value)


if __name__ == "__main__":
    sys.exit(main())
