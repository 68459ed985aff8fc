"""The proxy's two routes: chat completions get a memory, and all else is passed on as it is."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Protocol, TypeVar

import httpx
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse
from starlette.routing import Route

from mnemos import Memory, MnemosError, Scope
from mnemos.serve.proxy.ledger import Ledger
from mnemos.serve.proxy.recall import Budget, Conversation, Prepared
from mnemos.serve.proxy.replies import Reply
from mnemos.serve.proxy.thread import Message
from mnemos.serve.work import Kind
from mnemos.types import JSON

R = TypeVar("R")

#: What happened with memory, told with each reply to a chat completion.
MEMORY_HEADER = "x-mnemos-memory"
#: For so long a call waits for its memory, then goes on without.
PATIENCE_S = 2.0
#: Of one connection, and not to be passed on.
_HOP = frozenset(
    {
        *("connection", "keep-alive", "te", "trailer", "transfer-encoding", "upgrade"),
        *("proxy-authenticate", "proxy-authorization", "host", "content-length"),
        "accept-encoding",
    }
)
#: Our own: who asks, and not for the endpoint to see.
_OURS = "x-mnemos-"
_ERRORS = {
    httpx.ConnectError: (502, "the endpoint behind the memory cannot be reached"),
    httpx.TimeoutException: (504, "the endpoint behind the memory does not answer"),
    httpx.HTTPError: (502, "the endpoint behind the memory broke off"),
}

_log = logging.getLogger("mnemos")


@dataclass(frozen=True, slots=True, kw_only=True)
class Upstream:
    """The endpoint that is asked.

    Args:
        url: Up to and with its version: "https://api.openai.com/v1".
        key: Sent in place of the caller's own; None passes that on.
        timeout_s: How long it may be silent.
    """

    url: str
    key: str | None = None
    timeout_s: float = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Lent:
    """A memory for the time of one call.

    Args:
        memory: Open.
        scope: Whose.
        ledger: Knows earlier calls.
        key: Of the names of their messages.
    """

    memory: Memory
    scope: Scope
    ledger: Ledger
    key: bytes


class Run(Protocol):
    """Lends the memory of whoever asks, for the user that the request names, and works with it."""

    def __call__(
        self, request: Request, user: str | None, kind: Kind, call: Callable[[Lent], R], /
    ) -> Awaitable[R]:
        """Return what a call returns.

        Raises:
            MnemosError: There is no memory for them, or no time for it.
        """


class Running(Protocol):
    """The same, for one request."""

    def __call__(self, kind: Kind, call: Callable[[Lent], R], /) -> Awaitable[R]:
        """Return what a call returns."""


class Proxy:
    """Passes calls on, with memory.

    Args:
        upstream: Who is asked.
        run: Where a memory is worked with, and whose.
        budget: How much of it a prompt may hold.
        patience_s: For so long a call waits for its memory, then goes on without.
        clock: Tells the time.
        transport: For tests; None is the network.
    """

    def __init__(
        self,
        upstream: Upstream,
        run: Run,
        *,
        budget: Budget,
        patience_s: float = PATIENCE_S,
        clock: Callable[[], datetime],
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._upstream = upstream
        self._run = run
        self._budget = budget
        self._patience_s = patience_s
        self._clock = clock
        self._client = httpx.AsyncClient(
            timeout=httpx.Timeout(upstream.timeout_s, connect=10.0), transport=transport
        )
        self._unfinished: set[asyncio.Future[None]] = set()

    async def close(self) -> None:
        """Finish what was begun: replies that passed by are remembered first."""
        await asyncio.gather(*self._unfinished)
        await self._client.aclose()

    async def chat(self, request: Request) -> Response:
        """Answer a chat completion, with memory if it can be had."""
        body = await request.body()
        asked = _read(body)
        if asked is None:
            return await self._passed_on(request, body, told="none; the request is not understood")
        named = asked.get("user")
        run = partial(self._run, request, named if isinstance(named, str) else None)
        preparing = asyncio.create_task(self._prepare(run, asked["messages"]))
        await asyncio.wait({preparing}, timeout=self._patience_s)
        messages, told = _with_memory(preparing)
        if messages is not None:
            body = json.dumps({**asked, "messages": messages}).encode()
        reply = Reply(streamed=bool(asked.get("stream")))

        async def remember() -> None:
            await self._remember(run, preparing, asked["messages"], reply)

        return await self._passed_on(request, body, told=told, reply=reply, then=remember)

    async def other(self, request: Request) -> Response:
        """Pass any other call on."""
        return await self._passed_on(request, await request.body())

    async def _prepare(self, run: Running, messages: list[Message]) -> Prepared:
        prepared = await run("write", lambda lent: self._conversation(lent).tell(messages))
        # In a turn of its own: while one looks, others may write.
        await run("read", lambda lent: self._conversation(lent).show(prepared, messages))
        return prepared

    def _conversation(self, lent: Lent) -> Conversation:
        return Conversation(
            memory=lent.memory,
            ledger=lent.ledger,
            key=lent.key,
            scope=lent.scope,
            budget=self._budget,
            clock=self._clock,
        )

    async def _passed_on(
        self,
        request: Request,
        body: bytes,
        *,
        told: str | None = None,
        reply: Reply | None = None,
        then: Callable[[], Awaitable[None]] | None = None,
    ) -> Response:
        """Ask the endpoint, and stream its answer back as it comes."""
        path = request.path_params.get("path", "chat/completions")
        asked = self._client.build_request(
            request.method,
            f"{self._upstream.url.rstrip('/')}/{path}",
            params=request.query_params,
            headers=self._headers(request.headers.items()),
            content=body,
        )
        headers = {} if told is None else {MEMORY_HEADER: told}
        try:
            answer = await self._client.send(asked, stream=True)
        except httpx.HTTPError as error:
            return _failed(error, headers)
        headers |= {name: value for name, value in answer.headers.items() if name not in _HOP}
        passing = _bytes_of(answer)
        if reply is not None and then is not None and answer.is_success:
            passing = self._read_along(passing, reply, then)
        return StreamingResponse(passing, status_code=answer.status_code, headers=headers)

    def _headers(self, given: Iterable[tuple[str, str]]) -> dict[str, str]:
        headers = {
            name: value for name, value in given if name not in _HOP and not name.startswith(_OURS)
        }
        if self._upstream.key is not None:
            headers["authorization"] = f"Bearer {self._upstream.key}"
        # What passes by is read: it must not be packed.
        return {**headers, "accept-encoding": "identity"}

    async def _read_along(
        self, passing: AsyncIterator[bytes], reply: Reply, then: Callable[[], Awaitable[None]]
    ) -> AsyncIterator[bytes]:
        """Pass bytes on as they come; when they end, or break off, do what is to be done then."""
        try:
            async for chunk in passing:
                reply.take(chunk)
                yield chunk
        finally:
            # Of its own, for the caller may be gone: a cancelled call still said something.
            task = asyncio.ensure_future(then())
            self._unfinished.add(task)
            task.add_done_callback(self._unfinished.discard)

    async def _remember(
        self,
        run: Running,
        preparing: asyncio.Task[Prepared],
        said: Sequence[Message],
        reply: Reply,
    ) -> None:
        message = reply.message()
        try:
            prepared = await preparing  # it may have been too slow for the prompt
            if message is not None:
                await run(
                    "write", lambda to: self._conversation(to).answered(prepared, said, message)
                )
        except MnemosError as error:
            _log.warning("a reply is not remembered: %s", error)
        except Exception:
            _log.exception("a reply is not remembered")


def application(proxy: Proxy) -> Starlette:
    """Return the proxy as an application; mounted, or alone."""

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        yield
        await proxy.close()

    methods = ["GET", "POST", "DELETE", "PUT", "PATCH"]
    return Starlette(
        routes=[
            Route("/v1/chat/completions", proxy.chat, methods=["POST"]),
            Route("/v1/{path:path}", proxy.other, methods=methods),
        ],
        lifespan=lifespan,
    )


def _read(body: bytes) -> dict[str, Any] | None:
    """Return a request for a chat completion; None if that is none."""
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    messages = asked.get("messages") if isinstance(asked, dict) else None
    if not isinstance(messages, list) or not messages:
        return None
    return asked if all(isinstance(each, dict) for each in messages) else None


def _with_memory(
    preparing: asyncio.Task[Prepared],
) -> tuple[Sequence[Mapping[str, JSON]] | None, str]:
    """Return the messages with memory, and what to tell of it; None where there is none in time."""
    if not preparing.done():
        return None, "none; the memory is too slow"
    error = preparing.exception()
    if isinstance(error, MnemosError):
        _log.warning("a call goes on without memory: %s", error)
        return None, f"none; {type(error).__name__}"
    if error is not None:
        _log.error("a call goes on without memory", exc_info=error)
        return None, "none; the memory failed"
    prepared = preparing.result()
    told = f"shown={prepared.shown}; fresh={prepared.fresh}; tokens={prepared.tokens}"
    return prepared.messages, "; ".join([told, *prepared.problems])


async def _bytes_of(answer: httpx.Response) -> AsyncIterator[bytes]:
    try:
        async for chunk in answer.aiter_raw():
            yield chunk
    finally:
        await answer.aclose()


def _failed(error: httpx.HTTPError, headers: Mapping[str, str]) -> Response:
    """Return an error in the shape in which clients of the protocol read it."""
    status, words = next(told for kind, told in _ERRORS.items() if isinstance(error, kind))
    _log.warning("%s: %r", words, error)
    return JSONResponse(
        {"error": {"message": words, "type": "upstream_error", "code": None, "param": None}},
        status_code=status,
        headers=dict(headers),
    )
