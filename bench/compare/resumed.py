"""Run what has not run yet, a unit a core, and show how far it has come."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from pathlib import Path
from queue import SimpleQueue

from rich.console import Console
from rich.progress import (
    BarColumn,
    Progress,
    TaskProgressColumn,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from bench.compare import records
from bench.compare.child import end_all
from bench.compare.records import Line, Unit
from bench.compare.units import Job
from bench.compare.units import run as run_unit
from bench.compare.vectors import Endpoint
from bench.conversation import Conversation
from mnemos import TokenEmbedder


@dataclass(frozen=True, slots=True, kw_only=True)
class Resumed:
    """A run that goes on where it was broken off.

    Args:
        run: Its folder.
        cores: On each of these one unit runs at a time.
        anew: Run again what has run already.
        weight: How long a unit takes, in no unit: what estimates of the rest go by.
        told: What a unit is called.
    """

    run: Path
    cores: Sequence[int]
    anew: bool
    weight: Callable[[Job], int]
    told: Callable[[Job], str]

    def units(self, jobs: Sequence[Job], endpoint: Endpoint, console: Console) -> list[Unit]:
        """Return all units in order, running those that are not there as they are wanted."""
        units = {} if self.anew else self._there(jobs)
        waiting = [job for job in jobs if job.key not in units]
        if units:
            console.print(f"{len(units)} of {len(jobs)} are there already", style="dim")
        cores: SimpleQueue[int] = SimpleQueue()
        for core in self.cores:
            cores.put(core)
        with _progress(console) as progress, ThreadPoolExecutor(len(self.cores)) as several:
            shown = progress.add_task("", total=sum(map(self.weight, waiting)))
            under_way = {several.submit(_on_a_core, job, endpoint, cores): job for job in waiting}
            try:
                for done in as_completed(under_way):
                    unit, job = done.result(), under_way[done]
                    records.keep(self.run, unit)
                    units[job.key] = unit
                    name = self.told(job)
                    progress.update(shown, advance=self.weight(job), description=name)
                    if unit.failure is not None:
                        console.print(f"{name}: {unit.failure}", style="red")
            except BaseException:
                several.shutdown(wait=False, cancel_futures=True)
                end_all()
                raise
        return [units[job.key] for job in jobs]

    def _there(self, jobs: Sequence[Job]) -> dict[records.Key, Unit]:
        """Return what ran well, with all that it hangs on as it is now."""
        kept = ((job, records.kept(self.run, job.key)) for job in jobs)
        return {
            job.key: unit
            for job, unit in kept
            if unit is not None and unit.failure is None and unit.fingerprint == job.fingerprint
        }


def keep_lines(run: Path, conversations: Sequence[Conversation], counter: TokenEmbedder) -> None:
    """Write each turn's line with what it costs, once for all that is compared."""
    for each in conversations:
        tokens = counter.count([turn.line for turn in each.turns])
        lines = {
            turn.ref: Line(text=turn.line, tokens=cost)
            for turn, cost in zip(each.turns, tokens, strict=True)
        }
        records.keep_lines(run, each.dataset, each.name, lines)


def _on_a_core(job: Job, endpoint: Endpoint, cores: SimpleQueue[int]) -> Unit:
    core = cores.get()
    try:
        return run_unit(replace(job, limits=replace(job.limits, cores=(core,))), endpoint)
    finally:
        cores.put(core)


def _progress(console: Console) -> Progress:
    return Progress(
        BarColumn(),
        TaskProgressColumn(),
        TimeElapsedColumn(),
        TextColumn("· still"),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
        console=console,
    )
