"""Work: calls of a memory on threads of their own, so that the loop that serves goes on.

Reads, writes and long work each have their threads: a long one keeps no short one waiting. The
writes of one memory take turns here, or they would fill all threads waiting for its lock.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from typing import Literal, TypeVar
from weakref import WeakValueDictionary

from mnemos import Busy, Memory

R = TypeVar("R")
Kind = Literal["read", "write", "long"]

THREADS: dict[Kind, int] = {"read": 8, "write": 16, "long": 4}
#: How often broken-off work is told again, until it has ended.
INTERRUPT_EVERY_S = 0.01

Lending = Callable[[], AbstractContextManager[Memory]]


class Work:
    """Runs calls.

    Args:
        waiting: How many may be under way.
    """

    def __init__(self, *, waiting: int) -> None:
        self._waiting = waiting
        self._pools = {
            kind: ThreadPoolExecutor(count, thread_name_prefix=f"mnemos-{kind}")
            for kind, count in THREADS.items()
        }
        self._turns: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()
        self.under_way = 0

    async def run(self, kind: Kind, name: str, lending: Lending, call: Callable[[Memory], R]) -> R:
        """Return what a call returns. Cancelled, it is broken off: it happened whole, or not.

        Args:
            kind: Whose threads it takes.
            name: Of the memory; its writes take turns.
            lending: Lends the memory while the call runs.
            call: What is done with it.

        Raises:
            Busy: Too much is under way.
        """
        if self.under_way >= self._waiting:
            raise Busy(f"{self.under_way} requests are under way; no more are taken now")
        self.under_way += 1
        try:
            if kind != "write":
                return await self._run(kind, lending, call)
            turn = self._turns.setdefault(name, asyncio.Lock())
            async with turn:
                return await self._run(kind, lending, call)
        finally:
            self.under_way -= 1

    async def _run(self, kind: Kind, lending: Lending, call: Callable[[Memory], R]) -> R:
        lent: list[tuple[Memory, int]] = []

        def work() -> R:
            with lending() as memory:
                lent.append((memory, threading.get_ident()))
                return call(memory)

        running = self._pools[kind].submit(work)
        try:
            return await asyncio.shield(asyncio.wrap_future(running))
        except asyncio.CancelledError:
            if not running.cancel():
                await _break_off(running, lent)
            raise

    def close(self) -> None:
        """Wait for what is running."""
        for pool in self._pools.values():
            pool.shutdown()


async def _break_off(running: Future[R], lent: list[tuple[Memory, int]]) -> None:
    while not running.done():
        for memory, thread in lent:
            memory.interrupt(thread)
        await asyncio.sleep(INTERRUPT_EVERY_S)
