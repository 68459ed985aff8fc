"""How a client reaches the server: over the standard streams of a process, or over HTTP."""

from __future__ import annotations

import logging
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

from mcp.server.lowlevel import Server
from mcp.server.stdio import stdio_server
from mcp.server.transport_security import TransportSecuritySettings

from mnemos import AsyncMemory, Memory
from mnemos.serve.loopback import is_loopback
from mnemos.serve.mcp.guard import LOOPBACK, Guard, Knows
from mnemos.serve.mcp.server import server
from mnemos.serve.mcp.tools import Tool

PATH = "/mcp"
#: The longest text of ``remember``, escaped, fits eight times over.
MOST_BODY_BYTES = 1 << 20
#: More requests at a time are refused with 503.
MOST_AT_A_TIME = 128


async def over_stdio(memory: Memory, tools: tuple[Tool, ...]) -> None:
    """Serve one client over stdin and stdout, until it closes them.

    While this runs, nothing but the protocol gets to stdout: whatever else is printed goes to
    stderr.
    """
    _log_to_stderr()
    async with _opened(memory, tools) as made, stdio_server() as (reading, writing):
        await made.run(reading, writing, made.create_initialization_options())


async def over_http(
    memory: Memory,
    tools: tuple[Tool, ...],
    *,
    host: str,
    port: int,
    knows: Knows | None,
    ready: Callable[[str], None],
) -> None:
    """Serve any number of clients over streamable HTTP, until the process is told to end.

    Args:
        memory: Open; it is closed at the end.
        tools: Those that are offered.
        host: The address to listen on.
        port: 0 takes any that is free.
        knows: What tells good keys; None asks for none, which only a loopback address may.
        ready: Called with the server's address once it listens.
    """
    import uvicorn  # noqa: PLC0415 - 60 ms that stdio does not need

    _log_to_stderr()
    with _listening(host, port) as listening:
        taken = listening.getsockname()[1]
        async with _opened(memory, tools) as made:
            app = Guard(
                made.streamable_http_app(
                    streamable_http_path=PATH,
                    # Each answer is whole in its response: no session of the protocol is kept, so
                    # a server that was started anew goes on where the one before ended.
                    json_response=True,
                    stateless_http=True,
                    max_request_body_size=MOST_BODY_BYTES,
                    # The guard sees to that, for every path.
                    transport_security=TransportSecuritySettings(
                        enable_dns_rebinding_protection=False
                    ),
                ),
                hosts=(LOOPBACK | {host}) if is_loopback(host) else None,
                port=taken,
                knows=knows,
            )
            config = uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                ws="none",
                http="h11",
                loop="asyncio",
                lifespan="on",
                limit_concurrency=MOST_AT_A_TIME,
                server_header=False,
                timeout_graceful_shutdown=5,
            )
            url = f"http://{f'[{host}]' if ':' in host else host}:{taken}{PATH}"

            class Telling(uvicorn.Server):
                async def startup(self, sockets: list[socket.socket] | None = None) -> None:
                    await super().startup(sockets)
                    ready(url)

            await Telling(config).serve(sockets=[listening])


def _listening(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # Named as TCP, or asyncio lets the kernel hold small packets back: 40 ms an answer.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.bind((host, port))
        listening.listen(MOST_AT_A_TIME)
    except OSError as error:
        listening.close()
        error.filename = f"{host}:{port}"
        raise
    return listening


@asynccontextmanager
async def _opened(memory: Memory, tools: tuple[Tool, ...]) -> AsyncIterator[Server[Any]]:
    async with AsyncMemory(memory) as opened:
        yield server(opened, tools)


def _log_to_stderr() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="%(name)s: %(message)s")
