"""The protocol beside the routes of a server, at ``/mcp``: the same keys, tenants and limits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from importlib.util import find_spec

from mnemos import Memory
from mnemos.serve.guard import App, Receive, Scope, Send
from mnemos.serve.rest.app import Mount, Mounting
from mnemos.serve.rest.service import Service
from mnemos.wire.problems import Refusal

PATH = "/mcp"
ReadsFacts = Callable[[Memory], bool]


def is_installed() -> bool:
    """Tell whether the protocol's libraries are here."""
    return find_spec("mcp") is not None


def mounting(reads_facts: ReadsFacts) -> Mounting:
    """Return what makes the protocol's server of another's parts.

    Args:
        reads_facts: Tells whether a memory's recipe reads facts, or some are known.
    """

    def mount(service: Service) -> Mount:
        begun = _Begun(service, reads_facts)
        return Mount(path=PATH, app=begun, for_programs=True, lifespan=begun.lifespan)

    return mount


class _Begun:
    """The protocol's server, begun when it is first asked: its libraries take a second to load."""

    def __init__(self, service: Service, reads_facts: ReadsFacts) -> None:
        self._service = service
        self._reads_facts = reads_facts
        self._over = asyncio.Event()
        self._serving: asyncio.Task[None] | None = None
        self._app: asyncio.Future[App]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["path"].removesuffix("/") != PATH:
            raise Refusal(404, f"there is nothing here below {PATH}", "NotFound")
        if self._serving is None:
            self._serving = asyncio.create_task(self._serve())
        app = await asyncio.shield(self._app)
        await app(scope, receive, send)

    @asynccontextmanager
    async def lifespan(self) -> AsyncIterator[None]:
        """End it with the server that it is part of."""
        self._app = asyncio.get_running_loop().create_future()
        yield
        self._over.set()
        if self._serving is not None:
            await self._serving

    async def _serve(self) -> None:
        try:
            over_http = await asyncio.to_thread(_loaded)
        except Exception as error:
            self._app.set_exception(error)
            return
        async with over_http(self._service, self._reads_facts) as app:
            self._app.set_result(app)
            await self._over.wait()


def _loaded() -> Callable[[Service, ReadsFacts], AbstractAsyncContextManager[App]]:
    from mnemos.serve.mcp.transport import over_http  # noqa: PLC0415 - that second

    return over_http
