"""What every store keeps of vectors: one suite, run over each backend."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pytest

from mnemos import Memory
from mnemos.embedding.bind import begin_reindex, bind, switch
from mnemos.embedding.work import Embedded, clear_dropped, drain
from mnemos.errors import ConflictError, Corrupt, ModelMismatch, NotFound
from mnemos.models.base import Embedder
from mnemos.models.scripted import ScriptedTokenEmbedder
from mnemos.store import signs, vectors
from mnemos.store.base import Details
from mnemos.store.protocol import Store
from mnemos.store.vector_change import VectorWriter, enqueue
from mnemos.store.vector_tables import EmbedderState, VectorRow, Waiting
from mnemos.store.verify import replay, verify
from mnemos.types import Scope

NOW = datetime(2026, 3, 1, tzinfo=UTC)
BACKENDS: dict[str, Callable[[Path], str]] = {
    "memory": lambda _: ":memory:",
    "sqlite": lambda folder: str(folder / "store.mnemos"),
}
EMBEDDER = ScriptedTokenEmbedder()
OTHER = ScriptedTokenEmbedder(revision="2", dimension=100)
Row = tuple[int, bool, bytes, bytes]


@pytest.fixture(params=sorted(BACKENDS))
def memory(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Memory]:
    with Memory(BACKENDS[request.param](tmp_path), durability="NORMAL") as made:
        yield made


def bound(memory: Memory, embedder: Embedder = EMBEDDER) -> None:
    with memory._store.writing() as transaction:
        bind(transaction, embedder.model)


def drained(
    memory: Memory, embedder: Embedder = EMBEDDER, state: EmbedderState = "serving"
) -> Embedded:
    return drain(memory._store, embedder, now=NOW, state=state)


def queue(memory: Memory, state: EmbedderState = "serving") -> list[Waiting]:
    with memory._store.reading() as snapshot:
        row = vectors.embedder_in(snapshot.tables, state)
        return [] if row is None else snapshot.tables.queue(row.no)


def rows(store: Store) -> dict[int, Row]:
    """Return all that is kept of each document that has vectors."""
    with store.reading() as snapshot:
        row = vectors.embedder_in(snapshot.tables, "serving")
        seen = snapshot.vectors
        assert row is not None and seen is not None
        found = snapshot.tables.vector_rows(row.no, range(snapshot.space.next_no))
        return {
            each.no: (each.block, each.provisional, each.data, seen.signs[each.no].tobytes())
            for each in found
        }


def read(memory: Memory, no: int) -> Details:
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None
        return snapshot.vectors.read(np.array([no]))


def say(memory: Memory, *texts: str, session: str = "s") -> tuple[str, ...]:
    messages = [{"role": "user", "content": text} for text in texts]
    return memory.remember(messages, session=session).ids


def numbered(count: int, words: int = 30) -> list[str]:
    return [" ".join(f"w{turn}x{word}" for word in range(words)) for turn in range(count)]


def test_without_a_model_nothing_is_queued_and_there_are_no_vectors(memory: Memory) -> None:
    say(memory, "a heron")
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is None
        assert snapshot.tables.embedders() == []
    assert drained(memory) == Embedded()


def test_binding_queues_all_that_is_there_and_only_once(memory: Memory) -> None:
    say(memory, "a heron")
    say(memory, "an otter", session="t")
    bound(memory)
    assert [row.first_no for row in queue(memory)] == [0, 1]
    assert drained(memory) == Embedded(turns=2, blocks=2)
    bound(memory)
    assert queue(memory) == []


def test_another_model_is_refused_by_both_names(memory: Memory) -> None:
    bound(memory)
    with pytest.raises(ModelMismatch, match=r"scripted \(1, 64-d\).*scripted \(2, 100-d\)"):
        bound(memory, OTHER)
    with pytest.raises(ModelMismatch, match="scripted"):
        drained(memory, OTHER)


def test_a_change_queues_its_session_in_its_own_transaction(memory: Memory) -> None:
    bound(memory)
    say(memory, "a heron")
    first = queue(memory)
    say(memory, "an otter")
    assert [(row.seq, row.first_no) for row in (*first, *queue(memory))] == [(1, 0), (2, 0)]


def test_a_change_that_fails_queues_nothing(memory: Memory) -> None:
    bound(memory)

    def fail() -> None:
        with memory._store.writing() as transaction:
            enqueue(transaction.tables, transaction.tables.embedders(), {7: 0}, 1)
            assert transaction.tables.waiting(1, 7) is not None
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert queue(memory) == []


def test_vectors_are_no_part_of_hashes_or_exports(memory: Memory, tmp_path: Path) -> None:
    say(memory, *numbered(8))
    before = (memory.stats().head, memory.stats().state_hash)
    bound(memory)
    drained(memory)
    assert (memory.stats().head, memory.stats().state_hash) == before
    assert verify(memory._store).ok
    memory.export(tmp_path / "all.jsonl")
    with Memory.load(tmp_path / "all.jsonl", ":memory:") as other, other._store.reading() as seen:
        assert seen.vectors is None


def test_a_reader_sees_pooled_and_detailed_vectors(memory: Memory) -> None:
    say(memory, "A heron stood there. It caught an eel.", "", "the")
    bound(memory)
    drained(memory)
    with memory._store.reading() as snapshot:
        seen = snapshot.vectors
        assert seen is not None and seen.model == EMBEDDER.model
        assert seen.present.tolist() == [True, False, True]
        assert seen.count == 2 and seen.signs.shape == (3, 1)
        details = seen.read(np.array([0, 1, 2]))
    assert details.sentence_start.tolist() == [0, 2, 2, 3]
    assert details.token_start.tolist() == [0, 4, 4, 4]  # heron stood caught eel
    assert details.sentences.shape == (3, 1) and details.tokens.shape == (4, 1)
    assert details.sentences[2].tolist() == seen.signs[2].tolist()


def test_a_reader_shows_no_vectors_of_documents_that_have_none_yet(memory: Memory) -> None:
    bound(memory)
    say(memory, "a heron")
    drained(memory)
    say(memory, "an otter")
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None
        assert snapshot.vectors.present.tolist() == [True, False]
        details = snapshot.vectors.read(np.array([1]))
        assert details.token_start.tolist() == details.sentence_start.tolist() == [0, 0]
        assert snapshot.vectors.read(np.array([], dtype=np.int64)).token_start.tolist() == [0]


def test_the_cache_follows_each_write(memory: Memory) -> None:
    bound(memory)
    for count, text in enumerate(numbered(150, 3), start=1):
        say(memory, text, session=str(count % 3))
        drained(memory)
        with memory._store.reading() as snapshot:
            assert snapshot.vectors is not None
            shared, fresh = snapshot.vectors, vectors.fresh_vectors(snapshot.tables, snapshot.space)
            assert fresh is not None
            assert np.array_equal(shared.signs, fresh.signs)
            assert shared.count == fresh.count == count


def test_what_a_write_that_failed_has_put_is_not_seen(memory: Memory) -> None:
    bound(memory)
    say(memory, "a heron", "an otter")

    def fail() -> None:
        with memory._store.writing() as transaction:
            writer = VectorWriter(transaction.tables, transaction.tables.embedders()[0])
            row = VectorRow(no=0, block=0, provisional=False, data=b"")
            writer.put([row], np.ones((1, 1), dtype=np.uint64))
            writer.close()
            assert transaction.vectors is not None and transaction.vectors.count == 1
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None and snapshot.vectors.count == 0


def test_an_older_snapshot_sees_none_of_the_documents_that_came_since(tmp_path: Path) -> None:
    with Memory(tmp_path / "a.mnemos") as memory, memory._store.reading() as _:
        bound(memory)
        say(memory, "a heron")
        drained(memory)
        with memory._store.reading() as older:
            assert older.space.next_no == 1
            say(memory, *numbered(300, 3))
            drained(memory)
            with memory._store.reading() as newer:
                assert newer.vectors is not None and newer.vectors.count == 301
            assert older.vectors is not None
            assert older.vectors.signs.shape == (1, 1)
            assert older.vectors.count == 1


def test_erasing_takes_the_vectors_of_the_whole_block_and_no_more(memory: Memory) -> None:
    ids = say(memory, *numbered(12))
    bound(memory)
    drained(memory)
    before = rows(memory._store)
    block = [no for no, row in before.items() if row[0] == before[4][0]]
    assert 1 < len(block) < 12
    memory.erase(ids[4])
    after = rows(memory._store)
    assert sorted(set(before) - set(after)) == block
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None
        assert np.flatnonzero(~snapshot.vectors.present).tolist() == block
    assert all(row[1] for no, row in after.items() if no > 4)
    assert all(not row[1] for no, row in after.items() if no < block[0])
    assert len(queue(memory)) == 1


def test_after_erasing_vectors_become_those_of_what_is_left(memory: Memory) -> None:
    texts = numbered(12)
    ids = say(memory, *texts)
    bound(memory)
    drained(memory)
    memory.erase(ids[4])
    drained(memory)
    with Memory(":memory:") as other:
        say(other, *(text for place, text in enumerate(texts) if place != 4))
        bound(other)
        drained(other)
        expected = [row[1:] for _, row in sorted(rows(other._store).items())]
    assert [row[1:] for _, row in sorted(rows(memory._store).items())] == expected


def test_erasing_a_whole_session_leaves_nothing_of_it(memory: Memory) -> None:
    say(memory, *numbered(12))
    say(memory, "an otter", session="t")
    bound(memory)
    drained(memory)
    say(memory, "a heron")
    memory.erase(Scope(session="s"))
    assert list(rows(memory._store)) == [12]
    assert queue(memory) == []


def test_replay_leaves_vectors_alone_or_has_all_made_again(memory: Memory) -> None:
    say(memory, *numbered(12))
    bound(memory)
    drained(memory)
    before = rows(memory._store)
    with memory._store.writing() as transaction:
        replay(transaction)
    assert rows(memory._store) == before and queue(memory) == []
    with memory._store.writing() as transaction:
        transaction.tables.put_vectors(
            1, [VectorRow(no=500, block=500, provisional=False, data=b"")]
        )
        assert transaction.tables.orphans(1) == [500]
        transaction.tables.drop_vectors(1, [500])
        replay(transaction, vectors=True)
    assert rows(memory._store) == {}
    with memory._store.reading() as snapshot:
        assert snapshot.vectors is not None and snapshot.vectors.count == 0
    drained(memory)
    assert rows(memory._store) == before


def test_another_model_is_built_beside_and_takes_over_at_once(memory: Memory) -> None:
    say(memory, *numbered(12))
    bound(memory)
    drained(memory)
    before = rows(memory._store)
    with memory._store.writing() as transaction:
        begin_reindex(transaction, OTHER.model)
    say(memory, "a heron")  # is queued for both
    assert drain(memory._store, OTHER, now=NOW, state="building", limit=1).pending == 1
    with memory._store.writing() as transaction:
        assert not switch(transaction)
        begin_reindex(transaction, OTHER.model)  # goes on
    assert rows(memory._store) == before
    drained(memory, OTHER, "building")
    with memory._store.writing() as transaction:
        assert switch(transaction)
        assert transaction.vectors is not None and transaction.vectors.count == 13
    clear_dropped(memory._store)
    with memory._store.reading() as snapshot:
        assert [row.model for row in snapshot.tables.embedders()] == [OTHER.model]
        assert snapshot.tables.some_vectors(1, 1) == [] == snapshot.tables.scan_since(1, 0)
        assert snapshot.vectors is not None and snapshot.vectors.signs.shape == (13, 2)
    with Memory(":memory:") as other:
        say(other, *numbered(12), "a heron")
        bound(other, OTHER)
        drained(other, OTHER)
        assert rows(other._store) == rows(memory._store)


def test_a_building_model_replaces_an_unfinished_one(memory: Memory) -> None:
    say(memory, "a heron")
    bound(memory)
    third = ScriptedTokenEmbedder(revision="3")
    for model in (OTHER.model, third.model):
        with memory._store.writing() as transaction:
            begin_reindex(transaction, model)
    with memory._store.reading() as snapshot:
        states = [row.state for row in snapshot.tables.embedders()]
    assert states == ["serving", "dropped", "building"]


@pytest.mark.parametrize(
    "damage",
    [
        "UPDATE scan SET signs = x'0102'",
        "UPDATE scan SET segment = 99",
        "UPDATE scan SET signs = 7",
        "UPDATE vector SET data = x'0102030405060708'",
        "UPDATE vector SET data = zeroblob(8)",
        "UPDATE vector SET data = substr(data, 1, length(data) - 8)",
        "UPDATE vector SET data = 'text'",
        "UPDATE embedder SET state = 'lost'",
        "UPDATE embedder SET dimension = -1",
    ],
)
def test_damaged_rows_are_named_as_such(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "a.mnemos"
    with Memory(path) as memory:
        say(memory, "A heron stood there.")
        bound(memory)
        drained(memory)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute(damage)
    with Memory(path) as memory, pytest.raises(Corrupt, match="damaged"):
        read(memory, 0)


def test_a_backup_takes_vectors_with_it(tmp_path: Path) -> None:
    with Memory(tmp_path / "a.mnemos") as memory:
        say(memory, *numbered(12))
        bound(memory)
        drained(memory)
        memory.backup(tmp_path / "b.mnemos")
        with Memory(tmp_path / "b.mnemos") as copy:
            assert rows(copy._store) == rows(memory._store)
        parts = memory.stats().bytes_by_part
        assert not parts or {"vector", "scan", "embedder", "queue"} <= set(parts)


@pytest.mark.parametrize("seed", range(12))
def test_both_stores_keep_the_same_through_any_history(tmp_path: Path, seed: int) -> None:
    random_ = random.Random(seed)
    with Memory(":memory:") as one, Memory(tmp_path / "a.mnemos", durability="NORMAL") as two:
        for memory in (one, two):
            bound(memory)
        for step in range(30):
            act, limit = random_.choice("ssserdd"), random_.choice([None, 1, 4])
            text = f"m{step} " * random_.choice([1, 30, 90, 250])
            ids = [item.id for item in one.browse(limit=500).items]
            chosen = random_.choice(ids) if ids else ""
            for memory in (one, two):
                if act == "s":
                    message = {"role": "user", "content": text, "id": f"r{step}"}
                    paragraph = {"role": "document", "content": text}
                    memory.remember([message, paragraph][step % 5 == 0 :], session=f"s{step % 2}")
                elif act == "e" and chosen:
                    memory.erase(chosen)
                elif act == "r" and chosen and memory.get(chosen).ref:
                    with suppress(ConflictError, NotFound):
                        memory.revise(str(memory.get(chosen).ref), "anew", session=f"s{step % 2}")
                elif act == "d":
                    drain(memory._store, EMBEDDER, now=NOW, limit=limit)
            assert rows(one._store) == rows(two._store)
            assert queue(one) == queue(two)
        drained(one)
        drained(two)
        assert rows(one._store) == rows(two._store)
        assert queue(one) == queue(two) == []


def test_details_are_read_back_as_packed() -> None:
    random = np.random.default_rng(0)
    shapes = [(1, 4), (0, 0), (3, 0), (2, 700)]
    made = [
        [random.integers(0, 2**63, (count, 2), dtype=np.uint64) for count in shape]
        for shape in shapes
    ]
    packed = [vectors.pack(*each) for each in made]
    details = vectors.unpack([packed[0], b"", *packed[1:]], signs.words(128))
    assert np.array_equal(details.sentences, np.concatenate([each[0] for each in made]))
    assert np.array_equal(details.tokens, np.concatenate([each[1] for each in made]))
    assert details.sentence_start.tolist() == [0, 1, 1, 1, 4, 6]
    assert details.token_start.tolist() == [0, 4, 4, 4, 4, 704]
    with pytest.raises(ValueError, match="3 words"):
        vectors.unpack(packed, 3)
