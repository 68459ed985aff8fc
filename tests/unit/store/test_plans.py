"""What a question costs: it reads what it needs and no more, by what SQLite says and reads."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from mnemos import Memory
from mnemos.store import sql
from mnemos.store.memory import MemoryTables
from mnemos.store.sqlite_tables import SqliteTables
from mnemos.store.tables import Tables


def _plan(path: Path, name: str) -> list[str]:
    statement = sql.named("sqlite")[name]
    values = {"space": 1, "id": "a", "as_of": 1, "seq": 1, "term": "a", "segment": 0}
    values |= dict.fromkeys(("embedder", "scope_no", "position", "first_no", "block"), 1)
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(f"EXPLAIN QUERY PLAN {statement}", values).fetchall()
    return [row[3] for row in rows]


@pytest.fixture
def path(tmp_path: Path) -> Path:
    with Memory(tmp_path / "a.mnemos") as memory:
        memory.remember("a heron")
    return tmp_path / "a.mnemos"


def test_links_are_found_by_their_ends(path: Path) -> None:
    plan = " ".join(_plan(path, "links_of"))
    assert "link_source (space=? AND source=?)" in plan
    assert "link_target (space=? AND target=?)" in plan
    assert "SCAN link" not in plan


def test_what_is_hidden_now_is_found_without_old_versions(path: Path) -> None:
    assert "item_special (space=? AND visible_to=?)" in " ".join(_plan(path, "visibilities"))


@pytest.mark.parametrize("in_file", [False, True])
def test_old_versions_do_not_count_as_hidden(tmp_path: Path, *, in_file: bool) -> None:
    def hidden(tables: Tables, as_of: int | None) -> list[tuple[int, str]]:
        return [(row.no, row.status) for row in tables.visibilities(as_of)]

    with Memory(tmp_path / "a.mnemos" if in_file else ":memory:") as memory:
        ids = memory.remember([{"role": "user", "content": text} for text in "ab"]).ids
        for _ in range(3):
            memory.forget(ids[0])
            memory.restore(ids[0])
        memory.forget(ids[1])
        with memory._store.reading() as snapshot:
            assert hidden(snapshot.tables, None) == [(1, "hidden")]
            assert hidden(snapshot.tables, 1) == hidden(snapshot.tables, 3) == []
            assert hidden(snapshot.tables, 2) == hidden(snapshot.tables, 4) == [(0, "hidden")]


@pytest.mark.parametrize("in_file", [False, True])
def test_events_are_listed_without_reading_their_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_file: bool
) -> None:
    with Memory(tmp_path / "a.mnemos" if in_file else ":memory:") as memory:
        ids = memory.remember([{"role": "user", "content": text} for text in "abc"]).ids
        memory.forget(ids[1:])
        memory.erase(ids[1])
        monkeypatch.setattr("mnemos.store.sqlite_tables.item_of", None)
        assert [(event.items, event.rows) for event in memory.log()] == [
            ((), 0),
            ((ids[2],), 2),
            ((ids[0], ids[2]), 3),
        ]


@pytest.mark.parametrize("in_file", [False, True])
def test_erasing_reads_the_postings_of_one_segment(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, in_file: bool
) -> None:
    monkeypatch.setattr("mnemos.store.index.SEGMENT", 4)
    kind = SqliteTables if in_file else MemoryTables
    with Memory(tmp_path / "a.mnemos" if in_file else ":memory:") as memory:
        ids = memory.remember([{"role": "user", "content": f"heron {n}"} for n in range(9)]).ids
        with monkeypatch.context() as patch:
            patch.setattr(kind, "postings", None)
            memory.erase(ids[1])
        assert {hit.id for hit in memory.recall("heron")} == {*ids} - {ids[1]}


@pytest.mark.parametrize("name", ["placed", "position_from", "before", "in_block", "loosen"])
def test_a_sessions_vectors_are_found_without_reading_all_sessions(path: Path, name: str) -> None:
    plan = _plan(path, name)
    ranges = ("scope_no=?", "no=?", "block=?")
    for step in plan:
        if step.startswith(("SEARCH item", "SEARCH vector")):
            assert any(each in step for each in ranges), step
        assert not step.startswith(("SCAN item", "SCAN vector")), step
