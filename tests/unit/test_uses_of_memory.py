"""The ledger of uses, on both kinds of store: noted, read, carried along, erased with its item."""

from __future__ import annotations

import asyncio
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest

from mnemos import (
    AsyncMemory,
    Corrupt,
    Erased,
    InputError,
    Memory,
    NotFound,
    ReadOnly,
    Scope,
    Use,
)
from mnemos.store import sql
from mnemos.store.base import NO_TIME
from mnemos.store.sqlite import APPLICATION_ID
from mnemos.store.tables import UseRow

START = datetime(2026, 6, 1, 9, tzinfo=UTC)
LINES = (
    "The heron stands by the pond",
    "A heron stole a fish from the pond",
    "The pond froze over in January",
    "Lunch was lentil soup",
)


@pytest.fixture(params=["file", ":memory:"])
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    path = tmp_path / "test.mnemos" if request.param == "file" else ":memory:"
    with Memory(path, clock=lambda: START, embedder=None) as opened:
        yield opened


def said(memory: Memory, *lines: str, **scope: str) -> tuple[str, ...]:
    messages = [{"role": "user", "content": line, "said_at": START} for line in lines or LINES]
    return memory.remember(messages, scope=Scope(**scope)).ids


# -- noting


def test_ids_alone_count_as_used(memory: Memory) -> None:
    ids = said(memory)
    assert memory.note_use(ids[:2]) == {
        item_id: Use(uses=1, strength=2.0, last_used_at=START) for item_id in ids[:2]
    }
    assert memory.uses(ids[2]) == {ids[2]: Use()}


def test_of_a_context_the_marks_say_what_was_cited(memory: Memory) -> None:
    said(memory)
    context = memory.context("What did the heron do at the pond?")
    first, second, *others = (citation.id for citation in context.citations)
    uses = memory.note_use(context, cited=["[1]", "2"], outcome="good")
    assert uses[first] == uses[second] == Use(uses=1, strength=2.0, last_used_at=START, utility=0.3)
    assert others
    for each in others:
        assert uses[each].strength == 1.0
        assert 0 < uses[each].utility < 0.1


def test_of_a_recall_ids_say_what_was_cited_and_no_ids_that_nothing_was(memory: Memory) -> None:
    said(memory)
    recall = memory.recall("heron pond")
    uses = memory.note_use(recall, cited=(), outcome="bad")
    assert set(uses) == {hit.id for hit in recall}
    assert {use.strength for use in uses.values()} == {1.0}
    uses = memory.note_use(recall[:1], cited=recall[0].id, outcome="bad")
    assert uses[recall[0].id].strength == 2.0
    assert list(uses) == [recall[0].id]


def test_what_is_cited_was_shown(memory: Memory) -> None:
    ids = said(memory)
    uses = memory.note_use(ids[0], cited=ids[1])
    assert [uses[each].strength for each in ids[:2]] == [1.0, 2.0]


def test_it_may_be_told_later_when_it_was(memory: Memory) -> None:
    ids = said(memory)
    earlier = START - timedelta(days=2)
    assert memory.note_use(ids[0], at=earlier)[ids[0]].last_used_at == earlier
    assert memory.note_use(ids[0])[ids[0]].last_used_at == START
    assert memory.note_use(ids[0], at=earlier)[ids[0]].last_used_at == START


@pytest.mark.parametrize(
    ("given", "options", "error"),
    [
        ("nothing", {}, NotFound),
        ((), {"cited": "nothing"}, NotFound),
        ("", {"outcome": "fine"}, InputError),
        ("", {"at": START + timedelta(days=1)}, InputError),
        (3, {}, InputError),
        ([3], {}, InputError),
    ],
)
def test_what_makes_no_sense_is_refused_and_nothing_noted(
    memory: Memory, given: object, options: dict[str, object], error: type[Exception]
) -> None:
    ids = said(memory)
    with pytest.raises(error):
        memory.note_use(given or ids, **options)  # type: ignore[arg-type] # that is the point
    assert memory.uses(ids) == dict.fromkeys(ids, Use())


