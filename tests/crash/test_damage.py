"""Damaged, cut, full, shared and odd files: a named error or a finding, never a wrong answer."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from mnemos.errors import (
    Busy,
    Closed,
    Corrupt,
    DiskFull,
    InputError,
    MessageError,
    MnemosError,
    NewerSchema,
    NotAMemory,
    ReadOnly,
    RecipeError,
    RefConflict,
    StoreError,
)
from mnemos.memory import Memory
from mnemos.store import sqlite as sqlite_store
from mnemos.store.verify import Verification

START = datetime(2026, 3, 1, tzinfo=UTC)
PAGE = 4096
WAL_HEADER = 32
FRAME = 24 + PAGE
FLIPS = 200
CUTS = 60


def fill(path: Path, writes: int = 25) -> list[str]:
    """Make a memory of single turns and batches; return the head after each write."""
    heads = []
    ticks = iter(range(100_000))
    with Memory(path, clock=lambda: START + timedelta(seconds=next(ticks))) as memory:
        for n in range(writes):
            messages = [
                {
                    "role": "user",
                    "name": f"N{k}",
                    "content": f"text {n}.{k} violin",
                    "id": f"{n}.{k}",
                }
                for k in range(1 + 4 * (n % 3))
            ]
            heads.append(memory.remember(messages, session=f"s{n // 9}").head)
            if n % 7 == 3:
                heads.append(memory.forget(memory.browse(limit=3).items[n % 2].id).head)
    return heads


def run(code: str, *arguments: object, expect: int = 0) -> str:
    """Run Python in a child; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, arguments)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )
    assert done.returncode == expect, done.stderr
    return done.stdout


# -- the write-ahead log, cut off


