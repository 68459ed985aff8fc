"""Does anything grow, fail or get lost over many spaces, several processes, and time?

First many spaces in turn, in one process: open, write, ask, and close all but the newest sixteen;
twice, so that each is made and opened again. File handles and memory must stay where they were.
Then several processes write to one file and ask it, for some minutes. Each notes what was
acknowledged to it; in the end every one of these turns must be there, once, as it was said, and
``verify`` find nothing. A fault is said in a sentence, and with exit code 1.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import sys
import tempfile
import time
from collections import Counter, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from subprocess import Popen
from typing import Any

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bench import machine, process
from bench.scale import Figures
from bench.synthetic import SESSION_TURNS, Talk, Topics
from bench.timing import Sample, spread, timed
from mnemos import Memory, MnemosError

#: Spaces held open at once.
HELD = 16
#: How much larger the process may be after the last tenth of its visits than after the first.
GROWTH_MIB = 16.0
#: What one file holds before several processes meet at it.
TURNS_BEFORE = 1_000
#: What a process does, and how often of a hundred times.
ACTS = {"write": 50, "ask": 40, "ask for own": 10}
POLL_S = 0.05
PAGE = 1_000


# -- many spaces, one process


def many(folder: Path, spaces: int, progress: Progress) -> tuple[Figures, list[str]]:
    """Visit many spaces twice; return figures and faults."""
    talk, faults = Talk(), []
    held: deque[Memory] = deque()
    room = min(HELD, max(1, spaces // 2))  # no file twice: SQLite would put off closing it
    times: dict[str, list[float]] = {"make": [], "open": [], "write": [], "ask": [], "close": []}
    handles: list[float] = []
    memory_mib: list[float] = []
    for visit in progress.track(range(2 * spaces), description="many spaces"):
        path = folder / f"{visit % spaces}.mnemos"
        opened = "open" if path.exists() else "make"
        start = time.perf_counter()
        memory = Memory(path, embedder=None)
        times[opened].append(time.perf_counter() - start)
        word = f"visit{visit}x"
        times["write"].append(
            timed(partial(memory.remember, f"{talk.text()} {word}", session=f"{visit}"))
        )
        start = time.perf_counter()
        found = memory.recall(f"What about {word}?")
        times["ask"].append(time.perf_counter() - start)
        if not any(word in hit.text for hit in found):
            faults.append(f"space {path.name} does not find what it was told at visit {visit}")
        held.append(memory)
        if len(held) > room:
            held[0].recall(talk.question())
            times["close"].append(timed(held.popleft().close))
        if visit >= room:  # until then they only become more
            handles.append(process.open_files())
            memory_mib.append(process.resident_mib())
    while held:
        held.popleft().close()
    figures = {name: value for call in times for name, value in _p(call, times[call]).items()}
    for name, values in (("handles", handles), ("memory MiB", memory_mib)):
        tenth = max(1, len(values) // 10)
        figures[f"{name}, first tenth"] = max(values[:tenth])
        figures[f"{name}, last tenth"] = max(values[-tenth:])
    return figures, faults + risen(figures)


def _p(call: str, seconds: Sequence[float]) -> Figures:
    return spread(f"{call} a space", seconds, (0.5, 0.95)) if seconds else {}


def risen(figures: Mapping[str, float]) -> list[str]:
    """Say what did not stay where it was."""
    faults = []
    for name, unit, allowed in (("handles", "", 0.0), ("memory MiB", " MiB", GROWTH_MIB)):
        first, last = (figures[f"{name}, {which} tenth"] for which in ("first", "last"))
        if last > first + allowed:
            faults.append(f"{name.split()[0]} rose from {first:.0f} to {last:.0f}{unit}")
    return faults


# -- several processes, one file


@dataclass(kw_only=True)
class Part:
    """What one of several processes does, and what came of it.

    Args:
        number: Which of them.
        written: Turns that were acknowledged.
        unfound: Questions for what this process had just written that did not find it.
        errors: Calls that failed.
    """

    number: int
    written: int = 0
    unfound: int = 0
    errors: int = 0
    writes: Sample = field(default_factory=Sample)
    asks: Sample = field(default_factory=Sample)
    memory_mib: list[float] = field(default_factory=list)

    def ref(self, turn: int) -> str:
        """Return the ref of a turn of this process; a word as well."""
        return f"p{self.number}n{turn}"

    def write(self, memory: Memory, text: str) -> str:
        """Write a turn; return its text once it is acknowledged."""
        text = f"{text} {self.ref(self.written)}"
        message = {"role": "user", "content": text, "id": self.ref(self.written)}
        session = f"p{self.number} {self.written // SESSION_TURNS}"
        self.writes.add(timed(partial(memory.remember, message, session=session)))
        self.written += 1
        return text

    def ask(self, memory: Memory, question: str) -> None:
        """Ask anything."""
        self.asks.add(timed(partial(memory.recall, question)))

    def ask_own(self, memory: Memory) -> None:
        """Ask for the newest turn of this process."""
        ref = self.ref(self.written - 1)
        start = time.perf_counter()
        found = memory.recall(f"What about {ref}?")
        self.asks.add(time.perf_counter() - start)
        self.unfound += not any(hit.ref == ref for hit in found)

    def told(self) -> str:
        """Return it as a line of JSON."""
        samples = {"write": self.writes.seconds, "ask": self.asks.seconds}
        counts = {"asked": self.asks.count, "unfound": self.unfound, "errors": self.errors}
        return json.dumps({**counts, **samples, "memory MiB": self.memory_mib})


def take_part(path: Path, number: int, seconds: float, *, vectors: bool) -> None:
    """Write and ask until time is up; note what was acknowledged. Runs in a process of its own."""
    chance, talk, part = random.Random(number), Talk(number), Part(number=number)
    with (
        ledger_of(path, number).open("w", encoding="utf-8") as ledger,
        Memory(path, embedder=Topics() if vectors else None) as memory,
    ):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            act = chance.choices(list(ACTS), list(ACTS.values()))[0] if part.written else "write"
            try:
                if act == "write":
                    text = part.write(memory, talk.text())
                    ledger.write(f"{json.dumps([part.ref(part.written - 1), text])}\n")
                elif act == "ask":
                    part.ask(memory, talk.question())
                else:
                    part.ask_own(memory)
            except MnemosError as error:
                part.errors += 1
                print(f"process {number}: {type(error).__name__}: {error}", file=sys.stderr)
            if not part.memory_mib:
                part.memory_mib.append(process.resident_mib())
        part.memory_mib.append(process.resident_mib())
    print(part.told())


def ledger_of(path: Path, number: int) -> Path:
    """Return the file in which a process notes what was acknowledged to it."""
    return path.with_name(f"acknowledged-{number}.jsonl")


def acknowledged(path: Path, number: int) -> dict[str, str]:
    """Return the texts by ref that were acknowledged to a process."""
    lines = ledger_of(path, number).read_text(encoding="utf-8").splitlines()
    return dict(json.loads(line) for line in lines)


def audit(path: Path, wanted: Mapping[str, str]) -> list[str]:
    """Look for every acknowledged turn, and verify; return faults."""
    with Memory(path, embedder=None) as memory:
        found: Counter[str] = Counter()
        texts: dict[str, str] = {}
        for ref, text in _turns(memory):
            found[ref] += 1
            texts[ref] = text
        problems = memory.verify().problems
    lost = [ref for ref in wanted if ref not in found]
    other = [ref for ref, text in wanted.items() if texts.get(ref, text) != text]
    twice = [ref for ref, times in found.items() if times > 1]
    never = [ref for ref in found if ref not in wanted]
    faults = [
        f"{what}: {len(refs)}, first {refs[0]}"
        for refs, what in (
            (lost, "acknowledged turns lost"),
            (other, "acknowledged turns that read otherwise"),
            (twice, "turns there more than once"),
            (never, "turns that no process was told of"),
        )
        if refs
    ]
    return faults + [f"verify: {problem}" for problem in problems]


def _turns(memory: Memory) -> Iterator[tuple[str, str]]:
    after: str | None = None
    while True:
        page = memory.browse(after=after, limit=PAGE)
        yield from ((item.ref, item.text) for item in page.items if item.ref is not None)
        if page.after is None:
            return
        after = page.after


def together(
    path: Path, processes: int, seconds: float, progress: Progress, *, vectors: bool
) -> tuple[Figures, list[str]]:
    """Let processes write and ask together; return figures and faults."""
    with Memory(path, embedder=Topics() if vectors else None, embedding="manual") as memory:
        for session, messages in Talk().sessions(TURNS_BEFORE):
            memory.remember(messages, session=session)
        if vectors:
            memory.embed()
    arguments = ["--seconds", str(seconds), "--file", str(path)]
    arguments += ["--with-vectors"] if vectors else []
    children = [
        process.start("bench.endurance", ["--child", str(number), *arguments])
        for number in range(processes)
    ]
    wal_bytes = _wait(path, children, seconds, progress)
    said = [child.communicate()[0] for child in children]
    faults = [
        f"process {number} ended with status {child.returncode}"
        for number, child in enumerate(children)
        if child.returncode
    ]
    told = [json.loads(line) for line in said if line]
    wanted: dict[str, str] = {}
    for number in range(processes):
        wanted |= acknowledged(path, number)
    faults += audit(path, wanted)
    for name, what in (("errors", "calls failed"), ("unfound", "own turns not found at once")):
        count = sum(each[name] for each in told)
        faults += [f"{what}: {count}"] if count else []
    figures: Figures = {
        "acknowledged turns": len(wanted),
        "WAL at most MiB": wal_bytes / 2**20,
        "file at end MiB": path.stat().st_size / 2**20,
    }
    return figures | _of_parts(told), faults


def _of_parts(told: Sequence[Any]) -> Figures:
    """Return durations over all processes, and the memory of each."""
    figures: Figures = {"questions": sum(each["asked"] for each in told)}
    for call in ("write", "ask"):
        if seconds := [each for one in told for each in one[call]]:
            figures |= spread(f"{call} together", seconds, (0.5, 0.95, 0.99, 1.0))
    for number, each in enumerate(told):
        first, last = each["memory MiB"]
        figures[f"process {number}, MiB at start"] = first
        figures[f"process {number}, MiB at end"] = last
    return figures


def _wait(path: Path, children: Sequence[Popen[bytes]], seconds: float, progress: Progress) -> int:
    """Wait for all; return how many bytes the WAL had at most."""
    wal = Path(f"{path}-wal")
    bar = progress.add_task(f"{len(children)} processes", total=seconds)
    start, most = time.monotonic(), 0
    while any(child.poll() is None for child in children):
        if wal.exists():
            most = max(most, wal.stat().st_size)
        progress.update(bar, completed=min(seconds, time.monotonic() - start))
        time.sleep(POLL_S)
    return most


# -- both


def show(figures: Mapping[str, float], console: Console) -> None:
    """Print the figures, one a line."""
    table = Table(title="Endurance", caption=machine.line())
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in figures.items():
        table.add_row(name, f"{value:,.2f}")
    console.print(table)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print the figures; say with 1 that there was a fault."""
    parser = argparse.ArgumentParser(prog="python -m bench endurance", description=__doc__)
    parser.add_argument("--minutes", type=float, default=1.0, help="of several processes")
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--spaces", type=int, default=200)
    parser.add_argument("--with-vectors", action="store_true", help="the processes use level C3")
    parser.add_argument("--keep", action="store_true", help="write bench/results/endurance.json")
    parser.add_argument("--child", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--seconds", type=float, help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.child is not None:
        take_part(given.file, given.child, given.seconds, vectors=given.with_vectors)
        return 0
    progress = Progress(console=Console(stderr=True), transient=True)
    with progress, tempfile.TemporaryDirectory() as folder:
        figures, faults = many(Path(folder), given.spaces, progress)
        path = Path(folder) / "together.mnemos"
        seconds = 60 * given.minutes
        more = together(path, given.processes, seconds, progress, vectors=given.with_vectors)
    figures |= {**more[0], "machine load": os.getloadavg()[0]}
    faults += more[1]
    show(figures, Console(width=None if sys.stdout.isatty() else 120))
    print(*(f"fault: {each}" for each in faults), sep="\n") if faults else print("no faults")
    if given.keep:
        setting = {"minutes": given.minutes, "processes": given.processes, "spaces": given.spaces}
        setting["level"] = "c3" if given.with_vectors else "c0"
        machine.keep("endurance", {**setting, "figures": figures, "faults": len(faults)})
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
