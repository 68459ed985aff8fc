"""The protocol every store speaks: a snapshot to read from, a transaction to write in."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Protocol

from mnemos.store.snapshot import Snapshot, Transaction


class Store(Protocol):
    """Where one space is kept: opening, locking and durability around ``Tables``."""

    @property
    def location(self) -> str:
        """The file, or ":memory:"."""

    def reading(self, *, as_of_seq: int | None = None) -> AbstractContextManager[Snapshot]:
        """Open a consistent snapshot; with ``as_of_seq``, of items as they were after that."""

    def writing(self) -> AbstractContextManager[Transaction]:
        """Open the write transaction: durable when the block has ended, undone if it raises."""

    def interrupt(self, thread: int) -> None:
        """Break off what this thread is doing here; its transaction is rolled back."""

    def checkpoint(self) -> bool:
        """Bring all bytes into the main file; say whether no reader stood in the way."""

    def vacuum(self) -> None:
        """Write the file anew without its free pages."""

    def copy_to(self, path: str) -> None:
        """Write a compact, consistent copy."""

    def check(self) -> list[str]:
        """Return what is wrong with the file below our rows; empty if nothing."""

    def files(self) -> list[Path]:
        """Return the files in which this space's bytes may stand."""

    def close(self) -> None:
        """Close everything."""
