"""Client: the methods of ``Memory``, each a request."""

from __future__ import annotations

import copy
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import wraps
from pathlib import Path
from types import TracebackType
from typing import Any, Concatenate, Literal, ParamSpec, Self, TypeVar

import httpx

from mnemos.client import calling
from mnemos.errors import StoreError
from mnemos.memory import Memory
from mnemos.types import Scope
from mnemos.wire.imported import Imported
from mnemos.wire.operations import (
    BACKUP,
    EXPORT,
    IDEMPOTENCY_HEADER,
    IMPORT,
    LINES_TYPE,
    PREFIX,
)
from mnemos.wire.values import made

P = ParamSpec("P")
R = TypeVar("R")

TIMEOUT_S = 60.0
_ANYONE = Scope()


def _calls(method: Callable[Concatenate[Memory, P], R]) -> Callable[Concatenate[Client, P], R]:
    """Make a method of ``Memory`` a request."""

    @wraps(method)
    def call(self: Client, /, *args: P.args, **kwargs: P.kwargs) -> R:
        found: R = self._call(calling.request(method.__name__, args, kwargs))
        return found

    return call


class Client:
    """A memory on a server: the methods, results and errors are those of ``Memory``.

    Args:
        url: The server's, for instance "http://127.0.0.1:8321".
        key: The token that ``mnemos keys add`` showed; None for a server that asks for none.
        timeout_s: How long to wait for an answer; long work may take as long as it takes.
        transport: Of httpx, for tests and proxies.

    Raises:
        Unauthorized, Forbidden, RateLimited: Of a call: the key does not let it.
        ServerError: Of a call: the server cannot be reached. A write may have been stored all the
            same: send it again with the same ``request_id``, or with ids.
    """

    def __init__(
        self,
        url: str,
        key: str | None = None,
        *,
        timeout_s: float = TIMEOUT_S,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(
            base_url=url, timeout=timeout_s, transport=transport, trust_env=False
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

    def export(self, path: str | os.PathLike[str]) -> int:
        """Write the whole memory as lines of JSON; return how many.

        Raises:
            StoreError: There is such a file already, or it cannot be written.
        """
        with _new(path) as file:
            return sum(1 for line in self.export_lines() if file.write(f"{line}\n".encode()))

    def export_lines(self) -> Iterator[str]:
        """Yield the lines that ``export`` writes."""
        with self._streamed("GET", EXPORT) as response:
            yield from calling.lines(response.iter_bytes())

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Write a compact copy of the file, on this machine.

        Raises:
            StoreError: There is such a file already.
        """
        with _new(path) as file, self._streamed("GET", BACKUP) as response:
            for part in response.iter_bytes():
                file.write(part)

    def import_messages(
        self,
        messages: Iterable[Mapping[str, Any]],
        *,
        on_error: Literal["stop", "skip"] = "stop",
        request_id: str | None = None,
        progress: calling.Progress | None = None,
    ) -> Imported:
        """Append messages, of any number, in batches; they are sent as they are made.

        Args:
            messages: Each may name its "session". Broken off, the same messages with the same ids
                can be sent again.
            on_error: A message that cannot be taken: stop there, or leave it out and say so.
            request_id: The same messages under the same id go in once.
            progress: Called with (messages done, 0): nobody knows how many will come.

        Raises:
            MessageError: One is malformed; says which, and how many before it went in.
        """
        headers = {"Content-Type": LINES_TYPE, "Accept": LINES_TYPE}
        if request_id is not None:
            headers[IDEMPOTENCY_HEADER] = calling.in_header(request_id, "request_id")
        params, content = {"on_error": on_error}, calling.lines_of(messages)
        with self._streamed(
            "POST", IMPORT, headers=headers, params=params, content=content
        ) as response:
            found = _result(calling.lines(response.iter_bytes()), progress or (lambda _, __: None))
        imported: Imported = made(found, Imported)
        return imported

    def scoped(
        self, *, user: str | None = None, agent: str | None = None, session: str | None = None
    ) -> Self:
        """Return a view of the same memory that reads and writes only within a scope."""
        view = copy.copy(self)
        view._scope = calling.narrowed(  # noqa: SLF001 - a copy of ourselves
            self._scope, Scope(user=user, agent=agent, session=session)
        )
        view._headers = calling.headers(self._key, view._scope)  # noqa: SLF001 - same
        return view

    def close(self) -> None:
        """Close the connections. Views made by ``scoped`` are closed with it."""
        self._http.close()

    def __repr__(self) -> str:
        bound = "" if self._scope == _ANYONE else f" bound to {self._scope}"
        return f"<Client {self._http.base_url}{bound}>"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _call(self, request: calling.Request) -> Any:  # noqa: ANN401 - the operation's result
        operation = request.operation
        sent: dict[str, Any] = {"params": request.params or None, "content": request.content}
        if request.progress is not None:
            with self._streamed(
                operation.verb, operation.path, headers=request.headers, **sent
            ) as response:
                found = _result(calling.lines(response.iter_bytes()), request.progress)
                return made(found, operation.returns)
        timeout: Any = None if operation.kind == "long" else httpx.USE_CLIENT_DEFAULT
        with calling.reaching(self._http):
            answer = self._http.request(
                operation.verb,
                request.url,
                headers={**self._headers, **request.headers},
                timeout=timeout,
                **sent,
            )
        return calling.value_of(operation, answer)

    @contextmanager
    def _streamed(
        self,
        verb: str,
        path: str,
        *,
        headers: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
        content: bytes | Iterator[bytes] | None = None,
    ) -> Iterator[httpx.Response]:
        with (
            calling.reaching(self._http),
            self._http.stream(
                verb,
                PREFIX + path,
                headers={**self._headers, **(headers or {})},
                timeout=None,
                params=params,
                content=content,
            ) as response,
        ):
            if not response.is_success:
                response.read()
                calling.check(response)
            yield response


def _result(lines: Iterable[str], progress: calling.Progress) -> Any:  # noqa: ANN401 - JSON
    for line in lines:
        for found in calling.heard(line, progress):
            return found
    raise calling.cut_off()


@contextmanager
def _new(path: str | os.PathLike[str]) -> Iterator[Any]:
    """Open a file that was not there; it goes again if it cannot be filled."""
    target = Path(path)
    try:
        file = target.open("xb")
    except OSError as error:
        raise StoreError(f"{target}: cannot be written: {error.strerror}") from error
    try:
        with file:
            yield file
    except BaseException:
        target.unlink(missing_ok=True)
        raise
