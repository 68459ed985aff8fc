"""The process: a socket, uvicorn on it, and an end that finishes what was begun."""

from __future__ import annotations

import asyncio
import os
import socket

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from mnemos.errors import ServerError
from mnemos.serve.guard import App

#: How long requests that are under way may take when the server is told to end.
GRACE_S = 20
KEEP_ALIVE_S = 15
BACKLOG = 2_048


class _Patient(H11Protocol):
    """Closes a connection whose request's first lines do not come; uvicorn waits for ever."""

    head_s = 10.0
    _waiting: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Begin to wait."""
        super().connection_made(transport)
        self._wait()

    def data_received(self, data: bytes) -> None:
        """Wait on if the first lines are not whole yet."""
        super().data_received(data)
        if self.conn.their_state is h11.IDLE:
            self._wait()
        else:
            self._stop_waiting()

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no more."""
        self._stop_waiting()
        super().connection_lost(exc)

    def _wait(self) -> None:
        if self._waiting is None:
            self._waiting = self.loop.call_later(self.head_s, self._close)

    def _stop_waiting(self) -> None:
        if self._waiting is not None:
            self._waiting.cancel()
            self._waiting = None

    def _close(self) -> None:
        self._waiting = None
        if self.conn.their_state is h11.IDLE and not self.transport.is_closing():
            self.transport.close()


def listening(host: str, port: int) -> socket.socket:
    """Return a socket that takes connections, which wait until they are served.

    Raises:
        ServerError: The address is not ours, or in use.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # By its protocol asyncio knows that it may send small answers at once (TCP_NODELAY).
    listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        if os.name == "posix":
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((host, port))
        listener.listen(BACKLOG)
    except OSError as error:
        listener.close()
        raise ServerError(f"{host} port {port}: {error.strerror or error}") from error
    return listener


def address(listener: socket.socket) -> str:
    """Return the URL of a socket."""
    host, port = listener.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def server(app: App, *, head_s: float = _Patient.head_s, grace_s: int = GRACE_S) -> uvicorn.Server:
    """Return a server that is to be run on a socket: ``run(sockets=[…])``.

    Args:
        app: What it serves.
        head_s: How long a request's first lines may take.
        grace_s: How long requests that are under way may take when it is told to end.
    """
    protocol = type("Protocol", (_Patient,), {"head_s": head_s})
    config = uvicorn.Config(
        app,
        http=protocol,
        ws="none",
        lifespan="on",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=KEEP_ALIVE_S,
        timeout_graceful_shutdown=grace_s,
    )
    return uvicorn.Server(config)
