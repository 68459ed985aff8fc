"""What the routes work with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TypeVar

from starlette.requests import Request

from mnemos import Memory, Scope
from mnemos.serve.access import Access, Caller
from mnemos.serve.limits import Limits
from mnemos.serve.metrics import Metrics
from mnemos.serve.work import Kind, Work
from mnemos.wire.operations import SCOPE_HEADER
from mnemos.wire.shapes import REQUESTS
from mnemos.wire.values import loads

R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """A server's parts.

    Args:
        access: Who gets in, and to what.
        limits: How much of it.
        work: Where memories are called.
        metrics: What is counted.
    """

    access: Access
    limits: Limits
    work: Work
    metrics: Metrics = field(default_factory=Metrics)

    async def run(self, request: Request, kind: Kind, call: Callable[[Memory], R]) -> R:
        """Return what a call of the asking one's memory returns."""
        caller: Caller = request.state.caller
        scope = _scope(request)

        @contextmanager
        def lending() -> Iterator[Memory]:
            with self.access.using(caller) as memory:
                yield (
                    memory
                    if scope == Scope()
                    else memory.scoped(user=scope.user, agent=scope.agent, session=scope.session)
                )

        return await self.work.run(kind, caller.tenant, lending, call)


def _scope(request: Request) -> Scope:
    """Return the scope that a request's header narrows it to."""
    said = request.headers.get(SCOPE_HEADER)
    if said is None:
        return Scope()
    shape = REQUESTS.shape(Scope)
    found: Scope = shape.read(loads(said), SCOPE_HEADER)
    return found
