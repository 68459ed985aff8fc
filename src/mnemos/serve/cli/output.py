"""What commands print: for people through rich, for machines as JSON. Notes go to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from datetime import date, datetime
from pathlib import Path

from rich.console import Console, RenderableType
from rich.progress import (
    BarColumn,
    Progress,
    SpinnerColumn,
    TaskProgressColumn,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from mnemos.serve.cli.exits import Refused
from mnemos.serve.cli.plain import visible


class _Console(Console):
    """A console that leaves a broken pipe to the one place that knows the exit code."""

    def __init__(self, *, stderr: bool = False) -> None:
        # Markup, emoji codes and highlighting would read stored texts as instructions.
        super().__init__(markup=False, emoji=False, highlight=False, stderr=stderr)

    def on_broken_pipe(self) -> None:
        """Raise what rich caught."""
        raise BrokenPipeError


class Output:
    """Where a command's results and notes go.

    Args:
        as_json: Results are JSON on stdout, errors JSON on stderr.
        quiet: No notes and no progress, only results and errors.
    """

    def __init__(self, *, as_json: bool = False, quiet: bool = False) -> None:
        self.as_json = as_json
        self.quiet = quiet
        self._out = _Console()
        self._err = _Console(stderr=True)

    @property
    def width(self) -> int:
        """Columns of the terminal."""
        return self._out.width

    @property
    def is_watched(self) -> bool:
        """Whether someone sits at a terminal, reading and able to answer."""
        return self._out.is_terminal and sys.stdin.isatty() and not self.as_json

    def document(self, value: object) -> None:
        """Print one JSON document, or one line of a stream of them."""
        sys.stdout.write(f"{as_json(value)}\n")

    def show(self, *parts: RenderableType) -> None:
        """Print a result for people. A str is taken as already safe for a terminal."""
        for part in parts:
            self._out.print(Text(part) if isinstance(part, str) else part, soft_wrap=False)

    def verbatim(self, text: str) -> None:
        """Print a text as it is, one line end after it; escaped if it goes to a terminal."""
        sys.stdout.write(f"{visible(text) if self._out.is_terminal else text}\n")

    def note(self, *parts: RenderableType) -> None:
        """Print something beside the result, unless it should be quiet."""
        if not self.quiet and not self.as_json:
            for part in parts:
                self._err.print(Text(visible(part)) if isinstance(part, str) else part)

    def error(self, error: Refused) -> None:
        """Print why a command ends without its result."""
        if self.as_json:
            sys.stderr.write(
                as_json({"error": str(error), "hint": error.hint, "exit_code": error.code}) + "\n"
            )
            return
        self._err.print(Text(f"error: {visible(str(error))}", style="bold red"), soft_wrap=True)
        if error.hint:
            self._err.print(Text(visible(error.hint), style="dim"), soft_wrap=True)

    @contextmanager
    def progress(self, what: str, unit: str) -> Iterator[Meter]:
        """Show how far long work has come, where someone is looking."""
        shown = self._err.is_terminal and not self.quiet and not self.as_json
        bar = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}"),
            BarColumn(bar_width=None),
            TaskProgressColumn(),
            TextColumn("{task.fields[count]}"),
            TextColumn("{task.fields[rate]}", style="dim"),
            TimeRemainingColumn(compact=True),
            console=self._err,
            transient=True,
            disable=not shown,
        )
        with bar:
            yield Meter(bar, what, unit)


class Meter:
    """A progress bar that also tells a rate."""

    def __init__(self, bar: Progress, what: str, unit: str) -> None:
        self._bar = bar
        self._unit = unit
        self._what = what
        self._task = bar.add_task(what, total=None, rate="", count="")

    def __call__(self, done: float, total: float) -> None:
        """Say how much is done of how much."""
        self.tell(self._what, done, total, done)
        self._bar.update(self._task, count=f"{done:,.0f} of {total:,.0f}")

    def tell(self, what: str, done: float, total: float, counted: float) -> None:
        """Say what is being done, how much of it is, and what the rate counts."""
        if what != self._what:
            self._what = what
            self._bar.reset(self._task, description=what)
        elapsed = self._bar.tasks[0].elapsed or 0
        rate = f"{counted / elapsed:,.0f} {self._unit}/s" if elapsed else ""
        self._bar.update(self._task, completed=done, total=total, rate=rate)


def as_json(value: object) -> str:
    """Return a value as JSON on one line, all of it ASCII: safe in any terminal and encoding."""
    return json.dumps(plain_value(value), ensure_ascii=True)


def plain_value(value: object) -> object:
    """Return a value made of what JSON has: moments as ISO 8601, dataclasses as objects."""
    if is_dataclass(value) and not isinstance(value, type):
        return {each.name: plain_value(getattr(value, each.name)) for each in fields(value)}
    if isinstance(value, Mapping):
        return {str(key): plain_value(each) for key, each in value.items()}
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Path):
        return str(value)
    if isinstance(value, list | tuple):
        return [plain_value(each) for each in value]
    return value
