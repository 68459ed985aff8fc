"""How fast do exports come in, and in how much room: ``python -m bench imports [--keep]``.

A ChatGPT export is made up: conversations of 40 messages, every tenth with a branch, in the shape
of real ones (``bench.synthetic`` writes the texts). Each size is imported in a process of its own,
without an embedder: into a new memory, into the same again, and looked through alone, which is
what reading costs. Peak memory is the process's, Python and numpy included.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from time import perf_counter, process_time

from rich.console import Console
from rich.table import Table

from bench import machine, process
from bench.synthetic import Talk
from mnemos import Memory
from mnemos.importers import Imported, importer, load
from mnemos.importers.sources import opened

SIZES = (10_000, 100_000)
#: Messages of a conversation, its branch included.
LENGTH = 40
BRANCHED_EVERY = 10
#: What importing is to reach, turns a second.
WANTED = 2_000
BEGAN = 1_700_000_000

Figures = dict[str, float]


def write_export(path: Path, messages: int) -> None:
    """Write a made-up ChatGPT export of so many messages, conversation by conversation."""
    talk = Talk(topical=True)
    with path.open("w", encoding="utf-8") as file:
        for number in range(messages // LENGTH):
            texts = [str(each["content"]) for each in talk.session(number, LENGTH)]
            file.write("[" if not number else ",\n")
            json.dump(_conversation(number, texts), file)
        file.write("]")


def _conversation(number: int, texts: Sequence[str]) -> dict[str, object]:
    nodes = list(_nodes(number, texts))
    return {
        "title": f"Conversation {number}",
        "create_time": BEGAN + 1_000.0 * number,
        "mapping": {str(each["id"]): each for each in nodes},
        "current_node": nodes[-1]["id"],
        "conversation_id": f"{number:08}-0000",
    }


def _nodes(number: int, texts: Sequence[str]) -> Iterator[dict[str, object]]:
    """Yield the nodes; in some conversations the second message was asked twice."""
    names = [f"{number:08}-{n:04}" for n in range(len(texts) + 1)]
    yield {"id": names[0], "message": None, "parent": None, "children": [names[1]]}
    branched = number % BRANCHED_EVERY == 0
    for n, text in enumerate(texts, start=1):
        parent = names[1] if branched and n == 3 else names[n - 1]
        message = {
            "id": names[n],
            "author": {"role": "user" if n % 2 else "assistant", "name": None, "metadata": {}},
            "create_time": BEGAN + 1_000.0 * number + n,
            "content": {"content_type": "text", "parts": [text]},
            "status": "finished_successfully",
            "metadata": {"model_slug": "made-up"},
            "recipient": "all",
        }
        yield {"id": names[n], "message": message, "parent": parent, "children": []}


def measure(folder: Path, messages: int) -> Figures:
    """Import an export of so many messages, here."""
    path = folder / "conversations.json"
    began, busy = perf_counter(), process_time()
    with opened(path) as source:
        read = sum(1 for _ in importer("chatgpt").read(source))
    reading = perf_counter() - began
    read_mib = process.peak_mib()
    began, busy = perf_counter(), process_time()
    with Memory(folder / "memory.mnemos", embedder=None) as memory:
        done = load(memory, path)
        seconds, busy = perf_counter() - began, process_time() - busy
        peak_mib = process.peak_mib()
        began = perf_counter()
        again = load(memory, path)
        again_s = perf_counter() - began
    _require_all(done, again, messages, read)
    return {
        "export MiB": path.stat().st_size / 2**20,
        "reading alone turns/s": messages / reading,
        "reading peak MiB": read_mib,
        "turns/s": messages / seconds,
        "CPU ms/turn": 1e3 * busy / messages,
        "again turns/s": messages / again_s,
        "peak MiB": peak_mib,
        "conversations": done.conversations,
        "remember alone CPU ms/turn": _bare(folder / "bare.mnemos", messages),
        "machine load": os.getloadavg()[0],
    }


def _bare(path: Path, messages: int) -> float:
    """Return what the memory itself takes for as many messages, a session of them at a time."""
    busy = 0.0
    with Memory(path, embedder=None) as memory:
        for number in range(messages // LENGTH):
            said = Talk(topical=True).session(number, LENGTH)
            began = process_time()
            memory.remember(said, session=f"s{number}")
            busy += process_time() - began
    return 1e3 * busy / messages


def _require_all(done: Imported, again: Imported, messages: int, read: int) -> None:
    """Stop if what was measured was not an import of everything, once."""
    found = (read, done.added, again.added, len(done.problems))
    if found != (messages, messages, 0, 0):
        raise AssertionError(f"of {messages} messages: read, added, added again, bad = {found}")


def run(messages: int) -> Figures:
    """Measure one size in a process of its own.

    Raises:
        RuntimeError: It failed; what it said stands on standard error.
    """
    with tempfile.TemporaryDirectory(prefix="bench-imports-") as folder:
        write_export(Path(folder, "conversations.json"), messages)
        arguments = ["--messages", str(messages), "--folder", folder]
        with process.start("bench.imports", arguments) as child:
            told, _ = child.communicate()
    if child.returncode:
        raise RuntimeError(f"importing {messages} messages ended with {child.returncode}")
    found: Figures = json.loads(told)
    return found


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line; ends with 1 if importing is slower than it is to be."""
    parser = argparse.ArgumentParser(prog="python -m bench imports", description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=SIZES, help="messages")
    parser.add_argument("--keep", action="store_true", help="write bench/results/imports.json")
    parser.add_argument("--messages", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    given = parser.parse_args(arguments)
    if given.folder is not None:
        sys.stdout.write(json.dumps(measure(given.folder, given.messages)))
        return 0
    rows = {str(size): run(size) for size in given.sizes}
    _show(rows)
    if given.keep:
        machine.keep("imports", {"rows": rows})
    return int(min(row["turns/s"] for row in rows.values()) < WANTED)


def _show(rows: dict[str, Figures]) -> None:
    console = Console()
    console.print(machine.line(), highlight=False)
    table = Table("ChatGPT export", *(f"{int(size):,} messages" for size in rows), box=None)
    for name in next(iter(rows.values())):
        table.add_row(name, *(f"{row[name]:,.1f}" for row in rows.values()))
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