def test_a_mark_that_a_context_does_not_have_is_not_found(memory: Memory) -> None:
    said(memory)
    context = memory.context("heron pond")
    with pytest.raises(NotFound, match=r"no line '\[99\]'"):
        memory.note_use(context, cited=["[1]", "[99]"])
    assert memory.uses(context)[context.citations[0].id] == Use()


def test_a_view_notes_for_its_own_scope_alone(memory: Memory) -> None:
    (hers,) = said(memory, "a heron", user="ann")
    (his,) = said(memory, "a stork", user="ben")
    view = memory.scoped(user="ann")
    with pytest.raises(NotFound):
        view.note_use([hers, his])
    with pytest.raises(NotFound):
        view.uses(his)
    assert memory.uses([hers, his]) == {hers: Use(), his: Use()}
    assert view.note_use(hers)[hers].uses == 1


def test_an_id_that_was_erased_is_refused_and_a_hit_that_was_is_passed_over(
    memory: Memory,
) -> None:
    ids = said(memory)
    recall, context = memory.recall("heron pond"), memory.context("heron pond")
    memory.erase(ids[0])
    with pytest.raises(Erased):
        memory.note_use(ids)
    for shown in (recall, context):
        uses = memory.note_use(shown, cited=() if shown is recall else None)
        assert ids[0] not in uses
        assert ids[1] in uses


# -- beside the journal


def test_it_is_no_event_and_no_part_of_the_state(memory: Memory) -> None:
    ids = said(memory)
    before = memory.state_hash(), memory.log()
    memory.note_use(ids, outcome="good")
    assert (memory.state_hash(), memory.log()) == before
    assert memory.verify().ok


def test_ranks_and_scores_stay_to_the_last_bit(memory: Memory) -> None:
    ids = said(memory)

    def asked() -> list[tuple[str, str]]:
        return [(hit.id, hit.score.hex()) for hit in memory.recall("Which heron stood by a pond?")]

    before = asked()
    memory.note_use(ids[2], outcome="good")
    assert asked() == before


def test_it_goes_with_its_item_and_the_certificate_says_so(memory: Memory) -> None:
    ids = said(memory)
    memory.note_use(ids[:3])
    assert memory.erase(ids[:2]).rows["uses"] == 2
    with memory._store.reading() as snapshot:
        assert [row.no for row in snapshot.tables.all_uses()] == [2]
    assert memory.verify().ok


def test_a_row_of_an_item_that_is_not_here_is_found(memory: Memory) -> None:
    said(memory)
    with memory._store.writing() as transaction:
        transaction.tables.put_uses([UseRow(no=99, uses=1)])
    assert memory.verify().problems == ("item 99 was used and is not here",)


def test_hiding_and_undoing_leave_it(memory: Memory) -> None:
    ids = said(memory)
    memory.note_use(ids[0])
    memory.forget(ids[0])
    memory.undo()
    memory.replay()
    assert memory.uses(ids[0])[ids[0]].uses == 1


# -- read by recipes


def test_a_reader_gives_arrays_and_nothing_while_nothing_was_noted(memory: Memory) -> None:
    ids = said(memory)
    nos = np.array([3, 1])
    with memory.reader() as reader:
        assert reader.uses(nos) is None
    memory.note_use(ids[1], outcome="bad")
    with memory.reader() as reader:
        uses = reader.uses(nos)
    assert uses is not None
    assert uses.uses.tolist() == [0, 1]
    assert uses.strength.tolist() == [1.0, 2.0]
    assert uses.last_used_at.tolist() == [NO_TIME, int(START.timestamp() * 1e6)]
    assert uses.utility.tolist() == [0.0, -0.3]
    with memory.reader(as_of=START) as reader:
        assert reader.uses(nos) is None


# -- carried along


def test_an_export_carries_it(memory: Memory) -> None:
    ids = said(memory)
    memory.note_use(ids[:2], cited=ids[1], outcome=0.1)
    with Memory.load(memory.export_lines()) as copy:
        assert copy.uses(ids) == memory.uses(ids)


