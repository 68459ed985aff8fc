"""How a server bears load: what HTTP adds to a call, many clients at once, many tenants in turn.

    python -m bench serve --clients 200 --seconds 60 --tenants 1000

The server runs in a process of its own, by words alone, every write synced. Each client says and
asks in turn, with ids of its own; at the end every acknowledged write is looked for in the files.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import os
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from bench import machine
from bench.server import Running, serving
from bench.timing import Sample, spread
from mnemos import Memory, MnemosError
from mnemos.client import AsyncClient, Client

#: Turns of the memory that single calls are timed on, and how often each is.
TURNS = 1_000
CALLS = 200
#: Tenants that the clients are spread over.
SHARED = 20
#: Of each client's calls one in so many says something; the others ask.
WRITES_ONE_IN = 3
#: Tenants visited before memory is first looked at: what is loaded once is loaded by then.
WARM = 100


def _said(n: int) -> dict[str, str]:
    return {
        "role": "user",
        "content": f"On day {n} the ferry to island {n % 37} left at {n % 24} with {n % 91} people",
        "id": f"m{n}",
    }


def _question(n: int) -> str:
    return f"When did the ferry to island {n % 37} leave?"


Call = Callable[[Memory | Client, int], object]
CALLED: dict[str, Call] = {
    "state hash": lambda m, _: m.state_hash(),
    "remember": lambda m, n: m.remember(f"note {n}", session="timed"),
    "recall": lambda m, n: m.recall(_question(n)),
    "recall without reasons": lambda m, n: m.recall(_question(n), reasons=False),
    "context": lambda m, n: m.context(_question(n)),
}


def overhead(folder: Path) -> dict[str, object]:
    """Time single calls in this process and through a server, on memories with the same turns."""
    figures: dict[str, object] = {}
    with (
        serving(folder) as running,
        running.client(running.key("timed")) as client,
        Memory(folder / "here.mnemos", embedder=None) as memory,
    ):
        memory.remember([_said(n) for n in range(TURNS)], session="s")
        client.remember([_said(n) for n in range(TURNS)], session="s")
        for name, call in CALLED.items():
            here, there = Sample(), Sample()
            worked = running.cpu_s()
            ours = {id(here): 0.0, id(there): 0.0}
            for n in range(CALLS):  # in turn: what else the machine does disturbs both alike
                for called, sample in ((memory, here), (client, there)):
                    start, cpu = time.perf_counter(), time.thread_time()
                    call(called, n)
                    sample.add(time.perf_counter() - start)
                    ours[id(sample)] += time.thread_time() - cpu
            own, served = (machine.percentile(s.seconds, 0.5) * 1e3 for s in (here, there))
            extra = running.cpu_s() - worked + ours[id(there)] - ours[id(here)]
            figures[name] = {
                "in process p50 ms": own,
                "over HTTP p50 ms": served,
                "added p50 ms": served - own,
                "added CPU ms": 1e3 * extra / CALLS,
            }
    return figures


@dataclass(slots=True)
class Load:
    """What many clients met with."""

    reads: Sample = field(default_factory=Sample)
    writes: Sample = field(default_factory=Sample)
    errors: Counter[str] = field(default_factory=Counter)
    #: Tenant → texts that were acknowledged.
    acknowledged: dict[str, list[str]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Talker:
    """One of many clients."""

    name: str
    tenant: str
    client: AsyncClient

    async def talk(self, until: float, to: Load) -> None:
        """Say and ask in turn."""
        kept = to.acknowledged.setdefault(self.tenant, [])
        n = 0
        while time.perf_counter() < until:
            n += 1
            start = time.perf_counter()
            try:
                if n % WRITES_ONE_IN == 1:
                    kept.append(await self._say(n))
                    to.writes.add(time.perf_counter() - start)
                else:
                    await self.client.context(f"What does {self.name} say?")
                    to.reads.add(time.perf_counter() - start)
            except MnemosError as error:
                to.errors[type(error).__name__] += 1

    async def _say(self, n: int) -> str:
        text = f"{self.name} says {n}"
        message = {"role": "user", "content": text, "id": text}
        await self.client.remember(message, session=self.name)
        return text


async def _many(running: Running, clients: int, seconds: float, to: Load) -> None:
    keys = [(f"t{n}", running.key(f"t{n}")) for n in range(min(SHARED, clients))]
    talkers = [
        _Talker(name=f"c{n}", tenant=tenant, client=AsyncClient(running.url, key, connections=1))
        for n in range(clients)
        for tenant, key in [keys[n % len(keys)]]
    ]
    until = time.perf_counter() + seconds
    async with asyncio.TaskGroup() as group:
        for talker in talkers:
            group.create_task(talker.talk(until, to))
    for talker in talkers:
        await talker.client.close()


def load(folder: Path, *, clients: int, seconds: float) -> dict[str, object]:
    """Let many clients say and ask at once, then look for all that was acknowledged."""
    met = Load()
    with serving(folder) as running:
        asyncio.run(_many(running, clients, seconds, met))
        resident = running.resident_mib()
    return {
        "clients": clients,
        "seconds": seconds,
        "tenants": len(met.acknowledged),
        "reads": met.reads.count,
        "acknowledged writes": sum(map(len, met.acknowledged.values())),
        "requests/s": (met.reads.count + met.writes.count) / seconds,
        "lost": lost(folder, met),
        "errors": dict(met.errors),
        "server MiB": resident,
        **spread("read", met.reads.seconds, (0.5, 0.99)),
        **spread("write", met.writes.seconds, (0.5, 0.99)),
    }


def lost(folder: Path, met: Load) -> int:
    """Return how many acknowledged writes are not in the files, each of which must be whole."""
    gone = 0
    for tenant, texts in met.acknowledged.items():
        with Memory(folder / f"{tenant}.mnemos", embedder=None) as memory:
            gone += len(set(texts) - _texts(memory))
            if not memory.verify().ok:
                met.errors["not whole"] += 1
    return gone


def _texts(memory: Memory) -> set[str]:
    page = memory.browse(limit=10_000)
    found = {item.text for item in page.items}
    while page.after is not None:
        page = memory.browse(limit=10_000, after=page.after)
        found |= {item.text for item in page.items}
    return found


def in_turn(folder: Path, *, tenants: int) -> dict[str, object]:
    """Visit tenants in turn, each for the first time; say how the server's memory grows."""
    opened = Sample()
    sizes: list[float] = []
    with serving(folder) as running:
        for n in range(tenants):
            key = running.key(f"n{n}")
            with running.client(key) as client:
                start = time.perf_counter()
                client.remember(_said(n))
                client.context("When did the ferry leave?")
                opened.add(time.perf_counter() - start)
            if n + 1 in {min(WARM, tenants), tenants}:
                sizes.append(running.resident_mib())
        files = running.open_files()
    return {
        "tenants": tenants,
        f"server MiB after {min(WARM, tenants)}": sizes[0],
        "server MiB at the end": sizes[-1],
        "open files": files,
        **spread("first visit", opened.seconds, (0.5, 0.99)),
    }


