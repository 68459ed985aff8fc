"""AsyncMemory, as Mem0 has it: the same calls, awaited, each on a thread of its own."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Mapping, Sequence
from functools import wraps
from types import TracebackType
from typing import Any, Concatenate, NoReturn, ParamSpec, Self, TypeVar

import mnemos
from mnemos.compat.mem0.config import MemoryConfig
from mnemos.compat.mem0.memory import Memory
from mnemos.compat.mem0.refusals import Unsupported

P = ParamSpec("P")
R = TypeVar("R")

_Method = Callable[Concatenate[Memory, P], R]
_Awaitable = Callable[Concatenate["AsyncMemory", P], Coroutine[Any, Any, R]]


def _awaited(method: _Method[P, R]) -> _Awaitable[P, R]:
    @wraps(method)
    async def call(self: AsyncMemory, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return await asyncio.to_thread(method, self._memory, *args, **kwargs)

    return call


class AsyncMemory:
    """Mem0's `AsyncMemory`. A write that is cancelled while it runs may still be done.

    Args:
        config: As for ``Memory``.
    """

    def __init__(self, config: MemoryConfig | Mapping[str, Any] = MemoryConfig()) -> None:  # noqa: B008 - frozen
        self._memory = Memory(config)

    @classmethod
    def from_config(cls, config_dict: Mapping[str, Any]) -> Self:
        """Open what a configuration of Mem0's names; see ``MemoryConfig``."""
        return cls(MemoryConfig.read(config_dict))

    async def add(
        self,
        messages: str | Mapping[str, Any] | Sequence[Mapping[str, Any]],
        *,
        user_id: str | None = None,
        agent_id: str | None = None,
        run_id: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        timestamp: Any = None,  # noqa: ANN401 - as Mem0 has it: a moment of any form
        expiration_date: Any = None,  # noqa: ANN401 - same, a day
        infer: bool = True,
        memory_type: str | None = None,
        prompt: str | None = None,
        llm: object = None,
    ) -> dict[str, Any]:
        """Store messages verbatim; see ``Memory.add``."""
        if llm is not None:
            raise Unsupported("llm: no model is asked when something is added")
        return await asyncio.to_thread(
            self._memory.add,
            messages,
            user_id=user_id,
            agent_id=agent_id,
            run_id=run_id,
            metadata=metadata,
            timestamp=timestamp,
            expiration_date=expiration_date,
            infer=infer,
            memory_type=memory_type,
            prompt=prompt,
        )

    get = _awaited(Memory.get)
    get_all = _awaited(Memory.get_all)
    search = _awaited(Memory.search)
    update = _awaited(Memory.update)
    delete = _awaited(Memory.delete)
    delete_all = _awaited(Memory.delete_all)
    history = _awaited(Memory.history)
    reset = _awaited(Memory.reset)

    async def chat(self, query: str) -> NoReturn:
        """Refuse, as Mem0 does."""
        raise Unsupported(f"chat({query!r}): mnemos finds, a model answers")

    @property
    def config(self) -> MemoryConfig:
        """What it was opened with."""
        return self._memory.config

    @property
    def project(self) -> NoReturn:
        """Settings of Mem0's platform, which its own open version refuses as well."""
        raise Unsupported("project: there are no project settings here")

    @property
    def mnemos(self) -> mnemos.Memory:
        """The memory itself, with all that Mem0 has no word for."""
        return self._memory.mnemos

    def close(self) -> None:
        """Close the file."""
        self._memory.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await asyncio.to_thread(self.close)
