"""Who may speak to the server over HTTP: the right host, no foreign page, the right key.

A page in a browser can have any name resolve to this machine (DNS rebinding); its requests carry
that name as Host, and the page's own address as Origin. Neither is let through.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Iterable
from pathlib import Path
from urllib.parse import urlsplit

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from mnemos.errors import InputError

#: Says whether a key opens this server. Whoever keeps keys elsewhere hands in another one.
Knows = Callable[[str], bool]

LOOPBACK = frozenset({"127.0.0.1", "localhost", "::1"})
#: A shorter key could be guessed.
LEAST_KEY = 16
_SCHEME = "bearer "


def known_keys(keys: Iterable[str]) -> Knows:
    """Return what knows these keys, in a time that tells nothing of them.

    Raises:
        InputError: One is too short to be a key, or there is none.
    """
    held = [key.strip().encode() for key in keys if key.strip()]
    if not held:
        raise InputError("there is no key")
    if any(len(key) < LEAST_KEY for key in held):
        raise InputError(f"a key has {LEAST_KEY} characters or more")

    def knows(given: str) -> bool:
        return sum(hmac.compare_digest(key, given.encode()) for key in held) > 0

    return knows


def keys_of(path: Path) -> Knows:
    """Return what knows the keys of a file, one a line.

    Raises:
        InputError: It holds none, or one that is too short.
    """
    try:
        return known_keys(path.read_text(encoding="utf-8").splitlines())
    except (InputError, UnicodeDecodeError) as error:
        raise InputError(f"{path}: {error}") from None


class Guard:
    """Lets requests through to an application, or refuses them in a line.

    Args:
        app: What is guarded.
        hosts: Names by which it may be asked for; None is any.
        port: On which it listens.
        knows: What tells good keys; None asks for none.
    """

    def __init__(
        self, app: ASGIApp, *, hosts: Iterable[str] | None, port: int, knows: Knows | None
    ) -> None:
        self._app = app
        self._hosts = None if hosts is None else frozenset(hosts)
        self._port = port
        self._knows = knows

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "http":
            headers = [
                (name.decode("latin-1"), value.decode("latin-1"))
                for name, value in scope["headers"]
            ]
            refusal = self._refusal(headers)
            if refusal is not None:
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)

    def _refusal(self, headers: list[tuple[str, str]]) -> PlainTextResponse | None:
        hosts, origins, keys = (
            [value for name, value in headers if name == wanted]
            for wanted in ("host", "origin", "authorization")
        )
        if len(hosts) != 1 or not self._is_host(hosts[0]):
            return PlainTextResponse("this server does not have that name", 421)
        if not all(_is_own_page(origin) for origin in origins):
            return PlainTextResponse("pages of other origins are not let in", 403)
        if self._knows is not None and not (len(keys) == 1 and self._opens(keys[0])):
            return PlainTextResponse(
                "a key is needed: Authorization: Bearer KEY",
                401,
                headers={"www-authenticate": "Bearer"},
            )
        return None

    def _is_host(self, given: str) -> bool:
        if self._hosts is None:
            return True
        name, port = _address(f"//{given}")
        return name in self._hosts and port in {self._port, None}

    def _opens(self, given: str) -> bool:
        if self._knows is None or given[: len(_SCHEME)].lower() != _SCHEME:
            return False
        return self._knows(given[len(_SCHEME) :].strip())


def _is_own_page(origin: str) -> bool:
    """Say whether a page is of this machine."""
    return origin.startswith(("http://", "https://")) and _address(origin)[0] in LOOPBACK


def _address(url: str) -> tuple[str | None, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        return None, None
    return parts.hostname, port
