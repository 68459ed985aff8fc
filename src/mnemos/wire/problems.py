"""Errors as problem details (RFC 9457), and back: the same class on both sides."""

from __future__ import annotations

import inspect
from collections.abc import Mapping
from http import HTTPStatus

from mnemos import errors
from mnemos.errors import (
    Busy,
    Closed,
    ConflictError,
    DiskFull,
    Erased,
    Forbidden,
    InputError,
    MnemosError,
    ModelError,
    ModelMismatch,
    NotFound,
    RateLimited,
    ReadOnly,
    ServerError,
    Unauthorized,
)

PROBLEM_TYPE = "application/problem+json"
#: The first that an error is decides its status; any other is the server's own trouble.
STATUSES: tuple[tuple[type[MnemosError], int], ...] = (
    (InputError, 422),
    (ConflictError, 409),
    (Erased, 410),
    (NotFound, 404),
    (DiskFull, 507),
    (Busy, 503),
    (Closed, 503),
    (ReadOnly, 503),
    (ModelMismatch, 409),
    (ModelError, 502),
    (Unauthorized, 401),
    (Forbidden, 403),
    (RateLimited, 429),
)
UNKNOWN = 500
#: Status → when it comes.
MEANINGS = {
    400: "The request is no JSON",
    401: "No key, or none that is known",
    403: "The key may not do this",
    404: "No such item, event or path",
    408: "The request came too slowly",
    409: "At odds with what is stored",
    410: "It was here, and was erased",
    413: "The body is too large",
    415: "The body is of another type",
    422: "The request cannot be taken",
    429: "Too many requests with this key",
    500: "The file or a recipe failed; nothing was applied",
    502: "A model failed; what was said is safe",
    503: "Busy, or closing",
    507: "The disk is full; nothing of the write was kept",
}
#: How long to wait before trying again, where that helps.
RETRY_AFTER_S = {429: 1.0, 503: 1.0}
_CLASSES: Mapping[str, type[MnemosError]] = {
    name: kind
    for name, kind in vars(errors).items()
    if inspect.isclass(kind) and issubclass(kind, MnemosError)
}


class Refusal(InputError):
    """HTTP was spoken in a way that cannot be taken.

    Args:
        status: What HTTP calls it.
        message: What is wrong.
        name: Of the class that the caller gets.
    """

    def __init__(self, status: int, message: str, name: str = "InputError") -> None:
        super().__init__(message)
        self.status = status
        self.name = name


class Delayed(RateLimited):
    """Too many requests came; this says when the next is served.

    Args:
        wait_s: So long from now.
    """

    def __init__(self, wait_s: float) -> None:
        super().__init__(f"too many requests with this key; try again in {wait_s:.2f} s")
        self.wait_s = wait_s


def status_of(error: MnemosError) -> int:
    """Return the HTTP status of an error."""
    if isinstance(error, Refusal):
        return error.status
    return next((status for kind, status in STATUSES if isinstance(error, kind)), UNKNOWN)


def problem(error: MnemosError) -> dict[str, object]:
    """Return the problem details of an error."""
    status = status_of(error)
    name = error.name if isinstance(error, Refusal) else _public(type(error)).__name__
    return {
        "type": f"urn:mnemos:error:{name}",
        "title": HTTPStatus(status).phrase,
        "status": status,
        "detail": str(error),
        "error": name,
    }


def _public(kind: type[MnemosError]) -> type[MnemosError]:
    """Return the nearest class that callers know."""
    return next(each for each in kind.__mro__ if each.__name__ in _CLASSES)


def retry_after(error: MnemosError) -> str | None:
    """Return the Retry-After of an error, in whole seconds; None if trying again is no use."""
    wait_s = error.wait_s if isinstance(error, Delayed) else RETRY_AFTER_S.get(status_of(error))
    return None if wait_s is None else str(max(1, -int(-wait_s // 1)))


def raised(status: int, said: object) -> MnemosError:
    """Return the error that a reply tells of.

    Args:
        status: Of the reply.
        said: Its body; of another server's, whatever that is.
    """
    known = said if isinstance(said, Mapping) else {}
    kind = _CLASSES.get(str(known.get("error")))
    detail = str(known.get("detail") or f"the server answered {status}")
    if kind is None:
        return ServerError(detail)
    return kind(detail)
