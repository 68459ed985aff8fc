"""Keep it elsewhere: export and load, backup, and rescue from a damaged file."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Self

from mnemos.errors import Corrupt, StoreError
from mnemos.memory.opened import Opened
from mnemos.store import portable, rescue
from mnemos.store.rescue import Rescued


class Keeping(Opened):
    """export, load, backup, rescue."""

    def export(self, path: str | os.PathLike[str]) -> int:
        """Write the whole memory as lines of JSON; return how many.

        Raises:
            StoreError: There is such a file already, or it cannot be written.
        """
        target = Path(path)
        try:
            with target.open("x", encoding="utf-8") as file:
                return sum(1 for line in self.export_lines() if file.write(f"{line}\n"))
        except OSError as error:
            raise StoreError(f"{target}: cannot be written: {error.strerror}") from error

    def export_lines(self) -> Iterator[str]:
        """Yield the lines that ``export`` writes."""
        self._require_whole("export_lines")
        with self._store.reading() as snapshot:
            lines = portable.dump(snapshot)
            if self._store.files():
                yield from lines
                return
            kept = list(lines)  # without a file, a reader keeps all others waiting
        yield from kept

    @classmethod
    def load(
        cls,
        source: str | os.PathLike[str] | Iterable[str],
        path: str | os.PathLike[str] = ":memory:",
    ) -> Self:
        """Make a memory from an export: same ids, same journal, same state hash.

        Args:
            source: The exported file, or its lines.
            path: The new memory's file; must not hold anything.

        Raises:
            Corrupt: A line is damaged or missing; says which. No new file is left behind.
            StoreError: The new file already holds a memory, or the export cannot be read.
        """
        if isinstance(source, str | os.PathLike):
            try:
                with Path(source).open(encoding="utf-8") as file:
                    return cls.load(file, path)
            except OSError as error:
                raise StoreError(f"{source}: cannot be read: {error.strerror}") from error
            except UnicodeDecodeError as error:
                raise Corrupt(f"{source}: is no UTF-8, and so no export") from error
        lines = iter(source)
        settings = json.loads(portable.settings_of(next(lines, "")))
        with _nothing_left(path):
            memory = cls(path, language=settings["language"], time_zone=settings["time_zone"])
            try:
                with memory._store.writing() as transaction:
                    if transaction.head.seq:
                        raise StoreError(  # noqa: TRY301 - undone here
                            f"{memory._store.location}: already holds a memory"
                        )
                    portable.Loader(transaction).load(lines)
                    loaded = transaction.tables.space().live
                memory._upkeep.wake(loaded)
            except BaseException:
                memory.close()
                raise
        return memory

    @classmethod
    def rescue(cls, damaged: str | os.PathLike[str], path: str | os.PathLike[str]) -> Rescued:
        """Copy all that is whole in a damaged file into a new one; the damaged one is only read.

        Raises:
            NotAMemory: No page of the damaged file could be read as a memory's.
            StoreError: The new file already holds something.
        """
        settings = json.loads(rescue.settings(Path(damaged)) or "{}")
        language, time_zone = settings.get("language"), settings.get("time_zone")
        with cls(path, language=language, time_zone=time_zone) as new:
            return rescue.rescue(Path(damaged), new._store)

    def backup(self, path: str | os.PathLike[str]) -> None:
        """Write a compact copy of the file; others may go on writing meanwhile.

        Raises:
            StoreError: There is such a file already.
        """
        self._require_whole("backup")
        self._store.copy_to(os.fspath(path))


@contextmanager
def _nothing_left(path: str | os.PathLike[str]) -> Iterator[None]:
    """Take away the file that the block made, if it fails; one that was there before stays."""
    made = os.fspath(path) != ":memory:" and not Path(path).exists()
    try:
        yield
    except BaseException as error:
        # A plain StoreError says that somebody else's memory is there by now.
        if made and type(error) is not StoreError:
            for suffix in ("", "-wal", "-shm"):
                Path(f"{os.fspath(path)}{suffix}").unlink(missing_ok=True)
        raise
