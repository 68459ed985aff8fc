"""Answers that come line by line: how far long work has come, then its result."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress

from starlette.requests import Request
from starlette.responses import StreamingResponse

from mnemos import MnemosError
from mnemos.serve.guard import Receive, Scope, Send
from mnemos.wire.operations import LINES_TYPE
from mnemos.wire.problems import problem
from mnemos.wire.values import dumps

#: Progress is told no more often.
EVERY_S = 0.1

Progress = Callable[[int, int], None]


class Stream(StreamingResponse):
    """Sends what comes, and stops making it when nobody listens any more.

    Args:
        content: The parts.
        listening: Whether to listen for the client's going; not where its body is still being read.
    """

    def __init__(
        self, content: AsyncIterator[bytes], *, media_type: str, listening: bool = True
    ) -> None:
        super().__init__(content, media_type=media_type)
        self._listening = listening

    async def __call__(
        self,
        scope: Scope,  # noqa: ARG002 - ASGI's signature
        receive: Receive,
        send: Send,
    ) -> None:
        """Send it."""
        sending = asyncio.create_task(self.stream_response(send))
        going = asyncio.create_task(_gone(receive)) if self._listening else None
        try:
            await asyncio.wait(
                {each for each in (sending, going) if each}, return_when="FIRST_COMPLETED"
            )
        finally:
            for task in (going, sending):
                if task is not None and not task.done():
                    task.cancel()
                    with suppress(asyncio.CancelledError):
                        await task
        if not sending.cancelled():
            sending.result()


async def _gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass


def wants_lines(request: Request) -> bool:
    """Tell whether the caller asked to hear how far it has come."""
    return LINES_TYPE in request.headers.get("accept", "")


async def told(
    running: Callable[[Progress], Awaitable[bytes]], *, listening: bool = True
) -> Stream:
    """Answer with progress and the result of long work, a line each.

    Args:
        running: Does it, and returns the result as JSON; told how far it has come.
        listening: As for ``Stream``.

    Raises:
        MnemosError: It failed before there was progress: that is an answer like any other.
    """
    loop = asyncio.get_running_loop()
    queue: asyncio.Queue[bytes | None] = asyncio.Queue()
    last = 0.0

    def put(line: bytes | None) -> None:
        with suppress(RuntimeError):  # the loop is gone
            loop.call_soon_threadsafe(queue.put_nowait, line)

    def progress(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= EVERY_S:
            last = now
            put(dumps({"progress": {"done": done, "total": total}}) + b"\n")

    task = asyncio.ensure_future(running(progress))
    task.add_done_callback(lambda _: put(None))
    try:
        first = await queue.get()
    except asyncio.CancelledError:
        await _stopped(task)
        raise
    if first is None and task.exception() is not None:
        task.result()

    async def parts() -> AsyncIterator[bytes]:
        line = first
        try:
            while line is not None:
                yield line
                line = await queue.get()
            yield _end(task)
        finally:
            await _stopped(task)

    return Stream(parts(), media_type=LINES_TYPE, listening=listening)


def _end(task: asyncio.Future[bytes]) -> bytes:
    try:
        return b'{"result":' + task.result() + b"}\n"
    except MnemosError as error:
        return dumps({"problem": problem(error)}) + b"\n"


async def _stopped(task: asyncio.Future[bytes]) -> None:
    if not task.done():
        task.cancel()
        with suppress(asyncio.CancelledError, MnemosError):
            await task
