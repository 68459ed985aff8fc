"""What a request brings: a whole body or lines, so much of it and so fast."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from starlette.requests import Request

from mnemos.errors import InputError
from mnemos.serve.limits import Limits
from mnemos.wire.operations import JSON_TYPE
from mnemos.wire.problems import Refusal
from mnemos.wire.values import loads


async def body(request: Request, limits: Limits) -> object:
    """Return the JSON of a body; an empty one is an empty object.

    Raises:
        Refusal: It is too large, too slow, of another type, or no JSON.
    """
    said = int(request.headers.get("content-length") or 0)
    if said > limits.body_bytes:
        raise _too_large(limits.body_bytes)
    parts, size = [], 0
    try:
        async with asyncio.timeout(limits.body_s):
            async for part in request.stream():
                size += len(part)
                if size > limits.body_bytes:
                    raise _too_large(limits.body_bytes)
                parts.append(part)
    except TimeoutError:
        raise Refusal(408, f"the body did not come within {limits.body_s:g} s") from None
    if not size:
        return {}
    require_type(request, JSON_TYPE)
    return parsed(b"".join(parts))


def parsed(data: bytes) -> object:
    """Return the JSON of some bytes.

    Raises:
        Refusal: They are none.
    """
    try:
        return loads(data)
    except InputError as error:
        raise Refusal(400, f"the body {error}") from error


def require_type(request: Request, *wanted: str) -> str:
    """Return the body's type: a page of another site can send a form, but none of these.

    Raises:
        Refusal: It is another.
    """
    found = request.headers.get("content-type", "").partition(";")[0].strip().casefold()
    if found not in wanted:
        raise Refusal(415, f"Content-Type: expected {' or '.join(wanted)}, not {found or 'none'}")
    return found


async def parts(request: Request, limits: Limits) -> AsyncIterator[bytes]:
    """Yield the parts of a body as they come; it may be of any length.

    Raises:
        Refusal: Nothing came for too long.
    """
    stream = aiter(request.stream())
    while True:
        try:
            async with asyncio.timeout(limits.body_s):
                part = await anext(stream)
        except StopAsyncIteration:
            return
        except TimeoutError:
            raise Refusal(408, f"nothing came for {limits.body_s:g} s") from None
        yield part


async def lines(request: Request, limits: Limits) -> AsyncIterator[bytes]:
    """Yield the lines of a body as they come; it may be of any length.

    Raises:
        Refusal: One is too long, or too slow.
    """
    rest = b""
    async for part in parts(request, limits):
        *whole, rest = (rest + part).split(b"\n")
        for line in whole:
            yield line
        if len(rest) > limits.line_bytes:
            raise _too_large(limits.line_bytes)
    if rest:
        yield rest


def _too_large(limit: int) -> Refusal:
    return Refusal(413, f"more than {limit:,} bytes")
