"""Closing a store while others are using it."""

from __future__ import annotations

import threading
from datetime import UTC, datetime
from pathlib import Path

import pytest

from mnemos import Memory
from mnemos.errors import Closed
from mnemos.store import journal
from mnemos.store.change import Header, put
from mnemos.store.protocol import Store
from mnemos.types import Delta, State

LONG_S = 20


def _header() -> Header:
    return Header(op="learn", recorded_at=journal.microseconds(datetime(2026, 3, 1, tzinfo=UTC)))


def test_closing_waits_for_the_write_of_another_thread(tmp_path: Path) -> None:
    store: Store = Memory(tmp_path / "a.mnemos")._store
    inside, may_end = threading.Event(), threading.Event()
    failed: list[Exception] = []

    def write() -> None:
        try:
            with store.writing() as transaction:
                change = transaction.change(_header())
                put(change, Delta(states=(State(name="a", value=1),)))
                inside.set()
                may_end.wait(LONG_S)
                transaction.close(change)
        except Exception as error:  # noqa: BLE001 - told to the test
            failed.append(error)

    writer = threading.Thread(target=write)
    closer = threading.Thread(target=store.close)
    writer.start()
    assert inside.wait(LONG_S)
    closer.start()
    closer.join(0.2)
    assert closer.is_alive()
    may_end.set()
    writer.join(LONG_S)
    closer.join(LONG_S)

    assert not failed
    assert not closer.is_alive()
    with Memory(tmp_path / "a.mnemos") as again:
        assert again.stats().events == 1


@pytest.mark.parametrize("step", ["writing", "checkpoint", "vacuum"])
def test_what_waited_for_a_write_while_it_was_closed_says_so(tmp_path: Path, step: str) -> None:
    store: Store = Memory(tmp_path / "a.mnemos")._store
    said: list[Exception] = []

    def wait() -> None:
        try:
            if step == "writing":
                with store.writing():
                    pass
            else:
                getattr(store, step)()
        except Closed as error:
            said.append(error)

    waiting = threading.Thread(target=wait)
    with store.writing():
        waiting.start()
        waiting.join(0.2)
        closing = threading.Thread(target=store.close)
        closing.start()
        closing.join(0.2)
    waiting.join(LONG_S)
    closing.join(LONG_S)
    assert len(said) == 1


def test_a_reader_in_use_is_closed_when_it_ends(tmp_path: Path) -> None:
    with Memory(tmp_path / "a.mnemos") as memory:
        memory.remember("a heron")
    memory = Memory(tmp_path / "a.mnemos")
    with memory.reader() as reader:
        memory.close()
        assert [item.text for item in reader.items([0])] == ["a heron"]
    assert not memory._store._idle  # type: ignore[attr-defined]


def test_an_export_that_is_left_lying_keeps_nobody_waiting() -> None:
    with Memory(":memory:") as memory:
        memory.remember("a heron")
        lines = memory.export_lines()
        next(lines)
        other = threading.Thread(target=memory.remember, args=("a stork",), daemon=True)
        other.start()
        other.join(2)
        assert not other.is_alive()
        assert sum("heron" in line for line in lines) == 1
