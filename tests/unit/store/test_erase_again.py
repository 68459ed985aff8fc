"""An erasure that was broken off after its rows had gone is finished by asking again."""

from __future__ import annotations

from pathlib import Path

import pytest

from mnemos import Busy, DiskFull, Memory, NotFound, Scope
from mnemos.store.sqlite import SqliteStore


def _bytes(memory: Memory) -> bytes:
    return b"".join(path.read_bytes() for path in memory._store.files())


@pytest.fixture
def memory(tmp_path: Path) -> Memory:
    made = Memory(tmp_path / "a.mnemos", timeout_s=0.1)
    for text in ("The heron-88 code", "Lentil soup"):
        made.remember(text, session="monday")
    made._store.checkpoint()
    return made


@pytest.mark.parametrize("error", [Busy, DiskFull])
@pytest.mark.parametrize("by_scope", [False, True])
def test_what_fails_after_the_rows_are_gone_is_residue_and_can_be_finished(
    memory: Memory, monkeypatch: pytest.MonkeyPatch, error: type[Exception], *, by_scope: bool
) -> None:
    def fail(_: SqliteStore) -> bool:
        raise error("no")

    what: str | Scope = memory.browse().items[0].id
    if by_scope:
        what = Scope(session="monday")
    with monkeypatch.context() as patch:
        patch.setattr(SqliteStore, "checkpoint", fail)
        broken = memory.erase(what)
    assert not broken.proved
    assert "erase again" in broken.residue[0]
    assert b"heron-88" in _bytes(memory)

    again = memory.erase(what)
    assert again.proved
    assert again.rewritten
    assert not any(again.rows.values())
    assert by_scope or (again.ids, again.seq) == ((what,), broken.seq)
    assert b"heron-88" not in _bytes(memory)
    assert memory.stats().events == broken.seq
    assert memory.verify(expected_head=again.head).ok


def test_a_reader_in_the_way_is_residue_until_it_ends(memory: Memory) -> None:
    first = memory.browse().items[0].id
    with Memory(memory._store.location) as other, other.reader() as reader:
        assert reader.items([0])
        assert not memory.erase(first).proved
        blocked = memory.erase(first)
        assert not blocked.proved
        assert not blocked.rewritten
    assert memory.erase(first).proved
    assert b"heron-88" not in _bytes(memory)


def test_erasing_again_takes_what_is_not_yet_gone(memory: Memory) -> None:
    first, second = (item.id for item in memory.browse().items)
    memory.erase(first)
    assert memory.erase(first, preview=True).ids == ()
    both = memory.erase([first, second])
    assert both.proved
    assert both.rewritten
    assert set(both.ids) == {first, second}
    assert both.rows["items"] == 1
    with pytest.raises(NotFound):
        memory.erase("never")


def test_erasing_a_scope_that_holds_nothing_makes_no_event(memory: Memory) -> None:
    nothing = memory.erase(Scope(session="sunday"))
    assert nothing.proved
    assert (nothing.seq, nothing.ids, nothing.needles) == (None, (), 0)
    assert memory.stats().events == 2
