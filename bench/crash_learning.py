"""Kills a process that learns and consolidates, again and again: does it end where it would have?

A child lets a recipe learn from made-up sessions, one at a time, then consolidates step by step,
and writes a line after each step. It dies by SIGKILL: at a statement drawn by chance, by its own
hand, in the midst of a transaction; or at a moment drawn by chance, by its parent's. The parent
looks at the file as it lies there, and starts the next child, until one comes to the end.

    python -m bench crash_learning --files 5

prints the kills, what verify found, and whether the end is that of a memory nobody disturbed.
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
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from importlib import import_module
from pathlib import Path
from subprocess import Popen

from bench import machine, process
from mnemos import Memory
from mnemos.models.base import ChatRequest
from mnemos.models.scripted_chat import ScriptedChat

NOW = datetime(2026, 3, 1, 9, tzinfo=UTC)
SESSIONS, TURNS = 12, 8
#: Recipe → the module's constant that bounds a step, made small so that there are many.
RECIPES = {
    "lightmem": ("STEP", 12),
    "mem-tree": ("TRIED", 1),
    "memory-bank": ("MOST_TOLD", 1),
}
#: Those whose consolidation wants a model.
ASKING = frozenset({"mem-tree"})
#: A child that kills itself does so after this many statements, in the mean …
STATEMENTS = 120
#: … and one that is killed within this long after its first step.
MAX_MOMENT_S = 0.15
TOPICS = (
    ("harbour", "boat", "sail", "tide", "anchor"),
    ("violin", "concert", "string", "rehearsal", "tune"),
    ("garden", "tomato", "seed", "compost", "spade"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a memory ended that was killed until it came to its end.

    Args:
        kills: How often it was killed.
        within: How many of these kills left some, and not all, of the steps behind.
        problems: What verify found after each kill, and steps that went back.
        state_hash: At the end.
    """

    kills: int
    within: int
    problems: tuple[str, ...]
    state_hash: str


def opened(path: Path | str, recipe: str) -> Memory:
    """Open a memory whose recipe takes small steps, under a clock that stands."""
    name, small = RECIPES[recipe]
    setattr(import_module(f"mnemos.recipes.{recipe.replace('-', '_')}"), name, small)
    chat = ScriptedChat(_reply) if recipe in ASKING else None
    return Memory(path, recipe=recipe, embedder=None, chat=chat, clock=lambda: NOW)


def _reply(request: ChatRequest) -> str:
    """Return what a model would say: always the same of the same."""
    return json.dumps({"summary": " ".join(sorted(set(request.user.split())))[:200]})


def fill(memory: Memory, seed: int) -> None:
    """Say some sessions of four users."""
    chance = random.Random(seed)
    for session in range(SESSIONS):
        start = NOW - timedelta(days=SESSIONS - session)
        view = memory.scoped(user=f"user {session % 4}")
        view.remember(
            [
                {
                    "role": "user",
                    "name": "Ann",
                    "content": f"I like the {' '.join(chance.choices(topic, k=3))} of {turn}.",
                    "said_at": start + timedelta(minutes=turn),
                }
                for turn, topic in enumerate(chance.choices(TOPICS, k=TURNS))
            ],
            session=f"s{session}",
        )


def steps(memory: Memory) -> Iterator[str]:
    """Learn and consolidate, one change at a time, and say each."""
    while memory.learn(limit=1).sessions:
        yield "learn"
    while memory.consolidate(steps=1).steps:
        yield "consolidate"


def work(path: str, recipe: str, statements: int) -> None:
    """Take all steps that are left. Runs in the child; kills itself at a statement, 0 is never."""
    with opened(path, recipe) as memory:
        left = [statements]

        def count(_: str) -> None:
            left[0] -= 1
            if left[0] == 0:
                os.kill(os.getpid(), signal.SIGKILL)

        if statements:
            memory._store._open_writer().set_trace_callback(count)  # type: ignore[attr-defined] # noqa: SLF001 - as a fault
        _say("ready")
        for step in steps(memory):
            _say(step)
    _say("ended")


def _say(line: str) -> None:
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def started(path: Path, recipe: str, statements: int = 0) -> Popen[bytes]:
    """Start a child on a file."""
    return process.start("bench.crash_learning", ["--child", str(path), recipe, str(statements)])


def undisturbed(recipe: str, seed: int) -> tuple[str, int]:
    """Return the state hash that a memory ends with, and in how many steps."""
    with opened(":memory:", recipe) as memory:
        fill(memory, seed)
        taken = sum(1 for _ in steps(memory))
        return memory.state_hash(), taken


def disturbed(path: Path, recipe: str, seed: int, kills: int) -> Ended:
    """Kill a child at most so often, then let one come to its end; look after each death."""
    chance = random.Random(seed)
    with opened(path, recipe) as memory:
        fill(memory, seed)
        before = events = memory.stats().events
    problems: list[str] = []
    found: list[int] = []
    while len(found) < kills and not _died(path, recipe, chance):
        with opened(path, recipe) as memory:
            problems += memory.verify().problems
            found.append(memory.stats().events)
        if found[-1] < events:
            problems.append(f"{events} events were there, and {found[-1]} are")
        events = found[-1]
    with started(path, recipe) as child:
        child.communicate()
    with opened(path, recipe) as memory:
        problems += memory.verify().problems
        last = memory.stats().events
        state_hash = memory.state_hash()
    return Ended(
        kills=len(found),
        within=sum(before < each < last for each in found),
        problems=tuple(problems),
        state_hash=state_hash,
    )


def _died(path: Path, recipe: str, chance: random.Random) -> bool:
    """Let a child live for a while; return whether it came to its end instead."""
    itself = chance.random() < 0.7
    statements = 1 + int(chance.expovariate(1 / STATEMENTS))
    with started(path, recipe, statements if itself else 0) as child:
        assert child.stdout is not None  # noqa: S101 - a pipe was asked for
        child.stdout.readline()
        if not itself:
            time.sleep(chance.random() * MAX_MOMENT_S)
            child.send_signal(signal.SIGKILL)
        lines = child.stdout.read().split()
    if child.returncode not in {0, -signal.SIGKILL}:
        raise RuntimeError(f"the child ended with status {child.returncode}")
    return lines[-1:] == [b"ended"]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print the figures; say with 1 that an end was another."""
    parser = argparse.ArgumentParser(prog="python -m bench crash_learning", description=__doc__)
    parser.add_argument("--files", type=int, default=3, help="of each recipe")
    parser.add_argument("--kills", type=int, default=30, help="at most, of each file")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--child", nargs=3, metavar=("PATH", "RECIPE", "STATEMENTS"))
    given = parser.parse_args(arguments)
    if given.child:
        path, recipe, statements = given.child
        work(path, recipe, int(statements))
        return 0
    wrong = 0
    for recipe in RECIPES:
        kills = within = 0
        problems: list[str] = []
        for seed in range(given.seed, given.seed + given.files):
            expected, taken = undisturbed(recipe, seed)
            with tempfile.TemporaryDirectory() as folder:
                ended = disturbed(Path(folder) / "crash.mnemos", recipe, seed, given.kills)
            kills, within = kills + ended.kills, within + ended.within
            problems += ended.problems
            if ended.state_hash != expected:
                problems.append(f"seed {seed}: another state after {taken} steps")
        print(f"{recipe}: kills {kills} · within the work {within} · problems {len(problems)}")
        print(*(f"  {problem}" for problem in problems[:5]), sep="\n", end="")
        wrong += len(problems)
    print(machine.line())
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
