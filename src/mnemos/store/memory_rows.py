"""A dictionary whose changes can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from typing import Generic, TypeVar

K = TypeVar("K")
V = TypeVar("V")
_GONE = object()


class Table(Generic[K, V]):
    """A dictionary that writes down how to undo each change."""

    def __init__(self, undo: list[Callable[[], None]]) -> None:
        self.rows: dict[K, V] = {}
        self._undo = undo

    def put(self, key: K, value: V) -> None:
        """Set a row."""
        before = self.rows.get(key, _GONE)
        self._undo.append(lambda: self._put_back(key, before))
        self.rows[key] = value

    def drop(self, key: K) -> None:
        """Delete a row, if it is there."""
        if key in self.rows:
            before = self.rows.pop(key)
            self._undo.append(lambda: self._put_back(key, before))

    def _put_back(self, key: K, before: object) -> None:
        if before is _GONE:
            del self.rows[key]
        else:
            self.rows[key] = before  # type: ignore[assignment] # it came from here

    def get(self, key: K) -> V | None:
        """Return a row, None if it is not there."""
        return self.rows.get(key)
