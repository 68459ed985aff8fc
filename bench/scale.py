"""How figures grow with a space: one file, made larger from size to size, measured at each.

At each size: single durable writes and recall when warm (p50, p95, p99), opening and the first
answer in fresh processes, bytes a turn by part, peak memory of importing, embedding and reading.
Every step runs in a process of its own; what is done is noted in the folder and not done again
while code and machine are the same. The texts of a session keep to a topic, and so do its vectors
(``synthetic.Topics``); what is spent in that model is taken off. Mean processor times stand beside
the durations: they tell what else the machine did meanwhile.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeRemainingColumn

from bench import machine, process
from bench.speed import ask, bare_insert, show
from bench.synthetic import SPEAKERS, Talk, Topics
from bench.timing import spread, timed
from mnemos import Memory

OUT = Path(__file__).parent / "runs" / "scale"
SINGLE_WRITES = 400
QUESTIONS = 300
#: Fresh processes that open the file and answer.
OPENINGS = 5
#: Who says the single turns: not one of the importers'.
SINGLE = "Cleo"
#: Sessions of single turns are counted from here.
SINGLES_FROM = 5_000_000
#: Parts of the file with these in their names are made from vectors.
VECTOR_PARTS = ("vector", "scan")
#: Parts that take less of the file are told as one, with free pages.
SMALL = 0.01
WITH_VECTORS = " with vectors"

Figures = dict[str, float]
Say = Callable[[float], None]


# -- the steps, each in a process of its own


def grow(path: Path, turns: int, had: int, say: Say) -> Figures:
    """Import whole sessions until the file holds so many turns."""
    talk, seconds, busy, done = Talk(topical=True), 0.0, 0.0, 0
    with Memory(path, embedder=None) as memory:
        for session, messages in talk.sessions(turns, first=had):
            before = time.process_time()
            seconds += timed(partial(memory.remember, messages, session=session))
            busy += time.process_time() - before
            done += len(messages)
            say(done / (turns - had))
    if not done:  # it was broken off just after the last one
        return {}
    return {
        "import turns/s": done / seconds,
        "import CPU ms/turn": 1e3 * busy / done,
        "import peak MiB": process.peak_mib(),
    }


def write(path: Path, turns: int, model: Topics | None) -> Figures:
    """Write turns one by one into a session of their own."""
    number = SINGLES_FROM + turns + (model is not None)
    messages = Talk(topical=True).session(number, SINGLE_WRITES)
    level = "c0" if model is None else "c3"
    name = "write" if model is None else f"write{WITH_VECTORS}"
    with Memory(path, embedder=model, level=level) as memory:
        before = time.process_time()
        seconds = [
            timed(partial(memory.remember, {**message, "name": SINGLE}, session=f"now {number}"))
            for message in messages
        ]
        busy = time.process_time() - before
    found = {**spread(name, seconds), f"{name} CPU ms": 1e3 * busy / len(seconds)}
    if model is None:
        bare = path.with_name("bare.sqlite")
        found |= bare_insert(bare)
        bare.unlink()
    return found


def first_answer(path: Path, model: Topics | None) -> Figures:
    """Open the file and answer one question."""
    question = Talk(topical=True).question()
    start = time.perf_counter()
    with _reading(path, model) as memory:
        memory.recall(question)
        seconds = time.perf_counter() - start
    return {"seconds": seconds - (0.0 if model is None else model.seconds)}


def read(path: Path, model: Topics | None) -> Figures:
    """Ask many questions, and nothing else."""
    level = "C0" if model is None else "C3"
    talk = Talk(topical=True)
    with _reading(path, model) as memory:
        memory.recall(talk.question())
        before = time.process_time()
        seconds = ask(memory, model, talk, QUESTIONS)
        busy = time.process_time() - before
    return {
        **spread(f"recall {level}", seconds),
        f"recall {level} CPU ms": 1e3 * busy / (QUESTIONS + 1),
        f"reader {level} peak MiB": process.peak_mib(),
    }


def _reading(path: Path, model: Topics | None) -> Memory:
    level = "c0" if model is None else "c3"
    return Memory(path, embedder=model, embedding="manual", level=level)


def embed(path: Path, say: Say) -> Figures:
    """Make the vectors that are missing."""
    model = Topics()
    with Memory(path, embedder=model, embedding="manual") as memory:
        start = time.perf_counter()
        done = memory.embed(progress=lambda some, of: say(some / max(1, of)))
        seconds = time.perf_counter() - start - model.seconds
    if not done.turns:
        return {}
    return {
        "embedding turns/s": done.turns / seconds,
        "embedding peak MiB": process.peak_mib(),
    }


def count(path: Path) -> Figures:
    """Return bytes a turn by part, and how many turns were imported."""
    with Memory(path, embedder=None) as memory:
        start = time.perf_counter()
        stats = memory.stats()
        seconds = time.perf_counter() - start
        vectors = memory.vectors().embedded
    turns = sum(stats.items.values())
    imported = sum(stats.speakers.get(name, 0) for name in SPEAKERS)
    sizes = stats.bytes_by_part
    of_vectors = sum(size for name, size in sizes.items() if _is_of_vectors(name))
    file = path.stat().st_size
    large = {name: size for name, size in sizes.items() if size >= SMALL * file}
    return {
        "imported": imported,
        "turns": turns,
        "file MiB": file / 2**20,
        "text bytes/turn": stats.text_bytes / turns,
        "bytes/turn": (file - of_vectors) / turns,
        **({"vector bytes/turn": of_vectors / vectors} if vectors else {}),
        **{f"part {name}": size / turns for name, size in large.items()},
        "part others": (file - sum(large.values())) / turns,
        "stats ms": 1e3 * seconds,
        "stats peak MiB": process.peak_mib(),
        "machine load": os.getloadavg()[0],
    }


def _is_of_vectors(part: str) -> bool:
    return any(name in part for name in VECTOR_PARTS)


def step(name: str, path: Path, turns: int, had: int) -> Figures:
    """Run one step, here."""
    if name == "import":
        return grow(path, turns, had, _say)
    if name == "embed":
        return embed(path, _say)
    if name == "count":
        return count(path)
    model = Topics() if name.endswith(WITH_VECTORS) else None
    if name.startswith("write"):
        return write(path, turns, model)
    return first_answer(path, model) if name.startswith("open") else read(path, model)


def _say(share: float) -> None:
    sys.stdout.write(f'{{"share": {share:.4f}}}\n')
    sys.stdout.flush()


# -- which steps, and what is known of them


def steps(turns: int, had: int, *, vectors: bool) -> dict[str, float]:
    """Return the steps of one size with the seconds that each may take, for the bar alone."""
    asking = 2 + QUESTIONS * turns / 4e7
    c0 = {"import": 1 + (turns - had) / 3_000, "write": 3.0, "open": OPENINGS, "recall": asking}
    c3 = {
        "embed": 1 + (turns - had) / 1_500,
        f"open{WITH_VECTORS}": OPENINGS,
        f"recall{WITH_VECTORS}": 3 * asking,
        f"write{WITH_VECTORS}": 4.0,
    }
    return {**c0, **(c3 if vectors else {}), "count": 1 + turns / 100_000}


class Notes:
    """What was measured so far, in files of a folder, a size each.

    Args:
        mark: What it was measured of and on; figures of others do not count.
    """

    def __init__(self, folder: Path, mark: Mapping[str, str]) -> None:
        self._folder = folder
        self._mark = dict(mark)

    def steps(self, turns: int) -> dict[str, Figures]:
        """Return the figures of the steps done at a size."""
        try:
            kept = json.loads(self._path(turns).read_text(encoding="utf-8"))
        except FileNotFoundError:
            return {}
        found: dict[str, Figures] = kept["steps"] if kept["mark"] == self._mark else {}
        return found

    def note(self, turns: int, done: Mapping[str, Figures]) -> None:
        """Write down what was done at a size."""
        text = json.dumps({"mark": self._mark, "steps": done}, indent=1)
        fresh = self._path(turns).with_suffix(".fresh")
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(self._path(turns))

    def _path(self, turns: int) -> Path:
        return self._folder / f"{turns}.json"


def missing(notes: Notes, sizes: Sequence[int], largest: int) -> dict[int, dict[str, float]]:
    """Return the steps to be done, in order, by size; sizes at which all was done are left out."""
    found: dict[int, dict[str, float]] = {}
    had = 0
    for turns in sorted(set(sizes)):
        done = notes.steps(turns)
        wanted = steps(turns, had, vectors=turns <= largest)
        if left := {name: seconds for name, seconds in wanted.items() if name not in done}:
            found[turns] = left
        had = turns
    return found


def prepare(path: Path, notes: Notes, sizes: Sequence[int], largest: int) -> int:
    """Clear away what cannot be gone on with; return how many turns the file holds."""
    todo = missing(notes, sizes, largest)
    if not todo:
        return 0
    for other in path.parent.glob("*.mnemos*"):
        if not other.name.startswith(path.name):
            other.unlink()
    had = int(run("count", path, 0, 0)["imported"]) if path.exists() else 0
    if path.exists() and had <= min(todo):
        return had
    for file in path.parent.glob(f"{path.name}*"):
        file.unlink()
    for turns in todo:  # half of a size belongs to the file that was
        notes.note(turns, {})
    return 0


def run(name: str, path: Path, turns: int, had: int, say: Say = lambda _: None) -> Figures:
    """Run one step in a process of its own.

    Raises:
        RuntimeError: It failed; what it said stands on standard error.
    """
    found: Figures = {}
    arguments = ["--step", name, "--file", str(path), "--turns", str(turns), "--had", str(had)]
    with process.start("bench.scale", arguments) as child:
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        for line in child.stdout:
            found = json.loads(line)
            if "share" in found:
                say(found["share"])
    if child.returncode:
        raise RuntimeError(f"the step {name!r} at {turns} turns ended with {child.returncode}")
    return found


def measure(
    path: Path, notes: Notes, sizes: Sequence[int], largest: int, progress: Progress
) -> None:
    """Do what is missing, and note it step by step."""
    had = prepare(path, notes, sizes, largest)
    todo = missing(notes, sizes, largest)
    bar = progress.add_task("", total=sum(sum(each.values()) for each in todo.values()))
    before = 0.0
    for turns, left in todo.items():
        done = notes.steps(turns)
        for name, seconds in left.items():
            progress.update(bar, description=f"{turns:,} turns: {name}")
            say = partial(_show, progress, bar, before, seconds)
            done[name] = (
                openings(name, path, turns)
                if name.startswith("open")
                else run(name, path, turns, had, say)
            )
            notes.note(turns, done)
            before += seconds
            progress.update(bar, completed=before)
        had = turns


def _show(progress: Progress, bar: TaskID, before: float, seconds: float, share: float) -> None:
    progress.update(bar, completed=before + share * seconds)


def openings(name: str, path: Path, turns: int) -> Figures:
    """Open and ask in several fresh processes."""
    level = "C3" if name.endswith(WITH_VECTORS) else "C0"
    seconds = [run(name, path, turns, 0)["seconds"] for _ in range(OPENINGS)]
    return spread(f"open and answer {level}", seconds, (0.5, 1.0))


def rows(notes: Notes, sizes: Sequence[int]) -> dict[str, Figures]:
    """Return all figures by size."""
    return {
        f"{turns}": {
            name: value for part in notes.steps(turns).values() for name, value in part.items()
        }
        for turns in sorted(set(sizes))
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench scale", description=__doc__)
    parser.add_argument("--turns", type=int, nargs="+", default=[1_000, 10_000, 100_000])
    parser.add_argument(
        "--with-vectors", type=int, default=100_000, help="largest size that gets vectors"
    )
    parser.add_argument("--keep", action="store_true", help="write bench/results/scale.json")
    parser.add_argument("--out", type=Path, default=OUT, help="folder of the file and its figures")
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--step", help=argparse.SUPPRESS)
    parser.add_argument("--file", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--had", type=int, default=0, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.step:
        print(json.dumps(step(given.step, given.file, given.turns[0], given.had)))
        return 0
    given.out.mkdir(parents=True, exist_ok=True)
    here = Path(__file__)
    code = machine.fingerprint(here, *(here.with_name(f"{m}.py") for m in ("synthetic", "speed")))
    notes = Notes(given.out.absolute(), {"code": code, "machine": machine.line()})
    columns = (TextColumn("{task.description}"), BarColumn(), TimeRemainingColumn())
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        path = given.out.absolute() / f"{code[:12]}.mnemos"
        measure(path, notes, given.turns, given.with_vectors, progress)
    found = rows(notes, given.turns)
    if given.json:
        print(json.dumps({"machine": machine.line(), "rows": found}, indent=1))
    else:
        console = Console(width=None if sys.stdout.isatty() else 120)
        show(found, {}, console, "One space as it grows")
    if given.keep:
        machine.keep("scale", {"rows": found})
    return 0


if __name__ == "__main__":
    sys.exit(main())