def main(arguments: Sequence[str] | None = None) -> int:
    """Run and print the figures; say with 1 that something was lost, or failed."""
    parser = argparse.ArgumentParser(prog="python -m bench serve", description=__doc__)
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--tenants", type=int, default=1_000)
    parser.add_argument("--keep", action="store_true", help="keep the figures for the documents")
    given = parser.parse_args(arguments)
    figures: dict[str, object] = {}
    parts: dict[str, Callable[[Path], dict[str, object]]] = {
        "overhead": overhead,
        "load": lambda folder: load(folder, clients=given.clients, seconds=given.seconds),
        "in turn": lambda folder: in_turn(folder, tenants=given.tenants),
    }
    busy = os.getloadavg()[0]
    figures["load average before"] = busy
    print(f"{machine.line()}; load average before: {busy:.1f}")
    for name, measure in parts.items():
        gc.collect()
        with tempfile.TemporaryDirectory() as folder:
            found = figures[name] = measure(Path(folder))
        print(f"\n{name}")
        for key, value in found.items():
            print(f"  {key}: {_shown(value)}")
    if given.keep:
        machine.keep("serve", figures)
    met = figures["load"]
    return 1 if isinstance(met, dict) and (met["lost"] or met["errors"]) else 0


def _shown(value: object) -> str:
    if isinstance(value, dict):
        return " · ".join(f"{key} {_shown(each)}" for key, each in value.items()) or "none"
    return (
        f"{value:,.2f}"
        if isinstance(value, float)
        else f"{value:,}"
        if isinstance(value, int)
        else str(value)
    )


if __name__ == "__main__":
    sys.exit(main())