@pytest.mark.parametrize("change", [{"no": 99}, {"uses": -1}, {"strength": None}, {"odd": 1}])
def test_an_export_whose_ledger_makes_no_sense_is_refused(
    memory: Memory, change: dict[str, object]
) -> None:
    memory.note_use(said(memory)[0])
    lines = list(memory.export_lines())
    record = json.loads(lines[-2])
    lines[-2] = json.dumps({"use": {**record["use"], **change}})
    with pytest.raises(Corrupt, match=f"line {len(lines) - 1}"):
        Memory.load(lines)


def test_a_backup_and_a_rescue_carry_it(tmp_path: Path) -> None:
    with Memory(tmp_path / "a.mnemos", clock=lambda: START) as memory:
        ids = said(memory)
        memory.note_use(ids[1:3], outcome="good")
        memory.backup(tmp_path / "b.mnemos")
        uses = memory.uses(ids)
    Memory.rescue(tmp_path / "a.mnemos", tmp_path / "c.mnemos")
    for name in ("b", "c"):
        with Memory(tmp_path / f"{name}.mnemos") as copy:
            assert copy.uses(ids) == uses


def test_it_survives_closing_and_read_only_reads_and_does_not_note(tmp_path: Path) -> None:
    with Memory(tmp_path / "a.mnemos") as memory:
        ids = said(memory)
        uses = memory.note_use(ids)
    with Memory(tmp_path / "a.mnemos", read_only=True) as again:
        assert again.uses(ids) == uses
        with pytest.raises(ReadOnly):
            again.note_use(ids)


async def _noted(path: Path) -> tuple[float, int]:
    async with AsyncMemory(Memory(path)) as memory:
        ids = (await memory.remember("a heron")).ids
        await memory.note_use(ids)
        use = (await memory.uses(ids))[ids[0]]
        return use.strength, use.uses


def test_it_can_be_awaited(tmp_path: Path) -> None:
    assert asyncio.run(_noted(tmp_path / "a.mnemos")) == (2.0, 1)


# -- older files


def _made_before_the_ledger(path: Path) -> tuple[str, ...]:
    """Make a file as it was made before there was a ledger."""
    with Memory(path) as memory:
        ids = said(memory)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("DROP TABLE use")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
        connection.execute("VACUUM")
    return ids


def test_a_file_from_before_the_ledger_gets_one(tmp_path: Path) -> None:
    path = tmp_path / "old.mnemos"
    ids = _made_before_the_ledger(path)
    with Memory(path) as memory:
        assert memory.note_use(ids[0])[ids[0]].uses == 1
        assert memory.verify().ok
    with closing(sqlite3.connect(path)) as connection:
        version = connection.execute("PRAGMA user_version").fetchone()[0]
    assert version == len(sql.migrations("sqlite"))


def test_a_file_from_before_the_ledger_is_read_where_it_cannot_be_written(tmp_path: Path) -> None:
    path = tmp_path / "old.mnemos"
    ids = _made_before_the_ledger(path)
    with Memory(path, read_only=True) as memory:
        assert memory.recall("heron")
        assert memory.uses(ids) == dict.fromkeys(ids, Use())
        assert memory.verify().ok
        lines = list(memory.export_lines())
    with Memory.load(lines) as copy:
        assert copy.recall("heron")


def test_an_empty_file_of_the_first_schema_is_set_up(tmp_path: Path) -> None:
    path = tmp_path / "old.mnemos"
    with closing(sqlite3.connect(path)) as connection:
        first = sql.migrations("sqlite")[0]
        for statement in sql.statements(sql.text("sqlite", first)):
            connection.execute(statement)
        connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    with Memory(path) as memory:
        ids = said(memory)
        assert memory.note_use(ids[0])[ids[0]].uses == 1


def test_a_damaged_row_of_it_is_named(tmp_path: Path) -> None:
    path = tmp_path / "a.mnemos"
    with Memory(path) as memory:
        ids = said(memory)
        memory.note_use(ids)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE use SET strength = 'much' WHERE no = 1")
        connection.commit()
    with Memory(path) as memory:
        with pytest.raises(Corrupt):
            memory.uses(ids)
        assert not memory.verify().ok
