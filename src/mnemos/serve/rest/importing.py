"""Import: messages, one a line, of any number; taken in by batches while they still come."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from mnemos import Memory, Receipt, Scope
from mnemos.errors import ConflictError, InputError
from mnemos.serve.rest.bodies import lines, require_type
from mnemos.serve.rest.service import Service
from mnemos.serve.rest.streams import Progress, told, wants_lines
from mnemos.wire.imported import Imported
from mnemos.wire.operations import IDEMPOTENCY_HEADER, JSON_TYPE, LINES_TYPE
from mnemos.wire.problems import Refusal
from mnemos.wire.values import dumps, loads

#: Messages a transaction.
BATCH = 500
#: So many of the lines that were left out are named.
NAMED = 100
SKIP = "skip"
ON_ERROR = ("stop", SKIP)

Batch = list[tuple[int, dict[str, Any]]]


async def import_messages(request: Request, service: Service) -> Response:
    """Take in messages. Bad lines stop it, or are left out: ``?on_error=skip``."""
    request.state.caller.require("write")
    require_type(request, LINES_TYPE)
    unknown = next((name for name in request.query_params if name != "on_error"), None)
    on_error = request.query_params.get("on_error", "stop")
    if unknown is not None or on_error not in ON_ERROR:
        raise InputError(f"there is on_error={'|'.join(ON_ERROR)}, not {request.query_params}")
    run = _Import(request, service, skip=on_error == SKIP)

    async def running(progress: Progress) -> bytes:
        return dumps(await run.done(progress))

    if wants_lines(request):
        return await told(running, listening=False)
    return Response(await running(lambda _, __: None), media_type=JSON_TYPE)


class _Import:
    def __init__(self, request: Request, service: Service, *, skip: bool) -> None:
        self._request = request
        self._service = service
        self._skip = skip
        self._key = request.headers.get(IDEMPOTENCY_HEADER)
        self._done = Imported()

    async def done(self, progress: Progress) -> Imported:
        """Take in all lines."""
        async for batch in self._batches():
            await self._take(batch)
            progress(self._done.messages, 0)
        return self._done

    async def _batches(self) -> AsyncIterator[Batch]:
        """Yield messages that stand together and belong to one session."""
        batch: Batch = []
        number = size = 0
        async for line in lines(self._request, self._service.limits):
            number += 1
            message = self._message(number, line)
            if message is None:
                continue
            size += len(line)
            full = len(batch) == BATCH or size > self._service.limits.body_bytes
            if batch and (full or _session(message) != _session(batch[0][1])):
                yield batch
                batch, size = [], len(line)
            batch.append((number, message))
        if batch:
            yield batch

    def _message(self, number: int, line: bytes) -> dict[str, Any] | None:
        if not line.strip():
            return None
        try:
            message = loads(line)
            if not isinstance(message, dict):
                raise InputError("expected a message")  # noqa: TRY301 - told with its line
            if not isinstance(message.get("session"), str | None):
                raise InputError("session: expected a text")  # noqa: TRY301 - same
        except InputError as error:
            self._blame(number, error)
            return None
        return message

    async def _take(self, batch: Batch) -> None:
        try:
            receipt = await self._write(batch)
        except (InputError, ConflictError) as error:
            if len(batch) == 1:
                self._blame(batch[0][0], error)
                return
            for each in batch:  # to find the bad ones
                await self._take([each])
            return
        self._done = replace(
            self._done,
            messages=self._done.messages + len(batch),
            added=self._done.added + len(receipt.added),
            existing=self._done.existing + len(receipt.existing),
            seq=max(self._done.seq, receipt.seq),
            head=receipt.head,
        )

    async def _write(self, batch: Batch) -> Receipt:
        session = _session(batch[0][1])
        messages = [{k: v for k, v in each.items() if k != "session"} for _, each in batch]
        request_id = None if self._key is None else f"{self._key}/{batch[0][0]}+{len(batch)}"

        def write(memory: Memory) -> Receipt:
            return memory.remember(messages, scope=Scope(session=session), request_id=request_id)

        return await self._service.run(self._request, "write", write)

    def _blame(self, number: int, error: Exception) -> None:
        done = self._done
        wrong = f"line {number}: {str(error).removeprefix('message 0: ')}"
        if not self._skip:
            before = f"; {done.messages:,} messages before it went in" if done.messages else ""
            if isinstance(error, ConflictError):
                raise type(error)(f"{wrong}{before}") from error
            raise Refusal(422, f"{wrong}{before}", "MessageError") from error
        named = (*done.problems, wrong) if len(done.problems) < NAMED else done.problems
        self._done = replace(
            done, messages=done.messages + 1, problems=named, left_out=done.left_out + 1
        )


def _session(message: Mapping[str, Any]) -> str | None:
    found: str | None = message.get("session")
    return found
