"""The guard before every route: place, key, pace; then the log, the figures, and the way out.

It stands around whatever is served, so that another coat (a page, a protocol for agents) is
guarded as the REST routes are, and reads who is asking from ``scope["state"]["caller"]``.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable, Collection, MutableMapping
from dataclasses import dataclass
from typing import Any

from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect

from mnemos import MnemosError
from mnemos.errors import Forbidden
from mnemos.serve import logs, tracing
from mnemos.serve.access import Access
from mnemos.serve.limits import Buckets, Limits
from mnemos.serve.metrics import Metrics
from mnemos.wire.problems import PROBLEM_TYPE, UNKNOWN, Delayed, problem, retry_after, status_of
from mnemos.wire.values import dumps

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

#: A client that went away before it was answered; nginx's number, in logs and figures alone.
GONE = 499
LOOPBACK = frozenset({"localhost", "127.0.0.1", "[::1]"})
#: What others say remains between them and us, unless an answer says otherwise.
PRIVATE = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))
_NAMES = {404: "NotFound"}


@dataclass(slots=True)
class _Answer:
    """What was sent so far."""

    send: Send
    status: int = 0

    async def __call__(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
            given = list(message.get("headers", ()))
            named = {name.lower() for name, _ in given}
            message["headers"] = [*given, *(each for each in PRIVATE if each[0] not in named)]
        await self.send(message)


class Guard:
    """Lets requests through to an application, or answers them itself.

    Args:
        app: What is guarded.
        access: Who gets in.
        limits: How fast.
        metrics: Where requests are counted.
        origins: Pages of other sites that may ask, beside this server's own.
        public: Paths that need no key, with all below those that end with a slash.
        for_programs: Paths that are for programs, not for pages: one of another site is refused
            there even if it has a key, and one of this machine is let in, as programs' own are.
    """

    def __init__(
        self,
        app: App,
        *,
        access: Access,
        limits: Limits,
        metrics: Metrics,
        origins: Collection[str] = (),
        public: Collection[str] = (),
        for_programs: Collection[str] = (),
    ) -> None:
        self._app = app
        self._access = access
        self._buckets = Buckets(rate=limits.requests_per_s, burst=limits.burst)
        self._metrics = metrics
        self._origins = frozenset(origins)
        self._public = frozenset(public)
        self._for_programs = frozenset(for_programs)
        self._tracer = tracing.tracer()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] == "websocket":
            await send({"type": "websocket.close", "code": 1008})
            return
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        started = time.perf_counter()
        answer = _Answer(send)
        state = scope["state"] = dict(scope.get("state") or {})
        trouble: BaseException | None = None
        with tracing.span(self._tracer, scope["method"]) as told:
            try:
                self._let_in(scope)
                await self._app(scope, receive, answer)
            except ClientDisconnect:
                answer.status = GONE
            except Exception as error:
                trouble = error
                await _refuse(error, answer)
            finally:
                seconds = time.perf_counter() - started
                self._tell(scope["method"], state, answer.status or GONE, seconds, trouble)
                told["http.request.method"] = scope["method"]
                told["http.route"] = state.get("route", "other")
                told["http.response.status_code"] = answer.status or GONE

    def _let_in(self, scope: Scope) -> None:
        """Find out who is asking.

        Raises:
            ServerError: They do not get in, or not yet.
        """
        headers = {
            name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]
        }
        for_programs = _is_below(scope["path"], self._for_programs)
        if not self._access.needs_key:
            _check_host(headers)
        if not self._access.needs_key or for_programs:
            self._check_origin(headers, local=for_programs)
        if self._access.needs_key and _is_below(scope["path"], self._public):
            return
        caller = self._access.caller(headers.get("authorization"))
        scope["state"]["caller"] = caller
        wait_s = self._buckets.wait_s(caller.key) if caller.key else 0.0
        if wait_s:
            raise Delayed(wait_s)

    def _check_origin(self, headers: dict[str, str], *, local: bool) -> None:
        """Refuse what a form or script of another site sends: it comes with its Origin."""
        origin = headers.get("origin")
        if origin is None or origin in self._origins or (local and _is_local(origin)):
            return
        if origin.partition("://")[2] != headers.get("host", "").casefold():
            raise Forbidden(f"pages of {origin} may not ask here; --cors lets them")

    def _tell(
        self,
        method: str,
        state: dict[str, Any],
        status: int,
        seconds: float,
        trouble: BaseException | None,
    ) -> None:
        route = state.get("route", "other")
        caller = state.get("caller")
        self._metrics.request(route, status, seconds)
        unexpected = trouble is not None and not isinstance(trouble, MnemosError | HTTPException)
        logs.event(
            "request",
            level=logging.ERROR if status >= UNKNOWN else logging.INFO,
            method=method,
            route=route,
            status=status,
            ms=round(seconds * 1e3, 1),
            tenant=getattr(caller, "tenant", None) or None,
            key=getattr(caller, "key", None) or None,
            error=None if trouble is None else type(trouble).__name__,
            where=logs.where(trouble) if trouble is not None and unexpected else None,
        )


def _check_host(headers: dict[str, str]) -> None:
    """Refuse a name that an attacker points at this machine (DNS rebinding)."""
    host = headers.get("host", "").casefold()
    if _name(host) not in LOOPBACK:
        raise Forbidden(f"this server is for its own machine, not for {host or 'no host'!r}")


def _is_local(origin: str) -> bool:
    """Tell whether a page is of this machine, whatever its port."""
    scheme, _, host = origin.partition("://")
    return scheme in {"http", "https"} and _name(host) in LOOPBACK


def _name(host: str) -> str:
    """Return a host without its port."""
    name, colon, port = host.rpartition(":")
    return name if colon and port.isdigit() else host


def _is_below(path: str, places: Collection[str]) -> bool:
    return path in places or any(each.endswith("/") and path.startswith(each) for each in places)


async def _refuse(error: Exception, answer: _Answer) -> None:
    """Answer with a problem; what was begun cannot be taken back, and is cut off."""
    if answer.status:
        raise error
    headers = {b"content-type": PROBLEM_TYPE.encode()}
    if isinstance(error, MnemosError):
        status, body = status_of(error), problem(error)
        wait = retry_after(error)
        if wait is not None:
            headers[b"retry-after"] = wait.encode()
        if status == 401:  # noqa: PLR2004 - HTTP's
            headers[b"www-authenticate"] = b"Bearer"
    elif isinstance(error, HTTPException):
        status, body = error.status_code, _plain(error.status_code, str(error.detail))
        headers |= {k.lower().encode(): v.encode() for k, v in (error.headers or {}).items()}
    else:
        status, body = 500, _plain(500, "a mistake in mnemos; nothing half done was kept")
    data = dumps(body)
    headers[b"content-length"] = str(len(data)).encode()
    await answer({"type": "http.response.start", "status": status, "headers": [*headers.items()]})
    await answer({"type": "http.response.body", "body": data})


def _plain(status: int, detail: str) -> dict[str, object]:
    name = _NAMES.get(status, "ServerError" if status >= 500 else "InputError")  # noqa: PLR2004
    return {
        "type": "about:blank",
        "title": detail,
        "status": status,
        "detail": detail,
        "error": name,
    }
