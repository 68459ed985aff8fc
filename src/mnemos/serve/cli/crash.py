"""A writer that is killed: does a memory keep what it acknowledged?

``python -m mnemos.serve.cli.crash FILE`` writes turn after turn and says so after each, until
something ends it. ``kill_writer`` starts one, ends it with SIGKILL, and counts.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mnemos import Memory, MnemosError

SESSION = "written until killed"
#: More than anyone waits for; the writer ends by itself if nobody kills it.
MOST = 100_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Crash:
    """What was found after a writer was killed.

    Args:
        acknowledged: Turns that it had said were stored.
        found: Those of them that are there, word for word.
        unacknowledged: Turns that are there and were not yet said to be.
        ok: Whether verify found the memory whole.
        write_ms: Milliseconds that each acknowledged turn took, in order.
    """

    acknowledged: int
    found: int
    unacknowledged: int
    ok: bool
    write_ms: tuple[float, ...]


def sentence(number: int) -> str:
    """Return what the writer says as its turn of this number."""
    return f"Turn {number} was written down before the power went, {number * 7919 % 10_007}."


def write(path: str) -> None:
    """Write turn after turn, and say which were acknowledged."""
    with Memory(path, embedder=None) as memory:
        for number in range(MOST):
            began = time.perf_counter()
            (item_id,) = memory.remember(sentence(number), session=SESSION).ids
            took_ms = (time.perf_counter() - began) * 1_000
            sys.stdout.write(f"{number} {item_id} {took_ms:.4f}\n")
            sys.stdout.flush()


def kill_writer(path: Path, *, after: int) -> Crash:
    """Start a writer, kill it in mid-write once it has acknowledged so many turns, and look."""
    command = [sys.executable, "-m", "mnemos.serve.cli.crash", str(path)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:  # noqa: S603
        assert process.stdout is not None  # noqa: S101 - it is a pipe
        lines = [line for line, _ in zip(process.stdout, range(after), strict=False)]
        process.kill()
        lines += process.stdout
    return _look(path, [line.split() for line in lines if line.endswith("\n")])


def _look(path: Path, acknowledged: Sequence[Sequence[str]]) -> Crash:
    with Memory(path, embedder=None) as memory:
        found = sum(_is_there(memory, item_id, int(number)) for number, item_id, _ in acknowledged)
        written = _written(memory)
        ok = memory.verify().ok
    return Crash(
        acknowledged=len(acknowledged),
        found=found,
        unacknowledged=written - found,
        ok=ok,
        write_ms=tuple(float(took_ms) for _, _, took_ms in acknowledged),
    )


def _is_there(memory: Memory, item_id: str, number: int) -> bool:
    try:
        return memory.get(item_id).text == sentence(number)
    except MnemosError:
        return False


def _written(memory: Memory) -> int:
    count, after = 0, None
    while True:
        page = memory.browse(session=SESSION, after=after, limit=1_000)
        count += len(page.items)
        after = page.after
        if after is None:
            return count


if __name__ == "__main__":
    write(sys.argv[1])
