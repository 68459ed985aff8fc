"""The proxy beside the routes of a server: the same keys, tenants and limits."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

from starlette.requests import Request

from mnemos import Scope
from mnemos.serve.access import Caller
from mnemos.serve.proxy.app import PATIENCE_S, Lent, Proxy, Upstream, application
from mnemos.serve.proxy.ledger import Ledger
from mnemos.serve.proxy.recall import Budget
from mnemos.serve.rest.app import Mount, Mounting
from mnemos.serve.rest.service import Service
from mnemos.serve.work import Kind

R = TypeVar("R")

PATH = "/openai"


def mounting(
    upstream: Upstream, ledger: Path | str, budget: Budget, *, patience_s: float = PATIENCE_S
) -> Mounting:
    """Return what makes the proxy of a server's parts: its base URL is that of PATH, and /v1.

    Args:
        upstream: Who is asked.
        ledger: Where conversations are known by.
        budget: How much memory a prompt may hold.
        patience_s: For so long a call waits for its memory, then goes on without.
    """

    def mount(service: Service) -> Mount:
        known = Ledger(ledger, _now())

        async def run(
            request: Request, user: str | None, kind: Kind, call: Callable[[Lent], R]
        ) -> R:
            caller: Caller = request.state.caller
            caller.require("write")
            caller.require("read")  # the prompt shows what the memory knows
            scope = Scope(user=caller.scope.user or user)
            key = known.key(f"{caller.tenant}\0{scope.user or ''}")
            return await service.work.run(
                kind,
                caller.tenant,
                lambda: service.access.using(caller),
                lambda memory: call(Lent(memory=memory, scope=scope, ledger=known, key=key)),
            )

        proxy = Proxy(upstream, run, budget=budget, patience_s=patience_s, clock=_now)

        @asynccontextmanager
        async def lifespan() -> AsyncIterator[None]:
            yield
            await proxy.close()
            known.close()

        return Mount(path=PATH, app=application(proxy), lifespan=lifespan)

    return mount


def _now() -> datetime:
    return datetime.now(UTC)
