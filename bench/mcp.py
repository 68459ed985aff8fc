"""How much longer a call takes over the Model Context Protocol than in one's own process.

Three copies of one memory, without a model: one open in this process, one served over stdio, one
over HTTP. The same questions, and the same statements, go to each in turn, so that whatever else
the machine does falls on all three. The client is the protocol's own SDK, in this process: what it
takes to write, read and check messages counts.
"""

from __future__ import annotations

import argparse
import asyncio
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters
from mcp_types import CallToolResult
from rich.console import Console
from rich.table import Table

from bench import machine, process
from bench.speed import bulk
from bench.synthetic import Talk
from bench.timing import timed
from mnemos import Memory

TURNS = 10_000
CALLS = 200
#: Calls before the first that counts.
WARM = 20
HITS = 5
WAYS = ("in the process", "stdio", "HTTP")
#: Milliseconds that a call may take longer than in the process.
WANTED_MS = 8.0

Seconds = dict[str, list[float]]


def main(arguments: Sequence[str] | None = None) -> int:
    """Run from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench mcp", description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--calls", type=int, default=CALLS)
    parser.add_argument("--keep", action="store_true", help="write bench/results/mcp.json")
    given = parser.parse_args(arguments)
    console = Console(width=None if sys.stdout.isatty() else 120)
    with console.status(f"{given.turns:,} turns"), tempfile.TemporaryDirectory() as folder:
        seconds = asyncio.run(measure(Path(folder), given.turns, given.calls))
    rows = {verb: figures(of_verb) for verb, of_verb in seconds.items()}
    show(rows, given.turns, console)
    if given.keep:
        machine.keep("mcp", {"rows": rows, "turns": given.turns, "calls": given.calls})
    return 0


async def measure(folder: Path, turns: int, calls: int) -> dict[str, Seconds]:
    """Return how long each call of each verb took, by way."""
    talk = Talk()
    with Memory(folder / "own.mnemos", embedder=None, learning="at once") as own:
        bulk(own, talk, turns)
        for name in ("stdio", "http"):
            own.backup(folder / f"{name}.mnemos")
        async with (
            Client(_started(folder / "stdio.mnemos")) as stdio,
            _listening(folder / "http.mnemos") as url,
            Client(url) as http,
        ):
            clients = {"stdio": stdio, "HTTP": http}
            for client in clients.values():
                await client.list_tools()  # so that answers are checked, as every client does
            recall: Seconds = {way: [] for way in WAYS}
            remember: Seconds = {way: [] for way in WAYS}
            for _ in range(WARM + calls):
                question, said = talk.question(), talk.text()
                recall[WAYS[0]].append(timed(partial(own.recall, question, HITS)))
                remember[WAYS[0]].append(timed(partial(own.remember, said, session="now")))
                for way, client in clients.items():
                    asked = {"question": question, "limit": HITS, "budget_tokens": 2_000}
                    recall[way].append(await _called(client, "recall", asked))
                    statement = {"text": said, "session": "now"}
                    remember[way].append(await _called(client, "remember", statement))
    return {"recall": _after_warming(recall), "remember": _after_warming(remember)}


def _after_warming(seconds: Seconds) -> Seconds:
    return {way: each[WARM:] for way, each in seconds.items()}


async def _called(client: Client, name: str, arguments: dict[str, Any]) -> float:
    start = time.perf_counter()
    result: CallToolResult = await client.call_tool(name, arguments)
    took = time.perf_counter() - start
    if result.is_error:
        raise RuntimeError(f"{name}: {result.content}")
    return took


def _command(path: Path, *options: str) -> list[str]:
    return [sys.executable, "-m", "mnemos", "mcp", str(path), "--embedder", "none", *options]


def _started(path: Path) -> StdioServerParameters:
    program, *arguments = _command(path)
    return StdioServerParameters(command=program, args=arguments, env=process.environment())


@asynccontextmanager
async def _listening(path: Path) -> AsyncIterator[str]:
    async with AsyncExitStack() as stack:
        server = subprocess.Popen(  # noqa: ASYNC220 - before anything is timed
            _command(path, "--http", "--port", "0"),
            stderr=subprocess.PIPE,
            text=True,
            env=process.environment(),
        )
        stack.callback(server.communicate)
        stack.callback(server.kill)
        if server.stderr is None:
            raise RuntimeError("the server has no stderr")
        yield server.stderr.readline().split()[-1]


def figures(seconds: Seconds) -> dict[str, float]:
    """Return medians in milliseconds, and how much each way takes beyond the process's own.

    >>> figures({"in the process": [0.001], "stdio": [0.003], "HTTP": [0.005]})["HTTP over"]
    4.0
    """
    medians = {way: 1e3 * machine.percentile(each, 0.5) for way, each in seconds.items()}
    over = {f"{way} over": medians[way] - medians[WAYS[0]] for way in WAYS[1:]}
    return {**{f"{way} p50": value for way, value in medians.items()}, **over}


def show(rows: Mapping[str, Mapping[str, float]], turns: int, console: Console) -> None:
    """Print figures, verbs across."""
    title = f"Milliseconds a call, {turns:,} turns; wanted: at most {WANTED_MS:.0f} over"
    table = Table(title=title, caption=machine.line())
    table.add_column("")
    for verb in rows:
        table.add_column(verb, justify="right")
    for name in next(iter(rows.values())):
        table.add_row(name, *(f"{row[name]:.2f}" for row in rows.values()))
    console.print(table)


if __name__ == "__main__":
    sys.exit(main())
