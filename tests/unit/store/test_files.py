"""Which files a memory makes, and in which mode."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mnemos import Memory, StoreError


def _mode(path: Path) -> str:
    with closing(sqlite3.connect(path)) as connection:
        mode: str = connection.execute("PRAGMA journal_mode").fetchone()[0]
        return mode


def test_a_backup_that_is_opened_to_be_written_goes_on_in_a_log(tmp_path: Path) -> None:
    copy = tmp_path / "copy.mnemos"
    with Memory(tmp_path / "a.mnemos") as memory:
        memory.remember("a heron")
        memory.backup(copy)
    assert _mode(copy) == "delete"
    with Memory(copy, read_only=True) as memory:
        assert memory.recall("heron")
    assert _mode(copy) == "delete"
    with Memory(copy) as memory:
        assert _mode(copy) == "wal"
        memory.remember("a stork")


def test_what_a_rollback_journal_holds_counts_as_the_memory_s(tmp_path: Path) -> None:
    with Memory(tmp_path / "a.mnemos") as memory:
        (tmp_path / "a.mnemos-journal").write_bytes(b"")
        names = [path.name for path in memory._store.files()]
    assert names == ["a.mnemos", "a.mnemos-wal", "a.mnemos-journal"]


def test_reading_does_not_make_a_deleted_file_anew(tmp_path: Path) -> None:
    path = tmp_path / "a.mnemos"
    with Memory(path) as memory:
        memory.remember("a heron")
        with memory.reader():  # so that the next one opens the file
            for each in tmp_path.iterdir():
                each.unlink()
            with pytest.raises(StoreError):
                memory.recall("heron")
        assert not path.exists()
