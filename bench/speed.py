"""How fast and how large: durable writes, bulk import, recall, opening, bytes a turn, memory.

Every duration is wall time on the machine named; the bare insert is the yardstick of the same run:
one row into a one-table SQLite file, WAL, ``synchronous=FULL``, one commit. Vectors are those of a
model made up (``synthetic``); what is spent in it is taken off: ``encode`` measures a real one.
"""

from __future__ import annotations

import argparse
import json
import sqlite3
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench import machine, process
from bench.synthetic import Pieces, Talk
from bench.timing import spread, timed
from mnemos import Memory

SINGLE_WRITES = 400
QUESTIONS = 60
SHARES = (0.5, 0.95)
#: Larger sizes are measured at level C0 only: a million turns' vectors take ten minutes to write.
WITH_VECTORS = 100_000


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench speed", description=__doc__)
    parser.add_argument("--turns", type=int, nargs="+", default=[10_000, 100_000])
    parser.add_argument(
        "--with-vectors", type=int, default=WITH_VECTORS, help="largest size that gets vectors"
    )
    parser.add_argument("--keep", action="store_true", help="write bench/results/speed.json")
    parser.add_argument("--import-only", type=int, metavar="TURNS", help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.import_only:
        return _import_only(given.import_only)
    console = Console(width=None if sys.stdout.isatty() else 120)
    rows: dict[str, dict[str, float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        bare = bare_insert(Path(folder) / "bare.sqlite")
        for turns in given.turns:
            with console.status(f"{turns:,} turns"):
                path = Path(folder) / f"{turns}.mnemos"
                rows[f"{turns}"] = {**bare, **measure(path, turns)}
                if turns <= given.with_vectors:
                    rows[f"{turns}"] |= measure_vectors(path, turns)
                rows[f"{turns}"] |= import_memory(turns)
            path.unlink()
    start = {**imports(), **install()}
    show(rows, start, console)
    if given.keep:
        machine.keep("speed", {"rows": rows, "start": start})
    return 0


def bare_insert(path: Path) -> dict[str, float]:
    """Time the yardstick."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute("CREATE TABLE turn (no INTEGER PRIMARY KEY, body TEXT)")
    insert = "INSERT INTO turn (body) VALUES (?)"
    times = [timed(lambda: connection.execute(insert, ("x" * 130,))) for _ in range(SINGLE_WRITES)]
    connection.close()
    return {"bare insert p50 ms": 1e3 * machine.percentile(times, 0.5)}


def measure(path: Path, turns: int) -> dict[str, float]:
    """Import, write, ask, close, open and ask again, without a model."""
    talk = Talk()
    with Memory(path, embedder=None) as memory:
        seconds = bulk(memory, talk, turns)
        writes = [
            timed(lambda: memory.remember(talk.text(), session="now")) for _ in range(SINGLE_WRITES)
        ]
        asked = ask(memory)
        stats = memory.stats()
    size = path.stat().st_size
    opened = [timed(lambda: _open_and_ask(path, talk.question())) for _ in range(10)]
    total = turns + SINGLE_WRITES
    over = size - stats.text_bytes
    return {
        "import turns/s": turns / seconds,
        **spread("write", writes, SHARES),
        **spread("recall C0", asked, SHARES),
        "open and answer p50 ms": 1e3 * machine.percentile(opened, 0.5),
        "text bytes/turn": stats.text_bytes / total,
        "bytes/turn over text": over / total,
        **{f"part {name}": size / total for name, size in stats.bytes_by_part.items()},
    }


def measure_vectors(path: Path, turns: int) -> dict[str, float]:
    """Make the vectors of a memory that ``measure`` has made; ask again; write once more."""
    model, talk = Pieces(), Talk()
    found: dict[str, float] = {}
    with Memory(path, embedder=model, embedding="manual", level="c0") as memory:
        before = sum(memory.stats().bytes_by_part.values())
        whole = timed(memory.embed)
        found["embedding turns/s"] = (turns + SINGLE_WRITES) / (whole - model.seconds)
        parts = memory.stats().bytes_by_part
    total = turns + SINGLE_WRITES
    found |= {
        "vector bytes/turn, one a turn": _bytes(parts, "scan") / total,
        "vector bytes/turn, sentences and tokens": _bytes(parts, "vector") / total,
        "vector bytes/turn": (sum(parts.values()) - before) / total,
    }
    for level in ("c2", "c3"):
        with Memory(path, embedder=model, embedding="manual", level=level) as memory:
            found |= spread(f"recall {level.upper()}", ask(memory, model), SHARES)
    with Memory(path, embedder=model, level="c3") as memory:
        writes = [
            timed(lambda: memory.remember(talk.text(), session="then"))
            for _ in range(SINGLE_WRITES)
        ]
    return found | spread("write with vectors", writes, SHARES)


def ask(
    memory: Memory, model: Pieces | None = None, talk: Talk | None = None, count: int = QUESTIONS
) -> list[float]:
    """Return how long questions take, after a first one, without the model's share.

    Args:
        talk: Asks them; by default the same ones each time.
    """
    talk = talk or Talk()
    memory.recall(talk.question())
    seconds = []
    for question in [talk.question() for _ in range(count)]:
        before = 0.0 if model is None else model.seconds
        whole = timed(partial(memory.recall, question))
        seconds.append(whole - (0.0 if model is None else model.seconds - before))
    return seconds


def _bytes(parts: Mapping[str, int], table: str) -> int:
    """Return what a table and its index take."""
    return sum(size for name, size in parts.items() if name.split("_")[0] == table)


def bulk(memory: Memory, talk: Talk, turns: int) -> float:
    """Import turns in whole sessions; return the seconds that remembering took."""
    seconds = 0.0
    for session, messages in talk.sessions(turns):
        seconds += timed(partial(memory.remember, messages, session=session))
    return seconds


def _open_and_ask(path: Path, question: str) -> None:
    with Memory(path, embedder=None) as memory:
        memory.recall(question)


def import_memory(turns: int) -> dict[str, float]:
    """Return the peak memory of a process that only imports."""
    command = [sys.executable, "-m", "bench.speed", "--import-only", str(turns)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return {"import peak MiB": float(done.stdout)}


def _import_only(turns: int) -> int:
    with (
        tempfile.TemporaryDirectory() as folder,
        Memory(Path(folder) / "m.mnemos", embedder=None) as memory,
    ):
        bulk(memory, Talk(), turns)
    print(process.peak_mib())
    return 0


def imports() -> dict[str, float]:
    """Time ``import mnemos`` and the first use of ``Memory`` in fresh processes."""
    code = (
        "import time; a = time.perf_counter(); import mnemos; b = time.perf_counter(); "
        "mnemos.Memory; c = time.perf_counter(); print(b - a, c - a)"
    )
    runs = []
    for _ in range(7):
        done = subprocess.run(
            [sys.executable, "-c", code], check=True, capture_output=True, text=True
        )
        runs.append([float(each) for each in done.stdout.split()])
    return {
        "import mnemos ms": 1e3 * machine.percentile([run[0] for run in runs], 0.5),
        "import mnemos.Memory ms": 1e3 * machine.percentile([run[1] for run in runs], 0.5),
    }


def install(name: str = "mnemos", *, needs: bool = True) -> dict[str, float]:
    """Count what a plain install brings: distributions and megabytes on disk.

    Args:
        needs: Count what it needs, and what that needs, as well.
    """
    code = """
import json, re, sys
from importlib.metadata import distribution, PackageNotFoundError
seen, waiting = {}, [sys.argv[1]]
while waiting:
    name = waiting.pop()
    if name in seen:
        continue
    try:
        found = distribution(name)
    except PackageNotFoundError:
        continue
    paths = [found.locate_file(each) for each in found.files or []]
    seen[name] = sum(path.stat().st_size for path in paths if path.exists())
    for need in (found.requires or []) if sys.argv[2] == "True" else []:
        if "extra ==" not in need and "python_version <" not in need and "win32" not in need:
            waiting.append(re.match(r"[\\w.-]+", need)[0].lower())
print(json.dumps(seen))
"""
    command = [sys.executable, "-c", code, name, str(needs)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    sizes: dict[str, int] = json.loads(done.stdout)
    return {"distributions": len(sizes), "install MB": sum(sizes.values()) / 1e6}


def show(
    rows: Mapping[str, Mapping[str, float]],
    start: Mapping[str, float],
    console: Console,
    title: str = "Speed and size, one space",
) -> None:
    """Print figures down, sizes across."""
    table = Table(title=title, caption=machine.line())
    table.add_column("")
    for turns in rows:
        table.add_column(f"{int(turns):,} turns", justify="right")
    names = dict.fromkeys(name for row in rows.values() for name in row)
    for name in names:
        cells = [f"{row[name]:,.2f}" if name in row else "–" for row in rows.values()]
        table.add_row(name, *cells, style="dim" if name.startswith("part ") else "")
    for name, value in start.items():
        table.add_row(name, f"{value:,.1f}")
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
