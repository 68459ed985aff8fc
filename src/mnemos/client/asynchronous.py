"""AsyncClient: the same methods, awaitable."""

from __future__ import annotations

import copy
from collections.abc import Callable, Coroutine
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, ParamSpec, Self, TypeVar

import httpx

from mnemos.client import calling
from mnemos.client.client import TIMEOUT_S
from mnemos.memory import Memory
from mnemos.types import Scope
from mnemos.wire.values import made

P = ParamSpec("P")
R = TypeVar("R")

_ANYONE = Scope()
_Awaitable = Callable[Concatenate["AsyncClient", P], Coroutine[Any, Any, R]]


def _calls(method: Callable[Concatenate[Memory, P], R]) -> _Awaitable[P, R]:
    """Make a method of ``Memory`` a request that is awaited."""

    @wraps(method)
    async def call(self: AsyncClient, /, *args: P.args, **kwargs: P.kwargs) -> R:
        found: R = await self._call(calling.request(method.__name__, args, kwargs))
        return found

    return call


class AsyncClient:
    """A memory on a server, for asyncio; see ``Client``.

    Args:
        url: The server's.
        key: The token that ``mnemos keys add`` showed; None for a server that asks for none.
        timeout_s: How long to wait for an answer; long work may take as long as it takes.
        connections: At most so many at once.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        connections: int = 100,
    ) -> None:
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=connections)
        self._http = httpx.AsyncClient(
            base_url=url, timeout=timeout_s, limits=limits, trust_env=False
        )
        self._key = key
        self._scope = _ANYONE
        self._headers = calling.headers(key, _ANYONE)

    remember = _calls(Memory.remember)
    sync = _calls(Memory.sync)
    revise = _calls(Memory.revise)
    recall = _calls(Memory.recall)
    context = _calls(Memory.context)
    facts = _calls(Memory.facts)
    profile = _calls(Memory.profile)
    note_use = _calls(Memory.note_use)
    uses = _calls(Memory.uses)
    correct = _calls(Memory.correct)
    forget = _calls(Memory.forget)
    restore = _calls(Memory.restore)
    fade = _calls(Memory.fade)
    erase = _calls(Memory.erase)
    undo = _calls(Memory.undo)
    get = _calls(Memory.get)
    browse = _calls(Memory.browse)
    sessions = _calls(Memory.sessions)
    refs = _calls(Memory.refs)
    history = _calls(Memory.history)
    log = _calls(Memory.log)
    stats = _calls(Memory.stats)
    state_hash = _calls(Memory.state_hash)
    verify = _calls(Memory.verify)
    replay = _calls(Memory.replay)
    learn = _calls(Memory.learn)
    consolidate = _calls(Memory.consolidate)
    unlearn = _calls(Memory.unlearn)
    recipes = _calls(Memory.recipes)
    embed = _calls(Memory.embed)
    reindex = _calls(Memory.reindex)
    vectors = _calls(Memory.vectors)

    def scoped(
        self, *, user: str | None = None, agent: str | None = None, session: str | None = None
    ) -> Self:
        """Return a view that reads and writes only within a scope; it shares the connections."""
        view = copy.copy(self)
        view._scope = calling.narrowed(  # noqa: SLF001 - a copy of ourselves
            self._scope, Scope(user=user, agent=agent, session=session)
        )
        view._headers = calling.headers(self._key, view._scope)  # noqa: SLF001 - same
        return view

    async def close(self) -> None:
        """Close the connections."""
        await self._http.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    async def _call(self, request: calling.Request) -> Any:  # noqa: ANN401 - the operation's result
        operation = request.operation
        sent: dict[str, Any] = {
            "params": request.params or None,
            "content": request.content,
            "headers": {**self._headers, **request.headers},
        }
        if request.progress is not None:
            return await self._told(request, sent)
        timeout: Any = None if operation.kind == "long" else httpx.USE_CLIENT_DEFAULT
        with calling.reaching(self._http):
            answer = await self._http.request(operation.verb, request.url, timeout=timeout, **sent)
        return calling.value_of(operation, answer)

    async def _told(self, request: calling.Request, sent: dict[str, Any]) -> Any:  # noqa: ANN401 - same
        operation, progress = request.operation, request.progress
        assert progress is not None  # noqa: S101 - asked for
        with calling.reaching(self._http):
            async with self._http.stream(
                operation.verb, request.url, timeout=None, **sent
            ) as response:
                if not response.is_success:
                    await response.aread()
                    calling.check(response)
                lines = calling.Lines()
                async for part in response.aiter_bytes():
                    for line in lines.of(part):
                        for found in calling.heard(line, progress):
                            return made(found, operation.returns)
        raise calling.cut_off()
