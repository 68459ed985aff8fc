"""AsyncMemory: the same methods, awaitable, over one writing thread and a few reading ones.

Each method is the one of ``Memory`` with its own parameter types; nothing is written twice.
"""

from __future__ import annotations

import asyncio
import copy
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future, ThreadPoolExecutor
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

from mnemos.memory import Memory

P = ParamSpec("P")
R = TypeVar("R")

READERS = 4
#: How often a cancelled call is told again to break off, until it has.
INTERRUPT_EVERY_S = 0.01

_Method = Callable[Concatenate[Memory, P], R]
_Awaitable = Callable[Concatenate["AsyncMemory", P], Coroutine[Any, Any, R]]


def _reads(method: _Method[P, R]) -> _Awaitable[P, R]:
    """Make a method awaitable on a reading thread."""

    @wraps(method)
    async def call(self: AsyncMemory, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._run(self._readers, lambda memory: method(memory, *args, **kwargs))

    return call


def _writes(method: _Method[P, R]) -> _Awaitable[P, R]:
    """Make a method awaitable on the writing thread."""

    @wraps(method)
    async def call(self: AsyncMemory, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self._run(self._writer, lambda memory: method(memory, *args, **kwargs))

    return call


class AsyncMemory:
    """A memory for asyncio. A cancelled call is broken off: it happened whole, or not at all.

    Args:
        memory: An open memory; it is closed with this one.

    >>> async def main() -> str:
    ...     async with AsyncMemory(Memory(":memory:")) as memory:
    ...         await memory.remember("I moved to Porto in May")
    ...         return (await memory.recall("Where did I move to?"))[0].text
    >>> asyncio.run(main())
    'I moved to Porto in May'
    """

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._writer = ThreadPoolExecutor(1, thread_name_prefix="mnemos-write")
        self._readers = ThreadPoolExecutor(READERS, thread_name_prefix="mnemos-read")

    remember = _writes(Memory.remember)
    sync = _writes(Memory.sync)
    revise = _writes(Memory.revise)
    recall = _reads(Memory.recall)
    context = _reads(Memory.context)
    forget = _writes(Memory.forget)
    restore = _writes(Memory.restore)
    erase = _writes(Memory.erase)
    undo = _writes(Memory.undo)
    get = _reads(Memory.get)
    browse = _reads(Memory.browse)
    sessions = _reads(Memory.sessions)
    history = _reads(Memory.history)
    log = _reads(Memory.log)
    stats = _reads(Memory.stats)
    state_hash = _reads(Memory.state_hash)
    verify = _reads(Memory.verify)
    replay = _writes(Memory.replay)
    unlearn = _writes(Memory.unlearn)
    # Long, while each of their writes is short: others need not wait for the writing thread.
    embed = _reads(Memory.embed)
    reindex = _reads(Memory.reindex)
    vectors = _reads(Memory.vectors)
    facts = _reads(Memory.facts)
    profile = _reads(Memory.profile)
    correct = _writes(Memory.correct)
    recipes = _reads(Memory.recipes)
    learn = _reads(Memory.learn)
    consolidate = _reads(Memory.consolidate)
    export = _reads(Memory.export)
    backup = _reads(Memory.backup)

    def scoped(
        self, *, user: str | None = None, agent: str | None = None, session: str | None = None
    ) -> Self:
        """Return a view that reads and writes only within a scope; it shares the threads."""
        view = copy.copy(self)
        view._memory = self._memory.scoped(  # noqa: SLF001 - a copy of ourselves
            user=user, agent=agent, session=session
        )
        return view

    async def close(self) -> None:
        """Wait for what is running, then close the memory."""
        await asyncio.to_thread(self._close)

    def _close(self) -> None:
        self._writer.shutdown()
        self._readers.shutdown()
        self._memory.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _run(self, pool: ThreadPoolExecutor, call: Callable[[Memory], R]) -> R:
        threads: list[int] = []

        def work() -> R:
            threads.append(threading.get_ident())
            return call(self._memory)

        running = pool.submit(work)
        try:
            return await asyncio.shield(asyncio.wrap_future(running))
        except asyncio.CancelledError:
            if not running.cancel():
                await self._break_off(running, threads)
            raise

    async def _break_off(self, running: Future[R], threads: list[int]) -> None:
        """Interrupt a call until it has ended, one way or the other."""
        while not running.done():
            for thread in threads:
                self._memory.interrupt(thread)
            await asyncio.sleep(INTERRUPT_EVERY_S)
