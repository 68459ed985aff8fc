"""What is whole in a damaged file comes back whole in a new one."""

from __future__ import annotations

import json
import random
import shutil
import sqlite3
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mnemos import registry
from mnemos.errors import NotAMemory, StoreError
from mnemos.memory import Memory
from mnemos.store.rescue import Rescued, rescue, settings
from mnemos.types import Item

PAGE = 4096
START = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a memory with some of everything; return its file, closed."""
    path = tmp_path_factory.mktemp("made") / "made.mnemos"
    chance = random.Random(7)
    ticks = iter(range(100_000))
    with Memory(path, clock=lambda: START + timedelta(seconds=next(ticks))) as memory:
        ids: list[str] = []
        for n in range(60):
            messages = [
                {
                    "role": "user" if k % 2 else "assistant",
                    "name": f"Speaker {k % 5}",
                    "content": f"turn {n}.{k} " + "word " * chance.randrange(80),
                    "id": f"ref-{n}-{k}",
                    "said_at": (START - timedelta(days=n)).isoformat(),
                    "metadata": {"n": n},
                }
                for k in range(chance.randrange(1, 6))
            ]
            receipt = memory.remember(messages, session=f"s{n // 10}", request_id=f"request {n}")
            ids += receipt.ids
            if n % 9 == 4:
                memory.forget(ids[n])
            if n % 17 == 5:
                memory.erase(ids.pop(n // 2))
            if n % 13 == 6:
                memory.revise(f"ref-{n}-0", f"edited {n}", session=f"s{n // 10}")
    return path


@pytest.fixture
def damaged(made: Path, tmp_path: Path) -> Path:
    """Return a copy to damage."""
    return Path(shutil.copyfile(made, tmp_path / "damaged.mnemos"))


def items(path: Path) -> dict[tuple[str, int], Item]:
    """Return every version of every item, by id and the event that made it."""
    store = registry.store(path, settings="", durability="NORMAL", timeout_s=1, read_only=True)
    with closing(store), store.reading() as snapshot:
        nos = range(snapshot.space.next_no)
        rows = [row for no in nos for row in snapshot.tables.versions(no)]
    return {(row.item.id, row.item.visible_from): row.item for row in rows}


def rescued(damaged: Path, tmp_path: Path) -> tuple[Rescued, Path]:
    """Rescue a file into a new one, and hold the new one against what must be true of it."""
    target = tmp_path / "rescued.mnemos"
    target.unlink(missing_ok=True)
    before = damaged.read_bytes()
    kept = settings(damaged) or '{"analysis":1,"language":"english","time_zone":"UTC"}'
    store = registry.store(target, settings=kept, durability="NORMAL", timeout_s=1, read_only=False)
    with closing(store):
        found = rescue(damaged, store)
    assert damaged.read_bytes() == before
    with Memory(target) as memory:
        verified = memory.verify()
        assert verified.ok, verified.problems
        assert memory.replay().unchanged
    return found, target


def said(item: Item) -> tuple[object, ...]:
    """Return what a rescue keeps of an item, whatever the event that carries it."""
    return (item.id, item.text, item.scope, item.position, item.speaker, item.ref, item.said_at,
            item.status, str(item.metadata), item.supersedes)  # fmt: skip


def overwrite(path: Path, offset: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def pages_of(path: Path, table: str) -> list[int]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute(
            "SELECT pageno FROM dbstat WHERE name = ? ORDER BY pageno", (table,)
        )
        return [row[0] for row in rows]


def test_a_whole_file_is_copied_event_by_event(damaged: Path, tmp_path: Path) -> None:
    found, target = rescued(damaged, tmp_path)
    assert found.lost == found.problems == ()
    assert items(target) == items(damaged)
    with Memory(damaged) as old, Memory(target) as new:
        assert new.state_hash() == old.state_hash()
        assert list(new.export_lines()) == list(old.export_lines())
        assert found.events == len(old.log(10_000))


def test_a_flipped_text_costs_that_text_and_no_other(damaged: Path, tmp_path: Path) -> None:
    data = damaged.read_bytes()
    offset = data.index(b"turn 30.0 ")
    whole = items(damaged)
    overwrite(damaged, offset, b"TURN")
    found, target = rescued(damaged, tmp_path)
    kept = {said(item) for item in items(target).values()}
    missing = [item for item in whole.values() if said(item) not in kept]
    assert {item.text[:7] for item in missing} == {"turn 30"}
    assert len(found.lost) == len(missing)
    assert all(missing[0].id in each for each in found.lost)
    with Memory(target) as memory, Memory(damaged) as old:
        assert 0 < found.events < len(old.log(10_000))
        later = memory.log(1)[0]
        assert later.op == "rescue"
        assert later.why.startswith("from event ")


def test_ids_positions_times_and_requests_are_kept(damaged: Path, tmp_path: Path) -> None:
    overwrite(damaged, damaged.read_bytes().index(b"turn 5.0 "), b"TURN")
    _, target = rescued(damaged, tmp_path)
    with Memory(damaged) as old, Memory(target) as new:
        (page,) = (old.browse(session="s3", limit=500).items,)
        for item in page:
            copy = new.get(item.id)
            assert said(copy) == said(item)
            assert copy.recorded_at == item.recorded_at
        last = page[-1]
        assert last.ref is not None
        message = {"role": "user", "content": "again"}
        assert new.remember(message, session="s3").ids == old.remember(message, session="s3").ids


def test_what_was_erased_stays_erased(damaged: Path, tmp_path: Path) -> None:
    with Memory(damaged) as memory:
        seqs = [event.seq for event in memory.log(10_000) if event.op == "erase"]
        with memory._store.reading() as snapshot:
            events = [event for seq in seqs if (event := snapshot.tables.event(seq))]
    ids = [each for event in events for each in json.loads(event.body)["erased"]]
    overwrite(damaged, damaged.read_bytes().index(b"turn 1.0 "), b"TURN")
    _, target = rescued(damaged, tmp_path)
    store = registry.store(target, settings="", durability="NORMAL", timeout_s=1, read_only=True)
    with closing(store), store.reading() as snapshot:
        assert ids
        assert all(snapshot.tables.erased_at(each) is not None for each in ids)


REDUNDANT = {"name", "scope", "name_name", "scope_label", "request", "space", "state_sum", "tail",
             "item_id", "sqlite_autoindex_text_1", "erased"}  # fmt: skip
ROWS = ("text", "item", "event", "entry")


@pytest.mark.parametrize(
    ("table", "which"),
    [*((table, 0) for table in ROWS), *((table, -1) for table in (*ROWS, *sorted(REDUNDANT)))],
)
def test_a_page_of_noise_costs_no_more_than_what_stood_on_it(
    damaged: Path, tmp_path: Path, table: str, which: int
) -> None:
    whole = items(damaged)
    pages = pages_of(damaged, table)
    if not pages:
        pytest.skip(f"{table} takes no page of its own")
    page = pages[which]
    overwrite(damaged, (page - 1) * PAGE, random.Random(page).randbytes(PAGE))
    found, target = rescued(damaged, tmp_path)
    kept = {said(item) for item in items(target).values()}
    missing = {said(item) for item in whole.values()} - kept
    if table in REDUNDANT:
        assert missing == set()
    elif len(pages) > 1 and page != pages[0]:  # not the root, from which all others are found
        assert len(missing) < len(whole) / 2
    assert kept <= {said(item) for item in whole.values()}
    assert bool(found.problems) or table == "sqlite_autoindex_text_1" or table in REDUNDANT


@pytest.mark.parametrize("head", [b"\0" * 100, b"garbage " * 512])
def test_a_lost_first_page_is_lent_by_a_new_file(
    damaged: Path, tmp_path: Path, head: bytes
) -> None:
    whole = items(damaged)
    overwrite(damaged, 0, head)
    found, target = rescued(damaged, tmp_path)
    assert {said(item) for item in items(target).values()} == {said(i) for i in whole.values()}
    assert found.lost == ()


def test_a_cut_file_gives_what_is_left(damaged: Path, tmp_path: Path) -> None:
    size = damaged.stat().st_size
    whole = {said(item) for item in items(damaged).values()}
    for share in (0.9, 0.5, 0.2):
        with damaged.open("r+b") as file:
            file.truncate(int(size * share))
        found, target = rescued(damaged, tmp_path)
        kept = {said(item) for item in items(target).values()}
        assert kept <= whole
        assert found.lost or found.problems


def test_the_wal_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "live.mnemos"
    with Memory(path) as memory:
        memory.remember("only in the log", session="s")
        copy = tmp_path / "copy.mnemos"
        copy.write_bytes(path.read_bytes())
        Path(f"{copy}-wal").write_bytes(Path(f"{path}-wal").read_bytes())
    _, target = rescued(copy, tmp_path)
    with Memory(target) as memory:
        assert [item.text for item in memory.browse().items] == ["only in the log"]


def test_a_memory_that_holds_something_takes_no_rescue(damaged: Path) -> None:
    store = registry.store(damaged, settings="", durability="NORMAL", timeout_s=1, read_only=False)
    with closing(store), pytest.raises(StoreError, match="already"):
        rescue(damaged, store)


def test_what_was_never_a_memory_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "noise"
    path.write_bytes(random.Random(1).randbytes(100))
    with pytest.raises(NotAMemory):
        settings(tmp_path / "missing")
    with pytest.raises(NotAMemory):
        settings(path)
