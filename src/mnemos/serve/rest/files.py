"""Export and backup: a memory as a file, sent while it is read."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from concurrent.futures import CancelledError, Future
from contextlib import suppress
from pathlib import Path
from threading import Event

from starlette.requests import Request

from mnemos import Closed, Memory, MnemosError
from mnemos.serve.rest.service import Service
from mnemos.serve.rest.streams import Stream
from mnemos.wire.operations import LINES_TYPE

#: Bytes a part, and how many parts may wait to be sent.
PART = 1 << 16
WAITING = 8
#: How often a thread that waits for a slow reader looks whether there still is one.
LOOK_EVERY_S = 0.5
#: A reader that takes nothing for so long keeps a thread and a snapshot from others.
PATIENCE_S = 60.0

Parts = Callable[[Memory], Iterator[bytes]]


async def export(request: Request, service: Service) -> Stream:
    """Send the lines of ``Memory.export_lines``."""
    request.state.caller.require("read", whole=True)
    return await _sent(request, service, _lines, LINES_TYPE)


async def backup(request: Request, service: Service) -> Stream:
    """Send a compact copy of the file."""
    request.state.caller.require("admin", whole=True)
    return await _sent(request, service, _copy, "application/vnd.sqlite3")


def _lines(memory: Memory) -> Iterator[bytes]:
    part = bytearray()
    for line in memory.export_lines():
        part += f"{line}\n".encode()
        if len(part) >= PART:
            yield bytes(part)
            part.clear()
    yield bytes(part)


def _copy(memory: Memory) -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(prefix="mnemos-") as folder:
        path = Path(folder) / "backup.mnemos"
        memory.backup(path)
        with path.open("rb") as file:
            while part := file.read(PART):
                yield part


async def _sent(request: Request, service: Service, making: Parts, media_type: str) -> Stream:
    """Return what sends the parts as they are made; what fails before the first is an answer."""
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | None] = asyncio.Queue(WAITING)
    over = Event()

    def make(memory: Memory) -> None:
        for part in making(memory):
            _put(asyncio.run_coroutine_threadsafe(queue.put(part), loop), over)

    async def run() -> None:
        try:
            await service.run(request, "long", make)
        finally:
            if not over.is_set():
                await queue.put(None)

    task = asyncio.create_task(run())
    first = await queue.get()
    if first is None:
        await task

    async def parts() -> AsyncIterator[bytes]:
        part = first
        try:
            while part is not None:
                yield part
                part = await queue.get()
            await task  # fails here if it failed
        finally:
            over.set()
            await _stopped(task)

    return Stream(parts(), media_type=media_type)


def _put(putting: Future[None], over: Event) -> None:
    """Wait until there is room for a part.

    Raises:
        Closed: Nobody is reading any more, or too slowly.
    """
    last = time.monotonic() + PATIENCE_S
    while True:
        try:
            putting.result(LOOK_EVERY_S)
        except (TimeoutError, CancelledError):
            if over.is_set() or time.monotonic() > last:
                putting.cancel()
                raise Closed("the reader went away") from None
        else:
            return


async def _stopped(task: Awaitable[None]) -> None:
    future = asyncio.ensure_future(task)
    if not future.done():
        future.cancel()
        with suppress(asyncio.CancelledError, MnemosError):
            await future