@pytest.fixture(scope="module")
def live(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """Return a copy of a memory and its log as power loss may leave them, and all heads."""
    folder = tmp_path_factory.mktemp("live")
    path = folder / "live.mnemos"
    heads = []
    with Memory(path, clock=lambda: START) as memory:
        for n in range(12):
            size = 1 + 3 * (n % 2)
            messages = [{"role": "user", "content": f"text {n}.{k}"} for k in range(size)]
            heads.append(memory.remember(messages, session="s").head)
        copied(path, folder / "copy.mnemos")
    return folder / "copy.mnemos", heads


def copied(path: Path, to: Path) -> Path:
    shutil.copyfile(path, to)
    if Path(f"{path}-wal").exists():
        shutil.copyfile(f"{path}-wal", f"{to}-wal")
    return to


def test_a_cut_log_leaves_a_whole_prefix(tmp_path: Path, live: tuple[Path, list[str]]) -> None:
    path, heads = live
    size = Path(f"{path}-wal").stat().st_size
    frames = range(WAL_HEADER, size, FRAME)
    cuts = {at + shift for at in frames for shift in (-1, 0, 1)}
    cuts |= set(random.Random(1).sample(range(size), CUTS)) | {0, 1, size}
    chosen = sorted(cuts)[:: max(1, len(cuts) // 160)]
    seen = set()
    for cut in chosen:
        each = copied(path, tmp_path / "cut.mnemos")
        os.truncate(f"{each}-wal", cut)
        try:
            memory = Memory(each)
        except StoreError:
            pytest.fail(f"cut at {cut} of {size} does not open")
        with memory:
            verified = memory.verify()
            assert verified.ok, (cut, verified.problems)
            assert verified.events <= len(heads)
            seen.add(verified.events)
            for n, head in enumerate(heads, start=1):
                found = memory.verify(expected_head=head)
                assert found.ok == (n <= verified.events)
                if not found.ok:
                    assert found.first_bad_event == verified.events + 1
            items = memory.browse(limit=500).items
            assert len(items) == sum(1 + 3 * (n % 2) for n in range(verified.events))
        for suffix in ("", "-wal", "-shm"):
            Path(f"{each}{suffix}").unlink(missing_ok=True)
    assert len(seen) > len(heads) / 2


def test_a_flipped_log_leaves_a_whole_prefix(tmp_path: Path, live: tuple[Path, list[str]]) -> None:
    path, heads = live
    chance = random.Random(2)
    for _ in range(40):
        each = copied(path, tmp_path / "flip.mnemos")
        data = bytearray(Path(f"{each}-wal").read_bytes())
        data[chance.randrange(len(data))] ^= 1 << chance.randrange(8)
        Path(f"{each}-wal").write_bytes(data)
        with Memory(each) as memory:
            verified = memory.verify()
            assert verified.ok
            assert (verified.events == 0) or memory.log(1)[0].hash == heads[verified.events - 1]
        Path(f"{each}-shm").unlink(missing_ok=True)


# -- the main file, damaged


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("whole") / "whole.mnemos"
    fill(path)
    return path


def look(path: Path) -> Verification | StoreError:
    """Open, verify and read a file in every way; return what was found, or the named error."""
    try:
        with Memory(path) as memory:
            found = memory.verify()
            with suppress(StoreError):
                memory.browse(limit=500)
                memory.log(100)
                memory.stats()
                list(memory.export_lines())
                with suppress(RecipeError):
                    memory.recall("violin text", limit=5)
            return found
    except StoreError as error:
        return error


def texts(path: Path) -> dict[str, str]:
    """Return the texts by id as they are served, as far as they can be."""
    found = {}
    with suppress(StoreError), Memory(path, read_only=True) as memory:
        for item in memory.browse(limit=500).items:
            found[item.id] = item.text
    return found


def test_a_flipped_bit_is_found_named_or_harmless(tmp_path: Path, whole: Path) -> None:
    right = texts(whole)
    data = whole.read_bytes()
    chance = random.Random(3)
    clean = named = bad = 0
    for _ in range(FLIPS):
        damaged = bytearray(data)
        at = chance.randrange(len(data))
        damaged[at] ^= 1 << chance.randrange(8)
        path = tmp_path / "flip.mnemos"
        path.write_bytes(damaged)
        found = look(path)
        if isinstance(found, StoreError):
            named += 1
        elif found.ok:
            clean += 1
            served = texts(path)
            assert all(right[each] == text for each, text in served.items()), at
        else:
            bad += 1
            assert all(found.problems)
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
    assert clean + named + bad == FLIPS
    assert bad


def test_a_flip_inside_a_text_is_found_and_its_event_named(tmp_path: Path, whole: Path) -> None:
    data = whole.read_bytes()
    chance = random.Random(4)
    with Memory(whole, read_only=True) as memory:
        events = {item.text: item.visible_from for item in memory.browse(limit=500).items}
    places = [(data.find(text.encode()), text, seq) for text, seq in events.items()]
    for at, text, seq in [place for place in places if place[0] > 0][:40]:
        damaged = bytearray(data)
        damaged[at + chance.randrange(len(text))] ^= 1 << chance.randrange(7)
        path = tmp_path / "text.mnemos"
        path.write_bytes(damaged)
        found = look(path)
        if isinstance(found, Verification):
            assert not found.ok, text
            assert found.first_bad_event == seq
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def test_a_cut_file_is_named_or_found(tmp_path: Path, whole: Path) -> None:
    size = whole.stat().st_size
    chance = random.Random(5)
    for cut in [0, 1, 50, 99, 100, 101, PAGE, *chance.sample(range(size), 40)]:
        path = tmp_path / "cut.mnemos"
        shutil.copyfile(whole, path)
        os.truncate(path, cut)
        found = look(path)
        if cut == 0:
            assert isinstance(found, Verification)
            assert found.ok
            assert found.events == 0
        else:
            assert isinstance(found, StoreError) or not found.ok, cut
        for suffix in ("-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)


def test_replay_heals_a_damaged_index(tmp_path: Path, whole: Path) -> None:
    path = Path(shutil.copyfile(whole, tmp_path / "index.mnemos"))
    with Memory(path) as memory:
        right = [(hit.id, hit.score) for hit in memory.recall("violin text", asked_at=START)]
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE tail SET tf = X'00', terms = 'noise' WHERE no % 2")
        connection.execute("DELETE FROM tail WHERE no % 7 = 3")
        connection.execute("UPDATE space SET live = 3, total_length = 1")
        connection.commit()
    with Memory(path) as memory:
        with suppress(Corrupt):
            memory.recall("violin text", asked_at=START)
        assert memory.replay().unchanged
    with Memory(path) as memory:
        assert [
            (hit.id, hit.score) for hit in memory.recall("violin text", asked_at=START)
        ] == right
        assert memory.verify().ok


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE item SET visible_to = NULL",
        "UPDATE item SET status = 'active'",
        "UPDATE entry SET nonce = NULL WHERE seq = 3",
        "UPDATE event SET why = 'other' WHERE seq = 2",
        "DELETE FROM event WHERE seq = 2",
        "DELETE FROM entry WHERE seq = 2",
        "DELETE FROM text WHERE no = 1",
        "UPDATE text SET body = X'FF' WHERE no = 1",
        "UPDATE item SET metadata = '{' WHERE no = 1",
        "UPDATE item SET said_at = 9223372036854775807 WHERE no = 1",
        "UPDATE item SET said_at = 'noon' WHERE no = 1",
        "UPDATE event SET hash = 'text' WHERE seq = 2",
        "UPDATE space SET next_no = next_no + 1",
        "UPDATE space SET head_seq = head_seq - 1",
        "UPDATE space SET head_hash = 'text'",
        "UPDATE space SET settings = '[]'",
        "UPDATE state_sum SET sum = X'00'",
        "DELETE FROM state_sum",
        "DELETE FROM scope",
        "UPDATE name SET name = name || 'x'",
    ],
)
def test_a_tampered_row_is_found(tmp_path: Path, whole: Path, statement: str) -> None:
    path = Path(shutil.copyfile(whole, tmp_path / "tampered.mnemos"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
        connection.commit()
    found = look(path)
    assert isinstance(found, StoreError) or not found.ok


# -- what is no memory


def test_what_is_no_memory_is_refused_and_left_alone(tmp_path: Path) -> None:
    with pytest.raises(NotAMemory, match="directory"):
        Memory(tmp_path)
    with pytest.raises(StoreError, match="no folder"):
        Memory(tmp_path / "missing" / "x.mnemos")
    with pytest.raises(StoreError, match="no such file"):
        Memory(tmp_path / "missing.mnemos", read_only=True)
    noise = tmp_path / "noise"
    other = tmp_path / "other.sqlite"
    with closing(sqlite3.connect(other)) as connection:
        connection.execute("CREATE TABLE theirs (x)")
        connection.commit()
    versioned = Path(shutil.copyfile(other, tmp_path / "versioned.sqlite"))
    with closing(sqlite3.connect(versioned)) as connection:
        connection.execute("PRAGMA user_version = 1")
        connection.commit()
    for path, data in (
        (noise, random.Random(1).randbytes(5000)),
        (other, other.read_bytes()),
        (versioned, versioned.read_bytes()),
    ):
        path.write_bytes(data)
        for read_only in (False, True):
            with pytest.raises(NotAMemory):
                Memory(path, read_only=read_only)
        assert path.read_bytes() == data
    short = tmp_path / "short"
    short.write_bytes(b"SQLite format 3\0" + bytes(20))
    with pytest.raises(StoreError):
        Memory(short)


def test_an_empty_file_becomes_a_memory(tmp_path: Path) -> None:
    path = tmp_path / "empty.mnemos"
    path.touch()
    with Memory(path) as memory:
        memory.remember("hello")
        assert memory.verify().ok


def test_a_newer_schema_is_named_and_left_alone(tmp_path: Path, whole: Path) -> None:
    path = Path(shutil.copyfile(whole, tmp_path / "newer.mnemos"))
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA user_version = 99")
    data = path.read_bytes()
    for read_only in (False, True):
        with pytest.raises(NewerSchema, match="99"):
            Memory(path, read_only=read_only)
    assert path.read_bytes() == data


# -- what cannot be written

UNPRIVILEGED = """
import os, sys
from mnemos.memory import Memory
from mnemos.errors import MnemosError
with Memory(":memory:") as warm:  # what is imported late is imported while it may be read
    warm.remember("x")
    warm.context("x")
    warm.verify()
if os.geteuid() == 0:
    os.setgid(65534)
    os.setuid(65534)
try:
    with Memory(sys.argv[1]) as memory:
        print("read", len(memory.browse(limit=500).items), memory.verify().ok)
        memory.remember("more")
        print("wrote")
except MnemosError as error:
    print(type(error).__name__)
"""


@pytest.fixture
def shared(tmp_path: Path, whole: Path) -> Iterator[Path]:
    """Return a memory in a folder that others can get at."""
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder != Path("/"):
            with suppress(OSError):
                folder.chmod(folder.stat().st_mode | 0o055)
    folder = tmp_path / "shared"
    folder.mkdir()
    path = Path(shutil.copyfile(whole, folder / "shared.mnemos"))
    yield path
    folder.chmod(0o755)


@pytest.mark.parametrize(("file_mode", "folder_mode"), [(0o444, 0o555), (0o666, 0o555)])
def test_where_nothing_can_be_written_all_can_be_read(
    shared: Path, file_mode: int, folder_mode: int
) -> None:
    shared.chmod(file_mode)
    shared.parent.chmod(folder_mode)
    assert run(UNPRIVILEGED, shared).split() == ["read", "117", "True", "ReadOnly"]


def test_a_new_memory_in_a_folder_that_cannot_be_written_is_read_only(shared: Path) -> None:
    shared.parent.chmod(0o555)
    assert run(UNPRIVILEGED, shared.with_name("new.mnemos")).split() == ["ReadOnly"]


def test_last_writes_in_a_log_that_cannot_be_read_are_not_left_out(
    shared: Path, live: tuple[Path, list[str]]
) -> None:
    copied(live[0], shared)
    shared.chmod(0o444)
    shared.parent.chmod(0o555)
    assert run(UNPRIVILEGED, shared).split() == ["ReadOnly"]


def test_read_only_reads_and_refuses_to_write(tmp_path: Path, whole: Path) -> None:
    path = Path(shutil.copyfile(whole, tmp_path / "ro.mnemos"))
    data = path.read_bytes()
    with Memory(path, read_only=True) as memory:
        assert memory.verify().ok
        with pytest.raises(ReadOnly):
            memory.remember("x")
        with pytest.raises(ReadOnly):
            memory.replay()
    assert path.read_bytes() == data


# -- a full disk


def state(memory: Memory) -> tuple[str, str, int]:
    verified = memory.verify()
    assert verified.ok
    return memory.state_hash(), memory.log(1)[0].hash, verified.rows


def test_a_full_disk_keeps_nothing_of_the_write(tmp_path: Path) -> None:
    with Memory(tmp_path / "full.mnemos") as memory:
        memory.remember("before", session="s")
        before = state(memory)
        writer = memory._store._writer  # type: ignore[attr-defined]
        (pages,) = writer.execute("PRAGMA page_count").fetchone()
        writer.execute(f"PRAGMA max_page_count = {pages + 2}")
        with pytest.raises(DiskFull):
            memory.remember([{"role": "user", "content": "x" * 5000}] * 40, session="s")
        assert state(memory) == before
        writer.execute("PRAGMA max_page_count = 1000000")
        memory.remember("after", session="s")
        assert [item.text for item in memory.browse().items] == ["before", "after"]
        assert memory.verify().ok


LIMITED = """
import resource, sys
from mnemos.memory import Memory
from mnemos.errors import DiskFull
import os
with Memory(sys.argv[1]) as memory:
    memory.remember("before", session="s")
    head = memory.log(1)[0].hash
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    size = os.path.getsize(sys.argv[1] + "-wal") + 30_000
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    failed = 0
    for _ in range(3):
        try:
            memory.remember([{"role": "user", "content": "x" * 5000}] * 40, session="s")
        except DiskFull:
            failed += 1
    resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert memory.verify().ok
    assert memory.log(1)[0].hash == head
    memory.remember("after", session="s")
    print(failed, [item.text for item in memory.browse().items], memory.verify().ok)
"""


def test_a_limit_on_file_sizes_is_a_full_disk(tmp_path: Path) -> None:
    assert run(LIMITED, tmp_path / "x.mnemos").strip() == "3 ['before', 'after'] True"


def test_a_tiny_disk_that_fills_up(tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mount = shutil.which("mount")
    if os.geteuid() != 0 or mount is None:
        pytest.skip("only root may mount")
    options = ("-t", "tmpfs", "-o", "size=1m", "tmpfs", str(disk))
    if subprocess.run([mount, *options], check=False, capture_output=True).returncode:
        pytest.skip("may not mount here")
    try:
        ballast = disk / "ballast"
        with Memory(disk / "x.mnemos") as memory:
            memory.remember("first", session="s")
            ballast.write_bytes(bytes(300_000))
            count = 1
            with pytest.raises(DiskFull):  # noqa: PT012 - at some write
                for n in range(1000):
                    memory.remember(f"{n} " + "x" * 3000, session="s")
                    count += 1
            assert len(memory.browse(limit=1000).items) == count
            assert memory.verify().ok
            ballast.unlink()
            memory.remember("after", session="s")
            assert memory.verify().ok
        with Memory(disk / "x.mnemos") as memory:
            assert len(memory.browse(limit=1000).items) == count + 1
            assert memory.verify().ok
    finally:
        subprocess.run([str(shutil.which("umount")), "-l", str(disk)], check=True)


# -- several at once

WRITER = """
import sys
from mnemos.memory import Memory
with Memory(sys.argv[1], durability="NORMAL") as memory:
    for n in range(200):
        memory.remember(f"{sys.argv[2]} {n}", session="s")
"""


def test_two_processes_write_at_once_and_lose_nothing(tmp_path: Path) -> None:
    path = tmp_path / "two.mnemos"
    Memory(path).close()
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    children = [
        subprocess.Popen([sys.executable, "-c", WRITER, str(path), name], env=environment)
        for name in "ab"
    ]
    assert [child.wait(50) for child in children] == [0, 0]
    with Memory(path) as memory:
        items = memory.browse(limit=1000).items
        assert sorted(item.position for item in items) == list(range(400))
        expected = {f"{name} {n}" for name in "ab" for n in range(200)}
        assert {item.text for item in items} == expected
        assert memory.verify().ok
        assert memory.replay().unchanged


def test_threads_read_and_write_at_once(  # noqa: C901 - two kinds of threads
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("mnemos.store.index.SEGMENT", 32)
    failures: list[BaseException] = []
    done = threading.Event()
    with Memory(tmp_path / "threads.mnemos", durability="NORMAL") as memory:
        memory.remember("violin zero", session="s")

        def write(name: str) -> None:
            for n in range(60):
                receipt = memory.remember(f"violin {name}{n} unique{name}{n}", session=name)
                if n % 20 == 9:
                    memory.forget(receipt.ids)
                if n % 20 == 19:
                    memory.erase(receipt.ids)

        def read() -> None:
            seen = 0
            while not done.is_set():
                assert memory.recall("violin", limit=5)
                with memory._store.reading() as snapshot:
                    index = snapshot.index
                    assert len(index.docs) == snapshot.space.next_no >= seen
                    seen = len(index.docs)
                    index.near_terms("violni")
                    postings = index.postings(["violin"])["violin"]
                    assert len(postings.docs) == index.live
                    assert len(index.columns.length) == seen

        def collect(call: Callable[..., None], *arguments: str) -> None:
            try:
                call(*arguments)
            except BaseException as error:  # noqa: BLE001 - shown below
                failures.append(error)

        writers = [threading.Thread(target=collect, args=(write, name)) for name in "abc"]
        readers = [threading.Thread(target=collect, args=(read,)) for _ in range(3)]
        for thread in [*writers, *readers]:
            thread.start()
        for thread in writers:
            thread.join()
        done.set()
        for thread in readers:
            thread.join()
        assert failures == []
        assert memory.verify().ok
        assert memory.replay().unchanged


def test_a_reader_keeps_its_snapshot_and_the_log_is_cut_back_after_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_store, "WAL_BYTES", 100_000)
    path = tmp_path / "reader.mnemos"
    with Memory(path, durability="NORMAL", timeout_s=0.1) as memory:
        memory.remember("old", session="s")
        with memory._store.reading() as snapshot:
            hash_before = snapshot.state_hash()
            for n in range(30):
                memory.remember([{"role": "user", "content": f"{n} " * 2000}] * 3, session="s")
            assert snapshot.state_hash() == hash_before
            assert len(snapshot.index.docs) == 1
            assert not memory._store.checkpoint()
            grown = Path(f"{path}-wal").stat().st_size
            assert grown > 1_000_000
        assert memory._store.checkpoint()
        memory.remember("new", session="s")
        assert Path(f"{path}-wal").stat().st_size < 100_000
        assert len(memory.browse(limit=500).items) == 92


@pytest.mark.parametrize("leave", ["os._exit(0)", "pass"])
def test_a_forked_child_gets_closed_and_the_parent_goes_on(tmp_path: Path, leave: str) -> None:
    code = f"""
import os, sys
from mnemos.memory import Memory
from mnemos.errors import Closed
memory = Memory(sys.argv[1])
memory.remember("before", session="s")
child = os.fork()
if child == 0:
    for call in (lambda: memory.browse(), lambda: memory.remember("x"), memory._store.checkpoint,
                 memory._store.vacuum, lambda: memory.backup(sys.argv[1] + ".copy")):
        try:
            call()
            os._exit(1)
        except Closed:
            pass
    memory.close()
    {leave}
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
memory.remember("after", session="s")
assert memory.verify().ok
print([item.text for item in memory.browse().items])
memory.close()
"""
    path = tmp_path / "fork.mnemos"
    assert run(code, path).strip() == "['before', 'after']"
    with Memory(path) as memory:
        assert len(memory.browse().items) == 2


# -- odd clocks and odd texts


def test_recorded_time_does_not_follow_a_clock_that_runs_back(tmp_path: Path) -> None:
    hours = iter([5, 1, 3, 9, 2, 0])
    with Memory(
        tmp_path / "c.mnemos", clock=lambda: START + timedelta(hours=next(hours, 10))
    ) as memory:
        for _ in range(3):
            memory.remember({"role": "user", "content": "x", "said_at": START.isoformat()})
        events = memory.log()
        recorded = [event.recorded_at for event in reversed(events)]
        assert recorded == sorted(recorded)
        assert {item.said_at for item in memory.browse().items} == {START}
        assert memory.verify().ok


@pytest.mark.parametrize("zone", ["UTC", "America/New_York", "Pacific/Auckland"])
def test_times_at_the_ends_of_the_calendar_are_kept(tmp_path: Path, zone: str) -> None:
    moments = [
        datetime(1, 1, 1, tzinfo=UTC),
        datetime(1969, 7, 20, 20, 17, 40, 1, tzinfo=UTC),
        datetime(9999, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC),
        START + timedelta(days=9000),
    ]
    path = tmp_path / "times.mnemos"
    with Memory(path, time_zone=zone) as memory:
        ids: list[str] = []
        for moment in moments:
            message = {"role": "user", "content": "yesterday was fun", "said_at": moment}
            try:
                ids += memory.remember(message, session="s").ids
            except MnemosError as error:
                pytest.fail(f"{moment}: {error}")
    with Memory(path) as memory:
        assert [memory.get(each).said_at for each in ids] == moments
        assert memory.verify().ok
        assert memory.replay().unchanged
        memory.recall("when was it fun")
        assert memory.stats().first_said_at == moments[0]


def test_out_of_order_times_keep_the_order_of_saying(tmp_path: Path) -> None:
    days = [3, 1, 2]
    with Memory(tmp_path / "o.mnemos") as memory:
        messages = [
            {"role": "user", "content": f"day {d}", "said_at": f"2026-01-0{d}"} for d in days
        ]
        memory.remember(messages, session="s")
        assert [item.said_at.day for item in memory.browse().items] == days


@pytest.mark.parametrize(
    "text", ["a\0b", "half \ud83d a", "", "x" * 1_000_000, "line\r\nline\u2028", "\0", "\udfff"]
)
def test_any_text_comes_back_to_the_letter(tmp_path: Path, text: str) -> None:
    path = tmp_path / "t.mnemos"
    odd = {"k\0": "v\ud800", "\udfff": ["\0"]}
    with Memory(path) as memory:
        message = {"role": "user", "content": text, "metadata": odd, "vendor": text[:100]}
        (item_id,) = memory.remember(message, session="s").ids
        memory.recall("line half x")
        lines = list(memory.export_lines())
    with Memory(path) as memory, Memory.load(lines) as copy:
        for each in (memory, copy):
            item = each.get(item_id)
            assert item.text == text
            assert item.metadata == odd
            assert item.attrs["vendor"] == text[:100]
            assert each.verify().ok
        assert copy.state_hash() == memory.state_hash()
        certificate = memory.erase(item_id)
        assert certificate.proved
        assert memory.verify().ok


def test_odd_names_roles_and_ids_are_refused_and_nothing_is_stored(tmp_path: Path) -> None:
    with Memory(tmp_path / "n.mnemos") as memory:
        for field in ("name", "id"):
            for value in ("a\0b", "\ud800", "", " ", "x" * 513):
                with pytest.raises(MessageError, match="message 1"):
                    memory.remember(
                        [
                            {"role": "user", "content": "ok"},
                            {"role": "user", "content": "y", field: value},
                        ]
                    )
        with pytest.raises(MessageError, match="role"):
            memory.remember({"role": "wizard", "content": "x"})
        for session in ("a\0b", "\ud800", ""):
            with pytest.raises(InputError):
                memory.remember("x", session=session)
        same = {"role": "user", "content": "x", "id": "1"}
        receipt = memory.remember([same, same])
        assert len(set(receipt.ids)) == 1
        with pytest.raises(RefConflict):
            memory.remember([{"role": "user", "content": "new"}, {**same, "content": "y"}])
        with pytest.raises(RefConflict):
            memory.remember([{**same, "id": "2"}, {**same, "id": "2", "content": "y"}])
        assert len(memory.browse().items) == 1
        assert memory.verify().events == 1


def test_a_writer_that_waits_too_long_is_told_who_holds_the_lock(tmp_path: Path) -> None:
    path = tmp_path / "busy.mnemos"
    with Memory(path) as holder, Memory(path, timeout_s=0.1) as waiter:
        with holder._store.writing():
            with pytest.raises(Busy, match="another process"):
                waiter.remember("x")
            assert waiter.browse().items == ()
        waiter.remember("x")
    with pytest.raises(Closed):
        waiter.remember("y")
