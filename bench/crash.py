"""Kills a writing process again and again, and counts what it had acknowledged and is gone.

A child remembers single turns and batches, now and then forgets, revises, erases or checkpoints,
and writes a line to a pipe after each call has returned. The parent kills it with SIGKILL at a
random moment, opens the file as it lies there, and looks for every acknowledged turn, verbatim.

    python -m bench crash --kills 500

prints the kills, the turns acknowledged and lost, and how long the damaged file took to open.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench import machine, process
from mnemos.memory import Memory
from mnemos.types import Scope

SESSION = "crash"
MAX_BATCH = 12
#: The child is killed between nothing and this long after its first acknowledgement.
MAX_LIFE_S = 0.25
#: What the child does, and how often of a hundred times.
ACTS = {"single": 55, "batch": 25, "forget": 6, "revise": 6, "erase": 2, "checkpoint": 6}
WORDS = ("harbour", "violin", "ticket", "meadow", "dentist", "copper", "lantern", "orchard")


@dataclass(kw_only=True)
class Ledger:
    """What the child has acknowledged so far, over all its lives.

    Args:
        turns: Text by ref of each turn that must be there.
        gone: Refs of erased turns.
        begun: Refs of turns whose erasure was begun and not acknowledged: there or not.
        head: The newest acknowledged head.
    """

    turns: dict[str, str] = field(default_factory=dict)
    gone: set[str] = field(default_factory=set)
    begun: set[str] = field(default_factory=set)
    head: str = ""

    def note(self, line: dict[str, Any]) -> None:
        """Take in one line of the child's."""
        if "begin" in line:
            self.begun.add(line["begin"])
            return
        self.turns.update(line["turns"])
        self.gone.update(line["gone"])
        self.head = line["head"] or self.head


@dataclass(kw_only=True)
class Life:
    """One life and death of the child.

    Args:
        reopened_ms: How long the file took to open afterwards.
        turns: Turns acknowledged in all lives so far and not erased since.
        lost: Refs of acknowledged turns that are missing or other than said.
        problems: What verify found, half batches, turns that came back from erasure.
    """

    reopened_ms: float
    turns: int
    lost: list[str]
    problems: list[str]


def write(path: str, life: int, seed: int) -> None:
    """Write until killed, acknowledging on standard output. Runs in the child."""
    chance = random.Random(seed)
    refs: list[str] = []
    with Memory(path) as memory:
        for number in range(1_000_000):
            act = chance.choices(list(ACTS), list(ACTS.values()))[0]
            if act in {"forget", "revise", "erase"} and not refs:
                act = "single"
            line = _act(memory, act, f"{life}-{number}", refs, chance)
            _say({"turns": {}, "gone": [], "head": "", **line})


def _act(
    memory: Memory, act: str, tag: str, refs: list[str], chance: random.Random
) -> dict[str, Any]:
    if act in {"single", "batch"}:
        size = 1 if act == "single" else chance.randint(2, MAX_BATCH)
        turns = {f"{tag}/{n}of{size}": _text(tag, n, chance) for n in range(size)}
        messages = [{"role": "user", "content": text, "id": ref} for ref, text in turns.items()]
        receipt = memory.remember(messages, session=SESSION)
        refs += turns
        return {"turns": turns, "head": receipt.head}
    if act == "checkpoint":
        memory.backup(f"{memory._store.location}.{tag}")  # noqa: SLF001 - where the file is
        os.unlink(f"{memory._store.location}.{tag}")  # noqa: PTH108, SLF001 - same
        memory._store.checkpoint()  # noqa: SLF001 - what a schedule would do
        return {}
    ref = refs.pop(chance.randrange(len(refs)))
    item_id = _current(memory, ref)
    if act == "forget":
        return {"head": memory.forget(item_id).head}
    if act == "revise":
        text = _text(tag, 0, chance)
        return {"head": memory.revise(ref, text, session=SESSION).head, "turns": {ref: text}}
    _say({"begin": ref})
    return {"head": memory.erase(item_id).head, "gone": [ref]}


def _text(tag: str, number: int, chance: random.Random) -> str:
    words = " ".join(chance.choices(WORDS, k=chance.randint(1, 60)))
    return f"{words} [{tag}/{number}]"


def _say(line: dict[str, Any]) -> None:
    sys.stdout.write(f"{json.dumps(line)}\n")
    sys.stdout.flush()


def _turns(memory: Memory) -> dict[str, list[str]]:
    """Return the texts by ref of all turns of the session, superseded and forgotten ones too."""
    found: dict[str, list[str]] = {}
    with memory._store.reading() as snapshot:  # noqa: SLF001 - below what is active
        for scope_no in snapshot.matching_scopes(Scope(session=SESSION)):
            for item in snapshot.items(snapshot.tables.session(scope_no)):
                found.setdefault(str(item.ref), []).append(item.text)
    return found


