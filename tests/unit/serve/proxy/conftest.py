from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeVar

import pytest
import uvicorn
from starlette.requests import Request

from mnemos import Memory, Scope
from mnemos.serve.proxy.app import Lent, Proxy, Upstream, application
from mnemos.serve.proxy.ledger import Ledger
from mnemos.serve.proxy.recall import Budget
from mnemos.serve.work import Kind
from tests.unit.serve.proxy.endpoint import Endpoint

R = TypeVar("R")

Serve = Callable[[object], str]


@pytest.fixture
def serve() -> Iterator[Serve]:
    """Serve applications on ports of their own; return where."""
    servers: list[tuple[uvicorn.Server, threading.Thread]] = []

    def start(application: object) -> str:
        config = uvicorn.Config(application, port=0, log_level="error")  # type: ignore[arg-type]
        server = uvicorn.Server(config)
        thread = threading.Thread(target=server.run)
        thread.start()
        while not server.started:
            time.sleep(0.005)
        servers.append((server, thread))
        port = server.servers[0].sockets[0].getsockname()[1]
        return f"http://127.0.0.1:{port}/v1"

    yield start
    for server, thread in reversed(servers):
        server.should_exit = True
        thread.join()


@pytest.fixture
def endpoint() -> Endpoint:
    return Endpoint()


@pytest.fixture
def memory(tmp_path: Path) -> Iterator[Memory]:
    with Memory(tmp_path / "a.mnemos", embedder=None) as memory:
        yield memory


@pytest.fixture
def ledger(tmp_path: Path) -> Iterator[Ledger]:
    made = Ledger(tmp_path / "a.threads", datetime.now(UTC))
    yield made
    made.close()


Through = Callable[..., str]


@pytest.fixture
def through(serve: Serve, endpoint: Endpoint, memory: Memory, ledger: Ledger) -> Through:
    """Serve a proxy before the endpoint; return its base URL."""

    def start(
        *,
        lend: Callable[[Request, str | None], AbstractContextManager[Lent]] | None = None,
        url: str | None = None,
        key: str | None = None,
        patience_s: float = 5.0,
        timeout_s: float = 5.0,
        budget: Budget | None = None,
    ) -> str:
        @contextmanager
        def same(_: Request, user: str | None) -> Iterator[Lent]:
            yield Lent(
                memory=memory, scope=Scope(user=user), ledger=ledger, key=ledger.key(user or "")
            )

        lending = lend or same

        async def run(request: Request, user: str | None, _: Kind, call: Callable[[Lent], R]) -> R:
            def work() -> R:
                with lending(request, user) as lent:
                    return call(lent)

            return await asyncio.to_thread(work)

        proxy = Proxy(
            Upstream(url=url or serve(endpoint.application), key=key, timeout_s=timeout_s),
            run,
            budget=budget or Budget(),
            patience_s=patience_s,
            clock=lambda: datetime.now(UTC),
        )
        return serve(application(proxy))

    return start
