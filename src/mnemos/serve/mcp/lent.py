"""What one request of the protocol works with: a memory, and who is asking."""

from __future__ import annotations

from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from mnemos import Memory
from mnemos.serve.access import Caller
from mnemos.serve.work import Kind

P = ParamSpec("P")
R = TypeVar("R")


class Running(Protocol):
    """Runs a call of a memory where the server does its work."""

    def __call__(self, kind: Kind, call: Callable[[Memory], R], /) -> Coroutine[Any, Any, R]:
        """Return what it returns."""


_Awaited = Callable[Concatenate["Lent", P], Coroutine[Any, Any, R]]


def _reads(method: Callable[Concatenate[Memory, P], R]) -> _Awaited[P, R]:
    return _awaited("read", method)


def _writes(method: Callable[Concatenate[Memory, P], R]) -> _Awaited[P, R]:
    return _awaited("write", method)


def _awaited(kind: Kind, method: Callable[Concatenate[Memory, P], R]) -> _Awaited[P, R]:
    @wraps(method)
    async def call(self: Lent, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await self.run(kind, lambda memory: method(memory, *args, **kwargs))

    return call


class Lent:
    """A memory as one request has it: each call takes its turn among those of all others.

    Args:
        run: Runs a call.
    """

    def __init__(self, run: Running) -> None:
        self.run = run

    context = _reads(Memory.context)
    recall = _reads(Memory.recall)
    facts = _reads(Memory.facts)
    profile = _reads(Memory.profile)
    history = _reads(Memory.history)
    browse = _reads(Memory.browse)
    sessions = _reads(Memory.sessions)
    stats = _reads(Memory.stats)
    remember = _writes(Memory.remember)
    forget = _writes(Memory.forget)
    restore = _writes(Memory.restore)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Who is asking, and what they get.

    Args:
        memory: As they see it.
        caller: What they may do.
        reads_facts: Tells whether facts are read of what is said, or some are known.
    """

    memory: Lent
    caller: Caller
    reads_facts: Callable[[], Coroutine[Any, Any, bool]]