def _current(memory: Memory, ref: str) -> str:
    with memory._store.reading() as snapshot:  # noqa: SLF001 - same
        (scope_no,) = snapshot.matching_scopes(Scope(session=SESSION))
        items = snapshot.items(snapshot.tables.by_ref(scope_no, ref))
    return next(item.id for item in reversed(items) if item.status != "superseded")


def lives(path: Path, kills: int, seed: int) -> Iterator[Life]:
    """Let the child live and die so many times on one file; look at the file after each death."""
    chance = random.Random(seed)
    ledger = Ledger()
    for life in range(kills):
        _live(path, life, chance, ledger)
        yield _look(path, ledger)


def _live(path: Path, life: int, chance: random.Random, ledger: Ledger) -> None:
    arguments = ["--child", str(path), str(life), str(chance.randrange(2**31))]
    with process.start("bench.crash", arguments) as child:
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        lines = [child.stdout.readline()]
        time.sleep(chance.random() ** 2 * MAX_LIFE_S)
        child.send_signal(signal.SIGKILL)
        lines += child.stdout.read().splitlines(keepends=True)
    if child.returncode != -signal.SIGKILL:
        raise RuntimeError(f"the child ended by itself with status {child.returncode}")
    for line in lines:
        if line.endswith(b"\n"):  # the last one may be cut off: then it was no acknowledgement
            ledger.note(json.loads(line))


def _look(path: Path, ledger: Ledger) -> Life:
    started = time.perf_counter()
    memory = Memory(path)
    reopened_ms = (time.perf_counter() - started) * 1e3
    with memory:
        found = _turns(memory)
        wanted = {r: t for r, t in ledger.turns.items() if r not in ledger.gone}
        lost = [
            ref
            for ref, text in wanted.items()
            if text not in found.get(ref, []) and ref not in ledger.begun
        ]
        verified = memory.verify(expected_head=ledger.head or None)
        problems = [*verified.problems, *_halves(found, ledger)]
        problems += [f"{ref} came back from erasure" for ref in ledger.gone & found.keys()]
    # What was begun and not acknowledged is settled now, one way or the other.
    ledger.gone |= {ref for ref in ledger.begun if ref not in found}
    ledger.begun.clear()
    return Life(reopened_ms=reopened_ms, turns=len(wanted), lost=lost, problems=problems)


def _halves(found: dict[str, list[str]], ledger: Ledger) -> list[str]:
    """Return the batches of which some turns are there and some not, erased ones aside."""
    batches: dict[tuple[str, int], int] = {}
    for ref in {*found, *ledger.gone, *ledger.begun}:
        tag, _, place = ref.partition("/")
        size = int(place.split("of")[1])
        batches[tag, size] = batches.get((tag, size), 0) + 1
    return [f"batch {tag}: {n} of {size}" for (tag, size), n in batches.items() if n != size]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print the figures; say with 1 that something was lost."""
    parser = argparse.ArgumentParser(prog="python -m bench crash", description=__doc__)
    parser.add_argument("--kills", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--per-file", type=int, default=25, help="kills before a fresh file")
    parser.add_argument("--keep", action="store_true", help="keep the figures for the documents")
    parser.add_argument("--child", nargs=3, metavar=("PATH", "LIFE", "SEED"))
    given = parser.parse_args(arguments)
    if given.child:
        path, life, seed = given.child
        write(path, int(life), int(seed))
        return 0
    all_lives: list[Life] = []
    turns = 0
    for first in range(0, given.kills, given.per_file):
        kills = min(given.per_file, given.kills - first)
        with tempfile.TemporaryDirectory() as folder:
            all_lives += lives(Path(folder) / "crash.mnemos", kills, given.seed + first)
        turns += all_lives[-1].turns
    lost = sum(len(life.lost) for life in all_lives)
    problems = [problem for life in all_lives for problem in life.problems]
    opened_ms = [life.reopened_ms for life in all_lives]
    p50, p95, most = (machine.percentile(opened_ms, share) for share in (0.5, 0.95, 1.0))
    print(f"kills {given.kills} · acknowledged turns {turns} · lost {lost}")
    print(f"problems {len(problems)}", *problems[:5], sep="\n  ")
    print(f"reopened in ms: p50 {p50:.1f} · p95 {p95:.1f} · max {most:.1f}")
    print(machine.line())
    if given.keep:
        figures = {
            "kills": given.kills,
            "acknowledged turns": turns,
            "lost": lost,
            "problems": len(problems),
            "reopened ms": {"p50": p50, "p95": p95, "max": most},
        }
        machine.keep("crash", figures)
    return 1 if lost or problems else 0


if __name__ == "__main__":
    sys.exit(main())
