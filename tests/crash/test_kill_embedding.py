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
#: The child is killed after at most so many writes, and a moment.
MAX_WRITES = 50
MAX_MOMENT_S = 0.01
SESSIONS = 40
TURNS = 9
NOW = datetime(2026, 3, 1, tzinfo=UTC)

#: Embeds, then reindexes with one model after another, for ever; tells of each write.
ENDLESS = """
import sys
from datetime import UTC, datetime
from mnemos import Memory
from mnemos.embedding.bind import begin_reindex, switch
from mnemos.embedding.work import clear_dropped, drain
from mnemos.models.scripted import ScriptedTokenEmbedder
from mnemos.store import vectors

def work(store, state):
    with store.reading() as snapshot:
        row = vectors.embedder_in(snapshot.tables, state)
        if row is None:
            return
    held = len(held_by(store, row.no))
    embedder = ScriptedTokenEmbedder(revision=row.model.revision, delay_s=0.002)
    def tell(done, total):
        print(row.no, held + done, flush=True)
    drain(store, embedder, now=datetime.now(UTC), state=state, progress=tell)

def held_by(store, no):
    with store.reading() as snapshot:
        return snapshot.tables.some_vectors(no, 10**6)

with Memory(sys.argv[1]) as memory:
    store = memory._store
    print("ready", flush=True)
    while True:
        work(store, "serving")
        clear_dropped(store)
        work(store, "building")
        with store.writing() as transaction:
            switch(transaction)
            serving = vectors.embedder_in(transaction.tables, "serving")
            revision = str(int(serving.model.revision) + 1)
            building = vectors.embedder_in(transaction.tables, "building")
            if building is None:
                begin_reindex(transaction, ScriptedTokenEmbedder(revision=revision).model)
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


def filled(path: Path, revision: str = "1") -> None:
    random_ = random.Random(3)
    with Memory(path) as memory:
        for session in range(SESSIONS):
            messages = [
                {
                    "role": "user",
                    "content": " ".join(f"w{random_.randrange(99)}" for _ in range(40)),
                }
                for _ in range(TURNS)
            ]
            memory.remember(messages, session=f"s{session}")
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
    with subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) as child:
        assert child.stdout is not None and child.stdout.readline() == "ready\n"
        try:
            yield child
        finally:
            child.kill()


def a_life(path: Path, random_: random.Random) -> dict[int, int]:
    """Run the worker for some writes, kill it, and return how much it told to have kept."""
    with running(ENDLESS, str(path)) as child:
        assert child.stdout is not None
        told = [child.stdout.readline() for _ in range(random_.randrange(MAX_WRITES))]
        time.sleep(random_.uniform(0, MAX_MOMENT_S))
        child.kill()
        rest, _ = child.communicate()
    lines = [*told, *rest.splitlines(keepends=True)]
    whole = [line.split() for line in lines if line.endswith("\n")]
    return {int(number): int(count) for number, count in whole}


def test_a_killed_embedder_goes_on_where_it_was(tmp_path: Path) -> None:
    path = tmp_path / "kill.mnemos"
    filled(path)
    random_ = random.Random(7)
    numbers = set()
    for kill in range(KILLS):
        told = a_life(path, random_)
        with Memory(path) as memory:
            assert memory.recall("w17", limit=3)  # whatever is half done
            now = serving(memory._store)
            numbers.add(now.no)
            with memory._store.reading() as snapshot:
                left = {row.no for row in snapshot.tables.embedders() if row.state != "dropped"}
                for no in left & set(told):
                    assert len(snapshot.tables.some_vectors(no, 10**6)) >= told[no]
                assert snapshot.vectors is not None
                if now.no > 1:  # only a whole set ever takes over
                    assert snapshot.vectors.count == SESSIONS * TURNS
            if kill == KILLS - 1:
                assert memory.verify().ok
                revision = now.model.revision
                embedder = ScriptedTokenEmbedder(revision=revision)
                assert drain(memory._store, embedder, now=NOW).pending == 0
                clear_dropped(memory._store)
                found = kept(memory._store)
    assert len(numbers) > 2
    other = tmp_path / "unkilled.mnemos"
    filled(other, revision)
    with Memory(path) as memory, Memory(other) as unkilled:
        assert memory._store.check() == []
        drain(unkilled._store, embedder, now=NOW)
        assert kept(memory._store) == kept(unkilled._store) == found
        assert memory.verify().state_hash == unkilled.verify().state_hash


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
