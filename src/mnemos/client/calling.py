"""How a call becomes a request, and an answer a value or an error: for both clients."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from typing import Any, TypeVar
from urllib.parse import quote

import httpx

from mnemos.errors import InputError, MnemosError, QueryError, ServerError
from mnemos.memory.using import cited_ids, shown_ids
from mnemos.types import Scope
from mnemos.wire.operations import (
    JSON_TYPE,
    LINES_TYPE,
    OPERATIONS,
    PREFIX,
    SCOPE_HEADER,
    Operation,
)
from mnemos.wire.problems import raised
from mnemos.wire.values import answered, dumps, loads, sendable

R = TypeVar("R")
Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Request:
    """A call, ready to be sent.

    Args:
        operation: What is called.
        url: Below the server's.
        params: Of the address.
        content: The body.
        headers: Beside those of every request.
        progress: Told how far long work has come.
    """

    operation: Operation
    url: str
    params: Mapping[str, str]
    content: bytes | None
    headers: Mapping[str, str]
    progress: Progress | None


def request(name: str, args: tuple[object, ...], kwargs: Mapping[str, object]) -> Request:
    """Return the request for a call of a method.

    Raises:
        TypeError: The method does not take these.
        InputError: An argument cannot be sent.
    """
    operation = OPERATIONS[name]
    bound = operation.signature.bind(None, *args, **kwargs).arguments
    bound.pop("self")
    progress: Any = bound.pop("progress", None)
    if "shown" in bound:
        bound |= _named(**bound)
    given = {key: sendable(value) for key, value in bound.items()}
    url = PREFIX + operation.path
    headers = {"Accept": LINES_TYPE if progress is not None else JSON_TYPE}
    if operation.verb == "POST":
        return Request(
            operation=operation,
            url=url,
            params={},
            content=dumps(given),
            headers={**headers, "Content-Type": JSON_TYPE},
            progress=progress,
        )
    for key in [key for key in given if f"{{{key}}}" in url]:
        url = url.replace(f"{{{key}}}", in_path(given.pop(key)))
    return Request(
        operation=operation,
        url=url,
        params={key: str(value) for key, value in given.items() if value is not None},
        content=None,
        headers=headers,
        progress=progress,
    )


def _named(*, shown: object, cited: object = None, **_: object) -> dict[str, object]:
    """Return what was shown, and what of it was cited, by ids alone."""
    found: dict[str, object] = {"shown": shown_ids(shown)[0]}
    return found if cited is None else {**found, "cited": cited_ids(shown, cited)}


def in_path(value: object) -> str:
    """Return a value as one part of a path."""
    if not isinstance(value, str) or not value:
        raise InputError(f"id: expected a text, not {value!r}")
    # A dot or two would be read as a folder, by whatever stands between.
    return quote(value, safe="", errors="surrogatepass").replace(".", "%2E")


def in_header(value: str, what: str) -> str:
    """Return a value that can stand in a header.

    Raises:
        InputError: It cannot.
    """
    if not isinstance(value, str) or not value.isascii() or not value.isprintable():
        raise InputError(f"{what}: expected printable ASCII")
    return value


def headers(key: str | None, scope: Scope) -> dict[str, str]:
    """Return what every request of a client says."""
    said = {} if key is None else {"Authorization": f"Bearer {in_header(key, 'key')}"}
    named = {name: each for name, each in asdict(scope).items() if each is not None}
    if named:
        said[SCOPE_HEADER] = json.dumps(named)
    return said


def narrowed(scope: Scope, more: Scope) -> Scope:
    """Return a view's scope, narrowed once more.

    Raises:
        QueryError: They disagree: a view is not left.
    """
    have, given = asdict(scope), asdict(more)
    for name, value in given.items():
        if value is not None and have[name] not in {None, value}:
            raise QueryError(
                f"this view is bound to {name} {have[name]!r}; {value!r} was asked for"
            )
    return Scope(**{name: have[name] if given[name] is None else given[name] for name in have})


def value_of(operation: Operation, response: httpx.Response) -> Any:  # noqa: ANN401 - its result
    """Return what an answer says.

    Raises:
        MnemosError: What the server raised.
    """
    check(response)
    try:
        return answered(response.content, operation.returns)
    except InputError as error:
        raise ServerError(f"no answer of a server of mnemos: {error}") from error


def check(response: httpx.Response) -> None:
    """Raise what a response that was read tells of."""
    if not response.is_success:
        raise problem_of(response.status_code, response.content)


def problem_of(status: int, content: bytes) -> MnemosError:
    """Return the error that a response tells of."""
    try:
        said = loads(content)
    except InputError:
        said = None
    return raised(status, said)


class Lines:
    r"""Lines out of parts; httpx would also cut where a text says U+2028.

    >>> lines = Lines()
    >>> list(lines.of(b"on")), list(lines.of(b"e\ntwo\nthr")), list(lines.rest())
    ([], ['one', 'two'], ['thr'])
    """

    def __init__(self) -> None:
        self._rest = b""

    def of(self, part: bytes) -> Iterator[str]:
        """Yield the lines that are whole with this part."""
        *whole, self._rest = (self._rest + part).split(b"\n")
        return (line.decode() for line in whole)

    def rest(self) -> Iterator[str]:
        """Yield what came after the last line's end."""
        if self._rest:
            yield self._rest.decode()


def lines(parts: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines of an answer."""
    found = Lines()
    for part in parts:
        yield from found.of(part)
    yield from found.rest()


def heard(line: str, progress: Progress) -> Iterator[Any]:
    """Yield the result of a line if it has one; tell progress.

    Raises:
        MnemosError: What the server raised meanwhile.
    """
    said = loads(line)
    if "progress" in said:
        progress(said["progress"]["done"], said["progress"]["total"])
    elif "problem" in said:
        raise raised(int(said["problem"].get("status", 0)), said["problem"])
    elif "result" in said:
        yield said["result"]


@contextmanager
def reaching(http: httpx.Client | httpx.AsyncClient) -> Iterator[None]:
    """Tell of a server that does not answer by our own error."""
    try:
        yield
    except httpx.HTTPError as error:
        raise ServerError(f"{http.base_url}: {error or type(error).__name__}") from error


def cut_off() -> ServerError:
    """Return the error of an answer without an end."""
    return ServerError("the server went away before it was done; ask again")


def lines_of(messages: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """Yield messages as lines."""
    for message in messages:
        yield dumps(sendable(message)) + b"\n"
