"""A killed embedder loses nothing, and never stands in the way of recall."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from mnemos import Memory
from mnemos.embedding.bind import bind
from mnemos.embedding.work import clear_dropped, drain
from mnemos.models.scripted import ScriptedTokenEmbedder
from mnemos.store import vectors
from mnemos.store.protocol import Store
from mnemos.store.vector_tables import EmbedderRow, VectorRow

KILLS = 40
#: The child is killed after so many sessions, and a moment; enough for the thread to be at work.
MAX_SESSIONS = 6
MAX_MOMENT_S = 0.03
SESSIONS = 40
TURNS = 6
NOW = datetime(2026, 3, 1, tzinfo=UTC)

#: Goes on remembering while its thread embeds, and every other life reindexes with the next
#: model; tells what was acknowledged.
LIFE = """
import sys
from mnemos import Memory
from mnemos.models.scripted import ScriptedTokenEmbedder
from tests.crash.test_kill_embedding import TURNS, messages

path, revision, first, reindexes = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4] == "1"
embedder = ScriptedTokenEmbedder(revision=revision, delay_s=0.002)
with Memory(path, embedder=embedder, durability="NORMAL") as memory:
    print("ready", flush=True)
    session = first
    while session < first + 2 or not reindexes:
        memory.remember(messages(session), session=f"s{session}")
        print(session, flush=True)
        session += 1
    memory.recall("w17")
    while True:
        revision = str(int(revision) + 1)
        memory.reindex(ScriptedTokenEmbedder(revision=revision, delay_s=0.002))
        print("reindexed", flush=True)
"""
#: Works the queue off beside another process, and tells how much of it.
SHARING = """
import sys
from datetime import UTC, datetime
from mnemos import Memory
from mnemos.embedding.work import drain
from mnemos.models.scripted import ScriptedTokenEmbedder

with Memory(sys.argv[1]) as memory:
    print("ready", flush=True)
    sys.stdin.readline()
    embedder = ScriptedTokenEmbedder(delay_s=0.01)
    done = drain(memory._store, embedder, now=datetime.now(UTC), worker=int(sys.argv[2]))
    print(done.turns, len(embedder.encoded), flush=True)
"""


def messages(session: int) -> list[dict[str, str]]:
    random_ = random.Random(session)
    return [
        {"role": "user", "content": " ".join(f"w{random_.randrange(99)}" for _ in range(40))}
        for _ in range(TURNS)
    ]


def filled(path: Path, sessions: int = SESSIONS, revision: str = "1") -> None:
    with Memory(path, embedder=None) as memory:
        for session in range(sessions):
            memory.remember(messages(session), session=f"s{session}")
        with memory._store.writing() as transaction:
            bind(transaction, ScriptedTokenEmbedder(revision=revision).model)


def serving(store: Store) -> EmbedderRow:
    with store.reading() as snapshot:
        row = vectors.embedder_in(snapshot.tables, "serving")
        assert row is not None
        return row


def kept(store: Store) -> tuple[list[VectorRow], list[list[int]]]:
    row = serving(store)
    with store.reading() as snapshot:
        assert snapshot.vectors is not None
        rows = snapshot.tables.vector_rows(row.no, range(snapshot.space.next_no))
        return sorted(rows, key=lambda each: each.no), snapshot.vectors.signs.tolist()


@contextmanager
def running(code: str, *arguments: str) -> Iterator[subprocess.Popen[str]]:
    command = [sys.executable, "-c", code, *arguments]
    pipe = subprocess.PIPE
    root = Path(__file__).parents[2]
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True, cwd=root) as child:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        try:
            yield child
        finally:
            child.kill()


def a_life(path: Path, revision: str, first: int, random_: random.Random) -> list[str]:
    """Let a memory work in the background, kill it, and return what it acknowledged."""
    reindexes = str(random_.randrange(2))
    with running(LIFE, str(path), revision, str(first), reindexes) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(random_.randrange(MAX_SESSIONS))]
        time.sleep(random_.uniform(0, MAX_MOMENT_S))
        child.kill()
        rest = child.stdout.read()
    return [
        line.strip() for line in (*told, *rest.splitlines(keepends=True)) if line.endswith("\n")
    ]


def test_a_killed_memory_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kill.mnemos"
    random_ = random.Random(7)
    revision, sessions, half_done, switched = "1", 0, 0, 0
    for _ in range(KILLS):
        told = a_life(path, revision, sessions, random_)
        acknowledged = max([sessions, *(int(each) + 1 for each in told if each.isdigit())])
        with Memory(path, embedder=None) as memory:
            stored = memory.stats().sessions
            assert acknowledged <= stored <= acknowledged + 1
            sessions = stored
            recall = memory.recall("w17 w18 w19", limit=3)
            assert bool(recall.hits) == bool(sessions)
            status = memory.vectors()
            half_done += 0 < status.embedded < status.documents or status.building is not None
            if status.model is None:
                continue
            switched += int(status.model.revision) > int(revision)
            assert int(status.model.revision) >= int(revision) + told.count("reindexed")
            revision = status.model.revision
            if status.waiting == 0:
                assert status.embedded == status.documents == sessions * TURNS
    assert half_done > 3
    assert switched > 3
    other = tmp_path / "unkilled.mnemos"
    filled(other, sessions, revision)
    embedder, alone = (ScriptedTokenEmbedder(revision=revision) for _ in range(2))
    with (
        Memory(path, embedder=embedder, embedding="manual") as memory,
        Memory(other, embedder=alone, embedding="manual") as unkilled,
    ):
        there = memory.vectors().embedded
        assert memory.embed().turns >= sessions * TURNS - there
        unkilled.embed()
        blocks_there = len(alone.encoded) - len(embedder.encoded)
        assert (blocks_there > 0) == (there > 0)  # what was kept is not made again
        clear_dropped(memory._store)
        assert memory._store.check() == []
        assert kept(memory._store) == kept(unkilled._store)
        assert memory.verify().state_hash == unkilled.verify().state_hash
        for question in ("w17 w18", "w3 w90 w55"):
            asked = {"asked_at": NOW, "limit": 20}
            scores = [
                [(hit.text, hit.score) for hit in each.recall(question, **asked)]  # type: ignore[arg-type]
                for each in (memory, unkilled)
            ]
            assert scores[0] == scores[1]


def test_two_processes_share_the_work_and_keep_nothing_twice(tmp_path: Path) -> None:
    path, other = tmp_path / "shared.mnemos", tmp_path / "alone.mnemos"
    filled(path)
    filled(other)
    alone = ScriptedTokenEmbedder()
    with Memory(other) as memory:
        assert drain(memory._store, alone, now=NOW).turns == SESSIONS * TURNS
        expected = kept(memory._store)
    with running(SHARING, str(path), "0") as one, running(SHARING, str(path), "1") as two:
        for child in (one, two):
            assert child.stdin is not None
            child.stdin.write("go\n")
            child.stdin.flush()
        told = [child.communicate()[0].split() for child in (one, two)]
    assert sum(int(turns) for turns, _ in told) == SESSIONS * TURNS
    assert min(int(turns) for turns, _ in told) > 0
    assert sum(int(blocks) for _, blocks in told) <= 1.3 * len(alone.encoded)
    with Memory(path) as memory:
        assert kept(memory._store) == expected
        with memory._store.reading() as snapshot:
            assert snapshot.tables.queue(1) == []
