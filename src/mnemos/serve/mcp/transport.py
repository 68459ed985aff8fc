"""How a client reaches the server: over the standard streams of a process, or over HTTP."""

from __future__ import annotations

import logging
import sys
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, nullcontext
from functools import partial
from typing import Any, TypeVar

from mcp.server.stdio import stdio_server
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager
from mcp.server.transport_security import TransportSecuritySettings
from starlette.requests import Request

from mnemos import Memory
from mnemos.serve.access import Caller
from mnemos.serve.guard import App
from mnemos.serve.mcp.lent import Lent, Visit
from mnemos.serve.mcp.server import Call, server
from mnemos.serve.rest.service import Service
from mnemos.serve.work import Kind, Work

R = TypeVar("R")

#: The longest text of ``remember``, escaped, fits eight times over.
MOST_BODY_BYTES = 1 << 20
#: More calls at a time are refused.
MOST_AT_A_TIME = 128


async def over_stdio(memory: Memory, caller: Caller, reads_facts: Callable[[Memory], bool]) -> None:
    """Serve one client over stdin and stdout, until it closes them; then close the memory.

    While this runs, nothing but the protocol gets to stdout: whatever else is printed goes to
    stderr.

    Args:
        memory: The whole of it.
        caller: What the client sees of it, and may do.
        reads_facts: Tells whether the memory's recipe reads facts, or some are known.
    """
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
    work = Work(waiting=MOST_AT_A_TIME)

    def running(of: Memory, kind: Kind, call: Callable[[Memory], R]) -> Coroutine[Any, Any, R]:
        return work.run(kind, "", lambda: nullcontext(of), call)

    visit = Visit(
        memory=Lent(partial(running, caller.narrowed(memory))),
        caller=caller,
        reads_facts=lambda: running(memory, "read", reads_facts),
    )
    made = server(lambda _: visit)
    try:
        async with stdio_server() as (reading, writing):
            await made.run(reading, writing, made.create_initialization_options())
    finally:
        work.close()
        memory.close()


@asynccontextmanager
async def over_http(service: Service, reads_facts: Callable[[Memory], bool]) -> AsyncIterator[App]:
    """Yield what serves any number of clients over streamable HTTP, each as its key lets it.

    Args:
        service: What the server that asks for the keys works with.
        reads_facts: Tells whether a memory's recipe reads facts, or some are known.
    """

    def visiting(call: Call) -> Visit:
        request: Request = call.request  # type: ignore[assignment] # over HTTP there is one
        caller: Caller = request.state.caller
        whole = Caller(tenant=caller.tenant)
        return Visit(
            memory=Lent(partial(service.run, request)),
            caller=caller,
            reads_facts=lambda: service.work.run(
                "read", caller.tenant, lambda: service.access.using(whole), reads_facts
            ),
        )

    manager = StreamableHTTPSessionManager(
        server(visiting),
        # Each answer is whole in its response: no session of the protocol is kept, so a server
        # that was started anew goes on where the one before ended, and a key that is revoked
        # opens nothing from then on.
        json_response=True,
        stateless=True,
        max_request_body_size=MOST_BODY_BYTES,
        # The guard sees to that, for every path.
        security_settings=TransportSecuritySettings(enable_dns_rebinding_protection=False),
    )
    async with manager.run():
        yield manager.handle_request
