"""The routes that are methods of ``Memory``."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mnemos import Memory
from mnemos.errors import InputError
from mnemos.serve.rest.bodies import body
from mnemos.serve.rest.service import Service
from mnemos.serve.rest.streams import Progress, told, wants_lines
from mnemos.wire.operations import IDEMPOTENCY_HEADER, JSON_TYPE, Operation
from mnemos.wire.values import dumps

Endpoint = Callable[[Request], Awaitable[Response]]
_WHOLE_NUMBER = re.compile("-?[0-9]{1,19}")


def endpoint(operation: Operation, service: Service) -> Endpoint:
    """Return what answers the requests for one operation."""

    async def answer(request: Request) -> Response:
        request.state.route = operation.name
        request.state.caller.require(operation.right, whole=operation.whole)
        arguments = await _arguments(operation, request, service)

        def call(memory: Memory, **more: object) -> bytes:
            return dumps(operation.method(memory, **arguments, **more))

        if operation.tells_progress and wants_lines(request):

            async def running(progress: Progress) -> bytes:
                return await service.run(
                    request, operation.kind, lambda memory: call(memory, progress=progress)
                )

            return await told(running)
        return Response(await service.run(request, operation.kind, call), media_type=JSON_TYPE)

    return answer


async def _arguments(operation: Operation, request: Request, service: Service) -> dict[str, Any]:
    if operation.verb == "GET":
        return operation.fields.read(_of_address(operation, request))
    given = await body(request, service.limits)
    return operation.fields.read(_with_key(operation, request, given))


def _of_address(operation: Operation, request: Request) -> dict[str, object]:
    """Return the parameters of a path and a query; numbers as numbers."""
    given: dict[str, object] = dict(request.path_params)
    for name, text in request.query_params.multi_items():
        if name in given:
            raise InputError(f"{name} is given twice")
        shape = operation.fields.shapes.get(name)
        is_number = _WHOLE_NUMBER.fullmatch(text) is not None
        given[name] = int(text) if is_number and shape and not shape.takes(text) else text
    return given


def _with_key(operation: Operation, request: Request, given: object) -> object:
    """Return the arguments with the Idempotency-Key among them."""
    key = request.headers.get(IDEMPOTENCY_HEADER)
    if key is None or not isinstance(given, Mapping):
        return given
    if not operation.takes_request_id:
        raise InputError(f"{IDEMPOTENCY_HEADER}: {operation.name} cannot be done once by a key")
    said = given.get("request_id")
    if said is not None and said != key:
        raise InputError(f"{IDEMPOTENCY_HEADER} and request_id disagree")
    return {**given, "request_id": key}
