"""What is read from the store only if a rule looks at it: most turns refer to nothing before."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import TypeVar, overload

T = TypeVar("T")


class Later(Sequence[T]):
    """A sequence that is read when it is first looked at, once."""

    def __init__(self, read: Callable[[], Sequence[T]]) -> None:
        self._read = read
        self._held: Sequence[T] | None = None

    @overload
    def __getitem__(self, at: int) -> T: ...

    @overload
    def __getitem__(self, at: slice) -> Sequence[T]: ...

    def __getitem__(self, at: int | slice) -> T | Sequence[T]:
        """Return what stands at a place, or at some."""
        return self._all()[at]

    def __len__(self) -> int:
        """Return how many there are."""
        return len(self._all())

    def __iter__(self) -> Iterator[T]:
        """Iterate over them in their order."""
        return iter(self._all())

    def __reversed__(self) -> Iterator[T]:
        """Iterate over them, last first."""
        return reversed(self._all())

    def _all(self) -> Sequence[T]:
        if self._held is None:
            self._held = self._read()
        return self._held
